"""Instants on the site's clock: dated on another day, with the zone in the hour that a clock change repeats."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.facts.timeline import SlotMoved
from domain.reservation.deadlines import DeadlineKind
from texts.languages import Language
from texts.reader import Reader

ENGLISH = Reader(Language.ENGLISH, "Europe/Berlin")
GERMAN = Reader(Language.GERMAN, "Europe/Berlin")


@pytest.mark.parametrize(
    ("instant", "now", "english", "german"),
    [
        ("2026-01-12T13:15", None, "14:15", "um 14:15 Uhr"),
        ("2026-07-12T12:15:30", None, "14:15:30", "um 14:15:30 Uhr"),
        ("2026-01-12T13:15", "2026-01-12T00:30", "14:15", "um 14:15 Uhr"),
        ("2026-01-12T13:15", "2026-01-11T22:30", "12 Jan 14:15", "am 12. Jan. um 14:15 Uhr"),
        ("2026-01-11T23:15", "2026-01-11T22:30", "12 Jan 00:15", "am 12. Jan. um 00:15 Uhr"),
        ("2026-10-25T00:30", None, "02:30 CEST", "um 02:30 Uhr (CEST)"),
        ("2026-10-25T01:30", None, "02:30 CET", "um 02:30 Uhr (CET)"),
        ("2026-10-25T01:30", "2026-10-24T12:00", "25 Oct 02:30 CET", "am 25. Okt. um 02:30 Uhr (CET)"),
    ],
)
def test_a_deadline_is_told_on_the_sites_clock(
    instant: str, now: str | None, english: str, german: str
) -> None:
    at, present = _utc(instant), _utc(now or instant)
    kind = DeadlineKind.LOCK_DUE
    assert ENGLISH.deadline(kind, at, present) == f"Which bay it is, is settled at {english}"
    assert GERMAN.deadline(kind, at, present) == f"Welcher Ladeplatz es ist, steht {german} fest"
    assert ENGLISH.clock(at, present) == english


@pytest.mark.parametrize("kind", list(DeadlineKind))
@pytest.mark.parametrize("reader", [ENGLISH, GERMAN])
def test_every_deadline_tells_its_time(reader: Reader, kind: DeadlineKind) -> None:
    at = _utc("2026-01-12T14:00")
    assert "15:00" in reader.deadline(kind, at, at)


def test_a_deadline_names_the_zone_for_people_elsewhere() -> None:
    at = _utc("2026-07-12T12:15")
    assert (
        ENGLISH.deadline(DeadlineKind.SLOT_ENDS, at, at, zoned=True) == "The booked time ends at 14:15 (CEST)"
    )


@pytest.mark.parametrize(
    ("start", "end", "english", "german"),
    [
        ("12:00", "13:00", "13:00 to 14:00", "um 13:00 Uhr und endet um 14:00 Uhr"),
        ("12:00:41", "13:00", "13:00:41 to 14:00:00", "um 13:00:41 Uhr und endet um 14:00:00 Uhr"),
        ("12:00", "13:00:09", "13:00:00 to 14:00:09", "um 13:00:00 Uhr und endet um 14:00:09 Uhr"),
    ],
)
def test_instants_of_one_text_have_all_seconds_or_none(
    start: str, end: str, english: str, german: str
) -> None:
    moved = SlotMoved(start=_utc(f"2026-01-12T{start}"), end=_utc(f"2026-01-12T{end}"))
    assert ENGLISH.fact(moved, moved.start) == f"Slot is now {english}"
    assert GERMAN.fact(moved, moved.start) == f"Das Zeitfenster beginnt jetzt {german}"
    assert ENGLISH.span(moved.start, moved.end) == "Mon 12 Jan 13:00 to 14:00 CET", (
        "pages tell it to the minute"
    )


def test_a_bare_clock_has_no_preposition() -> None:
    at, now = _utc("2026-03-12T13:15"), _utc("2026-03-11T13:15")
    assert (GERMAN.clock(at), GERMAN.clock(at, now)) == ("14:15", "12. März 14:15")


@pytest.mark.parametrize(
    ("hours", "english", "german"),
    [
        (1, "Thu 26 Nov 14:00 to 15:00 CET", "Do 26. Nov. 14:00 bis 15:00 (CET)"),
        (11, "Thu 26 Nov 14:00 to 27 Nov 01:00 CET", "Do 26. Nov. 14:00 bis 27. Nov. 01:00 (CET)"),
    ],
)
def test_a_span_tells_day_and_zone_once(hours: int, english: str, german: str) -> None:
    start = _utc("2026-11-26T13:00")
    end = start + timedelta(hours=hours)
    assert (ENGLISH.span(start, end), GERMAN.span(start, end)) == (english, german)


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (0, "0 minutes", "0 Minuten"),
        (1, "1 second", "1 Sekunde"),
        (60, "1 minute", "1 Minute"),
        (900, "15 minutes", "15 Minuten"),
        (3_600, "1 hour", "1 Stunde"),
        (30 * 86_400, "30 days", "30 Tage"),
        (7_325, "2 hours 2 minutes 5 seconds", "2 Stunden 2 Minuten 5 Sekunden"),
    ],
)
def test_durations_are_inflected(seconds: int, english: str, german: str) -> None:
    length = timedelta(seconds=seconds)
    assert (ENGLISH.duration(length), GERMAN.duration(length)) == (english, german)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_when_something_is_is_told_to_the_minute() -> None:
    """A slot on the spot begins whenever somebody pressed."""
    start, end = datetime(2026, 11, 30, 15, 20, 13, tzinfo=UTC), datetime(2026, 11, 30, 15, 51, tzinfo=UTC)
    assert ENGLISH.span(start, end) == "Mon 30 Nov 16:20 to 16:51 CET"
