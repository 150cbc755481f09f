"""What happened, as drivers and operators read it."""

from datetime import UTC, datetime

from contracts.publication import TimelineEntry
from domain.facts.attention import Problem
from domain.facts.stay import AttentionNeeded
from domain.reservation.code import reservation_code
from tests.api.stage import Stage

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


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
