"""Chargers, their credentials and connections, and who may charge."""
