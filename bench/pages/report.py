"""The figures of the pages for people."""

from pathlib import Path
from typing import Any

from bench.goals import figures, told
from bench.pages.goals import GOALS

RESULTS = Path(__file__).parents[1] / "results" / "pages.json"


def lines(results: dict[str, Any]) -> list[str]:
    """The report, whatever parts were measured."""
    text = ["", *told(figures(GOALS, results))]
    if "weight" in results:
        text += ["", "As it is sent, with all that it loads", *_pairs(results["weight"], "kB")]
    if "making" in results:
        text += [
            "",
            "From the request to the whole page, on one connection (ratio to an answer without a look)",
        ]
        text += [_made(name, one) for name, one in results["making"].items()]
    if results.get("painting"):
        text += [
            "",
            "On a phone: 1.6 Mbit/s, 150 ms round trip, a processor a quarter as fast, nothing cached",
        ]
        text += [
            f"  {name:24}{one['first_ms']:>9} ms first{one['largest_ms']:>9} ms largest"
            for name, one in results["painting"].items()
        ]
    if "looking" in results:
        text += ["", "While many look at a site that changes each second", *_pairs(results["looking"], "")]
    return text


def _made(name: str, one: dict[str, float]) -> str:
    took = f"{one['p50_ms']:>9.1f} ms p50{one['p95_ms']:>9.1f} ms p95{one['cpu_ms']:>9.1f} ms CPU"
    return f"  {name:24}{took}   × {one['p50_ratio']:.2f}"


def _pairs(found: dict[str, Any], unit: str) -> list[str]:
    return [f"  {name:40}{value:>10} {unit}".rstrip() for name, value in found.items()]
