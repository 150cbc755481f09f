"""What people say is wrong at a bay: how often they may, when it makes the bay doubtful, and whom it moves.

Pure. A report is somebody's word, no evidence: nobody is kept from booking by it, and no fee rests on it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

from domain.errors.charging import NothingToMoveFor, TooManyBayReports
from domain.facts.refused_reports import MovedAlready, NothingReported, NotTheirBay, ReportedTooOften
from domain.place.slots import Slot

LONGEST_TEXT = 500
"""Characters."""
COUNTS_FOR = timedelta(hours=1)
_OF_ONE, _OF_STRANGER, _OF_ADDRESS, _STRANGERS_AT_BAY = 10, 3, 20, 6
"""Reports within COUNTS_FOR: of who is signed in, of a browser, of an address (behind which may be many), and of all
strangers at one bay."""
_OF_ONE_LINE = 56
"""Bits of an IPv6 address that are one subscriber's, who has all that follow: https://www.ripe.net/publications/docs/ripe-690
(section 4.2)."""
_DOUBTFUL = 3
"""Two who are signed in, or one and a stranger, or three strangers."""


class ReportKind(StrEnum):
    BLOCKED = "blocked"
    NO_POWER = "no_power"
    BROKEN_PLUG = "broken_plug"
    DIRTY_OR_UNSAFE = "dirty_or_unsafe"
    SIGN_WRONG = "sign_wrong"
    OTHER = "other"

    @property
    def keeps_off(self) -> bool:
        """Can nobody charge there, if it is so?"""
        return _KEEPS_OFF[self]


_KEEPS_OFF = {
    ReportKind.BLOCKED: True,
    ReportKind.NO_POWER: True,
    ReportKind.BROKEN_PLUG: True,
    ReportKind.DIRTY_OR_UNSAFE: True,
    ReportKind.SIGN_WRONG: False,
    ReportKind.OTHER: False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """`account`: of who is signed in; None: a stranger. `browser`, `address`: digests, of strangers."""

    account: str | None = None
    browser: str = ""
    address: str = ""

    @property
    def weight(self) -> int:
        return 1 if self.account is None else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One that nobody has resolved."""

    reporter: Reporter
    kind: ReportKind
    at: datetime
    at_this_bay: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """`kind`: what the latest of them says; `at`: when that was."""

    kind: ReportKind
    at: datetime


def check_reporting(reporter: Reporter, recent: Collection[Report]) -> None:
    """`recent`: of COUNTS_FOR, what they said of any bay, and what anybody said of this one.

    Raises TooManyBayReports.
    """
    if reporter.account is not None:
        over = _count(recent, lambda one: one.account == reporter.account) >= _OF_ONE
    else:
        strangers = [one.reporter for one in recent if one.at_this_bay and one.reporter.account is None]
        over = (
            _count(recent, lambda one: one.browser == reporter.browser) >= _OF_STRANGER
            or _count(recent, lambda one: one.address == reporter.address) >= _OF_ADDRESS
            or len(strangers) >= _STRANGERS_AT_BAY
        )
    if over:
        raise TooManyBayReports(ReportedTooOften())


def line_of(address: str) -> str:
    """Whose address that is, as far as can be told: who has one of IPv6 has as many as they like. What is no address,
    as of a socket's, is taken as it is.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), _OF_ONE_LINE), strict=False))


def doubts_of(reports: Mapping[int, Collection[Report]], now: datetime) -> dict[int, Doubt]:
    """What several people say of one bay who have nothing to do with each other, as far as can be told: strangers of
    one browser or one address are one, and so is who says it again. A stranger counts at one bay of the site, that of
    which they spoke first: nobody walks along a row of bays, and one who is far away names them all.

    `reports`: of all bays of a site, by connector. Bays with too few within COUNTS_FOR are left out.
    """
    told = sorted(
        (
            (one, bay)
            for bay, said in reports.items()
            for one in said
            if one.kind.keeps_off and now - COUNTS_FOR < one.at <= now
        ),
        key=lambda found: found[0].at,
    )
    counted: dict[int, list[Reporter]] = {}
    latest: dict[int, Report] = {}
    for one, bay in told:
        seen = next((at for at in counted if _has_spoken(one.reporter, counted[at])), None)
        if one.reporter.account is None and seen not in (None, bay):
            continue
        latest[bay] = one
        if not _has_spoken(one.reporter, counted.setdefault(bay, [])):
            counted[bay].append(one.reporter)
    return {
        bay: Doubt(kind=latest[bay].kind, at=latest[bay].at)
        for bay, seen in counted.items()
        if sum(one.weight for one in seen) >= _DOUBTFUL
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A driver's reservation, as far as a report concerns it. `movable`: its own rules would let it be reassigned.
    `opens`: how long before its slot its driver may come.
    """

    connector_id: int | None
    slot: Slot
    opens: timedelta
    movable: bool


def is_kept_off(standing: Standing, connector_id: int, now: datetime) -> bool:
    """Is it their turn at that bay, and can they be moved?"""
    begun = standing.slot.start - standing.opens <= now < standing.slot.end
    return standing.movable and standing.connector_id == connector_id and begun


def check_moving(
    standing: Standing, reported: ReportKind | None, connector_id: int, *, moved: bool, now: datetime
) -> None:
    """`reported`: what its driver said of the bay within COUNTS_FOR; None: nothing. `moved`: for a report before: once
    they are believed without anybody having looked. Raises NothingToMoveFor.
    """
    if reported is None or not reported.keeps_off:
        raise NothingToMoveFor(NothingReported())
    if moved:
        raise NothingToMoveFor(MovedAlready())
    if not is_kept_off(standing, connector_id, now):
        raise NothingToMoveFor(NotTheirBay())


def _is_same(one: Reporter, other: Reporter) -> bool:
    if one.account is not None or other.account is not None:
        return one.account == other.account
    return one.browser == other.browser or one.address == other.address


def _has_spoken(one: Reporter, seen: Collection[Reporter]) -> bool:
    return any(_is_same(one, other) for other in seen)


def _count(recent: Collection[Report], is_theirs: Callable[[Reporter], bool]) -> int:
    return sum(is_theirs(one.reporter) for one in recent)
