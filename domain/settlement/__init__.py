"""What a reservation costs in the end."""
