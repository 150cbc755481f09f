"""Bodies and answers over the wire, by noun."""
