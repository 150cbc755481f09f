"""What is issued to people about their money, and what it says."""
