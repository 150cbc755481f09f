"""What the gateway is held to, and what it reaches: one figure a goal, from the measured parts."""

from typing import Any

from bench.gateway.servers import OCPP_PYTHON, OCPP_RPC
from bench.goals import AT_LEAST, AT_MOST, Goal, Parts
from bench.goals import figures as figures_of

GOALS = (
    Goal(
        name="calls_per_core_vs_ocpp_python",
        sense=AT_LEAST,
        bound=8,
        aim=12,
        unit="×",
        read=lambda parts: parts["calls"]["ratios"][OCPP_PYTHON],
        hint="CPU time in the interpreter: reading, checking and answering a frame",
    ),
    Goal(
        name="calls_per_core_vs_ocpp_rpc_strict",
        sense=AT_LEAST,
        bound=0.8,
        aim=1.0,
        unit="×",
        read=lambda parts: parts["calls"]["ratios"][OCPP_RPC],
        hint="CPU time in the interpreter, against compiled JavaScript",
    ),
    Goal(
        name="status_changes_per_core",
        sense=AT_LEAST,
        bound=3_000,
        unit="/s",
        read=lambda parts: parts["status_changes"]["changes_per_core_second"],
        hint="Postgres and the load share the other core: see cores_used",
    ),
    Goal(
        name="status_change_p99_ms",
        sense=AT_MOST,
        bound=100,
        unit="ms",
        read=lambda parts: parts["status_changes"]["p99_ms"],
        hint="Postgres and the load share the other core: see cores_used",
    ),
    Goal(
        name="rss_kb_per_idle_charger",
        sense=AT_MOST,
        bound=40,
        unit="KB",
        read=lambda parts: parts["idle"]["rss_kb_per_idle_charger"],
        hint="what each connection keeps",
    ),
    Goal(
        name="authorize_p99_ms",
        sense=AT_MOST,
        bound=15,
        unit="ms",
        read=lambda parts: parts["authorize"]["p99_ms"],
        hint="Postgres and the load share the other core (see cores_used); a pause counts in every call due in it",
    ),
    Goal(
        name="outage_rss_growth_kb",
        sense=AT_MOST,
        bound=32_768,
        unit="KB",
        read=lambda parts: max(way["rss_growth_kb"] for way in parts["outage"].values()),
        hint="what waits for the database",
    ),
    Goal(
        name="outage_answered_and_lost",
        sense=AT_MOST,
        bound=0,
        unit="",
        read=lambda parts: sum(way["database"]["missing"] for way in parts["outage"].values()),
        hint="answered before the commit",
    ),
    Goal(
        name="outage_unanswered_at_the_end",
        sense=AT_MOST,
        bound=0,
        unit="",
        read=lambda parts: sum(way["unanswered_at_the_end"] for way in parts["outage"].values()),
        hint="calls that nobody answers once Postgres is back",
    ),
    Goal(
        name="storm_connected",
        sense=AT_LEAST,
        bound=1,
        unit="of all",
        read=lambda parts: parts["storm"]["connected"] / parts["storm"]["chargers"],
        hint="chargers that did not get in with all their messages answered",
    ),
    Goal(
        name="storm_failed_live_calls",
        sense=AT_MOST,
        bound=0,
        unit="",
        read=lambda parts: parts["storm"]["failed_live_calls"],
        hint="connections or answers that chargers lost which were there before",
    ),
)


def figures(parts: Parts) -> dict[str, Any]:
    """As those of any bench; a peer that was left out says why."""
    found = figures_of(GOALS, parts)
    for name, figure in found.items():
        if figure["value"] is None and "calls" in parts and name.endswith("rpc_strict"):
            figure["note"] = parts["calls"]["skipped"]
    return found
