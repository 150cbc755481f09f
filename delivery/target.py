"""What a target is: a name, and one attempt to deliver one fact to one key."""

from datetime import timedelta
from typing import Protocol

from db.delivery.outbox import Delivery
from db.tables import Target as TargetName

UNREADABLE = "unreadable"
"""The outcome where the fact itself is not what its source promises: it is logged, and the next one has its turn.

Not for a kind that only a newer version knows: that is TryAgain, so that a newer process delivers it.
"""


class TargetAway(Exception):
    """Nobody is there, whichever key it is for: the relay rests, and then tries one delivery at a time. `pause`: at
    least so long, as they have said.
    """

    code = "target_away"

    def __init__(self, why: str, *, pause: timedelta = timedelta()) -> None:
        super().__init__(why)
        self.pause = pause


class TryAgain(Exception):
    """This delivery failed and others may go through: its key waits, the others go on. `pause`: at least so long, as
    its receiver has said.
    """

    code = "delivery_try_again"

    def __init__(self, why: str, *, pause: timedelta = timedelta()) -> None:
        super().__init__(why)
        self.pause = pause


class Target(Protocol):
    """Deliveries come at least once: an effect is to be once, by the fact's event id."""

    @property
    def name(self) -> TargetName: ...

    @property
    def ready(self) -> bool:
        """False: not even one attempt makes sense yet; deliveries wait unclaimed."""
        ...

    async def deliver(self, delivery: Delivery) -> str:
        """The outcome, in one word that is kept with the delivery: it is final.

        Raises TargetAway and TryAgain. A lost connection to Postgres counts as the former; anything else, which
        nobody foresaw, is logged with its traceback and counts as the latter.
        """
        ...
