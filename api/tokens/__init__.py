"""Who is calling: bearer tokens, the keys that check them, and an issuer for those who have none."""
