"""Task queues, workflow ids and schedule ids: every name under which processes find each other in Temporal."""

from datetime import timedelta

RESERVATIONS_QUEUE = "reservations"
"""Workflows and their hot activities share it, so that activities start eagerly."""


RECONCILIATION_WORKFLOW_ID = "reconciliation"


RECONCILIATION_SCHEDULE_ID = "reconciliation-schedule"


BOOKING_PATIENCE = timedelta(seconds=10)
"""A booking not decided by then is declined: its caller has gone (`book_by`)."""


def gateway_queue(instance: str) -> str:
    """The task queue of one gateway instance; only it serves commands for the sockets it owns."""
    return f"gateway-{instance}"
