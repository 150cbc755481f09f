"""Postgres, Temporal and supervised processes on this machine, for the demo, tests and `make up`."""
