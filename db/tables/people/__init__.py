"""Drivers, and what is on record of who did what and who was told."""
