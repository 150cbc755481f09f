"""The workflow's hands: every activity call, with its options and the sentence shown on the UI's timeline.

Nothing here decides. Failures come out as the typed errors of `domain.errors` or as the activity's own error.
"""

from dataclasses import replace

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.holds.activities import HoldActivities
    from activities.money.payments import PaymentActivities
    from activities.money.settlement import SettlementActivities
    from activities.people.projection import ProjectionActivities
    from contracts.holds import (
        HoldDecision,
        HoldReplacement,
        LockedHold,
        LockHold,
        MoveHold,
        PlaceHold,
        ReleaseHolds,
    )
    from contracts.money import Authorisation, AuthoriseDeposit, SettleReservation, VoidPayments
    from contracts.publication import Publication
    from domain.money.bill import Receipt
    from domain.place.slots import Slot

    from workflows.engine.options import (
        STRIPE_AT_FIRST,
        STRIPE_UNTIL_DONE,
        STRIPE_WHILE_DRIVER_WAITS,
        UNTIL_DONE,
        WHILE_DRIVER_WAITS,
    )
    from workflows.engine.step import step
    from workflows.reservation.charger_commands import ChargerCommands
    from workflows.reservation.presentation import details_of, view_of
    from workflows.reservation.record import Record


_SETTLE = "Price the reservation and settle the money"


class Effects:
    """Bound to one reservation's record, so that callers say only what is special."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.chargers = ChargerCommands(record)

    # --- holds ---------------------------------------------------------------------------------------

    @step
    async def place_hold(self) -> HoldDecision:
        request = self._record.request
        return await workflow.execute_local_activity_method(
            HoldActivities.place_hold,
            PlaceHold(
                code=request.code,
                account=request.account,
                driver_id=request.driver_id,
                fleet_id=request.fleet_id,
                site_id=request.site_id,
                pool_id=request.pool_id,
                connector_type=request.connector_type,
                slot=self._record.progress.slot,
                now=workflow.now(),
            ),
            summary="Hold a connector for the slot",
            **WHILE_DRIVER_WAITS,
        )

    @step
    async def lock_hold(self, hold_id: int) -> LockedHold:
        return await workflow.execute_local_activity_method(
            HoldActivities.lock_hold,
            LockHold(code=self._record.code, hold_id=hold_id, now=workflow.now(), terms=self._record.terms),
            summary="Fix the connector",
            **UNTIL_DONE,
        )

    @step
    async def move_hold(self, hold_id: int, slot: Slot, *, keep_connector: bool) -> HoldDecision:
        return await workflow.execute_local_activity_method(
            HoldActivities.move_hold,
            MoveHold(
                code=self._record.code,
                hold_id=hold_id,
                slot=slot,
                keep_connector=keep_connector,
                now=workflow.now(),
                terms=self._record.terms,
            ),
            summary=f"Move the hold to {self._hours(slot)}",
            **WHILE_DRIVER_WAITS,
        )

    @step
    async def hold_replacement(self, replacement: HoldReplacement) -> HoldDecision:
        return await workflow.execute_local_activity_method(
            HoldActivities.hold_replacement,
            replacement,
            summary="Look for an equal or better connector and hold it",
            **UNTIL_DONE,
        )

    @step
    async def release_holds(
        self, reason: str, *, hold_id: int | None = None, keep_hold_id: int | None = None
    ) -> None:
        await workflow.execute_local_activity_method(
            HoldActivities.release_holds,
            ReleaseHolds(
                code=self._record.code,
                reason=reason,
                now=workflow.now(),
                hold_id=hold_id,
                keep_hold_id=keep_hold_id,
            ),
            summary=f"Release the connector: {reason.replace('_', ' ')}",
            **UNTIL_DONE,
        )

    # --- money ---------------------------------------------------------------------------------------

    @step
    async def authorise_deposit(self) -> Authorisation:
        """Authorise, or learn what became of it: the step's key makes asking again safe."""
        terms, request = self._record.accepted_terms, self._record.request
        return await workflow.execute_local_activity_method(
            PaymentActivities.authorise_deposit,
            AuthoriseDeposit(
                code=request.code,
                driver_id=request.driver_id,
                amount=terms.policy.deposit,
                payment_method=request.payment_method,
                customer=self._record.stripe_customer,
                now=workflow.now(),
            ),
            summary=f"Authorise the deposit of {terms.policy.deposit}",
            **STRIPE_WHILE_DRIVER_WAITS,
        )

    @step
    async def void_payments(self, reason: str) -> None:
        await workflow.execute_activity_method(
            PaymentActivities.void_payments,
            VoidPayments(code=self._record.code, reason=reason, now=workflow.now()),
            summary=f"Give back all money: {reason.replace('_', ' ')}",
            **STRIPE_UNTIL_DONE,
        )

    @step
    async def settle_at_once(self) -> Receipt:
        """One attempt within the workflow task; nearly always enough."""
        return await workflow.execute_local_activity_method(
            SettlementActivities.settle_reservation, self._settlement(), summary=_SETTLE, **STRIPE_AT_FIRST
        )

    @step
    async def settle_in_time(self) -> Receipt:
        """As an activity with a day's patience, for when Stripe is away."""
        return await workflow.execute_activity_method(
            SettlementActivities.settle_reservation, self._settlement(), summary=_SETTLE, **STRIPE_UNTIL_DONE
        )

    def _settlement(self) -> SettleReservation:
        record = self._record
        return SettleReservation(
            code=record.code,
            step="settle",
            driver_id=record.request.driver_id,
            progress=record.progress,
            terms=record.accepted_terms,
            payment_method=record.request.payment_method,
            customer=record.stripe_customer,
            now=workflow.now(),
        )

    # --- people --------------------------------------------------------------------------------------

    @step
    async def publish(self) -> None:
        """Write projection, notices and audit in one transaction, once per step of the main loop."""
        record = self._record
        record.revision += 1
        now = workflow.now()
        workflow.set_current_details(details_of(record, now))
        publication = Publication(
            revision=record.revision,
            view=replace(view_of(record, now), client_secret=None),  # only the driver's app needs it, live
            closed=record.closed,
            now=now,
            notices=tuple(record.notices),
            audit=tuple(record.audit),
        )
        record.notices.clear()
        record.audit.clear()
        record.dirty = False
        try:
            await workflow.execute_local_activity_method(
                ProjectionActivities.publish,
                publication,
                summary=f"Tell people: {record.progress.state.replace('_', ' ').lower()}",
                **UNTIL_DONE,
            )
        except BaseException:
            record.not_published(publication.notices, publication.audit)
            raise

    def _hours(self, slot: Slot) -> str:
        return f"{self._record.local_clock(slot.start)}-{self._record.local_clock(slot.end)}"
