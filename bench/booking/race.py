"""Everybody wants the last seats of a pool at once, through the API, as clients that try again when told to."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from api.app import create_app
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import LocalKey
from api.tokens.local_issuer import LocalIssuer
from bench.booking.sizes import Sizes
from bench.figures import milliseconds, quantile
from bench.ground import Ground, Say
from bench.place import free_site
from db.engine import create_engine, create_sessions
from db.tables import Hold
from domain.place.slots import Slot, next_grid_start
from runtime.readiness.readiness import Readiness

SEATS = 8
"""Connectors of the site."""
_SITE = free_site(0)
_AGAIN_S = 0.3
_WON, _PENDING, _LOST = 201, 202, 409


@dataclass(frozen=True, slots=True)
class _Answer:
    """`codes`: of answers on the way that told to ask again. `seconds` until the last answer."""

    status: int
    body: dict[str, Any]
    codes: tuple[str, ...]
    seconds: float


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """How many won and lost, what they were told, and what the table says."""
    slot = _slot()
    async with _api(ground) as (http, issuer):
        say(f"race: {sizes.racers} clients want {SEATS} seats")
        began = time.monotonic()
        answers = await asyncio.gather(*(_race(http, issuer, n, slot) for n in range(sizes.racers)))
        took = time.monotonic() - began
    lost = [one for one in answers if one.status == _LOST]
    told = Counter(str(one.body.get("code")) for one in answers if one.status != _WON)
    return {
        "clients": sizes.racers,
        "seats": SEATS,
        "winners": sum(one.status == _WON for one in answers),
        "held": await _held(ground, slot),
        "losers_with_alternatives": sum(bool(one.body.get("alternatives")) for one in lost),
        "refused_with": dict(told),
        "asked_again": dict(Counter(code for one in answers for code in one.codes)),
        "p50_ms": milliseconds(quantile([one.seconds for one in answers], 0.5)),
        "seconds": round(took, 1),
    }


@asynccontextmanager
async def _api(ground: Ground) -> AsyncIterator[tuple[httpx.AsyncClient, LocalIssuer]]:
    """With the pool of connections that an API has by itself."""
    engine = create_engine(ground.database_url)
    try:
        with tempfile.TemporaryDirectory(prefix="slotkeeper-bench-") as folder:
            issuer = LocalIssuer.in_folder(Path(folder))
            app = create_app(
                sessions=create_sessions(engine),
                temporal=ground.client,
                tokens=TokenVerifier(
                    LocalKey(issuer.public_key_file), issuer="slotkeeper", audience="slotkeeper-api"
                ),
                stripe_webhook_secret="",
                readiness=Readiness([]),
                clock=lambda: datetime.now(UTC),
            )
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://api.bench", timeout=60
            ) as http:
                yield http, issuer
    finally:
        await engine.dispose()


async def _race(http: httpx.AsyncClient, issuer: LocalIssuer, number: int, slot: Slot) -> _Answer:
    headers = {
        "Authorization": f"Bearer {issuer.driver(f'racer-{number}')}",
        "Idempotency-Key": f"race-{number}",
    }
    body = {"site_id": _SITE, "start": slot.start.isoformat(), "end": slot.end.isoformat()}
    began, codes = time.monotonic(), list[str]()
    while True:
        response = await http.post("/v1/reservations", json=body, headers=headers)
        answer = response.json()
        if "Retry-After" not in response.headers:
            return _Answer(response.status_code, answer, tuple(codes), time.monotonic() - began)
        codes.append("pending" if response.status_code == _PENDING else str(answer["code"]))
        await asyncio.sleep(_AGAIN_S)


def _slot() -> Slot:
    """Half an hour, far enough away that nobody has it by other parts of the bench."""
    start = next_grid_start(datetime.now(UTC) + timedelta(days=13, hours=6), timedelta(minutes=30))
    return Slot(start, start + timedelta(minutes=30))


async def _held(ground: Ground, slot: Slot) -> int:
    mine = select(func.count()).where(Hold.slot_start == slot.start, Hold.released_at.is_(None))
    async with ground.sessions() as session:
        return int(await session.scalar(mine.where(Hold.pool_id == f"{_SITE}-fast")) or 0)
