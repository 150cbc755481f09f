"""Storage and delivery: SQL by noun, group commit (`lanes`), the inbox, and what brings its events to workflows.

Each function is one round trip or a few. Nothing here knows sockets, versions or what is done with its rows.
"""
