"""Amounts and the lines of a bill."""
