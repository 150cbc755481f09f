"""What chargers can do about holds: asked, learned, kept."""
