"""Everybody wants the last seats of a pool at once: clients, API and worker are processes of their own, and clients do
as they are told. The worker is this one.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from api.tokens.local_issuer import LocalIssuer
from bench.booking.sizes import Sizes
from bench.figures import milliseconds, quantile
from bench.ground import Ground, Say
from bench.place import free_site
from db.tables import Hold
from domain.place.slots import Slot, next_grid_start
from runtime.stack.plan import StackPlan, free_ports
from runtime.stack.processes import Copy, Surroundings, answers_http, environment, python_process

SEATS = 8
"""Connectors of the site."""
_SITE = free_site(0)
_WON, _LOST = 201, 409


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """How many won and lost, what they were told, and what the table says."""
    slot = _slot()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slotkeeper-bench-")))
        url = await _api(stack, ground, folder)
        say(f"race: {sizes.racers} clients want {SEATS} seats")
        began = time.monotonic()
        answers = await _raced(url, folder, sizes.racers, slot)
        took = time.monotonic() - began
    lost = [one for one in answers if one["status"] == _LOST]
    told = Counter(str(one["code"]) for one in answers if one["status"] != _WON)
    return {
        "clients": sizes.racers,
        "seats": SEATS,
        "winners": sum(one["status"] == _WON for one in answers),
        "held": await _held(ground, slot),
        "losers_with_alternatives": sum(one["alternatives"] > 0 for one in lost),
        "refused_with": dict(told),
        "deadlocks": await _deadlocks(ground),
        "asked_again": dict(Counter(code for one in answers for code in one["codes"])),
        "p50_ms": milliseconds(quantile([one["seconds"] for one in answers], 0.5)),
        "longest_ms": milliseconds(max(one["seconds"] for one in answers)),
        "seconds": round(took, 1),
    }


async def _api(stack: AsyncExitStack, ground: Ground, folder: Path) -> str:
    """The address of one that has been started as anybody would."""
    plan = StackPlan(folder=folder, ports=free_ports(), keep=False, log_level="ERROR")
    around = Surroundings(
        database_url=ground.database_url,
        temporal_address=ground.client.service_client.config.target_host,
        stripe_url=ground.stripe_url,
        public_key_file=LocalIssuer.in_folder(folder).public_key_file,
    )
    port = plan.ports.api
    copy = Copy(kind="api", number=1, port=port)
    process = python_process("api", ["-m", "api"], plan, environment(plan, around, copy))
    stack.push_async_callback(process.terminate)
    await process.start()
    await process.wait_until_ready(answers_http(port, "/readyz"))
    return f"http://127.0.0.1:{port}"


async def _raced(url: str, folder: Path, clients: int, slot: Slot) -> list[dict[str, Any]]:
    body = {"site_id": _SITE, "start": slot.start.isoformat(), "end": slot.end.isoformat()}
    told = ["--url", url, "--keys", str(folder), "--clients", str(clients), "--body", json.dumps(body)]
    command = [sys.executable, "-m", "bench.booking.racers", *told]
    racers = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        out, _ = await racers.communicate()
    finally:
        if racers.returncode is None:
            racers.kill()
            await racers.wait()
    answers: list[dict[str, Any]] = json.loads(out)
    return answers


def _slot() -> Slot:
    """Half an hour, far enough away that nobody has it by other parts of the bench."""
    start = next_grid_start(datetime.now(UTC) + timedelta(days=13, hours=6), timedelta(minutes=30))
    return Slot(start, start + timedelta(minutes=30))


async def _held(ground: Ground, slot: Slot) -> int:
    mine = select(func.count()).where(Hold.slot_start == slot.start, Hold.released_at.is_(None))
    async with ground.sessions() as session:
        return int(await session.scalar(mine.where(Hold.pool_id == f"{_SITE}-fast")) or 0)


async def _deadlocks(ground: Ground) -> int:
    """That Postgres has ended, in this database so far."""
    counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    async with ground.sessions() as session:
        return int(await session.scalar(text(counted)) or 0)
