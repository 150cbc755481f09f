"""What follows from what people say of a bay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NothingToMoveFor, TooManyBayReports
from domain.facts.refused_reports import MovedAlready, NothingReported, NotTheirBay
from domain.place.bay_reports import (
    COUNTS_FOR,
    Report,
    Reporter,
    ReportKind,
    Standing,
    check_moving,
    check_reporting,
    doubts_of,
    is_kept_off,
    line_of,
)
from domain.place.slots import Slot

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BAY, OTHER = 7, 8
ANA, BEN = Reporter(account="ana"), Reporter(account="ben")
STANDING = Standing(connector_id=BAY, slot=Slot(NOW, NOW + 60 * MINUTE), opens=10 * MINUTE, movable=True)
names = st.sampled_from("abc")
reporters = st.one_of(st.builds(Reporter, account=names), st.builds(Reporter, browser=names, address=names))
told = st.lists(
    st.builds(
        Report,
        reporter=reporters,
        kind=st.sampled_from(ReportKind),
        at=st.integers(0, 120).map(lambda ago: NOW - ago * MINUTE),
    ),
    max_size=12,
)


def stranger(browser: str, address: str = "") -> Reporter:
    return Reporter(browser=browser, address=address or f"at {browser}")


def said(
    reporter: Reporter, ago: int = 1, kind: ReportKind = ReportKind.BLOCKED, here: bool = True
) -> Report:
    return Report(reporter=reporter, kind=kind, at=NOW - ago * MINUTE, at_this_bay=here)


@pytest.mark.parametrize(
    ("reports", "doubtful"),
    [
        ([said(ANA), said(BEN)], True),
        ([said(ANA), said(stranger("x"))], True),
        ([said(stranger("x")), said(stranger("y")), said(stranger("z"))], True),
        ([said(stranger("x")), said(stranger("y"))], False),
        ([said(ANA), said(ANA, kind=ReportKind.NO_POWER)], False),
        ([said(stranger(one, "one house")) for one in "vwxyz"], False),
        ([said(stranger("x", one)) for one in "abcde"], False),
        ([said(ANA), said(BEN, kind=ReportKind.SIGN_WRONG)], False),
        ([said(ANA), said(BEN, ago=60)], False),
    ],
)
def test_a_bay_is_doubtful_when_several_say_so_who_have_nothing_to_do_with_each_other(
    reports: list[Report], doubtful: bool
) -> None:
    assert (BAY in doubts_of({BAY: reports}, NOW)) is doubtful


def test_a_doubt_tells_the_latest_of_what_was_said() -> None:
    found = doubts_of({BAY: [said(ANA, 3, ReportKind.NO_POWER), said(BEN, 20)]}, NOW)[BAY]
    assert (found.kind, found.at) == (ReportKind.NO_POWER, NOW - 3 * MINUTE)


@given(told, st.integers(0, 11))
def test_saying_it_again_makes_no_bay_more_doubtful(reports: list[Report], which: int) -> None:
    again = [*reports, *reports[which : which + 1]]
    assert doubts_of({BAY: again}, NOW).keys() == doubts_of({BAY: reports}, NOW).keys()


@given(told)
def test_what_is_old_makes_no_doubt(reports: list[Report]) -> None:
    assert doubts_of({BAY: reports}, NOW + COUNTS_FOR) == {}


def test_a_strangers_line_counts_at_one_bay_of_a_site_however_many_it_speaks_of() -> None:
    """With an accomplice who is signed in it would make each of them doubtful."""
    line = [stranger(str(one), "one house") for one in range(20)]
    reports = {bay: [said(line[bay], 30 - bay), said(ANA)] for bay in range(20)}
    assert [*doubts_of(reports, NOW)] == [0]
    assert [*doubts_of(reports, NOW + 30 * MINUTE)] == [1]


def test_who_is_signed_in_counts_at_each_bay() -> None:
    assert doubts_of({bay: [said(ANA), said(BEN)] for bay in (BAY, OTHER)}, NOW).keys() == {BAY, OTHER}


@given(st.dictionaries(st.integers(1, 5), told))
def test_strangers_speak_for_one_bay_each(reports: dict[int, list[Report]]) -> None:
    """So many bays at most as there are strangers, beside those of which two speak who are signed in."""
    everybody = [one.reporter for said in reports.values() for one in said]
    strangers = {(one.browser, one.address) for one in everybody if one.account is None}
    sure = {
        bay
        for bay, said in reports.items()
        if len({one.reporter.account for one in said if one.kind.keeps_off} - {None}) > 1
    }
    assert len(doubts_of(reports, NOW).keys() - sure) <= len(strangers)


@pytest.mark.parametrize(
    ("reporter", "recent", "taken"),
    [
        (ANA, [said(ANA)] * 9, True),
        (ANA, [said(ANA, here=False)] * 10, False),
        (ANA, [said(stranger(one)) for one in "abcdef"], True),
        (stranger("x"), [said(stranger("x", one), here=False) for one in "ab"], True),
        (stranger("x"), [said(stranger("x", one), here=False) for one in "abc"], False),
        (stranger("x", "home"), [said(stranger(str(one), "home"), here=False) for one in range(20)], False),
        (stranger("x"), [said(stranger(one)) for one in "abcdef"], False),
        (stranger("x"), [said(Reporter(account=one)) for one in "abcdef"], True),
    ],
)
def test_nobody_reports_without_end(reporter: Reporter, recent: list[Report], taken: bool) -> None:
    if taken:
        check_reporting(reporter, recent)
    else:
        with pytest.raises(TooManyBayReports):
            check_reporting(reporter, recent)


@pytest.mark.parametrize(
    ("after", "kept_off"), [(-11, False), (-10, True), (0, True), (59, True), (60, False)]
)
def test_it_is_their_turn_from_when_they_may_come(after: int, kept_off: bool) -> None:
    assert is_kept_off(STANDING, BAY, NOW + after * MINUTE) is kept_off


def test_who_reports_what_keeps_them_off_their_bay_is_moved_once() -> None:
    check_moving(STANDING, ReportKind.BLOCKED, BAY, moved=False, now=NOW)
    for kind, bay, moved, why in (
        (None, BAY, False, NothingReported),
        (ReportKind.SIGN_WRONG, BAY, False, NothingReported),
        (ReportKind.BLOCKED, BAY, True, MovedAlready),
        (ReportKind.BLOCKED, OTHER, False, NotTheirBay),
    ):
        with pytest.raises(NothingToMoveFor) as refused:
            check_moving(STANDING, kind, bay, moved=moved, now=NOW)
        assert isinstance(refused.value.why, why)


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("2001:db8:1:2:3::4", "2001:db8:1::/56"),
        ("2001:db8:1:ff:ffff:ffff:ffff:ffff", "2001:db8:1::/56"),
        ("2001:db8:1:100::1", "2001:db8:1:100::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_who_has_one_address_of_their_line_has_them_all(address: str, line: str) -> None:
    assert line_of(address) == line
