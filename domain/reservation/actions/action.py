"""One thing that may be asked of a reservation: by whom, with what, when, and what an example is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import DomainError
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.actions.meant import Meant
from domain.reservation.actions.messages import Asked, Message
from domain.reservation.actions.rules import Rule
from domain.reservation.progress import Progress


class Actor(StrEnum):
    DRIVER = "driver"
    """Or their fleet."""
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What an example needs to be about something: the slot, the policy's grid, the time, what a change costs, and
    which proposal is open.
    """

    slot: Slot
    step: timedelta
    now: datetime
    change_cost: Money | None = None
    proposal: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """`name`: of the update. `path`: last part of the route. `takes`: the message, None for none. `asked`: what callers
    say where the message is made of it; None: the message. `meant`: whether what a message names is what there is now.

    `refusals`: what may refuse it beyond NotPossibleNow. `while_ending`: possible too when only money is left to do.
    `before_terms`: its rule while no terms have been accepted, as when a booking was declined; None: impossible then.
    """

    name: str
    by: Actor
    path: str
    rule: Rule
    takes: type[Message] | None = None
    asked: type[Asked] | None = None
    meant: Meant | None = None
    example: Callable[[Situation], Message] | None = None
    refusals: tuple[type[DomainError], ...] = ()
    while_ending: bool = False
    before_terms: Callable[[Progress], DomainError | None] | None = None

    @property
    def says(self) -> type[Asked] | None:
        """What callers say; None: nothing."""
        return self.asked or self.takes
