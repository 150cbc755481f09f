"""Who may use which bays, and when: the first line decides, on the site's clock; a line that never does is refused."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.place.admission import Admission
from domain.place.slots import Slot
from domain.terms.access_flaws import Known, access_flaws
from domain.terms.access_rules import ANYBODY, AccessLine, AccessRules, Caller, Spot, Who, who_may
from domain.terms.price_rules import Dates, WeeklySpan

BERLIN = "Europe/Berlin"
SUMMER_ENDS = datetime(2026, 10, 25, tzinfo=UTC)
SUMMER_BEGINS = datetime(2026, 3, 29, tzinfo=UTC)
A1, A2 = Spot(bay="A1", pool_id="dc"), Spot(bay="A2", pool_id="dc")
NOON = (WeeklySpan(start=time(11), end=time(14)),)
TAXIS = AccessLine(name="Taxis", who=Who.GROUP, names=("taxis",), weekly=NOON, bays=("A1",), allow=True)
NO_OTHERS = AccessLine(name="Stand", who=Who.PUBLIC, weekly=NOON, bays=("A1",), allow=False)
STAND = AccessRules(lines=(TAXIS, NO_OTHERS))
KNOWN = Known(bays=frozenset({"A1", "A2"}), pools=frozenset({"dc"}), groups=frozenset({"taxis"}))
TAXI = Caller(groups=frozenset({"taxis"}))


def local(hour: int, minute: int = 0) -> datetime:
    """On a Monday in winter."""
    return datetime(2026, 11, 30, hour - 1, minute, tzinfo=UTC)


def test_the_first_line_that_covers_decides_and_where_none_does_everybody_may() -> None:
    public, taxi = Admission(STAND, ANYBODY, BERLIN), Admission(STAND, TAXI, BERLIN)
    assert [public.may(A1, local(*at)) for at in ((10, 59), (11,), (13, 59), (14,))] == [
        True,
        False,
        False,
        True,
    ]
    assert public.may(A2, local(12))
    assert taxi.may(A1, local(12))
    slot = Slot(local(10), local(11, 30))
    assert not public.may_throughout(A1, slot)
    assert taxi.may_throughout(A1, slot)
    assert public.may_throughout(A2, slot)
    assert public.until(A1, local(10)) == local(11)
    assert public.until(A2, local(10)) is None
    assert public.next_open([A1], slot) == local(14)
    assert public.next_open([A1, A2], slot) == slot.start
    assert who_may(STAND, A1, local(12)) == ("Taxis",)


def test_bays_are_kept_for_members_of_a_tier_that_the_site_has() -> None:
    gold = AccessLine(name="Gold", who=Who.TIER, names=("gold",), bays=("A1",), allow=True)
    rules = AccessRules(lines=(gold, AccessLine(name="Rest", who=Who.PUBLIC, bays=("A1",), allow=False)))
    member, other = (
        Admission(rules, Caller(tiers=tiers), BERLIN)
        for tiers in (frozenset({"gold"}), frozenset({"silver"}))
    )
    assert [one.may(A1, local(12)) for one in (member, other)] == [True, False]
    assert other.may(A2, local(12))
    assert access_flaws(rules, replace(KNOWN, tiers=frozenset({"gold"}))) == ()
    assert [flaw.path for flaw in access_flaws(rules, KNOWN)] == ["lines[0].names[0]"]


def test_private_bays_are_never_open_to_strangers_and_fleets_are_let_in_by_name() -> None:
    staff = AccessLine(name="Staff", who=Who.FLEET, names=("works",), pools=("dc",), allow=True)
    private = AccessRules(
        lines=(staff, AccessLine(name="Private", who=Who.PUBLIC, pools=("dc",), allow=False))
    )
    stranger, works = Admission(private, ANYBODY, BERLIN), Admission(private, Caller(fleet="works"), BERLIN)
    assert stranger.next_open([A1, A2], Slot(local(10), local(11))) is None
    assert works.may_throughout(A1, Slot(local(10), local(10) + timedelta(days=3)))


def _lines() -> st.SearchStrategy[AccessLine]:
    clock = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))
    spans = st.builds(
        WeeklySpan, weekdays=st.lists(st.integers(0, 6), max_size=2).map(tuple), start=clock, end=clock
    )
    dates = st.builds(
        lambda first, days: Dates(first=first, last=first + timedelta(days=days)),
        st.dates(SUMMER_ENDS.date() - timedelta(days=2), SUMMER_ENDS.date() + timedelta(days=2)),
        st.integers(0, 2),
    )
    return st.builds(
        AccessLine,
        name=st.just("line"),
        who=st.just(Who.PUBLIC),
        weekly=st.lists(spans, max_size=2).map(tuple),
        dates=st.lists(dates, max_size=1).map(tuple),
        bays=st.sampled_from(((), ("A1",), ("A2",))),
        allow=st.booleans(),
    )


@settings(max_examples=60)
@given(
    st.lists(_lines(), max_size=4).map(tuple),
    st.sampled_from((SUMMER_ENDS, SUMMER_BEGINS)),
    st.integers(-12, 30),
)
def test_spans_are_open_exactly_when_one_may_at_each_instant(
    lines: tuple[AccessLine, ...], night: datetime, hours: int
) -> None:
    """Also in the night in which the clock is changed."""
    admission = Admission(AccessRules(lines=lines), ANYBODY, BERLIN)
    start = night + timedelta(hours=hours)
    end = start + timedelta(hours=30)
    spans = admission.open_spans(A1, start, end)
    assert all(one.end < two.start for one, two in itertools.pairwise(spans))
    at = start
    while at < end:
        assert admission.may(A1, at) == any(span.start <= at < span.end for span in spans), at
        at += timedelta(minutes=15)
    slot = Slot(start + timedelta(hours=3), start + timedelta(hours=5))
    assert admission.may_throughout(A1, slot) == any(
        span.start <= slot.start and slot.end <= span.end for span in spans
    )


def flaws(*lines: AccessLine) -> list[str]:
    return [flaw.path for flaw in access_flaws(AccessRules(lines=lines), KNOWN)]


def test_a_line_that_never_decides_is_refused_with_the_one_that_does() -> None:
    assert flaws(TAXIS, NO_OTHERS) == []
    (flaw,) = access_flaws(AccessRules(lines=(NO_OTHERS, TAXIS)), KNOWN)
    assert flaw.path == "lines[1]"
    assert "lines[0] says the opposite" in flaw.problem
    wider = replace(NO_OTHERS, weekly=(WeeklySpan(start=time(10), end=time(12)), *NOON), bays=())
    assert flaws(wider, TAXIS) == ["lines[1]"]
    evenings = replace(TAXIS, weekly=(WeeklySpan(start=time(18), end=time(20)),))
    assert flaws(NO_OTHERS, evenings) == []
    for other in (
        replace(TAXIS, bays=("A2",)),
        replace(TAXIS, bays=(), pools=("dc",)),
        replace(TAXIS, bays=()),
    ):
        assert flaws(NO_OTHERS, other) == []
    christmas = (Dates(first=datetime(2026, 12, 25).date(), last=datetime(2026, 12, 26).date()),)  # noqa: DTZ001
    assert flaws(replace(NO_OTHERS, dates=christmas), TAXIS) == []


def test_lines_name_what_is_there() -> None:
    assert flaws(replace(TAXIS, bays=("A9",))) == ["lines[0].bays[0]"]
    assert flaws(replace(TAXIS, names=("bakers",))) == ["lines[0].names[0]"]
    assert flaws(replace(TAXIS, names=())) == ["lines[0].names"]
    assert flaws(replace(NO_OTHERS, names=("taxis",))) == ["lines[0].names"]
    assert flaws(replace(TAXIS, bays=(), pools=("ac",))) == ["lines[0].pools[0]"]
    assert flaws(TAXIS, replace(NO_OTHERS, name="Taxis")) == ["lines[1].name"]
