"""Sites are found by what one knows of them or needs there, without scripts."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, insert

from db.tables import Site
from tests.api.stage import Stage
from tests.api.web.visits import opened

_CCS = "IEC_62196_T2_COMBO"
_MANY = 1_001


@pytest.fixture
async def many(stage: Stage) -> AsyncIterator[list[str]]:
    """Sites beside north; their ids."""
    ids = [f"many-{number:04}" for number in range(_MANY)]
    common = {
        "name": "One of many",
        "zone": "Europe/Berlin",
        "currency": "EUR",
        "latitude": 1.0,
        "longitude": 1.0,
    }
    async with stage.sessions.begin() as session:
        await session.execute(insert(Site), [{"id": one, **common} for one in ids])
    yield ids
    async with stage.sessions.begin() as session:
        await session.execute(delete(Site).where(Site.id.in_(ids)))


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


async def test_none_is_left_out_however_many_there_are(stage: Stage, many: list[str]) -> None:
    answer = await stage.http.get("/v1/sites", headers=stage.driver())
    assert [one["id"] for one in answer.json()["items"]] == [*many, "north"]
    someone = opened(stage, **{"Accept-Language": "en"})
    async with someone.http:
        page = await someone.get("/sites?q=many")
        seen = re.findall(r'href="/s/([^"]+)"', page.text)
        assert seen == many[:50]
        last = await someone.get(f"/sites?q=many&after={many[-2]}")
        following = re.search(r'href="(/sites\?[^"]+)"', page.text)
        assert following is not None
        behind = await someone.get(following[1].replace("&amp;", "&"))
    assert re.findall(r'href="/s/([^"]+)"', behind.text) == many[50:100]
    assert re.findall(r'href="/s/([^"]+)"', last.text) == many[-1:]
    assert "More sites" not in last.text
