"""A random day on which cards are only shown, too, or start from afar, or are told of late by who was offline."""

from dataclasses import replace
from datetime import datetime

from contracts.holds import HoldStep, LockHold
from contracts.matching import MatchSessions
from domain.charging.commands import RemoteStart
from domain.charging.events import ChargerEvent
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason
from domain.reservation.sign import Sign
from domain.reservation.signs import STARTS_A_SESSION, concerns, signs_of
from ocpp_gateway.duties.authorize import judge_all
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.duties.remote_starts import RemoteStartGate
from ocpp_gateway.wire.answers import TokenAnswer, Verdict
from ocpp_gateway.wire.reports import Phase, TokenPresented
from tests.ocpp_gateway.duties.random_day import DRIVERS, MINUTE, Day
from tests.ocpp_gateway.duties.random_reservation import Reservation

COMES = (State.CONFIRMED, State.LOCKED, State.NO_SHOW)


class CardDay(Day):
    """`_time_passed` and `_say` do what the plain day's do, and look at more of it."""

    # --- what happens -------------------------------------------------------------------------------

    async def show(self) -> None:
        """Authorize alone: who is let in for a reservation has arrived."""
        driver = self.random.choice([*DRIVERS])
        charger = self.random.choice(["NORTH-1", "NORTH-2"])
        received = ReceivedCall(
            charger_id=charger, epoch=1, message_id=f"card-{next(self._ids)}", at=self.now
        )
        shown = TokenPresented(id_tag=DRIVERS[driver])
        async with self.records.engine.connect() as connection:
            (judged,) = await judge_all(connection, [(received, shown)])
        accepted = judged.answer.verdict is Verdict.ACCEPTED
        self._tell(f"{driver} shows a card at {charger}: {judged.answer.verdict}")
        spare = await self._is_said_of_starts(driver, charger, accepted)
        for edge in judged.edges:
            for code, own in edge.recipients.items():
                assert own is accepted, self.story
                one = next((r for r in self.reservations if r.code == code), None)
                if one is not None and spare:
                    await self._hears(one, replace(edge.event, matches_driver=own))

    async def start_offline(self) -> None:
        """A charger that was away tells what began there meanwhile: judged by its own time."""
        free = [place for place in self.records.connectors if place not in self.running]
        if self.shared_bays or not free:
            return
        driver, place = self.random.choice([*DRIVERS]), self.random.choice(free)
        then = max(self.now - self.random.randint(1, 9) * MINUTE, self.free_since.get(place, self.now))
        transaction = f"tx-{next(self._ids)}"
        self.running[place] = transaction
        told = await super()._say(*place, Phase.STARTED, transaction, DRIVERS[driver], offline_at=then)
        row = next(s for s in await self.records.sessions() if s.transaction_id == transaction)
        self._tell(f"{driver} at {place} since {then:%H:%M}: {told.verdict}, {row.reservation_code}")
        assert row.authorised is (told.verdict is Verdict.ACCEPTED)
        if row.reservation_code is not None:
            assert row.authorised, self.story
        for one in [r for r in self.reservations if r.progress.state in STARTS_A_SESSION]:
            found = await self.holds.match_sessions(MatchSessions(code=one.code, now=self.now))
            mine = [session for session in found.sessions if session.transaction_id == transaction]
            assert bool(mine) or row.reservation_code != one.code, "\n".join(self.story)
            assert row.authorised or not mine, "\n".join(self.story)
            if mine:  # a walk-in's meanwhile may be its driver's, as the lock finds them
                assert row.reservation_code in (None, one.code), "\n".join(self.story)
                self._charges(one, mine[0])
        if told.verdict is not Verdict.ACCEPTED:
            del self.running[place]
            await self._say(*place, Phase.ENDED, transaction, None)

    # --- what must be true ----------------------------------------------------------------------------

    async def _is_said_of_starts(self, driver: str, charger: str, accepted: bool) -> bool:
        """Whoever may start at one of the connectors that are free is let in, and nobody else; is there one?"""
        places = [place for place in self.records.connectors if place[0] == charger]
        spare = [place for place in places if place not in self.running]
        starts = [await self._may_start(*place, DRIVERS[driver]) for place in spare or places]
        comes_to_stop = len(spare) < len(places) and accepted
        assert accepted is any(starts) or comes_to_stop, "\n".join(self.story)
        return bool(spare)

    async def _may_start(self, charger: str, number: int, id_tag: str) -> bool:
        """Would a remote start be sent?"""
        command = RemoteStart(connector_number=number, id_tag=id_tag, remote_start_id=1)
        return await RemoteStartGate(self.records.engine).refusal(charger, command, self.now) is None

    async def _hears(self, one: Reservation, event: ChargerEvent) -> None:
        signs = signs_of(event, one.progress) if concerns(event, one.progress) else ()
        if not event.matches_driver:
            assert Sign.DRIVER_CAME not in signs, self.story
        elif one.progress.state in COMES:
            assert Sign.DRIVER_CAME in signs, "\n".join(self.story)
            await self._arrives(one, event)

    async def _arrives(self, one: Reservation, event: ChargerEvent) -> None:
        """As the workflow does it; whom the gate has let in late is held a place."""
        progress = one.progress
        if progress.state is State.NO_SHOW:
            rest = Slot(self.now, progress.slot.end)
            ask = self._replacement(one, HoldStep.LATE, rest, prefer=event.connector_id, as_long_as_free=True)
            decision = await self.holds.hold_replacement(ask)
            assert decision.held is not None, "\n".join(self.story)
            assert decision.slot is not None
            one.hold_id = decision.held.assignment.hold_id
            progress.assigned(decision.held.assignment, self.now)
            progress.extended(Slot(progress.slot.start, decision.slot.end))
        elif progress.state is State.CONFIRMED:
            locked = await self.holds.lock_hold(LockHold(code=one.code, hold_id=one.hold_id, now=self.now))
            progress.assigned(locked.held.assignment, self.now)
            if locked.own:
                self._charges(one, locked.own[-1])
        if progress.state in COMES:
            progress.arrived(self.now)
        await self._show(one)
        self._tell(f"{one.code} {progress.state}")

    # --- as the workflow and the charger do -----------------------------------------------------------

    async def _time_passed(self, one: Reservation) -> None:
        await super()._time_passed(one)
        if one.progress.state is State.ARRIVED and one.progress.slot.is_over(self.now):
            await self._looked_for(one)
            if one.progress.state is State.ARRIVED:
                await self._end(one, State.COMPLETED, ReleaseReason.COMPLETED)

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
        """A remote start is a start: sent where it will be accepted, and nowhere else."""
        sent = id_tag is not None and await self._may_start(charger, number, id_tag)
        told = await super()._say(charger, number, phase, transaction, id_tag, offline_at=offline_at)
        if phase is Phase.STARTED:
            assert sent is (told.verdict is Verdict.ACCEPTED), "\n".join(self.story)
        else:
            self.free_since[charger, number] = self.now
        return told
