"""Sites are found by what one knows of them or needs there, without scripts."""

import pytest

from tests.api.stage import Stage
from tests.api.web.visits import opened

_CCS = "IEC_62196_T2_COMBO"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", True),
        ("?q=north", True),
        ("?q=NORTH+street", True),
        ("?q=elsewhere", False),
        (f"?plug={_CCS}", True),
        ("?plug=CHADEMO", False),
        ("?kw=50", True),
        ("?kw=99999", False),
        (f"?q=&plug={_CCS}&kw=", True),
        ("?kw=fast", True),
    ],
)
async def test_a_list_is_narrowed_by_name_plug_and_power(stage: Stage, asked: str, found: bool) -> None:
    page = await opened(stage).get(f"/sites{asked}")
    assert page.status_code == 200
    assert ('href="/s/north"' in page.text) is found


async def test_what_is_searched_for_is_shown_as_text(stage: Stage) -> None:
    page = await opened(stage).get("/sites", **{"Accept-Language": "en"})
    assert "<script>x" not in page.text
    page = await opened(stage).get('/sites?q="><script>x</script>')
    assert "<script>x" not in page.text


async def test_apps_find_them_likewise(stage: Stage) -> None:
    for query, ids in (({"words": "north"}, ["north"]), ({"power_w": 9_000_000}, [])):
        answer = await stage.http.get("/v1/sites", params=query, headers=stage.driver())
        assert [one["id"] for one in answer.json()["items"]] == ids
