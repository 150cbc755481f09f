"""What bookings were promised is compared with what became of them, by site and time."""

from datetime import timedelta
from typing import Any

import pytest

from activities.holds.activities import HoldActivities
from domain.causes import Cause
from domain.place.berth_rates import UNSEEN
from domain.place.certainty import certainty
from tests.api.stage import Stage, assert_problem, bearer
from tests.factories import NOON, make_booking, make_slot, make_terms

PATH = "/v1/operations/reports/reliability"
SPAN = {"from": "2030-06-01T00:00:00Z", "to": "2030-07-01T00:00:00Z"}


async def lived(stage: Stage, name: str, hour: int, told: float | None, failed_for: Cause | None) -> None:
    """Booked at `north`, told so, and over; wherever its driver was moved."""
    booking = make_booking(name, slot=make_slot(60 * hour))
    assert (await HoldActivities(stage.sessions).place_hold(booking)).held is not None
    sure = None if told is None else certainty(UNSEEN, 1 - told / certainty(UNSEEN).kept)
    await stage.publish(
        booking.code,
        closed=True,
        state="COMPLETED",
        site_id="south" if failed_for else "north",
        slot_start=booking.slot.start,
        slot_end=booking.slot.end,
        terms=make_terms(certainty=sure),
        kept=failed_for is None,
        failed_for=failed_for,
    )


async def report(stage: Stage, **asked: str) -> dict[str, Any]:
    found = await stage.http.get(PATH, params=SPAN | asked, headers=stage.operators())
    assert found.status_code == 200, found.text
    said: dict[str, Any] = found.json()
    return said


async def test_what_was_told_is_compared_with_what_was_kept(stage: Stage) -> None:
    assert (await report(stage))["brier"] is None
    for n in range(20):
        told = 0.5 if n < 10 else 0.9
        await lived(stage, f"told-{n}", 2 * n, told, Cause.CHARGER_FAULT if n in (0, 1, 2, 3, 10) else None)
    await lived(stage, "untold", 60, None, None)

    said = await report(stage, site_id="north")
    assert (said["count"], len(said["items"])) == (20, 10)
    assert [one["count"] for one in said["items"]] == [2] * 10
    assert [one["promised"] for one in said["items"]] == [pytest.approx(0.5, abs=1e-3)] * 5 + [
        pytest.approx(0.9, abs=1e-3)
    ] * 5
    kept = [one["kept"] * one["count"] for one in said["items"]]
    assert (sum(kept[:5]), sum(kept[5:])) == (6, 9)
    assert said["brier"] == pytest.approx((10 * 0.25 + 9 * 0.01 + 0.81) / 20, abs=1e-3)
    assert await report(stage, site_id="north") == said
    assert (await report(stage))["count"] == 20
    elsewhere = bearer(stage.issuer.mint("olga", scope="operator", more={"sites": {"south": "owner"}}))
    assert (await stage.http.get(PATH, params=SPAN, headers=elsewhere)).json()["count"] == 0
    begun = (NOON + timedelta(hours=20)).isoformat().replace("+00:00", "Z")
    assert (await report(stage, **{"from": begun}))["count"] == 10


async def test_a_span_that_is_none_and_a_site_that_is_none_are_refused(stage: Stage) -> None:
    backwards = {"from": SPAN["to"], "to": SPAN["from"]}
    said = await stage.http.get(PATH, params=backwards, headers=stage.operators())
    assert_problem(said, 422, "slot_invalid")
    said = await stage.http.get(PATH, params={"site_id": "nowhere"}, headers=stage.operators())
    assert_problem(said, 404, "site_unknown")
