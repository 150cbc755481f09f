"""What may be asked of a reservation: messages, rules and the one table of actions."""
