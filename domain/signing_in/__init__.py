"""How people sign in to the pages by themselves, without the issuer: passkeys, and links that are sent to them."""
