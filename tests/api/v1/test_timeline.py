"""What happened, as drivers and operators read it."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.publication import TimelineEntry
from domain.facts.attention import Problem
from domain.facts.stay import AttentionNeeded
from domain.reservation.code import reservation_code
from domain.reservation.deadlines import DeadlineKind
from tests.api.stage import Stage

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "english", "german"),
    [
        (NOON + timedelta(hours=1), "14:00 (CET)", "um 14:00 Uhr"),
        (NOON + timedelta(days=16), "8 Dec 13:00 (CET)", "am 8. Dez. um 13:00 Uhr"),
    ],
)
async def test_a_deadline_on_another_day_is_dated(
    stage: Stage, at: datetime, english: str, german: str
) -> None:
    reservation = reservation_code("driver-1", f"deadline-{at}")
    deadline = {"next_deadline": DeadlineKind.LOCK_DUE, "next_deadline_at": at}
    await stage.publish(reservation, site_zone="Europe/Berlin", closed=True, **deadline)
    url = f"/v1/reservations/{reservation}"
    operated = await stage.http.get(f"/v1/operations/reservations/{reservation}", headers=stage.operators())
    own = await stage.http.get(url, headers=stage.driver())
    assert own.json()["next_deadline"].endswith(f" {english}")
    assert operated.json()["next_deadline"] == own.json()["next_deadline"]
    in_german = await stage.http.get(url, headers={**stage.driver(), "Accept-Language": "de"})
    expected = f"Welcher Ladeplatz es ist, steht {german} fest (CET)"
    assert in_german.json()["next_deadline"] == expected


async def test_the_outside_worlds_own_words_are_for_operators(stage: Stage) -> None:
    reservation = reservation_code("driver-1", "timeline")
    fact = AttentionNeeded(problem=Problem.SETTLEMENT_FAILED, detail="stripe says no")
    entry = TimelineEntry(at=NOON, code=fact.code, parameters=fact.parameters())
    await stage.publish(reservation, timeline=(entry,), closed=True)
    own = await stage.http.get(f"/v1/reservations/{reservation}", headers=stage.driver())
    [told] = own.json()["timeline"]
    assert (told["code"], told["parameters"]) == ("attention_needed", {"problem": "settlement_failed"})
    assert "stripe" not in own.text
    seen = await stage.http.get(
        f"/v1/operations/reservations/{reservation}/timeline", headers=stage.operators()
    )
    assert seen.json()[0]["parameters"] == fact.parameters()
    assert "stripe says no" in seen.json()[0]["text"]
