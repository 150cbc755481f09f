"""One event, POSTed to one address as the Standard Webhooks specification has it, and what became of that.

The body is `{"type", "timestamp", "data"}`: the fact's kind, time and payload. Of the answer only the status is read.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from db.delivery.outbox import Delivery
from webhooks.outside import Inside
from webhooks.signature import signed_headers

WITHIN_S = 8.0
"""Of one attempt as a whole, from the name to the answer; below what the relay allows it."""
_NOBODY_THERE = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` None: there was none; `why`: what kept it, without the address, which may carry a password."""

    status: int | None
    why: str = ""

    def __str__(self) -> str:
        return self.why if self.status is None else str(self.status)

    @property
    def is_received(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_away(self) -> bool:
        """It is nothing about this event: nobody is there to take any."""
        return self.status is None or self.status in _NOBODY_THERE


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
    http: httpx.AsyncClient, url: str, key: bytes, delivery: Delivery, *, within_s: float = WITHIN_S
) -> Answer:
    """Signed anew each time, as receivers refuse old timestamps.

    httpx limits each read alone: who answers a byte a second would never be over, so all of it has a limit here.
    """
    document = {"type": delivery.kind, "timestamp": delivery.at.isoformat(), "data": delivery.payload}
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    signed = signed_headers(key, delivery.event_id, int(time.time()), body)
    headers = {"content-type": "application/json", **signed}
    try:
        async with (
            asyncio.timeout(within_s),
            http.stream("POST", url, content=body, headers=headers) as response,
        ):
            return Answer(response.status_code)
    except Inside as inside:
        return Answer(None, inside.code)
    except TimeoutError:
        return Answer(None, "Timeout")
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        # The last two: a name that cannot be written as one.
        return Answer(None, type(error).__name__)
