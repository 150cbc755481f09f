"""What operators are told of a session's energy: that it is unknown, or may be of another unit."""

from dataclasses import replace

import pytest

from domain.charging.meter_doubts import doubt_about
from domain.charging.quirks import QuirkKind
from domain.charging.readings import Context, Limits, Reading, Told
from tests.domain.builders import at

HOUR = Limits(power_w=22_000, slack_wh=0, started_at=at(0), ended_at=at(60))
START = Reading(at=at(0), wh=1_234, context=Context.BEGIN, told=Told.START)
STOP = Reading(at=at(60), wh=1_246, context=Context.END, told=Told.STOP)
SAMPLE = Reading(at=at(30), wh=1_240)
PART = Reading(at=at(30), wh=0, is_interval=True)


@pytest.mark.parametrize(
    ("told", "energy", "doubt"),
    [
        ([], 0, QuirkKind.UNMETERED),
        ([START], 0, QuirkKind.UNMETERED),
        ([START, SAMPLE], 0, None),
        ([PART], 0, None),
        ([START, STOP], 12, QuirkKind.UNIT_IN_DOUBT),
        ([START, SAMPLE, STOP], 12, QuirkKind.UNIT_IN_DOUBT),
        ([replace(START, unit="Wh"), replace(STOP, unit="Wh")], 12, QuirkKind.UNIT_IN_DOUBT),
        ([replace(START, unit="kWh"), replace(STOP, unit="kWh")], 12, None),
        ([START, replace(SAMPLE, location="Body"), replace(STOP, location="Body")], 0, QuirkKind.UNMETERED),
        ([START, replace(STOP, wh=4_294_967_295)], 22_000, QuirkKind.UNMETERED),
        ([START, replace(STOP, wh=110_000)], 22_000, None),
        ([START, STOP], 99, None),
        ([START, STOP], 6_000, None),
    ],
)
def test_doubts(told: list[Reading], energy: int, doubt: QuirkKind | None) -> None:
    assert doubt_about(told, energy, HOUR) is doubt


def test_a_brief_visit_may_have_taken_nothing() -> None:
    brief = Limits(power_w=22_000, slack_wh=0, started_at=at(0), ended_at=at(4))
    assert doubt_about([], 0, brief) is None
    assert doubt_about([], 0, Limits(power_w=22_000, slack_wh=0, started_at=at(0))) is None
