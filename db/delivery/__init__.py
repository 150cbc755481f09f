"""What one delivery mechanism reads and writes: facts in the inbox, deliveries in the outbox, what still waits."""
