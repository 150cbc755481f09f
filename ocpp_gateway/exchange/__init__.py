"""The exchange: sockets, connections, calls in both directions, leases, signs of life.

`websocket` gives whole messages to `connection`, which reads them (`wire`) and has them handled (`duties`).
"""
