"""What the tests of the waiting list share: who waits at site `north`, what is booked there, and what is offered."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from activities.holds.activities import HoldActivities
from activities.queue.rounds import finish_broken, offer_free, take_back_closed, take_back_due
from api.desk.admission import Admission
from api.desk.booking import Booking
from api.desk.principal import Principal
from api.desk.waiting_answers import WaitingAnswers
from api.desk.waiting_list import Entry, WaitingListDesk
from api.desk.waiting_orders import WaitingOrder
from contracts.holds import HoldDecision, PlaceHold, ReleaseHolds
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookOutcome, BookRequest
from db.engine import Sessions
from db.tables import Hold, Notification
from domain.errors import BookingTooLate
from domain.place.slots import Slot
from domain.reservation.booking import comes_too_late
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import NOW
from tests.factories import make_booking, make_slot
from workflows.client.failures import NoAnswerYet

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def person(name: str) -> Principal:
    return Principal(subject=name, scopes=frozenset({"driver"}))


@dataclass
class PlayedBooking:
    """Reservations as far as their holds go. `declines`: code of what each is refused by after its hold was placed;
    `silent`: nobody answers in time; `unheard`: it is booked, and the answer is lost; `unpaid`: its deposit is
    awaited."""

    holds: HoldActivities
    now: datetime = NOW
    declines: str = ""
    silent: bool = False
    unheard: bool = False
    unpaid: bool = False
    admission: Admission = field(
        default_factory=lambda: Admission(at_once=99, at_one_site=99, patience=timedelta(seconds=9))
    )
    requests: list[BookRequest] = field(default_factory=list)
    decided: dict[str, str] = field(default_factory=dict)
    """By code, of each that was begun: what refused it; it says the same ever after."""

    async def answered(self, request: BookRequest, _found: object) -> BookDecision | None:
        if self.silent:
            return None
        refused = await self.book(request)
        if self.unheard:
            return None
        view = ReservationView(
            code=request.code, state="CONFIRMED", driver_id=request.driver_id, account=request.account,
            fleet_id=None, site_id=request.site_id, site_name="", slot_start=request.start, slot_end=request.end,
        )  # fmt: skip
        if refused:
            return BookDecision(outcome=BookOutcome.DECLINED, view=view, decline_code=refused)
        if self.unpaid:
            return BookDecision(outcome=BookOutcome.PAYMENT_REQUIRED, view=view)
        return BookDecision(outcome=BookOutcome.CONFIRMED, view=view)

    async def book(self, request: BookRequest) -> str:
        if self.silent:
            raise NoAnswerYet("not in time")
        self.requests.append(request)
        if request.code not in self.decided:
            refused = (
                BookingTooLate.code
                if comes_too_late(request.book_by, self.now)
                else await self._begin(request)
            )
            self.decided.setdefault(request.code, refused)
        return self.decided[request.code]

    async def _begin(self, request: BookRequest) -> str:
        decision = await self.holds.place_hold(
            PlaceHold(
                code=request.code,
                account=request.account,
                driver_id=request.driver_id,
                fleet_id=request.fleet_id,
                site_id=request.site_id,
                pool_id=request.pool_id,
                connector_type=request.connector_type,
                slot=Slot(request.start, request.end),
                now=self.now,
                quote=request.quote,
                needs=request.needs,
            )
        )
        refused = decision.refusal.code if decision.refusal is not None else self.declines
        if refused:
            ask = ReleaseHolds(code=request.code, reason=ReleaseReason.DECLINED, now=self.now)
            await self.holds.release_holds(ask)
        return refused

    async def undo(self, code: str, by: str) -> bool:
        raise AssertionError(f"{by} undoes {code}")


@dataclass
class Town:
    sessions: Sessions
    holds: HoldActivities
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.booking = PlayedBooking(self.holds)

    @property
    def desk(self) -> WaitingListDesk:
        return WaitingListDesk(self.sessions, lambda: self.now)

    @property
    def answers(self) -> WaitingAnswers:
        booking: Any = self.booking
        self.booking.now = self.now
        played: Booking = booking
        return WaitingAnswers(self.sessions, played, lambda: self.now)

    async def waits(self, name: str, slot: Slot | None = None, **over: Any) -> Entry:
        """For an hour, by default that of noon; a second after whoever came before."""
        window = slot or make_slot()
        self.now += timedelta(seconds=1)
        values: dict[str, Any] = {
            "site_id": "north",
            "start": window.start,
            "end": window.end,
            "length": HOUR,
        }
        return await self.desk.join(person(name), f"{name}-{window}", WaitingOrder(**(values | over)))

    async def books(self, name: str, slot: Slot | None = None, **over: Any) -> PlaceHold:
        """Placed, or else the test is wrong."""
        ask = make_booking(name, slot=slot or make_slot(), now=self.now, **over)
        decision: HoldDecision = await self.holds.place_hold(ask)
        assert decision.held is not None, decision.refusal
        return ask

    async def gives_back(self, ask: PlaceHold) -> None:
        release = ReleaseHolds(code=ask.code, reason=ReleaseReason.CANCELLED, now=self.now)
        assert await self.holds.release_holds(release) == 1

    async def round(self) -> int:
        """All that is due by now, at all sites; how many entries it changed."""
        return await self.round_on(self.sessions)

    async def round_on(self, sessions: Sessions, now: datetime | None = None) -> int:
        """As another worker would, whose clock may say something else."""
        self.booking.now = now or self.now

        def clock() -> datetime:
            return now or self.now

        done = await take_back_due(sessions, clock)
        done += await take_back_closed(sessions, clock)
        done += await finish_broken(sessions, self.booking, clock)
        return done + await offer_free(sessions, clock)

    async def entry(self, entry: Entry) -> Entry:
        principal = Principal(subject=entry.row.account, scopes=frozenset({"driver"}))
        return await self.desk.one(principal, entry.row.id)

    async def states(self, *entries: Entry) -> list[str]:
        return [(await self.entry(one)).state.value for one in entries]

    async def held(self) -> list[str]:
        """Whose holds stand, by driver."""
        async with self.sessions() as session:
            open_holds = select(Hold.driver_id).where(Hold.released_at.is_(None))
            return sorted(await session.scalars(open_holds))

    async def told(self, name: str) -> list[str]:
        async with self.sessions() as session:
            mine = select(Notification.template).where(Notification.driver_id == name)
            return list(await session.scalars(mine.order_by(Notification.id)))
