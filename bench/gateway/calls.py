"""Calls per core, ours beside two peers: the same load on each in turn, round after round.

A call here is a Heartbeat or a StatusNotification that says nothing new, half and half. What counts is calls per
second of CPU time that the server process used: the machine is shared, and wall time says how busy the others were.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.figures import median_ratio
from bench.gateway.closed_loop import ClosedLoop
from bench.gateway.fleet import booted, hang_up
from bench.gateway.ground import Ground, Say
from bench.gateway.messages import mix
from bench.gateway.place import identities
from bench.gateway.servers import OCPP_PYTHON, OCPP_RPC, OURS, Server, gateway, ocpp_python, ocpp_rpc
from bench.gateway.sizes import Sizes
from bench.peers.npm import PeersMissing

_RING = 20_000
"""Messages; a charger has forgotten its oldest long before it comes round again."""


@dataclass(slots=True)
class _Contender:
    server: Server
    loop: ClosedLoop
    per_core: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Raises ServerBroke when any server gives any other answer than the CALLRESULT asked for."""
    async with AsyncExitStack() as stack:
        servers, skipped = await _servers(ground, stack, say)
        ring = mix(_RING)
        contenders = []
        for server in servers:
            sockets = await booted(server.port, identities(sizes.chargers))
            stack.callback(hang_up, sockets)
            contenders.append(_Contender(server, ClosedLoop(sockets, ring)))
        for contender in contenders:
            say(f"calls: warming up {contender.server.name}")
            await contender.loop.run(sizes.warm_up_s)
        for number in range(sizes.rounds):
            for contender in contenders:
                await _round(contender, sizes.round_s)
            say(f"calls: round {number + 1} of {sizes.rounds}")
    return _summary(contenders, skipped)


async def _servers(ground: Ground, stack: AsyncExitStack, say: Say) -> tuple[list[Server], str | None]:
    started: list[Server] = []

    def keep(server: Server) -> None:
        stack.push_async_callback(server.process.terminate)
        started.append(server)

    keep(await gateway(ground.folder, await ground.database("calls")))
    keep(await ocpp_python(ground.folder))
    try:
        keep(await ocpp_rpc(ground.folder))
    except PeersMissing as missing:
        say(f"{OCPP_RPC} is left out: {missing}")
        return started, f"{OCPP_RPC} is left out: {missing}"
    return started, None


async def _round(contender: _Contender, seconds: float) -> None:
    server, loop = contender.server, contender.loop
    answered, used = loop.answered, server.cpu_seconds()
    took = await loop.run(seconds)
    answered, used = loop.answered - answered, server.cpu_seconds() - used
    contender.per_core.append(answered / used)
    contender.per_second.append(answered / took)
    contender.busy.append(used / took)


def _summary(contenders: list[_Contender], skipped: str | None) -> dict[str, Any]:
    by_name = {contender.server.name: contender for contender in contenders}
    ours = by_name[OURS]
    return {
        "servers": {name: _figures(contender) for name, contender in by_name.items()},
        "ratios": {
            name: round(median_ratio(ours.per_core, by_name[name].per_core), 3)
            for name in (OCPP_PYTHON, OCPP_RPC)
            if name in by_name
        },
        "skipped": skipped,
    }


def _figures(contender: _Contender) -> dict[str, Any]:
    return {
        "calls_per_core_second": _spread(contender.per_core),
        "calls_per_wall_second": _spread(contender.per_second),
        "core_used": round(median(contender.busy), 2),
    }


def _spread(values: list[float]) -> dict[str, int]:
    return {"median": round(median(values)), "min": round(min(values)), "max": round(max(values))}
