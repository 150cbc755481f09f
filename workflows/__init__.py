"""Orchestration: one Temporal workflow a file, and the messages they exchange."""
