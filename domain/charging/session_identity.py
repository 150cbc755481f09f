"""Which session does a report belong to? One rule for all versions; chargers reuse ids, repeat and reorder messages.

Pure. A 2.x transaction id is the charger's own and means nothing beyond its time: after a boot the same one may stand
for somebody else. A 1.6 number is ours, so it needs no rule; a stop that carries none, or one that we never gave out,
is matched by card, time and register, or not at all: with what runs, and with starts that come later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

CLOCK_ERROR = timedelta(minutes=5)
"""Instants of one transaction may be this far out of order: they were corrected, or the clock was set meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report that names a transaction. `at`: when it happened, as we believe; `stamp`: as the charger wrote it.

    `unstamped`: it brought no usable time. `live`: it happens now. `id_tag`: the card that it names, if any.
    `booted_at`: when its charger last booted, as far as we know; it says what time would say where there is none.
    `connector_id`: where it says that it is. `meter_wh`: what it shows.
    """

    starts: bool
    at: datetime
    stamp: datetime
    seq_no: int | None = None
    unstamped: bool = False
    live: bool = False
    id_tag: str | None = None
    booted_at: datetime | None = None
    connector_id: int | None = None
    meter_wh: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSession:
    """A session that has, or had, the id. `start_told_at`, `end_told_at`: their own stamps, where they were told.

    `ended_at` None: it runs as far as we know. `end_inferred`: nobody told the end, so it may be another.
    `id_tag` empty: no card was named. `contradicted`: its charger has shown since then that nobody is there.
    `connector_id` None: nobody has told it yet. `meter_last_wh` None: no reading yet.
    """

    number: int
    started_at: datetime
    last_sign_at: datetime
    start_told_at: datetime | None = None
    end_told_at: datetime | None = None
    start_inferred: bool = False
    ended_at: datetime | None = None
    end_inferred: bool = False
    last_seq_no: int | None = None
    id_tag: str = ""
    contradicted: bool = False
    connector_id: int | None = None
    meter_last_wh: int | None = None


def session_of(told: Told, known: Sequence[KnownSession]) -> int | None:
    """Number of the session that the report belongs to; None: of one not heard of before. `known`: newest first."""
    if not told.starts:
        return _continued(told, known)
    repeated = (k for k in known if not told.unstamped and k.start_told_at == told.stamp)
    late = (k for k in reversed(known) if k.start_inferred and told.at <= k.started_at + CLOCK_ERROR)
    found = next(repeated, None) or next(late, None) or _begun_already(told, known)
    return None if found is None else found.number


def _begun_already(told: Told, known: Sequence[KnownSession]) -> KnownSession | None:
    """A start told anew under another stamp. One that is later than all we heard of the id's last user is another's."""
    newest = known[0] if known else None
    if newest is None or _continues(told, newest):
        return newest
    if told.unstamped:
        return None if newest.ended_at is not None or _begins_anew(told, newest) else newest
    fitting = (k for k in known if k.started_at <= told.at <= (k.ended_at or k.last_sign_at))
    return next((k for k in fitting if not _names_another(told, k)), None)


def _begins_anew(told: Told, newest: KnownSession) -> bool:
    """Without a time: by its card, by what the connector showed, by numbers that begin anew after a boot."""
    booted = told.booted_at is not None and told.booted_at > newest.last_sign_at
    return _names_another(told, newest) or newest.contradicted or (booted and bool(newest.last_seq_no))


def _names_another(told: Told, session: KnownSession) -> bool:
    """A start that is told again names the card that it named before."""
    return bool(told.id_tag and session.id_tag) and told.id_tag != session.id_tag


def _continues(told: Told, newest: KnownSession) -> bool:
    """Stations exist that send a second start where an update belongs; its number goes on counting."""
    running = newest.ended_at is None and newest.last_seq_no is not None
    return running and bool(told.seq_no) and told.seq_no > newest.last_seq_no  # type: ignore[operator]  # not None


def _continued(told: Told, known: Sequence[KnownSession]) -> int | None:
    if not told.unstamped:
        repeated = next((k for k in known if k.end_told_at == told.stamp), None)
        if repeated is not None:
            return repeated.number
    newest = known[0] if known else None
    queued = (k for k in known[1:] if newest and _goes_on_from(told, k, newest))
    for each in (*queued, *known):
        if _may_be_part(told, each):
            return None if _is_long_over(told, each) else each.number
    only = known[0] if len(known) == 1 else None
    if only is not None and (told.live or only.ended_at is None):
        return only.number  # the clock was set meanwhile
    return None


def _goes_on_from(told: Told, earlier: KnownSession, newest: KnownSession) -> bool:
    """Stamped before the id's last user began, with the next number of the one before, whose end nobody has told."""
    if told.unstamped or not told.seq_no or earlier.last_seq_no is None or newest.start_told_at is None:
        return False
    is_open = earlier.ended_at is None or earlier.end_inferred
    return is_open and told.stamp < newest.start_told_at and told.seq_no > earlier.last_seq_no


