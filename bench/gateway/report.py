"""The figures for people: each with its goal, then what they are made of."""

from pathlib import Path
from typing import Any

from bench.goals import told

RESULTS = Path(__file__).parents[1] / "results" / "gateway.json"

CONDITIONS = (
    "Loopback, OCPP 1.6, security profile 1, validation on, compression off for every server.",
    "One server process on one core; the load and Postgres on the other. Per core: per second of CPU time that the "
    "server process used, user and system, all threads.",
    "Calls: Heartbeat and StatusNotification in turn, the status unchanged; one call outstanding a charger.",
    "The gateway runs without Temporal, logs warnings only, and its message rate limit is set out of reach.",
)


def lines(results: dict[str, Any]) -> list[str]:
    """The report, whatever parts were measured."""
    text = ["", *CONDITIONS]
    if not results["about"]["pinned"]:
        text.append("Processes could not be pinned to cores here: they disturbed each other.")
    others = ", ".join(f"{name} {cores}" for name, cores in results["about"]["cores_used_by_others"].items())
    text.append(f"Cores that others used of this machine meanwhile: {others}.")
    text += ["", *told(results["figures"])]
    text += [f"  {name} could not be measured: {why}" for name, why in results["failed"].items()]
    parts = results["parts"]
    for name, describe in (("calls", _calls), ("outage", _outage)):
        if name in parts:
            text += describe(parts[name])
    for name in ("status_changes", "idle", "authorize", "storm"):
        if name in parts:
            text += ["", f"{name}: " + ", ".join(f"{key} {value}" for key, value in parts[name].items())]
    return text


def _calls(calls: dict[str, Any]) -> list[str]:
    text = ["", f"calls {'per core second':>40}{'min – max':>18}{'per wall second':>18}{'core used':>12}"]
    for name, seen in calls["servers"].items():
        core, wall = seen["calls_per_core_second"], seen["calls_per_wall_second"]
        spread = f"{core['min']:,} – {core['max']:,}"
        text.append(
            f"  {name:28}{core['median']:>16,}{spread:>18}{wall['median']:>18,}{seen['core_used']:>12}"
        )
    return text + ([f"  {calls['skipped']}"] if calls["skipped"] else [])


def _outage(ways: dict[str, Any]) -> list[str]:
    text = [""]
    for name, seen in ways.items():
        recovered = "never" if seen["recovered_s"] is None else f"{seen['recovered_s']} s after its return"
        text.append(
            f"Postgres {name} for {seen['seconds']:g} s: {seen['answered_meanwhile']} answered meanwhile, "
            f"{seen['held_back']} calls held back, {seen['errors']} error answers, {seen['reconnects']} reconnects; "
            f"all served again {recovered}; memory + {seen['rss_growth_kb']:,} KB; of {seen['database']['answered']:,} "
            f"answered changes {seen['database']['missing']} missing, {seen['database']['duplicated']} twice"
        )
    return text
