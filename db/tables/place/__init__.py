"""What is installed where, and who was promised it."""
