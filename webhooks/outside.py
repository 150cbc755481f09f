"""Calls to addresses that customers have named: the name is resolved once, every address that it has is looked at, and
the connection goes to one that was looked at. A name that leads elsewhere a moment later leads nowhere.
"""

from collections.abc import Awaitable, Callable, Sequence

import httpx

from domain.telling.outside import is_outside
from webhooks.names import Names, NoTurn, Whose

Resolve = Callable[[str, int, Whose], Awaitable[Sequence[str]]]
WHOSE = "whose"
"""Extension of a request: the Whose that named its address."""
_NOBODYS = Whose(key="")


class Inside(httpx.ConnectError):
    """The name leads to an address that is not to be called."""

    code = "address_inside"


class Crowded(httpx.ConnectError):
    """Whoever named it waits for a turn of theirs: nothing was tried, so it is no failure of whoever is there."""

    code = "no_turn"


class OutsideTransport(httpx.AsyncBaseTransport):
    """Raises Inside, Crowded, and ConnectError for a name that leads nowhere. Certificates are those of the name.

    `allowed`: by address; `resolve` None: by this machine's resolver. No connection is kept: the next name at the same
    address is another one.
    """

    def __init__(
        self,
        allowed: Callable[[str], bool] = is_outside,
        resolve: Resolve | None = None,
        inner: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._allowed = allowed
        self._names = Names()
        self._resolve = resolve or self._names.resolve
        self._inner = inner or httpx.AsyncHTTPTransport(
            trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # As it is written: `url.host` is read by IDNA 2008, and Python's resolver would write it by IDNA 2003 again, by
        # which xn--strae-oqa.de is strasse.de.
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            addresses = await self._resolve(host, port, request.extensions.get(WHOSE, _NOBODYS))
        except NoTurn as none:
            raise Crowded("no turn", request=request) from none
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the name leads nowhere", request=request) from error
        if not addresses or not all(self._allowed(address) for address in addresses):
            raise Inside("an address that is not to be called", request=request)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=addresses[0])  # its Host header names the name
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        self._names.close()
        await self._inner.aclose()
