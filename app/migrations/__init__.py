"""The steps that lay the tables and change them, in the order of their names.

Each step has two sides: what it does to Tortoise's notion of the models (so that its autodetector can say whether
models and migrations agree), and the SQL for each kind of database, written by hand: the tables hold to more than
Tortoise can say, and its table rebuild on SQLite would lose it.
"""
