"""Commands to chargers and the way to their sockets."""
