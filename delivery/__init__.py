"""Delivers what is in the outbox to its targets: in order for each key, at least once, whoever dies meanwhile."""
