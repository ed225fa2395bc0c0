"""The demo: a haulage firm's register, made up, and the log-ins that are given away with it."""
