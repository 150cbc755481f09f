"""Chargers, and the transactions they reported."""
