"""A stand-in for an issuer of identities (OpenID Connect): anybody is signed in with one press. Not for production."""
