"""One POST that is answered within seconds or not at all, whoever is at the other end."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from webhooks.names import Whose
from webhooks.outside import WHOSE, Crowded, Inside

WITHIN_S = 8.0
"""Of one attempt as a whole; below what the relay allows it."""
_MOST_READ = 4_096
_NOBODY_THERE = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE = timedelta(hours=1)
"""Whatever somebody wishes for: what is told is soon too old."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: there was none; `why`: what kept it, without the address, which may carry a password. `body`: its
    first bytes.
    """

    status: int
    why: str = ""
    body: bytes = b""
    pause: timedelta = timedelta()
    """What `Retry-After` asks for."""

    def __str__(self) -> str:
        return str(self.status or self.why)

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_untried(self) -> bool:
        """It says nothing of whoever is there."""
        return self.why == Crowded.code

    @property
    def is_away(self) -> bool:
        """It is nothing about what was sent: nobody is there to take anything."""
        return not self.status or self.status in _NOBODY_THERE


def new_client(
    transport: httpx.AsyncBaseTransport | None = None, *, within_s: float = WITHIN_S
) -> httpx.AsyncClient:
    """Follows no redirects and keeps no cookies: one of many receivers would else fill the memory of all."""
    return httpx.AsyncClient(
        transport=transport,
        timeout=within_s,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


async def post(
    http: httpx.AsyncClient,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    whose: str = "",
    within_s: float = WITHIN_S,
) -> Answer:
    """httpx limits each read alone: who answers a byte a second would never be over, so all of it has a limit here.

    `whose`: who named the address; waiting until one of their names can be looked up does not count.
    """
    limit = asyncio.timeout(within_s)
    named = {WHOSE: Whose(key=whose, on_hold=lambda: _held(limit))}
    try:
        async with (
            limit,
            http.stream("POST", url, content=body, headers=dict(headers), extensions=named) as response,
        ):
            pause = _asked_for(response.headers.get("retry-after", ""), datetime.now(UTC))
            return Answer(response.status_code, body=await _beginning(response), pause=pause)
    except (Inside, Crowded) as untold:
        return Answer(0, untold.code)
    except TimeoutError:
        return Answer(0, "Timeout")
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        # The last two: a name that cannot be written as one.
        return Answer(0, type(error).__name__)


@contextmanager
def _held(limit: asyncio.Timeout) -> Iterator[None]:
    loop, until = asyncio.get_running_loop(), limit.when()
    if until is None or limit.expired():
        yield
        return
    left = until - loop.time()
    limit.reschedule(None)
    try:
        yield
    finally:
        limit.reschedule(loop.time() + left)


async def _beginning(response: httpx.Response) -> bytes:
    """Nobody fills our memory: compressed bytes are not unpacked."""
    read = b""
    async for some in response.aiter_raw():
        read += some
        if len(read) >= _MOST_READ:
            break
    return read[:_MOST_READ]


def _asked_for(said: str, now: datetime) -> timedelta:
    """RFC 9110 §10.2.3: seconds, or a date. What is neither asks for nothing."""
    if said.isascii() and said.isdigit():
        asked = timedelta(seconds=min(int(said[:9]), _LONGEST_PAUSE.total_seconds()))
    else:
        try:
            asked = parsedate_to_datetime(said).astimezone(UTC) - now
        except (ValueError, OverflowError):
            return timedelta()
    return max(timedelta(), min(asked, _LONGEST_PAUSE))
