"""What we write into the metadata of Stripe's objects, so that they find back to our payments."""

METADATA_CODE = "reservation_code"
METADATA_STEP = "step"
METADATA_DRIVER = "driver_id"
"""Of a subscription, written by whoever sells it: whose it is, by the subject of their tokens."""
