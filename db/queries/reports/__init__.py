"""What is counted over many reservations, for people who look back."""
