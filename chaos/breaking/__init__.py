"""What is broken on purpose, each only for a while: processes, connections, the payment provider, chargers."""
