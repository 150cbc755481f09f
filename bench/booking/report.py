"""The figures of booking at size, for people."""

from pathlib import Path
from typing import Any

from bench.goals import told as told_goals
from bench.report import lines as bookings_lines

RESULTS = Path(__file__).parents[1] / "results" / "booking-size.json"


def lines(results: dict[str, Any]) -> list[str]:
    """The report, whatever parts were measured."""
    text = ["", *told_goals(results["figures"])]
    told_by = {
        "availability": _availability,
        "packing": _packing,
        "repacking": _repacking,
        "late_choice": _late_choice,
        "bookings": lambda measured: bookings_lines({"bookings": measured}),
        "race": _race,
    }
    for part, told in told_by.items():
        if part in results:
            text += ["", *told(results[part])]
    return text


def _availability(levels: dict[str, Any]) -> list[str]:
    text = ["Availability of a fortnight: 100 EVSEs in 4 pools, hour by hour"]
    text.append("  (grown: to the smallest table; to alike: to bays that are alike, in the same table)")
    text.append(
        f"  {'holds':>11}  {'':12}{'windows':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'grown ×':>9}{'to alike ×':>12}"
    )
    for holds, by_question in levels.items():
        for name, f in by_question.items():
            times = f"{f['p50_ms']:>9.1f}{f['p99_ms']:>9.1f}{f['cpu_ms']:>9.1f}"
            ratios = f"{f['ratio']:>9.2f}{f['to_alike']:>12.2f}"
            text.append(f"  {int(holds):>11,}  {name:12}{f['windows']:>9}{times}{ratios}")
    return text


def _repacking(by_name: dict[str, Any]) -> list[str]:
    text = [
        f"Bookings in a pool of 50, up to the commit{'p50 ms':>15}{'p99 ms':>9}{'CPU ms':>9}{'more ms':>9}"
    ]
    text += [
        f"  {name:47}{f['p50_ms']:>8.1f}{f['p99_ms']:>9.1f}{f['cpu_ms']:>9.1f}{f['more_ms']:>9.1f}"
        for name, f in by_name.items()
    ]
    return text


def _packing(by_name: dict[str, Any]) -> list[str]:
    text = [f"Packing{'p50 ms':>42}{'p99 ms':>9}"]
    text += [f"  {name:40}{f['p50_ms']:>7.2f}{f['p99_ms']:>9.2f}" for name, f in by_name.items()]
    return text


def _late_choice(f: dict[str, Any]) -> list[str]:
    return [
        f"Late choice of the bay, {f['days']} days of random demand at 8 bays",
        f"  {f['hours']} h sold a day, first-fit {f['first_fit_hours']}: {f['gain']:+.1%}",
        f"  {f['refused']} refused, {f['by_fragmentation']} of them by fragmentation",
    ]


def _race(f: dict[str, Any]) -> list[str]:
    lost = f["clients"] - f["winners"]
    return [
        f"{f['clients']} clients race for {f['seats']} seats",
        f"  {f['winners']} won, {f['held']} held; {f['losers_with_alternatives']} of {lost} losers got alternatives",
        f"  refused with {f['refused_with']}; told to ask again by {f['asked_again']}; {f['deadlocks']} deadlocks",
        f"  {f['p50_ms']:.0f} ms p50, {f['longest_ms']:.0f} ms the last, {f['seconds']} s in all",
    ]
