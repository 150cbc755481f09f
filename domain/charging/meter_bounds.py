"""Which beginning and which end of a transaction are believed: those that were named, until readings deny it. Pure.

What a charger names (meterStart, meterStop, Transaction.Begin, Transaction.End) is one number each, and chargers exist
that repeat an old one: a register that was cached at the start, a zero. Three samples of the same transaction that
agree with each other are more than that one number, and outvote it:

- an end below them: the register stood higher before the transaction was over;
- a beginning from which the first of them cannot be reached, by far, while all that follow and the end go on from it:
  only so that the bill is lower without it;
- both, where they say the same number and the register of the samples rose.

Two samples, or one wild value, outvote nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from domain.charging.meter_path import Path, as_told, best_path, fell
from domain.charging.meter_scale import KWH
from domain.charging.readings import Context, Limits, Reading, Told

Anchors = tuple[Reading, Reading]
AGREE = 3
"""So many readings outvote a beginning or an end."""
_BY_FAR = 3
"""So many times faster than the connector delivers: more than a rating that is wrong, of one phase for three."""
_ONE_BEGINNING = timedelta(minutes=5)
"""What is called a beginning later than that after the first one is none."""
_JITTER_WH = 10


def named_bounds(readings: Collection[Reading], context: Context, first: Told) -> list[Reading]:
    """Beginnings or ends that the charger named, the most trustworthy first.

    Of several of a kind the highest beginning and the lowest end: a correction may lower a bill, none raises it.
    """
    named = [reading for reading in readings if reading.claims and reading.context is context]
    if context is Context.END:
        return sorted(named, key=lambda one: (one.told is not first, one.wh, one.at, one.told))
    until = min((one.at for one in named), default=None)
    return sorted(
        named,
        key=lambda one: (
            one.told is not first,
            until is not None and one.at - until > _ONE_BEGINNING,
            -one.wh,
            one.at,
            one.told,
        ),
    )


def anchors_of(readings: Sequence[Reading], limits: Limits) -> Anchors | None:
    """A beginning and an end that fit: as they stand, else with a register that began anew in between."""
    begins = named_bounds(readings, Context.BEGIN, Told.START)
    ends = named_bounds(readings, Context.END, Told.STOP)
    pairs = [(begin, end) for end in ends for begin in begins]
    for begin, end in pairs:
        if 0 <= end.wh - begin.wh <= limits.deliverable_wh(end.at - begin.at):
            return begin, end
    for begin, end in pairs:
        if fell(begin.wh, end.wh) and end.wh <= limits.deliverable_wh(end.at - begin.at):
            return begin, end
    return None


def outvoted(
    readings: Sequence[Reading], anchors: Anchors | None, limits: Limits, *, hidden_wh: int = 0
) -> frozenset[Reading]:
    """Of the beginning and the end, what readings of the transaction contradict. `readings`: in their order, >= 0.

    `hidden_wh`: by so much the end may be rounded down.
    """
    begin, end = anchors or (None, None)
    if anchors is None:
        if any(one.claims and one.context is Context.END for one in readings):
            return frozenset()
        begin = next(iter(named_bounds(readings, Context.BEGIN, Told.START)), None)
    if begin is None or (end is not None and end.wh < begin.wh):
        return frozenset()
    until = limits.ended_at if end is None else end.at
    samples = [one for one in readings if _is_during(one, until)]
    if end is not None and _is_denied(begin, samples, end, limits, hidden_wh):
        return frozenset((end,))
    if _is_out_of_reach(begin, samples, end, limits) or _is_corrected(begin, readings, samples, end, limits):
        return frozenset((begin,))
    if end is not None and end.wh == begin.wh and _rose_elsewhere(begin, samples, end, limits):
        return frozenset((begin, end))
    return frozenset()


def _is_during(reading: Reading, until: datetime | None) -> bool:
    return reading.claims and reading.context is Context.SAMPLE and (until is None or reading.at <= until)


def _believed(line: Sequence[Reading], limits: Limits, *, forced: bool = False) -> Path[Reading]:
    return best_path(as_told(line), limits.deliverable_wh, forced=forced)


def _samples_on(path: Path[Reading]) -> list[Reading]:
    return [node.reading for node in path.nodes if node.reading.context is Context.SAMPLE]


def _is_denied(
    begin: Reading, samples: Sequence[Reading], end: Reading, limits: Limits, hidden_wh: int
) -> bool:
    """Do samples that go on from the beginning stand above the end, and are they more than those that fit it?"""
    is_whole_kwh = end.unit == "kWh" and not end.wh % KWH
    most = end.wh + max(hidden_wh, KWH - 1 if is_whole_kwh else _JITTER_WH)
    if sum(one.wh > most for one in samples) < AGREE:
        return False
    without = _believed([begin, *samples], limits)
    if not without.nodes or without.nodes[0].reading != begin:
        return False
    agreeing = _samples_on(without)
    above = sum(one.wh > most for one in agreeing)
    fitting = _supporters(begin, samples, end, limits)
    return above >= AGREE and len(agreeing) - fitting >= AGREE


def _supporters(begin: Reading, samples: Sequence[Reading], end: Reading, limits: Limits) -> int:
    """How many samples fit both. That the register began anew just for the end is no support for it."""
    path = _believed([begin, *samples, end], limits, forced=True)
    if len(path.parts) > 1 and len(path.parts[-1][0]) == 1:
        path = _believed([begin, *(one for one in samples if one.wh <= end.wh), end], limits, forced=True)
    return len(_samples_on(path))


def _is_out_of_reach(begin: Reading, samples: Sequence[Reading], end: Reading | None, limits: Limits) -> bool:
    """Do the samples, and the end with them, go on from each other, the first of them nowhere near the beginning?"""
    if len(samples) < AGREE or not _jumps(begin, samples[0], limits):
        return False
    path = _believed([*samples, *(() if end is None else (end,))], limits)
    agreeing = _samples_on(path)
    if len(agreeing) < AGREE or len(path.parts) != 1 or (end and path.nodes[-1].reading != end):
        return False
    unreachable = [one for one in agreeing if one.wh - begin.wh > limits.deliverable_wh(one.at - begin.at)]
    return len(unreachable) > 1 and _jumps(begin, agreeing[0], limits)


def _is_corrected(
    begin: Reading,
    readings: Sequence[Reading],
    samples: Sequence[Reading],
    end: Reading | None,
    limits: Limits,
) -> bool:
    """Is another beginning told that fits as well, and from which this one is nowhere near?"""
    others = [
        other
        for other in readings
        if end is not None
        and other.claims
        and other.context is Context.BEGIN
        and other.at - begin.at <= _ONE_BEGINNING
        and _jumps(begin, other, limits)
        and 0 <= end.wh - other.wh <= limits.deliverable_wh(end.at - other.at)
    ]
    if end is None or not others:
        return False
    supporters = _supporters(begin, samples, end, limits)
    paths = [_believed([other, *samples, end], limits, forced=True) for other in others]
    return any(len(path.parts) == 1 and len(_samples_on(path)) >= supporters for path in paths)


def _jumps(begin: Reading, then: Reading, limits: Limits) -> bool:
    return then.wh - begin.wh > limits.deliverable_wh((then.at - begin.at) * _BY_FAR)


def _rose_elsewhere(begin: Reading, samples: Sequence[Reading], end: Reading, limits: Limits) -> bool:
    """Did the samples' register rise, and does it show neither of both numbers?"""
    if len(samples) < AGREE:
        return False
    path = _believed(samples, limits)
    if len(path.parts) != 1 or path.energy_wh <= _JITTER_WH:
        return False
    return len(path.nodes) - len(_samples_on(_believed([begin, *samples, end], limits, forced=True))) >= AGREE
