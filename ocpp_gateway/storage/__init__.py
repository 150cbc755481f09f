"""Storage and delivery: SQL by noun, group commit, the inbox and what brings its events to workflows."""
