"""An engineer's receiver of outgoing webhooks: checks each signature, and shows what it was told."""
