"""From lock to departure: the connector is fixed, the driver arrives, charges, overstays and leaves."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts.holds import HoldReplacement
    from domain.causes import Cause
    from domain.charging.commands import CommandOutcome, RemoteStart
    from domain.charging.connector import ConnectorStatus
    from domain.errors import ChargerOffline, SlotUnavailable, StartRejected, StopRejected
    from domain.place.slots import Slot
    from domain.reservation.lifecycle import State
    from domain.terms.policy import AtSlotEnd

    from workflows.engine.step import StepFailed
    from workflows.reservation.device_hold import DeviceHold
    from workflows.reservation.effects import Effects
    from workflows.reservation.ending import Ending
    from workflows.reservation.record import Record
    from workflows.reservation.reroute import Reroute, Rerouted

STARTS = 2
"""Remote starts that a charger may reject before the driver is moved (the first may be a missing cable)."""


class Stay:
    def __init__(self, record: Record, effects: Effects, device: DeviceHold, ending: Ending) -> None:
        self._record = record
        self._effects = effects
        self._device = device
        self._ending = ending

    async def lock(self) -> None:
        """Start minus lead: fix the connector, hold it on the device, or move the driver right away."""
        record = self._record
        if record.held is None:
            return
        locked = await self._effects.lock_hold(record.held.assignment.hold_id)
        record.take(locked.held)
        record.progress.contested = locked.contested
        if locked.faulted:
            await self.move(Cause.CHARGER_FAULT)
            return
        await self._device.push(locked.route)
        place = locked.held.assignment
        record.to(
            State.LOCKED, workflow.now(), f"Locked {place.label}; promise: {record.progress.enforcement}"
        )
        record.notify("locked", bay=place.label, promise=record.progress.enforcement)

    async def move(self, cause: Cause) -> None:
        """Reroute; when nothing fits, make the driver whole."""
        outcome = await Reroute(self._record, self._effects, self._device).run(cause)
        if outcome is Rerouted.NOTHING_FREE:
            await self._ending.unfulfilled(cause)

    async def arrive(self, at: datetime, how: str) -> None:
        """The driver is here. In NO_SHOW the rest of the slot is held again if a connector is free.

        Raises SlotUnavailable when it has been given away meanwhile.
        """
        record = self._record
        if record.progress.state is State.NO_SHOW:
            await self._hold_the_rest()
        elif record.progress.state is State.CONFIRMED and record.held:
            locked = await self._effects.lock_hold(record.held.assignment.hold_id)
            record.take(locked.held)
            if locked.faulted:
                record.progress.fault_since = record.progress.fault_since or workflow.now()
        record.progress.arrived_at = at
        record.to(State.ARRIVED, workflow.now(), f"Arrived: {how}")

    async def charging_began(self, at: datetime, transaction_id: str | None) -> None:
        """The transaction event, not the command's reply, moves the state."""
        record = self._record
        if record.progress.state in (State.CONFIRMED, State.LOCKED, State.NO_SHOW):
            await self.arrive(at, "charging started")
        progress = record.progress
        again = progress.state in (State.CHARGING, State.OVERSTAYING) and progress.transaction_ended_at
        if progress.state is not State.ARRIVED and not again:
            return
        progress.charging_since = at
        progress.charging_finished_at = progress.transaction_ended_at = None
        progress.cable_left_in = progress.contested = False
        progress.fault_since = None  # a connector that delivers is not broken
        record.device_hold = False  # consumed by the start (1.6 §5.13) or by the token before it (2.0.1 H03)
        record.transaction_id = transaction_id
        record.connector_status = (
            ConnectorStatus.UNKNOWN
        )  # what it showed before says nothing of the departure
        if again:
            record.tell(workflow.now(), "Charging again")
        else:
            record.to(State.CHARGING, workflow.now(), "Charging")
        ended_at = record.ended_transactions.get(transaction_id or "")
        if ended_at is not None:
            await self.charging_ended(ended_at, transaction_id)

    async def charging_ended(self, at: datetime, transaction_id: str | None) -> None:
        record = self._record
        if transaction_id is not None and transaction_id != record.transaction_id:
            record.ended_transactions[transaction_id] = at  # its start may still be on the way
            return
        if record.progress.state not in (State.CHARGING, State.OVERSTAYING):
            return
        if record.progress.transaction_ended_at:
            return
        record.progress.transaction_ended_at = at
        record.tell(workflow.now(), "Charging ended")
        if record.connector_status is ConnectorStatus.AVAILABLE:
            await self.departed(at)
        elif record.connector_status in (ConnectorStatus.FINISHING, ConnectorStatus.OCCUPIED):
            record.progress.cable_left_in = True

    async def departed(self, at: datetime) -> None:
        self._record.progress.departed_at = at
        await self._ending.served()

    async def slot_ended(self) -> None:
        record, progress = self._record, self._record.progress
        if progress.state is State.ARRIVED:
            await self._ending.served()
            return
        progress.end_of_slot_handled = True
        policy = record.accepted_terms.policy
        if progress.transaction_ended_at is None:
            if policy.at_slot_end is AtSlotEnd.EXTEND_IF_FREE and await self._extended():
                return
            if policy.at_slot_end is AtSlotEnd.STOP:
                await self._stop_at_slot_end()
        record.to(State.OVERSTAYING, workflow.now(), "Slot ended; the bay is still taken")
        record.notify("overstay", grace=str(policy.overstay.grace), fee=str(policy.overstay.fee_per_step))

    def overdue(self) -> None:
        """The session neither ends nor is heard of: somebody should look at the bay."""
        self._record.progress.overdue_told = True
        self._record.call_operator(
            workflow.now(), "the session does not end; is the bay blocked or the charger lost?"
        )

    async def remote_start(self) -> None:
        """Raises StartRejected with what to do; after repeated rejections the driver is moved instead."""
        record = self._record
        if record.progress.state is not State.ARRIVED:
            await self.arrive(workflow.now(), "start asked for in the app")
        held = record.held
        if held is None:
            return
        place = held.assignment
        command = RemoteStart(
            connector_number=place.connector_number,
            id_tag=held.id_tag,
            remote_start_id=place.hold_id,
            token_kind=record.token_kind,
        )
        reply = await self._effects.chargers.remote_start(place.charger_id, command)
        record.tell(workflow.now(), f"Remote start: {reply.outcome}")
        if reply.outcome in (CommandOutcome.ACCEPTED, CommandOutcome.NO_RESPONSE):
            return
        if reply.outcome is CommandOutcome.NOT_CONNECTED:
            raise ChargerOffline(
                "the charger is not connected just now; try again, or use your card at the charger"
            )
        record.starts_rejected += 1
        if record.starts_rejected < STARTS:
            raise StartRejected("the charger refused to start; plug the cable in and try again")
        await self.move(Cause.START_REJECTED)

    async def remote_stop(self) -> None:
        record = self._record
        if record.held is None or record.transaction_id is None:
            return
        reply = await self._effects.chargers.remote_stop(
            record.held.assignment.charger_id, record.transaction_id
        )
        record.tell(workflow.now(), f"Remote stop: {reply.outcome}")
        if reply.outcome not in (CommandOutcome.ACCEPTED, CommandOutcome.NO_RESPONSE):
            raise StopRejected("the charger refused to stop; unplug the car to end the session")

    async def _stop_at_slot_end(self) -> None:
        try:
            await self.remote_stop()
        except StopRejected as refusal:
            self._record.tell(workflow.now(), refusal.message)

    async def _extended(self) -> bool:
        record, progress = self._record, self._record.progress
        if record.held is None:
            return False
        rules = record.accepted_terms.policy.slots
        longer = Slot(progress.slot.start, progress.slot.end + (rules.step or rules.shortest))
        if longer.length > rules.longest:
            return False
        try:
            decision = await self._effects.move_hold(
                record.held.assignment.hold_id, longer, keep_connector=True
            )
        except StepFailed as error:
            workflow.logger.warning("slot not extended", extra={"cause": str(error)})
            return False
        if decision.held is None:
            return False
        record.take(decision.held)
        progress.slot = longer
        progress.end_of_slot_handled = progress.warned_of_end = False
        record.tell(workflow.now(), "Slot extended: nobody waits for the connector")
        record.notify("extended", until=longer.end.isoformat())
        return True

    async def _hold_the_rest(self) -> None:
        record, now = self._record, workflow.now()
        place = record.progress.assignment
        if place is None:
            return
        if now >= record.progress.slot.end:
            raise SlotUnavailable("you are late and the slot has ended; please book again")
        record.reroutes += 1
        decision = await self._effects.hold_replacement(
            HoldReplacement(
                code=record.code,
                step=f"late-{record.reroutes}",
                driver_id=record.request.driver_id,
                slot=Slot(now, record.progress.slot.end),
                power_w=place.power_w,
                site_id=place.site_id,
                exclude_connectors=(),
                prefer_connector_id=place.connector_id,
                terms=record.accepted_terms,
                now=now,
            )
        )
        if decision.held is None:
            raise SlotUnavailable("you are late and the connector was given away; please book again")
        record.take(decision.held)
        record.tell(now, "Arrived late to a free connector: welcome")
