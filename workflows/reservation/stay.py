"""The stay: the driver arrives, charges, perhaps overstays, and leaves."""

from datetime import datetime

from temporalio import workflow

from contracts.holds import HeldConnector, HoldStep
from domain.causes import Cause
from domain.charging.commands import CommandOutcome, RemoteStart
from domain.charging.connector import ConnectorStatus
from domain.charging.events import LEFT, ChargerEvent
from domain.charging.presence import INFERRED, REOPENED, SUPERSEDED, left_at
from domain.charging.session_identity import CLOCK_ERROR
from domain.errors import ChargerOffline, SlotUnavailable, StartRejected, StopRejected
from domain.facts import notices, stay
from domain.facts.attention import Problem
from domain.facts.refused_actions import ChargerAway, LateGivenAway, LateSlotOver, StartRefused, StopRefused
from domain.facts.stay import ArrivalSign
from domain.money.lines import LineKind
from domain.place.slots import Slot
from domain.reservation.actions.messages import AtBay
from domain.reservation.deadlines import presumed_gone
from domain.reservation.grace import arrival_by, slot_of_late_arrival
from domain.reservation.lifecycle import State
from domain.reservation.rerouting import start_is_hopeless
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.record import Record
from workflows.reservation.reroute import Reroute


class Stay:
    def __init__(self, record: Record, effects: Effects, reroute: Reroute, ending: Ending) -> None:
        self._record = record
        self._effects = effects
        self._reroute = reroute
        self._ending = ending

    # --- arriving ------------------------------------------------------------------------------------

    async def check_in(self, _ask: AtBay) -> None:
        await self._arrive(self._record.as_of(), ArrivalSign.CHECKED_IN)

    async def came(self, event: ChargerEvent) -> None:
        """The driver's card at the charger."""
        await self._arrive_if_free(event.at, ArrivalSign.CARD_PRESENTED, event.connector_id)

    async def came_without_starting(self, event: ChargerEvent) -> None:
        progress = self._record.progress
        progress.came_but_did_not_start()
        if progress.state is State.LOCKED:
            await self._arrive(event.at, ArrivalSign.CAME_WITHOUT_STARTING)

    async def _arrive_if_free(self, at: datetime, sign: ArrivalSign, where: int | None) -> bool:
        """Nobody waits for an answer: a driver who comes too late finds it on the timeline."""
        try:
            await self._arrive(at, sign, where)
        except SlotUnavailable:
            record, progress = self._record, self._record.progress
            if at <= arrival_by(progress, record.accepted_terms.policy):
                progress.waives(LineKind.NO_SHOW)
            record.tell(stay.CameTooLate(slot_ended=progress.slot.is_over(workflow.now())))
            return False
        return True

    async def _arrive(self, at: datetime, sign: ArrivalSign, where: int | None = None) -> None:
        """In NO_SHOW what is free is held again. Raises SlotUnavailable when it was given away meanwhile.

        `at` decides whether it was too late: who came is heard of after the slot when something of ours was away.
        `where`: the connector that they stand at.
        """
        record, progress, locked = self._record, self._record.progress, None
        if progress.state is State.NO_SHOW and progress.slot.is_over(at):
            raise SlotUnavailable(LateSlotOver())
        if progress.state is State.NO_SHOW:
            await self.welcome_late(prefer=where, charging=sign is ArrivalSign.CHARGING_STARTED)
        elif progress.state is State.CONFIRMED and record.held:
            locked = await self._effects.holds.lock_hold(record.held.assignment.hold_id)
            record.take_locked(locked)
        progress.arrived(at)
        record.tell(stay.Arrived(sign=sign))
        if locked is not None and locked.own and sign is not ArrivalSign.CHARGING_STARTED:
            running = locked.own[-1]
            record.heard_of(running.held.assignment.charger_id, running.transaction_id, found=True)
            await self.charges(running.transaction_id, running.started_at, running.ended_at)

    async def welcome_late(self, *, prefer: int | None, charging: bool, over: bool = False) -> None:
        """Held again, as long as the connector is free: what the gate has told the card. `prefer`: where they stand.

        Raises SlotUnavailable when nothing is free. Whom the gate has let charge stays, held or not, and is held no
        other place: they may charge where a group mate's turn is. `over`: they charge no more, and may begin anywhere.
        """
        record, progress = self._record, self._record.progress
        place, rest = progress.assignment, slot_of_late_arrival(progress, workflow.now())
        if place is not None and rest is not None:
            here = prefer or place.connector_id
            only = here if charging and not over else None
            decision = await self._effects.holds.hold_replacement(
                rest, step=HoldStep.LATE, prefer=here, only=only, as_long_as_free=True
            )
            if decision.held is not None:
                self._take_what_is_free(decision.held, decision.slot or rest)
            elif not charging:
                raise SlotUnavailable(LateGivenAway())
        record.tell(stay.WelcomedLate())

    def _take_what_is_free(self, held: HeldConnector, slot: Slot) -> None:
        record, progress = self._record, self._record.progress
        record.take(held)
        if slot.end < progress.slot.end:
            progress.extended(Slot(progress.slot.start, slot.end))  # the other way: the next one begins
            record.tell(stay.HeldLateUntil(until=slot.end))
            record.notify(notices.HeldLateUntil(until=slot.end))

    # --- charging ------------------------------------------------------------------------------------

    async def start_charging(self, _ask: AtBay) -> None:
        """Raises StartRejected with what to do; after repeated rejections the driver is moved instead, and after starts
        that came to nothing, if there is another bay.
        """
        record, progress = self._record, self._record.progress
        if progress.state is not State.ARRIVED:
            await self._arrive(record.as_of(), ArrivalSign.START_ASKED_FOR)
        if progress.start_came_to_nothing(workflow.now()):
            progress.start_rejected()
            if start_is_hopeless(progress) and await self._reroute.found_another(Cause.START_REJECTED):
                return
        if record.held is None:
            return
        place = record.held.assignment
        command = RemoteStart(
            connector_number=place.connector_number,
            id_tag=record.held.id_tag,
            remote_start_id=place.hold_id,
            token_kind=record.token_kind,
        )
        reply = await self._effects.chargers.remote_start(place.charger_id, command)
        record.tell(stay.StartAsked(outcome=reply.outcome))
        progress.start_answered(workflow.now(), accepted=reply.outcome is CommandOutcome.ACCEPTED)
        if reply.outcome.may_take_effect:
            return
        if reply.outcome is CommandOutcome.NOT_CONNECTED:
            raise ChargerOffline(ChargerAway())
        progress.start_rejected()
        if not start_is_hopeless(progress):
            raise StartRejected(StartRefused())
        await self._reroute.move(Cause.START_REJECTED)

    async def charging_started(self, event: ChargerEvent) -> None:
        """The transaction event, not the command's reply, moves the state."""
        record, progress = self._record, self._record.progress
        reopened = event.detail == REOPENED
        if not reopened and record.takes_for_found(event.charger_id, event.transaction_id, event.at):
            return  # before it was told
        arriving = not progress.is_plugged_in and progress.state is not State.ARRIVED
        if arriving and not await self._arrive_if_free(
            event.at, ArrivalSign.CHARGING_STARTED, event.connector_id
        ):
            return
        record.heard_of(event.charger_id, event.transaction_id)
        ended_at = progress.early_ends.get(event.transaction_id or "")
        await self.charges(event.transaction_id, event.at, ended_at)

    async def charges(
        self, transaction_id: str | None, started_at: datetime, ended_at: datetime | None
    ) -> None:
        """From now on, or anew. `ended_at`: of what is over when it is heard of."""
        record, progress = self._record, self._record.progress
        again = progress.is_plugged_in
        if progress.state in (State.CONFIRMED, State.LOCKED, State.NO_SHOW):
            progress.arrived(started_at)
            record.tell(stay.Arrived(sign=ArrivalSign.CHARGING_STARTED))
        progress.charging_started(transaction_id, started_at)
        record.tell(stay.ChargingStarted(again=again))
        # Far before the start it is the end of another transaction, whose id the charger has used again.
        if ended_at is not None and ended_at >= started_at - CLOCK_ERROR:
            left = transaction_id in progress.early_departures
            await self._ended(max(ended_at, started_at), LEFT if left else "")

    async def stop_charging(self) -> None:
        record = self._record
        if record.held is None or record.progress.transaction_id is None:
            return
        reply = await self._effects.chargers.remote_stop(
            record.held.assignment.charger_id, record.progress.transaction_id
        )
        record.tell(stay.StopAsked(outcome=reply.outcome))
        if not reply.outcome.may_take_effect:
            raise StopRejected(StopRefused())

    async def charging_ended(self, event: ChargerEvent) -> None:
        progress, policy = self._record.progress, self._record.accepted_terms.policy
        untold = event.detail in (INFERRED, SUPERSEDED)
        gone_at = presumed_gone(progress, policy, workflow.now()) if untold else None
        await self._ended(event.at, event.detail, presumed_gone_at=gone_at)

    async def ended_by_leaving(self, event: ChargerEvent) -> None:
        await self._ended(event.at, LEFT)

    async def ended_before_start(self, event: ChargerEvent) -> None:
        left = event.detail == LEFT
        self._record.progress.ended_early(event.transaction_id or "", event.at, by_leaving=left)

    async def _ended(self, at: datetime, reason: str, *, presumed_gone_at: datetime | None = None) -> None:
        record, progress = self._record, self._record.progress
        progress.transaction_ended(at, reason, heard_at=workflow.now(), presumed_gone_at=presumed_gone_at)
        record.tell(stay.ChargingEnded())
        self._tell_of_failure()
        # Until the next slot ends the bay is the driver's by another reservation, whatever stays in it.
        until = progress.goes_on_until
        is_done = until is not None and at <= until and presumed_gone_at is None
        if is_done:
            await self._ending.served(at)
        elif reason == LEFT or progress.has_left:
            await self._unplugged(at)

    async def shows(self, event: ChargerEvent) -> None:
        self._record.progress.shows(event.status or ConnectorStatus.UNKNOWN, left_at(event, None))

    async def takes_no_more(self, event: ChargerEvent) -> None:
        self._record.progress.vehicle_takes_no_more(event.at)

    async def may_take_more(self, event: ChargerEvent) -> None:
        self._record.progress.vehicle_may_take_more()

    async def cable_stays_in(self, event: ChargerEvent) -> None:
        self._record.progress.cable_stays_in()
        self._tell_of_failure()

    def _tell_of_failure(self) -> None:
        if self._record.progress.tells_of_failure(workflow.now()):
            self._record.notify(notices.StoppedByCharger())

    # --- leaving -------------------------------------------------------------------------------------

    async def departed(self, event: ChargerEvent) -> None:
        ended_at = self._record.progress.transaction_ended_at
        await self._unplugged(left_at(event, ended_at))

    async def _unplugged(self, at: datetime | None) -> None:
        """They have left; but who was cut short, or whose end nobody told, has the time of grace to begin again, in
        their slot.
        """
        progress, now = self._record.progress, workflow.now()
        cut_off = progress.cut_short or progress.presumed_gone_at is not None
        if not cut_off or progress.slot.is_over(now):
            await self._ending.served(at)
            return
        gone_at = presumed_gone(progress, self._record.accepted_terms.policy, now)
        progress.unplugged(at or now, presumed_gone_at=gone_at)

    async def replaced(self, event: ChargerEvent) -> None:
        """Nobody can say for how long the car stood there after its session: that is no overstay."""
        await self._ending.served(self._record.progress.transaction_ended_at)

    async def departure_assumed(self) -> None:
        progress = self._record.progress
        await self._ending.served(progress.unplugged_at or progress.transaction_ended_at or workflow.now())

    async def overdue(self) -> None:
        """The session neither ends nor is heard of: somebody should look at the bay."""
        self._record.progress.found_overdue()
        self._record.call_operator(Problem.SESSION_DOES_NOT_END)
