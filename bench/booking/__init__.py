"""What booking costs at size: offers over a fortnight, packing, late choice, a race for seats."""