def _may_be_part(told: Told, session: KnownSession) -> bool:
    """By the charger's own stamps where there are two: they do not change when we believe its clock no more."""
    if told.unstamped or session.start_inferred:
        return True
    if session.start_told_at is not None:
        return told.stamp >= session.start_told_at - CLOCK_ERROR
    return told.at >= session.started_at - CLOCK_ERROR


def _is_long_over(told: Told, session: KnownSession) -> bool:
    if session.ended_at is None or session.end_inferred or told.unstamped:
        return False
    if told.seq_no and session.last_seq_no is not None and told.seq_no > session.last_seq_no:
        return False  # its numbers go on: late, or of the time after the end; another one would begin anew
    return told.at > session.ended_at + CLOCK_ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayEnd:
    """A 1.6 stop with no number, or with one that we never gave to this charger (`invented`)."""

    at: datetime
    id_tag: str | None
    meter_wh: int | None
    invented: bool = False
    driver_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSession:
    """One that may be meant: it runs, or its end was only inferred. `meter_last_wh` negative: no reading yet."""

    number: int
    id_tag: str
    started_at: datetime
    meter_last_wh: int
    driver_id: str | None = None


def session_ended_by(end: StrayEnd, running: Iterable[RunningSession]) -> int | None:
    """The one session that the stop can mean; None when there are several or none.

    Whoever invents a number must at least name the card; nobody ends what began after, or has counted further. Of its
    card; else of its driver, who may end with one card what they began with another.
    """
    if end.invented and end.id_tag is None:
        return None
    possible = [
        each
        for each in running
        if each.started_at <= end.at + CLOCK_ERROR
        and (end.meter_wh is None or end.meter_wh >= each.meter_last_wh)
    ]
    by_card = [each for each in possible if end.id_tag in (None, each.id_tag)]
    by_driver = [each for each in possible if end.driver_id is not None and each.driver_id == end.driver_id]
    fitting = by_card or by_driver
    return fitting[0].number if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyEnd:
    """An end that came before its start. `transaction_id` and `id_tag` as it named them; the rest is of that card.

    `meter_wh` None: it told no register.
    """

    number: int
    at: datetime
    transaction_id: str | None
    id_tag: str
    driver_id: str | None = None
    group_id: str | None = None
    meter_wh: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedSession:
    """One whose end came first and was given a place; its start was told as `start_told_at`, None: not yet."""

    number: int
    id_tag: str
    ended_at: datetime
    start_told_at: datetime | None = None
    driver_id: str | None = None
    group_id: str | None = None
    meter_wh: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunSession:
    """What has just begun, or is only told now. `transaction_id` None: of 1.6, where the charger cannot have known it.

    `meter_wh` None: its start told no register.
    """

    started_at: datetime
    transaction_id: str | None
    id_tag: str
    driver_id: str | None = None
    group_id: str | None = None
    meter_wh: int | None = None


def end_of_begun(session: BegunSession, ends: Iterable[EarlyEnd]) -> int | None:
    """Number of the end that the session had before it was told; None: it runs, as far as we know.

    By the charger's own id where it has one; else by the card, another of its driver or group, time and register. Of
    several the first.
    """
    fitting = [end for end in ends if end.at >= session.started_at and _is_end_of(end, session)]
    return min(fitting, key=lambda end: (end.at, end.number)).number if fitting else None


def begun_before_its_end(begun: BegunSession, stamp: datetime, ended: Iterable[EndedSession]) -> int | None:
    """Number of the session that a 1.6 start belongs to, because its end came first. `stamp`: its own, as written.

    Its end carries no number that the start could know, so that card, another of its driver or group, time and
    register tell. A start that is told again names the same driver.
    """
    fitting = [
        one
        for one in ended
        if (one.start_told_at is None and _same_holder(one, begun) and _may_have_ended(begun, one))
        or (one.start_told_at == stamp and _same_holder(replace(one, group_id=None), begun))
    ]
    return min(fitting, key=lambda one: (one.ended_at, one.number)).number if fitting else None


def _may_have_ended(begun: BegunSession, one: EndedSession) -> bool:
    counts_on = begun.meter_wh is None or one.meter_wh is None or one.meter_wh >= begun.meter_wh
    return one.ended_at >= begun.started_at and counts_on


def _is_end_of(end: EarlyEnd, session: BegunSession) -> bool:
    if session.transaction_id is not None:
        return end.transaction_id == session.transaction_id
    counts_on = session.meter_wh is None or end.meter_wh is None or end.meter_wh >= session.meter_wh
    return counts_on and _same_holder(end, session)


def _same_holder(end: EarlyEnd | EndedSession, session: BegunSession) -> bool:
    return any(
        ours is not None and ours == theirs
        for ours, theirs in (
            (end.id_tag or None, session.id_tag),
            (end.driver_id, session.driver_id),
            (end.group_id, session.group_id),
        )
    )
