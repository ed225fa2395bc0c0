"""What could be reached by hand with the technique of compiled documents, and without GraphQL: raw ASGI, one statement
that answers one row of column arrays, look-ups in flight that share a statement, and bytes put together by column.

Nobody would maintain this by hand; it says how far the service is from what its technique allows.
"""
