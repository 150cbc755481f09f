"""Random days at a site (`make days`): made by chance, lived in virtual time, audited, and shrunk when one fails."""
