"""What booking costs at size: offers over a fortnight, and packing."""
