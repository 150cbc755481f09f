"""How a process talks to workflows and gateways: start, act, query, signal, command; and what a failure means."""
