"""A random day at a site, through the gate and through the workflow's rules: what a card is told is what happens.

Postgres, the gateway's duties and the activities are the real ones; the workflow's part is played by its own rules
(`signs`, `grace`, `Progress`), so that a day of a dozen reservations takes a second.
"""

from datetime import datetime, timedelta
from itertools import count
from random import Random

from activities.holds.activities import HoldActivities
from contracts.holds import HoldReplacement, HoldStep, LockHold, OwnSession, PlaceHold, ReleaseHolds
from contracts.matching import MatchSessions
from db.engine import create_sessions
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.place.slots import Slot, next_grid_start
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.reservation.release import ReleaseReason
from domain.reservation.sign import Sign
from domain.reservation.signs import STARTS_A_SESSION, concerns, signs_of
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.duties.transactions import take_transaction
from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer, Verdict
from ocpp_gateway.wire.reports import Phase, TransactionReported
from tests.factories import NOON, make_booking
from tests.ocpp_gateway.conftest import ALICE, BOB, FLEET_A, FLEET_B
from tests.ocpp_gateway.duties.random_reservation import Reservation
from tests.ocpp_gateway.records import Records

MINUTE = timedelta(minutes=1)
DRIVERS = {"alice": ALICE, "bob": BOB, "fleet-1": FLEET_A, "fleet-2": FLEET_B}
STARTS = {Sign.CHARGING_STARTED, Sign.STARTED_ELSEWHERE}


