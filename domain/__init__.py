"""The rules of the business: plain Python, no IO, no clock, standard library only."""
