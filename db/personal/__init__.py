"""What is held about a driver, table by table: what they are given of it, and what becomes of it by an erasure."""
