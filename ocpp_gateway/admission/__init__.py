"""Who is let in: TLS, identity, password or certificate, and the list of those who were refused."""
