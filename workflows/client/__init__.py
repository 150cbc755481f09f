"""How a process talks to workflows: start, update, query, signal, and what a failure of each means."""
