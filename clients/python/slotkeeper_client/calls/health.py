"""Health: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from typing import Any

from slotkeeper_client.transport import Calls


class Health(Calls):
    async def read_health(self) -> dict[str, str]:
        """Say that the process runs.

        The process runs. Says nothing about what it needs.
        """
        answer: dict[str, str] = await self._ask("GET", "/healthz", {200: dict[str, str]})
        return answer

    async def read_readiness(self) -> Any:
        """Say whether everything that bookings need is there.

        `missing` keeps bookings from working; `degraded` does not. Each has `code`, `detail` and `mend`.
        """
        answer: Any = await self._ask("GET", "/readyz", {200: Any})
        return answer
