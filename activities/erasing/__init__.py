"""Erasures of drivers are brought to their end."""
