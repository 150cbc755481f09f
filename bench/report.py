"""The figures for people, and the file for machines."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "booking.json"


def surroundings(*, quick: bool, seconds: float) -> dict[str, Any]:
    """When and on what the figures were taken. Only ratios mean something elsewhere."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "seconds": round(seconds, 1),
        "cpus": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def write(results: dict[str, Any], path: Path = RESULTS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n")


def lines(results: dict[str, Any]) -> list[str]:
    """The report, whatever parts were measured."""
    text: list[str] = []
    if "bookings" in results:
        text += _bookings(results["bookings"]) + _postgres(results["bookings"]["postgres"])
    if "actions" in results:
        text += _actions(results["actions"])
    if "events" in results:
        text += _events(results["events"])
    if "availability" in results:
        text += _availability(results["availability"])
    return text


def _bookings(bookings: dict[str, Any]) -> list[str]:
    text = ["", "Booking, Update-with-Start to decision (ratios to the bare workflow)"]
    for concurrency, by_variant in bookings["latency"].items():
        taken = next(iter(by_variant.values()))["bookings"]
        text.append(f"  {concurrency} at a time, {taken} of each")
        text.append(
            f"    {'':22}{'p50 ms':>9}{'p99 ms':>9}{'per s':>8}{'CPU ms':>8}{'p50 ×':>8}{'p99 ×':>8}{'CPU ×':>8}"
        )
        for name, f in by_variant.items():
            text.append(
                f"    {name:22}{f['p50_ms']:>9.1f}{f['p99_ms']:>9.1f}{f['per_second']:>8.1f}{f['cpu_ms']:>8.1f}"
                f"{f['p50_ratio']:>8.2f}{f['p99_ratio']:>8.2f}{f['cpu_ratio']:>8.2f}"
            )
    return text


def _actions(by_name: dict[str, Any]) -> list[str]:
    text = ["", "Actions, update to answer, one at a time (ratio to the bare workflow)"]
    text += [
        f"  {name:24}{f['p50_ms']:>9.1f} ms p50{f['p99_ms']:>9.1f} ms p99   × {f['p50_ratio']:.2f}"
        for name, f in by_name.items()
    ]
    return text


def _postgres(by_variant: dict[str, Any]) -> list[str]:
    text = ["", "Postgres round trips a booking (statements, and BEGIN and COMMIT)"]
    for name, asked in by_variant.items():
        parts = ", ".join(
            f"{activity} {seen['statements']}" for activity, seen in asked["by_activity"].items()
        )
        text.append(
            f"  {name:24}{asked['round_trips']:>4} of which {asked['statements']} statements ({parts})"
        )
    return text


def _events(events: dict[str, Any]) -> list[str]:
    text = ["", f"History of an ordinary reservation: {events['events']} events, {events['bytes']:,} bytes"]
    text += [
        f"  until {p['until']:12}{p['events']:>4} events{p['bytes']:>8,} bytes" for p in events["by_phase"]
    ]
    return text


def _availability(levels: dict[str, Any]) -> list[str]:
    text = ["", "Availability of one site for one day"]
    text += [
        f"  {int(holds):>7,} holds in the table ({f['holds_in_the_day']:>3} of that day)"
        f"{f['p50_ms']:>8.2f} ms p50   × {f['ratio']:.2f}"
        for holds, f in levels.items()
    ]
    return text
