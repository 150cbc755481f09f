"""`make demo`: every story of simulator/scenarios side by side on an embedded stack of its own."""
