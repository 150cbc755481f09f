"""A site's rules and prices as data, and the snapshot a driver accepts."""
