"""What OCPP 2.0.1 and 2.1 share, which is nearly all we use. No behaviour."""
