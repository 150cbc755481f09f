"""How likely a promise is kept at a berth: as it was there, or as is usual around it where little was seen."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.place.berth_rates import UNSEEN, WEIGHT, BerthRecord, Seen, rates_of, risk_of, shrunk, usual
from domain.terms.certainty import Risk

LEVELS = (EnforcementLevel.SOFT, EnforcementLevel.BACKEND, EnforcementLevel.HARD)


_FEW = some.sampled_from((0, 0, 1, 7, 200))
_FOUR = some.tuples(_FEW, _FEW, _FEW, _FEW)


@some.composite
def seen(draw: some.DrawFn) -> Seen:
    bad = dict(zip(Risk, draw(_FOUR), strict=True))
    return Seen(of=sum(bad.values()) + draw(some.integers(0, 2_000)), bad=bad)


@some.composite
def installations(draw: some.DrawFn) -> list[BerthRecord]:
    places = draw(
        some.lists(some.tuples(some.sampled_from("ab"), some.sampled_from(LEVELS), seen()), max_size=4)
    )
    return [
        BerthRecord(berth_id=n, site_id=site, level=level, seen=counted)
        for n, (site, level, counted) in enumerate(places, 1)
    ]


@settings(max_examples=60)
@given(installations())
def test_rates_are_probabilities_and_so_is_their_sum(records: list[BerthRecord]) -> None:
    for rates in rates_of(records).values():
        each = (rates.fault, rates.overrun, rates.taken, rates.withdrawn)
        assert all(0.0 <= one <= 1.0 for one in each)
        assert rates.bad == pytest.approx(min(1.0, sum(each)))


@settings(max_examples=60)
@given(installations(), some.sampled_from(list(Risk)), some.data())
def test_what_was_not_kept_once_more_makes_no_berth_surer(
    records: list[BerthRecord], risk: Risk, data: some.DataObject
) -> None:
    if not records:
        return
    at = data.draw(some.integers(0, len(records) - 1))
    once_more = Seen(of=1, bad={risk: 1})
    worse = [replace(one, seen=one.seen + once_more) if n == at else one for n, one in enumerate(records)]
    before, after = rates_of(records), rates_of(worse)
    for berth_id, rates in after.items():
        assert getattr(rates, risk) >= getattr(before[berth_id], risk) - 1e-12
    own = records[at].berth_id
    assert getattr(after[own], risk) > getattr(before[own], risk)


@given(of=some.integers(0, 10_000), bad=some.integers(0, 10_000), around=some.floats(0, 1))
def test_a_rate_lies_between_what_was_seen_and_what_is_usual_nearer_to_it_the_less_was_seen(
    of: int, bad: int, around: float
) -> None:
    bad = min(bad, of)
    found = shrunk(bad, of, around)
    share = WEIGHT / (of + WEIGHT)
    assert found == pytest.approx(share * around + (1 - share) * (bad / of if of else 0.0), abs=1e-9)


def test_where_nothing_was_seen_it_is_as_usual_and_surer_the_more_the_charger_does() -> None:
    records = [BerthRecord(berth_id=n, site_id="a", level=level) for n, level in enumerate(LEVELS)]
    found = [*rates_of(records).values()]
    for rates in found:
        assert {risk: getattr(rates, risk) for risk in Risk} == pytest.approx(
            {risk: usual(risk, rates.level) for risk in Risk}
        )
    assert [one.bad for one in found] == sorted((one.bad for one in found), reverse=True)
    assert found[0] == UNSEEN


def test_strangers_at_soft_bays_say_nothing_of_those_that_the_charger_keeps() -> None:
    taken = Seen(of=100, bad={Risk.TAKEN: 50})
    soft = BerthRecord(berth_id=1, site_id="a", level=EnforcementLevel.SOFT, seen=taken)
    hard = BerthRecord(berth_id=2, site_id="a", level=EnforcementLevel.HARD)
    other_soft = BerthRecord(berth_id=3, site_id="b", level=EnforcementLevel.SOFT)
    found = rates_of([soft, hard, other_soft])
    assert found[2].taken == pytest.approx(usual(Risk.TAKEN, EnforcementLevel.HARD))
    assert found[3].taken > 10 * found[2].taken


def test_each_cause_is_counted_under_one_risk() -> None:
    assert risk_of(Cause.CONNECTOR_OCCUPIED, by_driver_before=True) is Risk.OVERRUN
    assert risk_of(Cause.CONNECTOR_OCCUPIED, by_driver_before=False) is Risk.TAKEN
    assert risk_of(Cause.START_REJECTED, by_driver_before=True) is Risk.FAULT
    assert risk_of(Cause.MAINTENANCE, by_driver_before=False) is Risk.WITHDRAWN


MOST = 0.12
"""Of each risk, in what is simulated."""


@settings(max_examples=10, deadline=None)
@given(some.integers(0, 2**32).map(random.Random))
def test_what_is_told_is_borne_out_by_what_comes_next(chance: random.Random) -> None:
    """Each berth has rates of its own, and was seen for longer or shorter. Of what is promised next, in each fifth of
    the berths by what is told of them, as much is kept as was told, within five deviations: of that many throws, and of
    what so little seen can say of a berth (rates differ by no more between berths)."""
    truth = [{risk: chance.uniform(0.0, MOST) for risk in Risk} for _ in range(200)]

    def lived(berth: int) -> Risk | None:
        at = chance.random()
        for risk, rate in truth[berth].items():
            at -= rate
            if at < 0:
                return risk
        return None

    records = []
    for n in range(len(truth)):
        ends = [lived(n) for _ in range(chance.randint(0, 150))]
        bad = {risk: ends.count(risk) for risk in Risk}
        seen_there = Seen(of=len(ends), bad=bad)
        records.append(
            BerthRecord(berth_id=n, site_id=str(n % 3), level=EnforcementLevel.SOFT, seen=seen_there)
        )
    told = {berth_id: 1.0 - rates.bad for berth_id, rates in rates_of(records).items()}
    surest_last = sorted(told, key=lambda n: told[n])
    spread, each = len(Risk) * MOST**2 / 12, 20
    for fifth in range(5):
        group = surest_last[fifth * 40 : (fifth + 1) * 40]
        promised = each * sum(told[n] for n in group)
        kept = sum(lived(n) is None for n in group for _ in range(each))
        variance = each * sum(told[n] * (1 - told[n]) for n in group) + each**2 * spread * len(group)
        assert abs(kept - promised) <= 5 * math.sqrt(variance)
