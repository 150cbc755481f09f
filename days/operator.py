"""The operator of a day, who knows what happened: ends that found no session get the place that was theirs."""

from typing import Any, cast

from sqlalchemy import select

from api.desk.principal import Principal
from api.desk.steering import Steering
from api.desk.unplaced_transactions import Placement, UnplacedTransactions
from days.scene import Scene
from days.stage import NotDone
from days.truth import Leg
from db.tables import ChargingSession, ReservationRow, UnplacedTransaction
from domain.errors import DomainError
from domain.reservation.actions.messages import Operate
from domain.reservation.lifecycle import State

_NAME = "olga"
_SERVED = frozenset(set(State) - {State.DECLINED, State.EXPIRED, State.CANCELLED, State.UNFULFILLED})
_WAITS = 20
"""Minutes: its beginning may still be on the way."""


class Operator:
    def __init__(self, day: Scene) -> None:
        self._day = day
        self._placed: set[int] = set()

    async def place_ends(self) -> None:
        """Those that have waited for some time."""
        desk = UnplacedTransactions(self._day.sessions, cast("Steering", self), self._day.time.now)
        olga = Principal(subject=_NAME, scopes=frozenset({"operator"}))
        for row in await self._waiting():
            leg = self._leg_of(row)
            self._day.tell(f"> {_NAME} places {row.transaction_id} of {row.charger_id}: {leg and leg.visit}")
            try:
                if leg is None or await self._is_recorded(leg):
                    await desk.dismiss(olga, row.id, "nobody's, or it has a session")
                    continue
                self._placed.add(id(leg))
                await desk.place(olga, row.id, await self._placement(leg, row), "as it was")
            except DomainError as refusal:
                self._day.tell(f"  {refusal.code}")

    async def _waiting(self) -> list[Any]:
        table = UnplacedTransaction
        heard_by = self._day.time.now() - self._day.calendar.span(_WAITS)
        open_ = select(table.__table__).where(
            table.placed_at.is_(None), table.dismissed_at.is_(None), table.heard_at < heard_by
        )
        async with self._day.sessions() as session:
            return list((await session.execute(open_.order_by(table.id))).all())

    def _leg_of(self, row: Any) -> Leg | None:
        """What really ended there: by register, then by time."""
        here = [
            leg
            for leg in self._day.truth.legs
            if leg.charger == row.charger_id and leg.ended is not None and id(leg) not in self._placed
        ]
        likely = [leg for leg in here if leg.seen.meter_wh == row.meter_wh] or here
        return min(likely, key=lambda leg: abs((leg.ended or leg.began) - row.ended_at), default=None)

    async def _is_recorded(self, leg: Leg) -> bool:
        """Does it have a session that ended otherwise? Placed as well, its energy would be there twice."""
        row = ChargingSession
        there = select(row.id).where(
            row.charger_id == leg.charger, row.transaction_id == str(leg.seen.id), row.started_at <= leg.ended
        )
        async with self._day.sessions() as session:
            return leg.seen.id is not None and (await session.scalars(there)).first() is not None

    async def _placement(self, leg: Leg, row: Any) -> Placement:
        return Placement(
            reservation=await self._reservation_of(leg),
            connector_id=self._day.connectors[leg.charger, leg.connector],
            started_at=min(leg.began, row.ended_at),
            meter_start_wh=leg.seen.meter_start,
        )

    async def _reservation_of(self, leg: Leg) -> str | None:
        """The one that its driver came for, if it was within its time and at its site."""
        guest = self._day.guests[leg.visit]
        async with self._day.sessions() as session:
            row = await session.get(ReservationRow, guest.code)
        if row is None or row.state not in _SERVED or guest.site != self._day.site_of(leg.charger):
            return None
        opens = row.slot_start - self._day.policy.early_start
        return guest.code if opens <= leg.began < row.slot_end else None

    async def act(self, _by: Principal, code: str, action: Any, message: Operate) -> None:
        """As the desk has it done, on the stage of this day."""
        try:
            await self._day.stage.act(code, action.name, message)
        except NotDone as refusal:
            self._day.tell(f"  {code} {action.name}: {refusal.code or 'not answered at once'}")
