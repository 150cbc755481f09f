"""The gateway's bench: calls per core beside two peers, durable status changes, memory, access decisions, outages."""
