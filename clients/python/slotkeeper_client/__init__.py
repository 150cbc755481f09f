"""Slotkeeper's API for Python: `Slotkeeper` has a method for each operation, README.md says how to begin."""

from slotkeeper_client.client import Slotkeeper
from slotkeeper_client.events import Event
from slotkeeper_client.pages import each
from slotkeeper_client.refusals import Refusal, Unreadable

__all__ = ["Event", "Refusal", "Slotkeeper", "Unreadable", "each"]
