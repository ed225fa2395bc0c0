"""`make bench`: what the service costs beside code written by hand and beside its peers, as ratios within one run.

Numbers of requests a second belong to a machine and to what else it is doing; a ratio between two variants that took
turns on it travels better. So everything here is measured in rounds, each variant for a moment in each round, and what
is reported is the median over the rounds of what a variant reached relative to another in the same round. The base is
measured twice: how far its second series is from its first is how much of any other ratio is noise.

All variants answer the same JSON from the same rows, which is checked before they are measured, and do the same work
for each request: look the token up, authorise, work the permissions out. README.md here says more. It needs Linux: it
reads the processes' clocks there, and sends log-ins from several addresses of 127.0.0.0/8.
"""
