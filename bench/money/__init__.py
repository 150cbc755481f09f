"""What a settlement costs: seconds, calls to the provider, statements to Postgres."""