class Day:
    def __init__(self, records: Records, random: Random, *, shared_bays: bool = False) -> None:
        """`shared_bays`: the plugs of a charger share its bay, where one car stands at a time."""
        self.records = records
        self.random = random
        self.shared_bays = shared_bays
        self.now = NOON
        self.holds = HoldActivities(create_sessions(records.engine))
        self.reservations: list[Reservation] = []
        self.running: dict[tuple[str, int], str] = {}
        self.guests: dict[str, str] = {}
        self.free_since = dict.fromkeys(records.connectors, NOON)
        self.story: list[str] = []
        self._ids = count(1)

    # --- what happens -------------------------------------------------------------------------------

    async def passes(self) -> None:
        """Some minutes, and what they bring about for each reservation."""
        self.now += self.random.randint(1, 12) * MINUTE
        for one in self.reservations:
            await self._time_passed(one)

    async def book(self) -> None:
        driver = self.random.choice([*DRIVERS])
        start = next_grid_start(self.now, 15 * MINUTE) + self.random.choice([0, 15, 30, 45]) * MINUTE
        slot = Slot(start, start + self.random.choice([30, 60]) * MINUTE)
        group = "parcels" if driver.startswith("fleet") else None
        ask: PlaceHold = make_booking(
            f"day-{next(self._ids)}", driver_id=driver, fleet_id=group, slot=slot, now=self.now
        )
        decision = await self.holds.place_hold(ask)
        if decision.held is None or decision.terms is None:
            return
        progress = Progress(slot=slot)
        progress.assigned(decision.held.assignment, self.now)
        one = Reservation(ask.code, driver, decision.held.assignment.hold_id, decision.terms, progress)
        self.reservations.append(one)
        if self.random.random() < 0.3:
            progress.awaits_payment(self.now + 10 * MINUTE)
        else:
            progress.confirmed(self.now)
        await self._show(one)
        self._tell(f"{one.code} {driver} {slot.start:%H:%M}-{slot.end:%H:%M} {progress.state}")

    async def cancel(self) -> None:
        open_ = [r for r in self.reservations if r.progress.state in (State.CONFIRMED, State.LOCKED)]
        if open_:
            await self._end(self.random.choice(open_), State.CANCELLED, ReleaseReason.CANCELLED)

    async def move(self) -> None:
        """Its connector is broken: to another one, before the lock or after."""
        open_ = [r for r in self.reservations if r.progress.state in (State.CONFIRMED, State.LOCKED)]
        one = self.random.choice(open_) if open_ else None
        place = one.progress.assignment if one else None
        if one is None or place is None or one.progress.slot.is_over(self.now):
            return
        slot = Slot(max(self.now, one.progress.slot.start), one.progress.slot.end)
        ask = self._replacement(one, HoldStep.REROUTE, slot, exclude=(place.connector_id,), instead=True)
        decision = await self.holds.hold_replacement(ask)
        if decision.held is not None:
            one.hold_id, one.progress.left_at = decision.held.assignment.hold_id, self.now
            one.progress.assigned(decision.held.assignment, self.now)
            self._tell(f"{one.code} moved to {decision.held.assignment.label}")

    def _replacement(
        self,
        one: Reservation,
        step: HoldStep,
        slot: Slot,
        *,
        exclude: tuple[int, ...] = (),
        prefer: int | None = None,
        only: int | None = None,
        **over: bool,
    ) -> HoldReplacement:
        return HoldReplacement(
            code=one.code,
            step=f"{step}-{next(self._ids)}",
            driver_id=one.driver,
            slot=slot,
            power_w=1,
            site_id="north",
            exclude_connectors=exclude,
            prefer_connector_id=prefer,
            only_connector_id=only,
            terms=one.terms,
            now=self.now,
            **over,
        )

    async def stop(self) -> None:
        if not self.running:
            return
        place = self.random.choice([*self.running])
        await self._say(*place, Phase.ENDED, transaction := self.running.pop(place), None)
        for one in self.reservations:
            if one.progress.transaction_id == transaction:
                one.progress.transaction_ended(self.now)

    async def start(self) -> None:
        """A card somewhere: what it was told must be what becomes of it."""
        taken = {charger for charger, _ in self.running} if self.shared_bays else set()
        free = [p for p in self.records.connectors if p not in self.running and p[0] not in taken]
        if not free:
            return
        driver, place = self.random.choice([*DRIVERS]), self.random.choice(free)
        transaction = f"tx-{next(self._ids)}"
        told = await self._say(*place, Phase.STARTED, transaction, DRIVERS[driver])
        self.running[place] = transaction
        row = next(s for s in await self.records.sessions() if s.transaction_id == transaction)
        self._tell(f"{driver} at {place}: {told.verdict}, {row.reservation_code}, until {told.until}")
        assert row.authorised is (told.verdict is Verdict.ACCEPTED)
        if row.reservation_code is None:
            self.guests[transaction] = driver
            await self._is_nobodys(driver, transaction)
        else:
            assert told.verdict is Verdict.ACCEPTED
            await self._is_taken_up(row.reservation_code, place, transaction, told.until)
        if told.verdict is not Verdict.ACCEPTED:  # as the gateway has it stopped
            del self.running[place]
            await self._say(*place, Phase.ENDED, transaction, None)

    # --- what must be true ----------------------------------------------------------------------------

    async def _is_nobodys(self, driver: str, transaction: str) -> None:
        """A walk-in's, or refused: no reservation of the driver would take it up if it were asked now."""
        for one in self.reservations:
            if one.driver == driver and one.progress.state in STARTS_A_SESSION:
                found = await self.holds.match_sessions(MatchSessions(code=one.code, now=self.now))
                ids = [session.transaction_id for session in found.sessions]
                assert transaction not in ids, "\n".join(self.story)

    async def _is_taken_up(
        self, code: str, place: tuple[str, int], transaction: str, until: datetime | None
    ) -> None:
        one = next(r for r in self.reservations if r.code == code)
        event = ChargerEvent(
            event_id=transaction,
            kind=ChargerEventKind.TRANSACTION_STARTED,
            charger_id=place[0],
            at=self.now,
            connector_id=self.records.connectors[place],
            transaction_id=transaction,
            matches_driver=True,
        )
        assert concerns(event, one.progress), self.story
        assert STARTS & {*signs_of(event, one.progress)}, "\n".join(self.story)
        if one.progress.state is State.NO_SHOW:
            await self._is_welcome(one, event, until)
        found = await self.holds.match_sessions(MatchSessions(code=code, now=self.now))
        mine = [session for session in found.sessions if session.transaction_id == transaction]
        assert mine, "\n".join(self.story)
        self._charges(one, mine[0])

    async def _is_welcome(self, one: Reservation, event: ChargerEvent, until: datetime | None) -> None:
        """Held exactly as long as the card was told; at a group mate's bay nothing is, as the mate goes elsewhere."""
        rest, here = Slot(self.now, one.progress.slot.end), event.connector_id
        ask = self._replacement(one, HoldStep.LATE, rest, prefer=here, only=here, as_long_as_free=True)
        decision = await self.holds.hold_replacement(ask)
        if decision.held is None:
            assert self._is_of_a_mate(one, here), "\n".join(self.story)
            return
        assert decision.held.assignment.connector_id == event.connector_id, self.story
        assert decision.slot is not None
        expected = one.progress.slot.end if until is None else min(until, one.progress.slot.end)
        assert decision.slot.end == expected, self.story
        one.progress.extended(Slot(one.progress.slot.start, decision.slot.end))

    def _is_of_a_mate(self, one: Reservation, place: int | None) -> bool:
        """Held for them, and their window has begun, or it is so near that nobody begins a stay any more."""
        mates = [r for r in self.reservations if r is not one and r.driver.startswith("fleet")]
        turns = [
            r.progress.assignment.connector_id
            for r in mates
            if r.progress.assignment is not None and r.progress.state is not State.NO_SHOW
            and r.progress.slot.start - r.terms.policy.walk_in_warning <= self.now < r.progress.slot.end
        ]  # fmt: skip
        return one.driver.startswith("fleet") and place in turns

    # --- as the workflow does -------------------------------------------------------------------------

    async def _time_passed(self, one: Reservation) -> None:
        progress = one.progress
        if progress.state is State.AWAITING_PAYMENT and progress.payment_due_at is not None:
            if self.random.random() < 0.3:
                progress.confirmed(self.now)
                await self._show(one)
            elif self.now >= progress.payment_due_at:
                await self._end(one, State.EXPIRED, ReleaseReason.EXPIRED)
        lead = one.terms.policy.lock_lead
        if progress.state is State.CONFIRMED and self.now >= progress.slot.start - lead:
            locked = await self.holds.lock_hold(LockHold(code=one.code, hold_id=one.hold_id, now=self.now))
            progress.assigned(locked.held.assignment, self.now)
            if locked.own:
                self._charges(one, locked.own[-1])
            else:
                progress.locked()
            await self._show(one)
        if progress.state is State.LOCKED and self.now >= one.grace_ends:
            await self._grace_ended(one)
        if progress.state is State.NO_SHOW and progress.slot.is_over(self.now):
            await self._looked_for(one)
            if progress.state is State.NO_SHOW:
                await self._show(one, closed=True)
                self.reservations.remove(one)
                await self._did_not_charge(one)

    async def _grace_ended(self, one: Reservation) -> None:
        await self._looked_for(one)
        if one.progress.state is State.LOCKED:
            one.progress.not_arrived(self.now)
            await self.holds.release_holds(
                ReleaseHolds(code=one.code, reason=ReleaseReason.NO_SHOW, now=self.now)
            )
            await self._show(one)

    async def _looked_for(self, one: Reservation) -> None:
        found = await self.holds.match_sessions(MatchSessions(code=one.code, now=self.now))
        for session in found.sessions:
            if one.progress.state in STARTS_A_SESSION:
                self._charges(one, session)

    async def _did_not_charge(self, one: Reservation) -> None:
        """No driver who was charging is ever a no-show."""
        assert one.code not in [row.reservation_code for row in await self.records.sessions()], self.story

    def _charges(self, one: Reservation, session: OwnSession) -> None:
        """A guest may become its driver's own, nobody else's."""
        assert self.guests.get(session.transaction_id, one.driver) == one.driver, "\n".join(self.story)
        one.charges(session, self.now)
        self._tell(f"{one.code} charges, {session.transaction_id}")

    async def _end(self, one: Reservation, state: State, reason: ReleaseReason) -> None:
        await self.holds.release_holds(ReleaseHolds(code=one.code, reason=reason, now=self.now))
        one.progress.state = state
        await self._show(one, closed=True)
        self.reservations.remove(one)
        self._tell(f"{one.code} {state}")

    async def _show(self, one: Reservation, *, closed: bool = False) -> None:
        state = one.progress.state.value
        await self.records.shown(state, driver=one.driver, code=one.code, closed=closed)

    async def _say(
        self,
        charger: str,
        number: int,
        phase: Phase,
        transaction: str,
        id_tag: str | None,
        *,
        offline_at: datetime | None = None,
    ) -> TokenAnswer:
        received = ReceivedCall(charger_id=charger, epoch=1, message_id=transaction, at=self.now)
        report = TransactionReported(
            phase=phase,
            identity=f"{transaction}:{phase}",
            at=offline_at or self.now,
            transaction_id=transaction,
            connector_number=number,
            id_tag=id_tag,
            meter_wh=0,
            seq_no=0 if phase is Phase.STARTED else 1,
            offline=offline_at is not None,
        )
        async with self.records.engine.begin() as connection:
            outcome = await take_transaction(connection, received, report)
        assert isinstance(outcome.answer, TransactionAnswer)
        return outcome.answer.token or TokenAnswer(verdict=Verdict.ACCEPTED)

    def _tell(self, what: str) -> None:
        self.story.append(f"{self.now:%H:%M} {what}")
