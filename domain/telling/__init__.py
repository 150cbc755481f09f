"""How people are told: by which channel, how soon, what together, and what not any more."""
