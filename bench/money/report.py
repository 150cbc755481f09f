"""The figures of settlements for people."""

from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results" / "money.json"


def lines(results: dict[str, Any]) -> list[str]:
    text = [
        "",
        "A settlement asks",
        f"    {'':30}{'provider calls':>15}{'statements':>12}{'round trips':>13}",
    ]
    for name, asked in results["asked"].items():
        calls, statements, trips = asked["provider_calls"], asked["statements"], asked["round_trips"]
        text.append(f"    {name:30}{calls:>15}{statements:>12}{trips:>13}")
    for at_once, by_name in results["settlements"].items():
        taken = next(iter(by_name.values()))["settlements"]
        text += ["", f"{at_once} at a time, {taken} of each (ratio to one call and one commit)"]
        text.append(f"    {'':30}{'p50 ms':>9}{'p99 ms':>9}{'per s':>9}{'p50 ×':>9}")
        for name, f in by_name.items():
            text.append(
                f"    {name:30}{f['p50_ms']:>9.1f}{f['p99_ms']:>9.1f}{f['per_second']:>9.1f}{f['p50_ratio']:>9.2f}"
            )
    return text
