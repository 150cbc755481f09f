"""Calls to addresses that customers have named, but for one on this machine, where a stack to try has its receiver."""

import httpx

from domain.telling.local_receiver import LocalReceiver
from webhooks.outside import OutsideTransport


class CallsOut(httpx.AsyncBaseTransport):
    """As OutsideTransport; only what is for `local` goes to the loopback interface. None: nothing does."""

    def __init__(
        self, local: LocalReceiver | None = None, outside: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._local = local
        self._outside = outside or OutsideTransport()
        self._inside = httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_local = self._local is not None and self._local.is_at(str(request.url))
        return await (self._inside if is_local else self._outside).handle_async_request(request)

    async def aclose(self) -> None:
        await self._outside.aclose()
        await self._inside.aclose()
