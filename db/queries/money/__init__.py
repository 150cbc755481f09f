"""Money, as operators look at it."""
