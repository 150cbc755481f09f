"""One transaction id at two EVSEs at once: the EVSE tells them apart, else what a message brings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.charging.ids_by_evse import meant
from domain.charging.session_identity import KnownSession, Told

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def session(number: int, begun: datetime, seq_no: int, wh: int) -> KnownSession:
    return KnownSession(
        number=number,
        started_at=begun,
        last_sign_at=begun + 10 * MINUTE,
        start_told_at=begun,
        last_seq_no=seq_no,
        connector_id=number,
        meter_last_wh=wh,
        id_tag=f"CARD-{number}",
    )


ALICES, BOBS = session(1, NOON, 4, 3_000), session(2, NOON + MINUTE, 4, 7_000)
BOTH = (BOBS, ALICES)


def told(*, seq_no: int = 5, starts: bool = False, **brings: object) -> Told:
    at = NOON + 20 * MINUTE
    return replace(Told(starts=starts, at=at, stamp=at, seq_no=seq_no), **brings)  # type: ignore[arg-type]


def numbers(report: Told, known: tuple[KnownSession, ...] = BOTH) -> list[int]:
    return [one.number for one in meant(report, known)]


def test_the_evse_tells_them_apart() -> None:
    assert numbers(told(connector_id=1)) == [1]
    assert numbers(told(connector_id=2)) == [2]
    assert numbers(told(connector_id=3, starts=True, seq_no=0)) == []
    assert numbers(told(connector_id=1, starts=True, seq_no=0)) == [1]


def test_without_an_evse_card_number_and_register_do() -> None:
    assert numbers(told(meter_wh=3_100)) == [1]
    assert numbers(told(meter_wh=7_100)) == [2]
    assert numbers(told(id_tag="CARD-1", meter_wh=7_100)) == [1]
    assert numbers(told(seq_no=9), (replace(BOBS, last_seq_no=8), ALICES)) == [2]
    assert numbers(told(seq_no=5), (replace(BOBS, last_seq_no=8), ALICES)) == [1]
    assert numbers(told(), (BOBS, replace(ALICES, ended_at=NOON + 15 * MINUTE))) == [2]


def test_a_transaction_whose_evse_is_told_late_is_one() -> None:
    """Nothing ran twice: it is moved, not divided."""
    assert numbers(told(connector_id=2), (ALICES,)) == [1]
    over = replace(ALICES, ended_at=NOON + 30 * timedelta(seconds=1))
    assert numbers(told(connector_id=3), (BOBS, over)) == [2, 1]
