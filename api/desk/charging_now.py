"""What a reservation's charging has come to while it goes on, for who may read it."""

from collections.abc import Callable
from datetime import datetime

from activities.money.metered_sessions import transactions_of
from contracts.publication import ReservationView
from db.engine import Sessions
from db.queries.charging.troubles import during
from domain.place.slots import Slot
from domain.settlement.so_far import SoFar, so_far


class ChargingNow:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def of(self, view: ReservationView) -> SoFar | None:
        """Of what its reader has been shown. None: nothing has begun, or the receipt tells what it came to."""
        if view.terms is None or view.receipt is not None:
            return None
        now = self._clock()
        async with self._sessions() as session:
            transactions = await transactions_of(session, view.code)
            if not transactions:
                return None
            since = transactions[0].started_at
            troubles = [
                trouble
                for charger in sorted({one.connector.charger_id for one in transactions})
                for trouble in await during(session, charger, since, now)
            ]
        return so_far(view.terms, Slot(view.slot_start, view.slot_end), transactions, troubles, now)
