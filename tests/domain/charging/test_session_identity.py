"""Whatever order reports come in, each finds the session of its own transaction."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.session_identity import (
    BegunSession,
    EarlyEnd,
    EndedSession,
    KnownSession,
    RunningSession,
    StrayEnd,
    Told,
    begun_before_its_end,
    end_of_begun,
    session_ended_by,
    session_of,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Report:
    """Of the `use`-th transaction that has the id; part 0 is its start, part 2 its end."""

    use: int
    part: int

    @property
    def at(self) -> datetime:
        return NOON + timedelta(hours=self.use, minutes=10 * self.part)

    @property
    def told(self) -> Told:
        return Told(starts=self.part == 0, at=self.at, stamp=self.at, seq_no=self.part)


def take(known: list[KnownSession], number: int | None, report: Report) -> list[KnownSession]:
    """What the database remembers after the report; newest first."""
    at, starts, ends = report.at, report.part == 0, report.part == 2
    if number is None:
        new = KnownSession(
            number=len(known),
            started_at=at,
            last_sign_at=at,
            start_told_at=at if starts else None,
            start_inferred=not starts,
            ended_at=at if ends else None,
            end_told_at=at if ends else None,
            last_seq_no=report.part,
        )
        return [new, *known]
    old = next(k for k in known if k.number == number)
    changed = replace(
        old,
        last_sign_at=max(old.last_sign_at, at),
        last_seq_no=max(old.last_seq_no or 0, report.part),
        started_at=at if starts else old.started_at,
        start_told_at=at if starts else old.start_told_at,
        start_inferred=old.start_inferred and not starts,
        ended_at=at if ends else old.ended_at,
        end_told_at=at if ends else old.end_told_at,
    )
    return [changed if k.number == number else k for k in known]


@given(
    orders=st.lists(st.sampled_from(list(permutations(range(3)))), min_size=1, max_size=4),
    again=st.lists(st.integers(0, 11), max_size=6),
)
def test_parts_in_any_order_and_repeated_are_one_session_for_each_use_of_the_id(
    orders: list[tuple[int, ...]], again: list[int]
) -> None:
    """A transaction's own parts come in any order; what was told is told again at any later time."""
    reports = [Report(use, part) for use, order in enumerate(orders) for part in order]
    known: list[KnownSession] = []
    for report in [*reports, *(reports[n % len(reports)] for n in again)]:
        known = take(known, session_of(report.told, known), report)
    found = [(k.started_at, k.ended_at) for k in reversed(known)]
    assert found == [(Report(use, 0).at, Report(use, 2).at) for use in range(len(orders))]


def test_a_start_later_than_all_that_was_heard_of_an_open_one_is_another() -> None:
    lost = KnownSession(number=1, started_at=NOON, last_sign_at=NOON, start_told_at=NOON, last_seq_no=0)
    later = NOON + timedelta(minutes=1)
    assert session_of(Told(starts=True, at=later, stamp=later, seq_no=0), [lost]) is None


def test_a_second_start_that_goes_on_counting_is_the_same() -> None:
    open_one = KnownSession(number=1, started_at=NOON, last_sign_at=NOON, start_told_at=NOON, last_seq_no=0)
    later = NOON + timedelta(minutes=1)
    assert session_of(Told(starts=True, at=later, stamp=later, seq_no=1), [open_one]) == 1


def test_what_was_queued_before_the_id_was_used_again_goes_on_from_its_first_user() -> None:
    cut, again = NOON + timedelta(minutes=6), NOON + timedelta(minutes=8)
    first = KnownSession(
        number=1,
        started_at=NOON,
        last_sign_at=cut,
        start_told_at=NOON,
        ended_at=cut,
        end_inferred=True,
        last_seq_no=6,
    )
    second = KnownSession(number=2, started_at=again, last_sign_at=again, start_told_at=again, last_seq_no=1)

    def told(at: datetime, seq_no: int) -> int | None:
        return session_of(Told(starts=False, at=at, stamp=at, seq_no=seq_no), [second, first])

    assert told(cut, 7) == 1
    assert told(again + timedelta(minutes=1), 2) == 2
    assert told(again - timedelta(minutes=1), 2) == 2  # a clock that was a little behind


def test_without_a_time_a_start_after_the_end_is_another() -> None:
    told = Told(starts=True, at=NOON, stamp=NOON, seq_no=0, unstamped=True)
    open_one = KnownSession(number=1, started_at=NOON, last_sign_at=NOON, start_told_at=NOON)
    assert session_of(told, [open_one]) == 1
    assert session_of(told, [replace(open_one, ended_at=NOON)]) is None


@given(
    card=st.sampled_from([None, "ANNA", "BEN"]),
    contradicted=st.booleans(),
    heard=st.integers(0, 3),
    booted=st.sampled_from([None, NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)]),
)
def test_without_a_time_another_card_a_bay_shown_free_or_a_boot_tells_that_the_id_is_used_again(
    card: str | None, contradicted: bool, heard: int, booted: datetime | None
) -> None:
    open_one = KnownSession(
        number=1,
        started_at=NOON,
        last_sign_at=NOON,
        start_told_at=NOON,
        last_seq_no=heard,
        id_tag="ANNA",
        contradicted=contradicted,
    )
    told = Told(starts=True, at=NOON, stamp=NOON, seq_no=0, unstamped=True, id_tag=card, booted_at=booted)
    counts_anew = booted is not None and booted > NOON and heard > 0
    another = card == "BEN" or contradicted or counts_anew
    assert session_of(told, [open_one]) == (None if another else 1)
    goes_on = replace(told, seq_no=heard + 1)
    assert session_of(goes_on, [open_one]) == 1


