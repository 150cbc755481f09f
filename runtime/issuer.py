"""Who issues documents, by the settings."""

from zoneinfo import ZoneInfo

from activities.documents.issuing import Issuing
from domain.documents.content import Issuer
from runtime.settings import IssuerSettings, LedgerSettings


def issuing_of(settings: IssuerSettings, books: LedgerSettings) -> Issuing | None:
    """None: nobody is named."""
    if settings.name is None:
        return None
    issuer = Issuer(
        name=settings.name,
        address=tuple(line.strip() for line in settings.address.split(",")),
        country=settings.country,
        tax_id=settings.tax_id,
        registration=settings.registration,
        contact=settings.contact,
        footer=settings.footer,
        series=settings.series,
    )
    return Issuing(issuer=issuer, zone=ZoneInfo(books.zone))
