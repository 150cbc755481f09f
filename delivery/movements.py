"""The target "our books of what the provider moves by itself": each fact is heard by whoever keeps that book."""

from collections.abc import Awaitable, Callable, Mapping

from db.delivery.outbox import Delivery
from db.tables import Target
from delivery.target import TargetAway, TryAgain

Hear = Callable[[Delivery], Awaitable[str]]


class MovementTarget:
    """Outcomes are those of `hear`, by the fact's kind. A kind that is not there waits for a newer version.

    `away`: what it raises when the provider cannot be asked; `later`: what, when this one has to be asked again.
    """

    def __init__(
        self,
        hear: Mapping[str, Hear],
        *,
        away: type[Exception],
        later: tuple[type[Exception], ...],
    ) -> None:
        self._hear = hear
        self._away = away
        self._later = later

    @property
    def name(self) -> Target:
        return Target.MOVEMENTS

    @property
    def ready(self) -> bool:
        return True

    async def deliver(self, delivery: Delivery) -> str:
        hear = self._hear.get(delivery.kind)
        if hear is None:
            raise TryAgain(f"this version does not know events of kind {delivery.kind!r}")
        try:
            return await hear(delivery)
        except self._away as away:
            raise TargetAway(str(away)) from away
        except self._later as later:
            raise TryAgain(str(later)) from later
