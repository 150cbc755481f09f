"""A reservation for somebody else: who comes is a guest of whoever booked and pays.

A guest sees where and when, and does what whoever stands at the bay does. All else is for whoever booked: to change or
cancel it, what it costs, what became of it.
"""

from dataclasses import dataclass

GUESTS_ACTIONS = ("on_my_way", "check_in", "start_charging", "stop_charging")
"""Names in the table of actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """As whoever booked calls them; `contact`: an address or number, as they said it. Nothing is sent there by us."""

    name: str
    contact: str
