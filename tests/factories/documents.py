"""Who issues documents in tests."""

from domain.documents.content import Issuer

ISSUER = Issuer(
    name="Example Charging GmbH",
    address=("Hafenstraße 1", "20457 Hamburg"),
    country="DE",
    tax_id="DE123456789",
    registration="Amtsgericht Hamburg, HRB 12345",
    contact="billing@example.com",
    footer="Managing directors: A. Example, B. Example",
    series="T-",
)
