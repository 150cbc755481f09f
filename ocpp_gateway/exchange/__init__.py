"""The exchange: sockets, connections, calls in both directions, leases, signs of life."""
