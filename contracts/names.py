"""Every name under which processes find each other in Temporal: queues, workflows, schedules, messages.

A reservation's workflow id comes from its code (`domain.reservation.code`), actions are named by their table
(`domain.reservation.actions.table`), activities where they are declared. Histories carry all of them: names stay.
"""

from datetime import timedelta
from enum import StrEnum

from domain.part import PartOf

RESERVATIONS_QUEUE = "reservations"
"""Workflows and their hot activities share it, so that activities start eagerly."""

RESERVATION_WORKFLOW = "ReservationWorkflow"

DEBT_WORKFLOW = "DebtWorkflow"

RECONCILIATION_WORKFLOW_ID = "reconciliation"

RECONCILIATION_SCHEDULE_ID = "reconciliation-schedule"

COMPARISON_WORKFLOW_ID = "comparison"
"""Of some reservations, again and again; beside it, under ids of its own, the comparison of all."""

MONEY_RECONCILIATION_WORKFLOW_ID = "money-reconciliation"

COMPLETE_COMPARISON_WORKFLOW_ID = "complete-comparison"

BOOKING_PATIENCE = timedelta(seconds=10)
"""A booking not decided by then is declined: its caller has gone (`book_by`)."""


class MessageName(StrEnum):
    """What may be sent to a reservation beside the actions, and to a debt."""

    CHARGER_EVENT = "charger_event"
    """Signal: what a charger says about it."""
    PAYMENT_EVENT = "payment_event"
    """Signal: what became of its deposit."""
    SHOW_AGAIN = "show_again"
    """Signal: its search attributes are wrong; all of them and its view are to be published anew."""
    VIEW = "view"
    """Query: the reservation, as its driver sees it."""
    DETAILS = "details"
    """Query: the page for operators, in Markdown."""
    OPEN_SETTLEMENT = "open_settlement"
    """Query: what its settlement would be asked next, had it ended at the given instant without another word."""
    DEBT_CHANGED = "debt_changed"
    """Signal to a debt: look how it stands."""
    PAY = "pay"
    """Update of a debt: something for the driver to pay it with."""
    BOOK = "book"
    """Update that answers a booking, and its id: every retry meets the same answer."""


def gateway_queue(instance: str) -> str:
    """The task queue of one gateway instance; only it serves commands for the sockets it owns."""
    return f"gateway-{instance}"


def debt_workflow_id(code: str) -> str:
    """Of what a reservation still owes."""
    return f"debt-{code}"


def undo_id(part: PartOf) -> str:
    """Of the update that cancels a reservation with what it is a part of; no caller of the API can name it."""
    return f"undo-{part.value}"


UNDOES = {undo_id(part): part for part in PartOf}
