"""Certificates for chargers: what they ask to have signed, and the operator's authority that signs it."""
