"""What pages take of a phone, of the process that makes them, and of it while many look at what changes."""
