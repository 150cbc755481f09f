"""Where the money of a reservation is: what was placed on a card, taken, released and given back, and when."""

from dataclasses import dataclass

from api.desk.access import Access
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.money.payment_moments import PaymentTold, payments_told


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`zone`: IANA name of the site's clock."""

    zone: str
    payments: list[PaymentTold]


class Payments:
    def __init__(self, sessions: Sessions, access: Access) -> None:
        self._sessions = sessions
        self._access = access

    async def of(self, principal: Principal, text: str) -> Told:
        """In the order in which they were begun; operators see anybody's.

        Raises InvalidReservationCode, UnknownReservation.
        """
        found = await self._access.find_visible(principal, text)
        async with self._sessions() as session:
            told = await payments_told(session, found.code)
        return Told(zone=found.view.site_zone if found.view else "UTC", payments=told)
