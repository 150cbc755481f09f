"""Quantiles and ratios. Medians of rounds, so that one bad moment of the machine does not decide."""

from collections.abc import Sequence
from statistics import median


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0-1) of `values` do not exceed. Raises ValueError without values."""
    if not values:
        raise ValueError("no values, no quantile")
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def median_ratio(measured: Sequence[float], yardstick: Sequence[float]) -> float:
    """Median of the rounds' ratios: both sides of each were taken within moments of each other."""
    return median(a / b for a, b in zip(measured, yardstick, strict=True))


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
