"""Which phase carries out which action of the table: the one that has a method of its name."""

from collections.abc import Awaitable, Callable

from domain.reservation.actions.table import ACTIONS


def methods_of_actions(*phases: object) -> dict[str, Callable[..., Awaitable[None]]]:
    """Each action's method. Raises ValueError for an action that none of the phases can do, or several."""
    found: dict[str, Callable[..., Awaitable[None]]] = {}
    for action in ACTIONS:
        (phase,) = (phase for phase in phases if hasattr(phase, action.name))
        found[action.name] = getattr(phase, action.name)
    return found
