"""One event, POSTed to one address as the Standard Webhooks specification has it, and what became of that.

The body is `{"type", "timestamp", "data"}`: the fact's kind, time and payload. Of the answer only the status counts.
"""

import json
import time

import httpx

from db.delivery.outbox import Delivery
from webhooks.outgoing import WITHIN_S, Answer, post
from webhooks.signature import signed_headers


async def post_event(
    http: httpx.AsyncClient,
    url: str,
    key: bytes,
    delivery: Delivery,
    *,
    before: bytes | None = None,
    whose: str = "",
    within_s: float = WITHIN_S,
) -> Answer:
    """Signed anew each time, as receivers refuse old timestamps. `before`: see `signed_headers`; `whose`: `post`."""
    document = {"type": delivery.kind, "timestamp": delivery.at.isoformat(), "data": delivery.payload}
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    signed = signed_headers(key, delivery.event_id, int(time.time()), body, before=before)
    headers = {"content-type": "application/json", **signed}
    return await post(http, url, body, headers, whose=whose, within_s=within_s)
