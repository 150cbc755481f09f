"""Statements of the gateway against Postgres. One file a noun; each function is one round trip or a few."""
