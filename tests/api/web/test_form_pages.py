"""Which page a refused form is shown on again, and which is not asked for once more."""

from typing import Any

from domain.place.site_plan import MOST_BAYS, MOST_LANDMARKS
from tests.api.stage import Stage
from tests.api.web.forms_on import PageRead
from tests.api.web.test_plan_form import PAGE
from tests.api.web.visits import ANA, OLGA, UNREADABLE, opened, signed_in


async def test_a_page_is_found_again_by_an_address_with_quoted_characters(stage: Stage) -> None:
    stranger = opened(stage)
    async with stranger.http:
        for address in ("/b/NORTH-1/1/report", "/b/NORTH%2D1/1/report"):
            page = PageRead(await stranger.get(address))
            (form,) = [one for one in page.forms if one.action.endswith("/report")]
            said = {**form.hidden, "text": "a cone stands there", "kind": "nothing"}
            headers = {"Referer": f"http://slotkeeper.test{address}"}
            refused = await stranger.post("/b/NORTH-1/1/report", said, **headers)
            assert refused.status_code == UNREADABLE
            assert PageRead(refused).heading == page.heading
            assert "a cone stands there" in refused.text


async def test_a_booking_that_is_refused_makes_no_offer_anew(stage: Stage) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        address = "/book?site=north&start=2026-11-22T14:00:00Z&minutes=60"
        page = await ana.get(address)
        assert page.status_code == 200
        before = await stage.row_counts()
        headers = {"Referer": f"http://slotkeeper.test{address}"}
        said = {**PageRead(page).forms[1].hidden, "quote": "none"}
        refused = await ana.post("/book", said, **headers)
        assert refused.status_code in (404, UNREADABLE)
        assert await stage.row_counts() == before


async def test_a_form_has_room_for_a_plan_of_the_largest_site(stage: Stage) -> None:
    olga = await signed_in(stage, OLGA)
    rows = {name: ["1"] * MOST_BAYS for name in ("x", "y", "angle", "width", "length")}
    marks = {
        name: ["1"] * MOST_LANDMARKS
        for name in ("mark_x", "mark_y", "mark_angle", "mark_width", "mark_length")
    }
    said: dict[str, Any] = {
        "ground_width": "100",
        "ground_length": "100",
        "bay": [f"Bay {number}" for number in range(MOST_BAYS)],
        **rows,
        "mark": ["wall"] * MOST_LANDMARKS,
        "mark_label": [""] * MOST_LANDMARKS,
        **marks,
    }
    async with olga.http:
        page = await olga.get(PAGE)
        (form,) = [one for one in PageRead(page).forms if one.action == PAGE and "edition" in one.hidden][:1]
        refused = await olga.send(page, PAGE, **said, edition=form.hidden["edition"], do="preview")
        assert refused.status_code == UNREADABLE
        assert f"Bay {MOST_BAYS - 1}" in refused.text
