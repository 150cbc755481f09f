"""What the settlement of a reservation is asked: by its workflow, and by whoever settles in its place."""

from datetime import datetime

from contracts.money import OpenSettlement, PaymentStep, SettleReservation
from domain.facts.attention import Problem
from domain.reservation.left_alone import left_alone
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from workflows.reservation.record import Record


def settlement_of(record: Record, progress: Progress, number: int, now: datetime) -> SettleReservation:
    """`number`: the how-manieth it is. Raises RuntimeError before the hold is placed."""
    return SettleReservation(
        code=record.code,
        step=str(PaymentStep.SETTLE) if number <= 1 else f"{PaymentStep.SETTLE}-{number}",
        driver_id=record.request.driver_id,
        progress=progress,
        terms=record.accepted_terms,
        payment_method=record.card or record.request.payment_method,
        customer=record.card_customer or record.stripe_customer,
        now=now,
    )


def open_settlement(record: Record, ended_at: datetime, now: datetime) -> OpenSettlement:
    """The next one, if the workflow ended then and says nothing more. The record stays as it is."""
    progress = record.progress
    undecided = record.terms is None or progress.state in (State.REQUESTED, State.DECLINED)
    if undecided or record.receipt is not None:
        return OpenSettlement()
    return OpenSettlement(ask=settlement_of(record, left_alone(progress, ended_at), _next(record), now))


def _next(record: Record) -> int:
    """The one that was begun goes on, unless it has failed for good: an operator would have it done anew."""
    failed = any(one.problem is Problem.SETTLEMENT_FAILED for one in record.progress.attention)
    return record.settlements + 1 if failed or not record.settlements else record.settlements
