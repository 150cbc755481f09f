"""What each deadline does when its time has come."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.causes import Cause
    from domain.reservation.deadlines import DeadlineKind

    from workflows.reservation.deposit import Deposit
    from workflows.reservation.ending import Ending
    from workflows.reservation.record import Record
    from workflows.reservation.stay import Stay


class DeadlineSteps:
    def __init__(self, record: Record, deposit: Deposit, stay: Stay, ending: Ending) -> None:
        self._record = record
        self._deposit = deposit
        self._stay = stay
        self._ending = ending

    async def strike(self, kind: DeadlineKind) -> None:
        match kind:
            case DeadlineKind.PAYMENT_EXPIRES:
                await self._deposit.due()
            case DeadlineKind.LOCK_DUE:
                await self._stay.lock()
            case DeadlineKind.STILL_OCCUPIED:
                await self._stay.move(Cause.CONNECTOR_OCCUPIED)
            case DeadlineKind.GRACE_ENDS:
                await self._grace_ended()
            case DeadlineKind.LATE_WINDOW_ENDS:
                await self._ending.late_window_over()
            case DeadlineKind.FAULT_CONFIRMED:
                await self._stay.move(Cause.CHARGER_FAULT)
            case DeadlineKind.OFFLINE_CONFIRMED:
                await self._stay.move(Cause.CHARGER_OFFLINE)
            case DeadlineKind.SLOT_ENDING_SOON:
                self._record.progress.warned_of_end = True
                self._record.notify("slot_ending_soon")
            case DeadlineKind.SLOT_ENDS:
                await self._stay.slot_ended()
            case DeadlineKind.SESSION_OVERDUE:
                self._stay.overdue()
            case DeadlineKind.DEPARTURE_ASSUMED:
                ended = self._record.progress.transaction_ended_at
                await self._stay.departed(ended or workflow.now())

    async def _grace_ended(self) -> None:
        """A no-show only when the connector was there for the driver; otherwise the cause is ours."""
        progress = self._record.progress
        if progress.fault_since or progress.contested:
            await self._stay.move(Cause.CHARGER_FAULT if progress.fault_since else Cause.CONNECTOR_OCCUPIED)
        elif progress.offline_since:
            await self._stay.move(Cause.CHARGER_OFFLINE)
        else:
            await self._ending.no_show()
