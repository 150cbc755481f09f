"""Phases and intervals: what a station tells that does not tell its register."""

from datetime import UTC, datetime, timedelta

from domain.charging.readings import Context, Told
from ocpp_gateway.wire.energy_register import MOST_READINGS, Sample, readings_of, shown_wh, with_bounds

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def interval(wh: float, minute: int, context: str | None = None) -> Sample:
    return Sample(wh, "Wh", None, context=context, at=NOW + timedelta(minutes=minute), is_interval=True)


def test_phases_of_one_time_are_one_reading() -> None:
    told = [
        Sample(wh, "Wh", phase, context=context, at=NOW + timedelta(minutes=minute))
        for minute, context, wh in (
            (0, "Transaction.Begin", 1000),
            (30, None, 2000),
            (60, "transaction.end", 3000),
        )
        for phase in ("L1", "L2", "L3")
    ]
    found = readings_of(told, Told.TRANSACTION, NOW)
    assert [(one.wh, one.context) for one in found] == [
        (3_000, Context.BEGIN),
        (6_000, Context.SAMPLE),
        (9_000, Context.END),
    ]


def test_intervals_are_read_where_no_register_is_and_bound_nothing() -> None:
    told = [interval(900, 15, "Transaction.End"), interval(100, 20), interval(800, 30, "Sample.Clock")]
    found = with_bounds(readings_of(told, Told.TRANSACTION, NOW), begins=True, ends=True)
    assert [(one.wh, one.context, one.is_interval) for one in found] == [
        (900, Context.SAMPLE, True),
        (100, Context.SAMPLE, True),
    ]
    assert shown_wh(found) is None
    with_register = readings_of([*told, Sample(5, "Wh", None)], Told.TRANSACTION, NOW)
    assert [(one.wh, one.is_interval) for one in with_register] == [(5, False)]


def test_of_a_day_of_intervals_none_of_the_energy_is_left_out() -> None:
    found = readings_of([interval(7, minute) for minute in range(1, 1_441)], Told.TRANSACTION, NOW)
    assert len(found) <= MOST_READINGS
    assert sum(one.wh for one in found) == 7 * 1_440
    assert found[-1].at == NOW + timedelta(minutes=1_440)
