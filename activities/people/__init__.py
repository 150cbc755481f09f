"""What people learn of a reservation."""
