"""The reroute saga: a new connector is held and locked before the old one is given up, or everything is undone."""

from temporalio import workflow

from contracts.holds import HoldDecision, HoldStep, PutBackHold
from domain.causes import Cause
from domain.charging.events import ChargerEvent
from domain.charging.maintenance import OnConflict
from domain.errors import SlotUnavailable
from domain.facts import audit, notices, timeline
from domain.facts.attention import Problem
from domain.facts.refused_bookings import NothingEqualOrBetter
from domain.place.slots import Slot
from domain.reservation.actions.messages import Reassign
from domain.reservation.actions.rules import check_agreement
from domain.reservation.assignment import Assignment
from domain.reservation.lifecycle import State
from domain.reservation.proposal import is_asked_first
from domain.reservation.release import ReleaseReason
from domain.reservation.rerouting import (
    CANDIDATES,
    is_locked_at_once,
    is_worth_moving_to,
    slot_still_owed,
)
from workflows.engine.compensations import Compensations
from workflows.engine.effects import StepFailed
from workflows.reservation.asking import Asking
from workflows.reservation.device_hold import DeviceHolds
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.moving import Former, Moving
from workflows.reservation.record import Record


class Reroute:
    def __init__(
        self,
        record: Record,
        effects: Effects,
        device: DeviceHolds,
        ending: Ending,
        moving: Moving,
        asking: Asking,
    ) -> None:
        self._record = record
        self._effects = effects
        self._device = device
        self._ending = ending
        self._moving = moving
        self._asking = asking

    # --- why -----------------------------------------------------------------------------------------

    async def for_a_fault(self) -> None:
        await self.move(Cause.CHARGER_FAULT)

    async def for_silence(self) -> None:
        """Who charges there charges on, for all we know: what became of it tells the charger when it is back."""
        progress = self._record.progress
        if progress.may_charge_on:
            progress.told_of_silence()
            # A full car takes no more, and with the session of the slot before its reservation says it.
            if progress.charging_finished_at is None and not progress.there_since_before:
                self._record.notify(notices.ChargerSilent())
        else:
            await self.move(Cause.CHARGER_OFFLINE)

    async def for_a_taken_connector(self) -> None:
        await self.move(Cause.CONNECTOR_OCCUPIED)

    async def for_maintenance(self) -> None:
        """As whoever planned the window said."""
        planned = self._record.progress.maintenance
        if planned is None:
            return
        cause = Cause.MAINTENANCE
        if planned.on_conflict is OnConflict.COMPENSATE:
            self._record.progress.looks_for_another()
            await self._ending.unfulfilled(cause)
        elif planned.on_conflict is OnConflict.MOVE:
            await self.move(cause)
        elif await self._moved(cause, asks=self._asks(), anywhere=True, other_times=True) is None:
            await self._ending.unfulfilled(cause)

    async def for_the_proposed_place(self, event: ChargerEvent) -> None:
        """It will be maintained: the question is dropped, and another place looked for."""
        proposal = self._record.progress.proposal
        if proposal is None:
            return
        if proposal.cause is Cause.MAINTENANCE:
            await self.for_maintenance()
        else:
            await self.move(proposal.cause)

    async def reassign(self, ask: Reassign) -> None:
        """To another site as `move` does, unless the driver has agreed already."""
        check_agreement(agreed=ask.agreed, reason=ask.reason)
        record, before = self._record, self._record.progress.state
        place = await self._moved(Cause.OPERATOR, ask.connector_id, asks=not ask.agreed and self._asks())
        if place is None:
            record.progress.stays(before)
            record.tell(timeline.NothingElseFree())
            raise SlotUnavailable(NothingEqualOrBetter())
        moved = audit.Reassign(
            reason=ask.reason,
            bay=place.label,
            connector_id=place.connector_id,
            agreed=ask.agreed,
            asked=record.progress.proposal is not None,
        )
        record.audited(f"operator:{ask.operator}", moved)

    async def move(self, cause: Cause) -> None:
        """To an equal or better connector; when nothing fits, the driver is made whole.

        At another site, or where none is left at another time, it is proposed first, if there is time to answer.
        """
        if await self._moved(cause, asks=self._asks(), other_times=True) is None:
            await self._ending.unfulfilled(cause)

    async def found_another(self, cause: Cause) -> bool:
        """As `move`, except that the driver stays where they are when nothing fits."""
        before = self._record.progress.state
        if await self._moved(cause) is not None:
            return True
        self._record.progress.stays(before)
        self._record.tell(timeline.NothingElseFree())
        return False

    def _asks(self) -> bool:
        return is_asked_first(self._record.progress, self._record.accepted_terms.policy, workflow.now())

    # --- how -----------------------------------------------------------------------------------------

    async def _moved(
        self,
        cause: Cause,
        only: int | None = None,
        *,
        asks: bool = False,
        anywhere: bool = False,
        other_times: bool = False,
    ) -> Assignment | None:
        """Where to. None: nothing is free; the old connector is still held then, and the state is REROUTING.

        `asks`: a place at another site, or with `anywhere` any, is proposed, and the state is as before; with
        `other_times` one at another time, too, when there is none at theirs.

        A step that fails for good is raised when everything is as it was before.
        """
        await self._asking.drop()  # another step has overtaken the question
        record, former = self._record, self._moving.former()
        record.progress.looks_for_another()
        record.tell(timeline.LookingForAnother(cause=cause))
        slot = slot_still_owed(record.progress, record.accepted_terms.policy, former.state, workflow.now())
        at_once = self._locks_at_once(former)
        beside = at_once or asks
        excluded = [former.held.assignment.connector_id]
        for _ in range(CANDIDATES):
            undo = Compensations()
            try:
                found = await self._hold(
                    slot,
                    tuple(excluded),
                    only,
                    undo,
                    cause,
                    instead=not beside,
                    other_times=asks and other_times,
                )
                if found is None or found.held is None:
                    break
                new = found.held
                is_other = found.slot is not None or self._is_elsewhere(new.assignment, former)
                if asks and (anywhere or is_other):
                    self._asking.ask(former, new, cause, found)
                    return new.assignment
                record.take(new)
                usable = not at_once or await self._is_locked(undo)
            except StepFailed:
                await self._undo(undo, former)
                record.progress.stays(former.state)
                record.tell(timeline.NotMoved())
                raise
            if usable:
                await self._moving.leave(former, released=not beside)
                state = State.LOCKED if at_once else State.CONFIRMED
                self._moving.begin_anew(state, slot, cause, former.held.assignment)
                return new.assignment
            await self._undo(undo, former)
            excluded.append(new.assignment.connector_id)
        return None

    def _is_elsewhere(self, place: Assignment, former: Former) -> bool:
        """Neither at the site that was booked nor where the driver expects to go now."""
        return place.site_id not in (self._record.request.site_id, former.held.assignment.site_id)

    async def _hold(
        self,
        slot: Slot,
        excluded: tuple[int, ...],
        only: int | None,
        undo: Compensations,
        cause: Cause,
        *,
        instead: bool,
        other_times: bool,
    ) -> HoldDecision | None:
        place = self._record.progress.assignment
        if place is None:
            return None
        if not instead:  # else it is there alone or not at all
            undo.push(
                "release_new_hold",
                lambda: self._effects.holds.release_holds(
                    ReleaseReason.REROUTE_UNDONE, keep_hold_id=place.hold_id
                ),
            )
        if beside_too := cause is not Cause.START_REJECTED:  # who was refused at one plug tries another bay
            undo.push("put_back_hold", lambda: self._put_back(place))
        return await self._effects.holds.hold_replacement(
            slot,
            step=HoldStep.REROUTE,
            exclude=excluded,
            only=only,
            instead=instead,
            beside_too=beside_too,
            other_times=other_times,
        )

    async def _put_back(self, former: Assignment) -> None:
        """At another plug of its bay the new hold is the former one; else that is where it was."""
        new = self._record.progress.assignment
        if new is None or new.hold_id != former.hold_id:
            return
        ask = PutBackHold(
            code=self._record.code,
            hold_id=former.hold_id,
            connector_id=former.connector_id,
            slot=self._record.progress.slot,
            terms=self._record.accepted_terms,
            now=workflow.now(),
            moved_to=new.connector_id if new != former else None,
        )
        await self._effects.holds.put_back_hold(ask)

    async def _is_locked(self, undo: Compensations) -> bool:
        """The new one on the device. Not asked while the slot is still far away: it is locked when due."""
        undo.push("withdraw_from_new_charger", self._device.withdraw)
        return is_worth_moving_to(await self._device.push())

    async def _undo(self, undo: Compensations, former: Former) -> None:
        failed = await undo.run()
        former.restore(self._record)
        if failed:
            self._record.call_operator(Problem.NOT_UNDONE, ", ".join(failed))

    def _locks_at_once(self, former: Former) -> bool:
        """Asked once a move: the time between two of its effects must not make two answers of it."""
        policy = self._record.accepted_terms.policy
        return is_locked_at_once(self._record.progress, policy, former.state, workflow.now())
