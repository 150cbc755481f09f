"""The target "the workflow of a debt": it is started, or told that there is news."""

from collections.abc import Awaitable, Callable, Set

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from db.delivery.outbox import Delivery
from db.tables import Target
from delivery.home import HomeCheck
from delivery.target import TargetAway, TryAgain
from workflows.client.failures import TemporalAway
from workflows.client.signals import SignalRefused

TOLD = "told"
NOTED = "noted"


class DebtTarget:
    """Outcomes: `told`, and `noted` where the fact `is_known` already.

    `kinds`: all that this version knows; others wait for a process of a newer one. `tell` starts the workflow or lets
    it know; it raises TemporalAway and SignalRefused. Nobody is started in another namespace than ours.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        kinds: Set[str],
        is_known: Callable[[Delivery], Awaitable[bool]],
        tell: Callable[[Client, str], Awaitable[None]],
        client: Callable[[], Client | None],
    ) -> None:
        self._kinds = kinds
        self._is_known = is_known
        self._tell = tell
        self._client = client
        self._home = HomeCheck(engine)

    @property
    def name(self) -> Target:
        return Target.DEBTS

    @property
    def ready(self) -> bool:
        return self._client() is not None

    async def deliver(self, delivery: Delivery) -> str:
        if delivery.kind not in self._kinds:
            raise TryAgain(f"this version does not know events of kind {delivery.kind!r}")
        client = self._client()
        if client is None:
            raise TargetAway("Temporal was never reached")
        if await self._is_known(delivery):
            return NOTED
        await self._home.passed(client)
        try:
            await self._tell(client, delivery.key)
        except TemporalAway as away:
            raise TargetAway(str(away)) from away
        except SignalRefused as refused:
            raise TryAgain(str(refused)) from refused
        return TOLD
