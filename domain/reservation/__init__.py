"""One reservation: its states, deadlines, actions and what has happened."""
