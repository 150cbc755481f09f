"""What is odd about chargers' messages, as operators see it: of a charger, and of a model."""

from datetime import timedelta
from typing import Any

import pytest

from db.tables import ChargerQuirk
from tests.api.stage import NOW, Stage, assert_problem


@pytest.fixture(scope="module", autouse=True)
async def noted(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        for n, (charger, model) in enumerate((("NORTH-1", "Home"), ("NORTH-2", "Home"), ("NORTH-3", "Pro"))):
            session.add(
                ChargerQuirk(
                    charger_id=charger,
                    action="BootNotification",
                    path="chargePointSerialNumber",
                    kind="too_long",
                    vendor="Wallboxes",
                    model=model,
                    firmware="7.1",
                    example="S" * 26,
                    first_at=NOW,
                    last_at=NOW + timedelta(seconds=n),
                    seen=n + 1,
                )
            )


async def test_a_chargers_quirks_are_shown(stage: Stage) -> None:
    path = "/v1/operations/chargers/NORTH-2/quirks"
    (quirk,) = (await stage.http.get(path, headers=stage.operators())).json()["items"]
    assert (quirk["action"], quirk["path"], quirk["kind"], quirk["seen"]) == (
        "BootNotification",
        "chargePointSerialNumber",
        "too_long",
        2,
    )
    unknown = await stage.http.get(path.replace("NORTH-2", "GHOST"), headers=stage.operators())
    assert_problem(unknown, 404, "charger_unknown")


async def test_quirks_are_counted_by_model_page_by_page(stage: Stage) -> None:
    seen: list[tuple[str, int, int]] = []
    params: dict[str, Any] = {"limit": 1}
    while True:
        answer = await stage.http.get("/v1/operations/quirks", params=params, headers=stage.operators())
        page = answer.json()
        seen += [(one["model"], one["chargers"], one["seen"]) for one in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == [("Home", 2, 3), ("Pro", 1, 3)]
    only = {"vendor": "Wallboxes", "model": "Pro"}
    answer = await stage.http.get("/v1/operations/quirks", params=only, headers=stage.operators())
    assert [one["model"] for one in answer.json()["items"]] == ["Pro"]
    bad = await stage.http.get("/v1/operations/quirks?cursor=x", headers=stage.operators())
    assert_problem(bad, 400, "cursor_invalid")
