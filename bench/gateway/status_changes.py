"""Durable status changes: every message another status, answered after the commit, the database checked afterwards."""

from typing import Any

from bench.figures import milliseconds, quantile
from bench.gateway.changes import ChangingFleet, audit_figures
from bench.gateway.cores import Shares
from bench.gateway.fleet import booted, hang_up
from bench.gateway.ground import Ground, Say
from bench.gateway.place import identities
from bench.gateway.sizes import Sizes
from bench.gateway.wire import ServerBroke


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Raises ServerBroke when an answer is missing, wrong, or not in the database."""
    url = await ground.database("changes")
    async with ground.gateway(url) as server:
        sockets = await booted(server.port, identities(sizes.chargers))
        fleet = ChangingFleet(server.port, sockets, patient=False)
        fleet.begin()
        await fleet.keep_on(sizes.warm_up_s)
        say("changes: measuring")
        warm, used = len(fleet.tally.answered), server.cpu_seconds()
        shares = Shares(server.process.pid, ground.postgres.process.pid)
        await fleet.keep_on(sizes.changes_s)
        measured, used = fleet.tally.answered[warm:], server.cpu_seconds() - used
        cores = shares.cores()
        await fleet.stop()
        audit = await fleet.audit(url)
        hang_up(sockets)
    if audit.missing or audit.duplicated or audit.unasked:
        raise ServerBroke(f"the inbox differs from what was answered: {audit}")
    took = [seconds for _at, seconds in measured]
    return {
        "changes_per_core_second": round(len(measured) / used),
        "changes_per_wall_second": round(len(measured) / sizes.changes_s),
        "cores_used": cores,
        "p50_ms": milliseconds(quantile(took, 0.5)),
        "p99_ms": milliseconds(quantile(took, 0.99)),
        "max_ms": milliseconds(max(took)),
        "database": audit_figures(audit),
    }
