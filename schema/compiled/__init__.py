"""Compiled documents: a query that keeps coming is made, once, into a statement and a straight-line assembly.

`documents` knows which documents are compiled, `operation` in which forms, `query` what one form reads and how it is
answered; `templating` and `completing` make what an answer consists of, from rows and from objects in memory.

Stock execution stays the reference: whatever a compiled document doesn't know entirely, and every exception in one, is
left to it, so errors are its own by construction. Queries only; a mutation must never be run a second time. No plan is
made without a caller: what they may see is in the tables that it is made from, and each standing has plans of its own.
"""
