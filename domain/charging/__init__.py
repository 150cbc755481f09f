"""Chargers in the field's words: events, commands, tokens, who may charge, what a charger can do."""
