"""What a charger's facts do to a reservation. Edges only; meter values never come here."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.charging.connector import ConnectorStatus
    from domain.charging.enforcement import EnforcementLevel
    from domain.charging.events import ChargerEvent, ChargerEventKind, HoldLoss
    from domain.errors import SlotUnavailable
    from domain.reservation.lifecycle import State
    from domain.reservation.trouble import FaultSign, fault_sign

    from workflows.reservation.device_hold import RECONCILED, DeviceHold
    from workflows.reservation.record import Record
    from workflows.reservation.stay import Stay

_EXPECTED_ARRIVAL = (State.CONFIRMED, State.LOCKED, State.NO_SHOW)
_NOT_STARTED = (State.LOCKED, State.ARRIVED)
_PLUGGED = (ConnectorStatus.FINISHING, ConnectorStatus.OCCUPIED)


class Reactions:
    def __init__(self, record: Record, device: DeviceHold, stay: Stay) -> None:
        self._record = record
        self._device = device
        self._stay = stay

    async def to(self, event: ChargerEvent) -> None:
        """Apply one event. Unknown, repeated and late ones change nothing."""
        record = self._record
        if record.ending or not record.first_sight(event.event_id) or self._is_of_another_charger(event):
            return
        self._note_trouble(event)
        match event.kind:
            case ChargerEventKind.TOKEN_PRESENTED:
                await self._token(event)
            case ChargerEventKind.TRANSACTION_STARTED:
                await self._started(event)
            case ChargerEventKind.TRANSACTION_ENDED:
                await self._stay.charging_ended(event.at, event.transaction_id)
            case ChargerEventKind.CONNECTOR_STATUS:
                await self._status(event)
            case ChargerEventKind.CHARGER_BOOTED | ChargerEventKind.CHARGER_ONLINE:
                await self._back(event)
            case ChargerEventKind.HOLD_REMOVED:
                await self._hold_removed(event)
            case ChargerEventKind.STRANGER_REFUSED | ChargerEventKind.STRANGER_STARTED:
                self._stranger(event)
            case ChargerEventKind.CHARGER_OFFLINE:
                pass  # trouble, noted above; the debounce decides

    def _is_of_another_charger(self, event: ChargerEvent) -> bool:
        """Late news from the connector that the reservation has left. Before the lock the place is provisional."""
        place, state = self._record.progress.assignment, self._record.progress.state
        provisional = state in (State.AWAITING_PAYMENT, State.CONFIRMED, State.NO_SHOW)
        return not provisional and place is not None and event.charger_id != place.charger_id

    def _note_trouble(self, event: ChargerEvent) -> None:
        record, progress = self._record, self._record.progress
        match fault_sign(event, progress):
            case FaultSign.FAULT_BEGINS:
                progress.fault_since = workflow.now()
                record.tell(workflow.now(), f"Charger reports {event.status}; waiting whether it lasts")
            case FaultSign.FAULT_ENDS:
                progress.fault_since = None
                record.tell(workflow.now(), f"Charger recovered: {event.status}")
            case FaultSign.OFFLINE_BEGINS:
                progress.offline_since = workflow.now()
                record.tell(workflow.now(), "Charger went offline; waiting whether it lasts")
            case FaultSign.OFFLINE_ENDS:
                progress.offline_since = None
                record.tell(workflow.now(), "Charger is back online")
            case FaultSign.NONE:
                pass

    async def _token(self, event: ChargerEvent) -> None:
        record = self._record
        if event.matches_driver and record.progress.state in _EXPECTED_ARRIVAL:
            await self._welcome_or_note(event)

    async def _welcome_or_note(self, event: ChargerEvent) -> None:
        try:
            await self._stay.arrive(event.at, "card presented")
        except SlotUnavailable as gone:
            self._record.tell(workflow.now(), gone.message)

    async def _started(self, event: ChargerEvent) -> None:
        # Never equated with arrival without the driver's token: a stranger's plug-in may start a 2.0.1 transaction.
        if not event.matches_driver:
            return
        try:
            await self._stay.charging_began(event.at, event.transaction_id)
        except SlotUnavailable as gone:
            self._record.tell(workflow.now(), gone.message)

    async def _status(self, event: ChargerEvent) -> None:
        record, progress = self._record, self._record.progress
        place = progress.assignment
        if place is None or event.connector_id != place.connector_id or event.status is None:
            return
        record.connector_status = event.status
        if progress.state in (State.CHARGING, State.OVERSTAYING):
            await self._status_while_plugged(event)
        elif progress.state is State.LOCKED and event.status is ConnectorStatus.AVAILABLE:
            await self._free_again(event)
        elif progress.state is State.LOCKED and event.status is ConnectorStatus.RESERVED:
            self._vacated()

    async def _status_while_plugged(self, event: ChargerEvent) -> None:
        progress = self._record.progress
        if event.status is ConnectorStatus.SUSPENDED_EV:
            progress.charging_finished_at = progress.charging_finished_at or event.at
        elif event.status is ConnectorStatus.CHARGING:
            progress.charging_finished_at = None
        elif event.status in _PLUGGED and progress.transaction_ended_at:
            progress.cable_left_in = True
        elif event.status is ConnectorStatus.AVAILABLE and progress.transaction_ended_at:
            await self._stay.departed(event.at)

    def _vacated(self) -> None:
        self._record.progress.contested = False
        self._record.progress.contested_since = None

    async def _free_again(self, event: ChargerEvent) -> None:
        """Somebody has left, so the hold that was refused may be taken now. Never a release.

        A hold that the charger has taken is not doubted for a flicker: the gateway tells when it is missing.
        """
        record = self._record
        if record.progress.contested:
            self._vacated()
            await self._device.push_again("The connector was vacated")
            return
        is_news = record.device_hold_told_at is None or event.at > record.device_hold_told_at
        if is_news and not (record.device_hold and workflow.patched(RECONCILED)):
            await self._device.push_again("The connector shows Available")

    async def _hold_removed(self, event: ChargerEvent) -> None:
        came = event.detail == HoldLoss.NO_TRANSACTION and self._record.progress.state in _NOT_STARTED
        if came and workflow.patched(RECONCILED):
            await self._came_without_starting(event)
        await self._device.lost(event.detail)

    async def _came_without_starting(self, event: ChargerEvent) -> None:
        """2.1 NoTransaction: only the driver's token, or the group's, can have consumed the hold: an arrival."""
        record = self._record
        record.came_without_starting = True
        if record.progress.state is State.LOCKED:
            await self._stay.arrive(event.at, "came to the charger, but did not start")

    async def _back(self, event: ChargerEvent) -> None:
        # After a boot the device has forgotten (or may have); after a mere reconnect only a lost hold is re-pushed.
        if event.kind is ChargerEventKind.CHARGER_BOOTED:
            self._record.device_hold = False
            await self._device.push_again("The charger rebooted")
        elif not self._record.device_hold:
            await self._device.push_again("The charger reconnected")

    def _stranger(self, event: ChargerEvent) -> None:
        record, progress = self._record, self._record.progress
        if event.kind is ChargerEventKind.STRANGER_REFUSED:
            record.tell(workflow.now(), "A stranger's card was refused")
            return
        record.tell(workflow.now(), "A stranger's start is being stopped")
        place = progress.assignment
        if progress.state is State.LOCKED and place and event.connector_id == place.connector_id:
            # The charger started without our leave: that is all its hold is worth, and the bay may stay blocked.
            progress.enforcement = EnforcementLevel.SOFT
            if not progress.contested:
                progress.contested, progress.contested_since = True, workflow.now()
