"""Operators draw the plan of a site on a page: tried before it is kept, with what is wrong said at its row."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from db.tables import Site
from tests.api.stage import Stage
from tests.api.web.forms_on import PageRead
from tests.api.web.test_operations import confined
from tests.api.web.visits import ANA, OLGA, UNREADABLE, Browser, signed_in

PAGE, PUBLIC = "/operations/s/north/plan", "/v1/sites/north/plan"
EVIL = "<script>alert(1)</script>"
BAYS = {
    "bay": ["Bay 1", "Bay 2", "Bay 3"], "x": ["3", "6,5", ""], "y": ["3.25", "3", ""], "angle": ["", "15", "0"],
    "width": ["2.5", "2.5", "2.5"], "length": ["5", "5", "5"],
}  # fmt: skip
MARKS = {
    "mark": ["entrance", "", "wall"], "mark_label": [EVIL, "", ""], "mark_x": ["0", "", "10"],
    "mark_y": ["9", "", "0.5"], "mark_angle": ["0", "", ""], "mark_width": ["0", "", "4"],
    "mark_length": ["", "", "0.2"],
}  # fmt: skip
_WRONG = re.compile(
    r'name="(?:bay|mark_label)" value="([^"]+)"(?:(?!</tr>).)*</tr>\s*'
    r'<tr><td[^>]*><strong class="wrong">([^<]*)',
    re.DOTALL,
)
"""What a row is about, and what is said beneath it."""
TYPED: dict[str, Any] = {"ground_width": "20", "ground_length": "10", **BAYS, **MARKS}


@pytest.fixture(autouse=True)
async def no_plan_before(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(update(Site).values(plan=None))


async def press(browser: Browser, page: httpx.Response, do: str, **other: Any) -> httpx.Response:
    """The form of that page, filled in anew. Its token and edition are the page's."""
    edition = re.search(r'name="edition" value="([^"]*)"', page.text)
    assert edition is not None, page.text
    return await browser.send(page, PAGE, **{**TYPED, "edition": edition[1], "do": do, **other})


async def remove(browser: Browser, page: httpx.Response) -> httpx.Response:
    (form,) = [one for one in PageRead(page).forms if one.action == f"{PAGE}/remove"]
    return await browser.post(form.action, form.hidden, Referer=str(page.url))


async def kept(stage: Stage) -> Any:
    answer = await stage.http.get(PUBLIC, headers=stage.driver())
    return answer.json() if answer.status_code == 200 else None


async def test_a_plan_is_tried_kept_seen_again_and_taken_away(stage: Stage) -> None:
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    blank = await olga.get(PAGE)
    assert "There is no plan yet" in blank.text
    tried = await press(olga, blank, "preview")
    assert tried.status_code == 200
    assert "Nothing is kept yet" in tried.text
    assert tried.text.count('<g class="bay ') == 2
    assert 'name="x" value="6,5"' in tried.text
    assert await kept(stage) is None
    done = await press(olga, tried, "keep")
    assert done.status_code == 303
    laid = await kept(stage)
    assert [(bay["label"], bay["x_cm"], bay["y_cm"], bay["angle"]) for bay in laid["bays"]] == [
        ("Bay 1", 300, 325, 0), ("Bay 2", 650, 300, 15),
    ]  # fmt: skip
    assert [mark["kind"] for mark in laid["landmarks"]] == ["entrance", "wall"]
    again = await olga.get(done.headers["location"])
    assert '<p role="status">The plan is kept' in again.text
    assert "<script>alert" not in again.text
    assert "&lt;script&gt;alert(1)" in again.text
    assert 'name="y" value="3.25"' in again.text
    removed = await remove(olga, again)
    assert removed.status_code == 303
    assert await kept(stage) is None
    nothing = await olga.get(removed.headers["location"])
    assert '<p role="status">The plan is removed' in nothing.text
    assert "There is no plan yet" in nothing.text
    assert f"{PAGE}/remove" not in nothing.text


async def test_what_is_wrong_is_said_at_its_row_and_what_was_typed_stays(stage: Stage) -> None:
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    wrong = {
        "x": ["far", "3.5", "3"],
        "y": ["3", "3", "3"],
        "mark_width": ["0", "", "0"],
        "mark_label": ["A", "", "B"],
    }
    refused = await press(olga, await olga.get(PAGE), "keep", **wrong)
    assert refused.status_code == UNREADABLE
    told = dict(_WRONG.findall(refused.text))
    assert told == {
        "Bay 1": "To the right: metres, such as 12.5",
        "Bay 3": "Bay 3 lies on Bay 2",
        "B": "Landmark 2: buildings, walls and greenery have a width and a length, all else has none",
    }
    assert 'name="x" value="far" aria-label="Bay 1: To the right"' in refused.text
    assert await kept(stage) is None
    tiny = await press(olga, refused, "preview", ground_width="2")
    assert "A plan shows 5 to 300 m each way" in tiny.text
    uneven = await press(olga, refused, "preview", x=["1"])
    assert uneven.status_code == UNREADABLE


async def test_of_two_who_draw_the_second_keeps_what_they_typed_and_learns_of_the_first(stage: Stage) -> None:
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    seen = await olga.get(PAGE)
    assert (await press(olga, seen, "keep")).status_code == 303
    late = await press(olga, seen, "keep", ground_width="25")
    assert late.status_code == 412
    assert 'name="ground_width" value="25"' in late.text
    assert (await kept(stage))["width_cm"] == 2000
    assert (await press(olga, late, "keep", ground_width="25")).status_code == 303, "knowing of the first"
    assert (await kept(stage))["width_cm"] == 2500


async def test_a_plan_that_somebody_has_drawn_anew_is_not_taken_away_before_it_is_seen(stage: Stage) -> None:
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    done = await press(olga, await olga.get(PAGE), "keep")
    seen = await olga.get(done.headers["location"])
    assert (await press(olga, seen, "keep", ground_width="25")).status_code == 303
    late = await remove(olga, seen)
    assert late.status_code == 412
    assert (await kept(stage))["width_cm"] == 2500
    assert "<details open>" in late.text
    assert "The plan is kept" not in late.text
    assert 'name="ground_width" value="25"' in late.text, "what somebody else has drawn is shown"
    assert (await remove(olga, late)).status_code == 303
    assert await kept(stage) is None


async def test_who_may_only_look_has_no_form_and_others_have_no_page(stage: Stage) -> None:
    auditor = await signed_in(stage, confined({"north": "auditor"}))
    page = await auditor.get(PAGE)
    assert page.status_code == 200
    assert 'name="ground_width"' not in page.text
    assert (await auditor.send(page, PAGE, **TYPED, do="keep")).status_code == 403
    assert (await auditor.send(page, f"{PAGE}/remove")).status_code == 403
    for claims in (ANA, confined({"south": "owner"})):
        assert (await (await signed_in(stage, claims)).get(PAGE)).status_code == 404
    assert await kept(stage) is None