@given(
    minutes=st.integers(-30, 30),
    meter=st.integers(0, 5000),
    card=st.sampled_from([None, "ANNA", "BEN"]),
    invented=st.booleans(),
)
def test_a_stray_stop_ends_only_what_it_can_mean(
    minutes: int, meter: int, card: str | None, invented: bool
) -> None:
    running = RunningSession(number=7, id_tag="ANNA", started_at=NOON, meter_last_wh=2000)
    end = StrayEnd(at=NOON + timedelta(minutes=minutes), id_tag=card, meter_wh=meter, invented=invented)
    ended = session_ended_by(end, [running]) == 7
    assert ended == (minutes >= -5 and meter >= 2000 and (card == "ANNA" or (card is None and not invented)))
    assert session_ended_by(end, [running, replace(running, number=8)]) is None


def test_a_stray_stop_by_another_card_of_the_driver_ends_what_they_began() -> None:
    hers = RunningSession(number=7, id_tag="ANNA", driver_id="anna", started_at=NOON, meter_last_wh=2000)
    other = replace(hers, number=8, id_tag="ANNA-2")
    end = StrayEnd(at=NOON, id_tag="ANNA-2", driver_id="anna", meter_wh=2500, invented=True)
    assert session_ended_by(end, [hers]) == 7
    assert session_ended_by(end, [hers, other]) == 8
    assert session_ended_by(end, [hers, replace(hers, number=9)]) is None
    assert session_ended_by(replace(end, driver_id=None), [replace(hers, driver_id=None)]) is None


ends = st.builds(
    EarlyEnd,
    number=st.integers(1, 9),
    at=st.integers(-60, 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    transaction_id=st.sampled_from([None, "T1", "T2"]),
    id_tag=st.sampled_from(["", "ANNA", "ANNA-2", "BEN"]),
    driver_id=st.none(),
    group_id=st.sampled_from([None, "FLEET"]),
    meter_wh=st.sampled_from([None, 500, 1500]),
)
starts = st.builds(
    BegunSession,
    started_at=st.just(NOON),
    transaction_id=st.sampled_from([None, "T1"]),
    id_tag=st.just("ANNA"),
    group_id=st.sampled_from([None, "FLEET"]),
    meter_wh=st.sampled_from([None, 1000]),
)


@given(session=starts, kept=st.lists(ends, max_size=5, unique_by=lambda end: end.number))
def test_a_start_takes_the_first_end_that_can_be_its_own_and_no_other(
    session: BegunSession, kept: list[EarlyEnd]
) -> None:
    def fits(end: EarlyEnd) -> bool:
        if end.at < NOON:
            return False
        if session.transaction_id is not None:
            return end.transaction_id == session.transaction_id
        backwards = session.meter_wh is not None and end.meter_wh == 500
        return not backwards and (end.id_tag == "ANNA" or session.group_id == end.group_id == "FLEET")

    fitting = [(end.at, end.number) for end in kept if fits(end)]
    assert end_of_begun(session, kept) == (min(fitting)[1] if fitting else None)
    assert end_of_begun(session, kept) == end_of_begun(session, reversed(kept))


def test_another_card_of_the_same_driver_may_have_ended_it() -> None:
    end = EarlyEnd(number=1, at=NOON, transaction_id=None, id_tag="ANNA-2", driver_id="anna")
    begun = BegunSession(started_at=NOON, transaction_id=None, id_tag="ANNA", driver_id="anna")
    assert end_of_begun(begun, [end]) == 1
    assert end_of_begun(replace(begun, driver_id=None), [replace(end, driver_id=None)]) is None


@given(
    minutes=st.integers(-30, 30),
    meter=st.sampled_from([None, 500, 1500]),
    card=st.sampled_from(["ANNA", "BEN"]),
)
def test_a_start_finds_the_session_of_its_card_that_had_ended_before_it_was_told(
    minutes: int, meter: int | None, card: str
) -> None:
    begun = BegunSession(started_at=NOON, transaction_id=None, id_tag="ANNA", meter_wh=1000)
    ended = EndedSession(number=1, id_tag=card, ended_at=NOON + timedelta(minutes=minutes), meter_wh=meter)
    found = begun_before_its_end(begun, NOON, [ended])
    assert found == (1 if card == "ANNA" and minutes >= 0 and meter != 500 else None)
    told = replace(ended, start_told_at=NOON)  # it is that one which is told again
    assert begun_before_its_end(begun, NOON, [told]) == (1 if card == "ANNA" else None)
    assert begun_before_its_end(begun, NOON + timedelta(seconds=1), [told]) is None


@given(
    driver=st.sampled_from([None, "anna", "ben"]),
    group=st.sampled_from([None, "fleet", "others"]),
    told=st.booleans(),
)
def test_a_start_finds_the_session_that_another_card_of_its_driver_or_group_had_ended(
    driver: str | None, group: str | None, told: bool
) -> None:
    begun = BegunSession(
        started_at=NOON, transaction_id=None, id_tag="ANNA", driver_id="anna", group_id="fleet"
    )
    ended = EndedSession(
        number=1,
        id_tag="OTHER",
        ended_at=NOON,
        driver_id=driver,
        group_id=group,
        start_told_at=NOON if told else None,
    )
    theirs = driver == "anna" or (group == "fleet" and not told)
    assert begun_before_its_end(begun, NOON, [ended]) == (1 if theirs else None)
