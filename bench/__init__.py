"""`make bench`: what the service costs beside code written by hand, as ratios within one run.

Numbers of requests a second belong to a machine and to what else it is doing; a ratio between two variants that took
turns on it travels better. So everything here is measured in rounds, each variant for a moment in each round, and what
is reported is the median over the rounds of what a variant reached relative to its base in the same round. The base is
measured twice: how far its second series is from its first is how much of any other ratio is noise.

1. A page of 50 customers with 10 references each, against the same JSON from one SQL statement behind bare Starlette.
2. Log-ins through GraphQL, against bare argon2 on the same cores, with the same parameters and threads.
3. The time a `viewer` query takes while others storm the log-in, against the time it takes when nobody does.
4. The time until a log-in is refused, by why it is: it must not tell.

It needs Linux: it reads the processes' clocks there, and sends log-ins from several addresses of 127.0.0.0/8.
"""
