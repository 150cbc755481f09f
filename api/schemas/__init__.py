"""What goes over the wire, one module a collection, with explicit mapping from the inner words."""
