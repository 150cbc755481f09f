"""Decides what people are told by which message, and has it delivered."""
