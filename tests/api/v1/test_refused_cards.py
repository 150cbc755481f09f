"""Cards that access rules refused at chargers, as operators see them."""

from datetime import timedelta

from db.tables import RefusedCard
from tests.api.stage import NOW, Stage

PATH = "/v1/operations/refused-cards"


async def test_refused_cards_are_listed_newest_first_page_by_page(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        for minutes, charger_id in ((3, "NORTH-1"), (1, "NORTH-2"), (2, "NORTH-1")):
            at = NOW - timedelta(minutes=minutes)
            session.add(
                RefusedCard(
                    charger_id=charger_id,
                    id_tag=f"04A1B2C3000{minutes}",
                    reason="no_access",
                    driver_id="driver-1",
                    line="Taxis only",
                    first_at=at,
                    last_at=at,
                    times=minutes,
                )
            )

    async def page(query: str) -> tuple[list[tuple[str, int]], str | None]:
        answer = await stage.http.get(f"{PATH}?{query}", headers=stage.operators())
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert all(one["card"].startswith("…") for one in found["items"])
        return [(one["charger_id"], one["times"]) for one in found["items"]], found["next_cursor"]

    first, cursor = await page("limit=2&site_id=north")
    assert first == [("NORTH-2", 1), ("NORTH-1", 2)]
    assert await page(f"limit=2&cursor={cursor}") == ([("NORTH-1", 3)], None)
    assert (await page("charger_id=NORTH-2"))[0] == [("NORTH-2", 1)]
    assert (await page("site_id=nowhere"))[0] == []
