"""The base of the ratios: the same answers as somebody would write them by hand who needed nothing else.

Starlette, the database's driver as it comes, one SQL statement that also looks the token up, dicts, orjson. They answer
the very JSON that GraphQL answers, so they make public ids and cursors, too, and share no code with the service.
"""
