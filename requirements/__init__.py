"""The hashed locks, and the check that they still fit pyproject.toml."""
