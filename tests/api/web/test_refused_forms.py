"""A form that is refused comes back with what was typed in it, and says at each field what is wrong there."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from html import escape
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import delete, select

from api.errors import KINDS
from api.web.face import Face
from api.web.fields_amiss import ABOUT
from api.web.routers import PAGES
from db.tables import BayReport, CostCenter, SwapOfferRow, Vehicle, WebhookEndpoint
from domain.facts.refusals import RefusalFact
from tests.api.stage import NOW, Stage
from tests.api.telling import everything_offered
from tests.api.web.forms_on import Field, FormOn, PageRead
from tests.api.web.test_operations import reported
from tests.api.web.test_plan_form import BAYS, MARKS, TYPED
from tests.api.web.test_plan_form import PAGE as PLAN
from tests.api.web.test_swapping import _held as held
from tests.api.web.visits import ANA, BEN, DORA, OLGA, UNREADABLE, Browser, opened, signed_in

EVIL = '"><script>alert(1)</script>'
WRONG = "\x07" + "x" * 6000
"""Too long, and neither a number nor a day nor anything that can be chosen or put on a line."""
_TYPED = {"date": "2026-12-24", "time": "13:37", "number": "7", "email": "typed@example.org"}
_SERIES: dict[str, Any] = {
    "site": "north", "first": "2026-11-23", "until": "2026-11-30", "at": "06:00", "minutes": "60", "weekday": ["0"],
}  # fmt: skip
_MONDAY = "/fleet?first=2026-12-07&span=day"
_MANY = ("checkbox", "radio")
_HIDDEN = frozenset(
    {
        "key",
        "edition",
        "center_edition",
        "budget_edition",
        "quote",
        "asks",
        "shown",
        "token",
        "text",
        "card",
        "back",
    }
)
_NEED_SCRIPTS = {"/sign-in/passkey", "/preferences/passkeys"}
_ELSEWHERE = {"/fleet/import", "/fleet/drivers/import", "/sign-in/link/use"}
"""Two take a file alone, which nobody keeps; the other is pressed only."""


@pytest.fixture
async def full(stage: Stage) -> AsyncIterator[Stage]:
    """All that forms are about is there, and people are told by everything."""
    face: Face = stage.app.state.face
    async with stage.sessions.begin() as session:
        await session.merge(CostCenter(fleet_id="fleet-1", code="4711", name="Vans", made_at=NOW))
        plugs = ["IEC_62196_T2_COMBO"]
        await session.merge(Vehicle(id="v-van", fleet_id="fleet-1", plate="KI 1", plugs=plugs, made_at=NOW))
        hooks = {"url": "https://hooks.example.com/", "secret": "whsec_", "kinds": [], "active": True}
        session.add(WebhookEndpoint(fleet_id="fleet-1", made_at=NOW, made_by="dora", failures=0, **hooks))
    async with everything_offered(stage) as offering:
        offering.app.state.face = replace(face, mails=True)
        yield offering
    async with stage.sessions.begin() as session:
        for rows in (BayReport, SwapOfferRow, WebhookEndpoint):
            await session.execute(delete(rows))


async def _pages(stage: Stage) -> list[tuple[dict[str, Any] | None, str, list[str]]]:
    """Where forms are, by who finds them there, and in which language."""
    code, report = await held(stage), await reported(stage)
    mine = [
        f"/r/{code}/swap",
        f"/r/{code}/guests",
        "/me/vehicles",
        "/me/data",
        "/preferences",
        "/b/NORTH-2/1",
    ]
    async with stage.sessions() as session:
        hooks = await session.scalar(select(WebhookEndpoint.id).where(WebhookEndpoint.fleet_id == "fleet-1"))
    costs = ["/fleet/costs?month=2026-12", "/fleet/costs?month=2026-12&plan=4711"]
    fleets = ["/fleet", "/fleet/series", *costs, "/fleet/drivers", "/webhooks", f"/webhooks/{hooks}"]
    return [
        (None, "en", ["/sites", "/s/north", "/b/NORTH-1/1/report", "/sign-in?back=/me"]),
        (ANA, "de", mine),
        (DORA, "en", fleets),
        (OLGA, "de", [f"/operations/reports/{report}", PLAN]),
    ]


@asynccontextmanager
async def _by(stage: Stage, claims: dict[str, Any] | None, language: str) -> AsyncIterator[Browser]:
    headers = {"Accept-Language": language}
    browser = opened(stage, **headers) if claims is None else await signed_in(stage, claims, **headers)
    async with browser.http:
        yield browser


async def test_each_field_of_each_form_says_what_is_wrong_and_the_others_keep_what_was_typed(
    full: Stage,
) -> None:
    seen = set()
    async with _by(full, ANA, "en") as ana:
        await ana.send(await ana.get("/preferences"), "/preferences/addresses", address="new@example.org")
    async with _by(full, DORA, "en") as dora:
        await dora.send(
            await dora.get("/fleet/series"), "/fleet/series", driver=["fleet-1-driver"], **_SERIES
        )
    for claims, language, addresses in await _pages(full):
        async with _by(full, claims, language) as browser:
            for address in addresses:
                page = PageRead(await browser.get(address))
                for form in page.forms:
                    seen.add(form.action)
                    for name in dict.fromkeys(one.name for one in form.shown):
                        await _is_told(browser, address, page, form, name)
    missed = {route.path for route in _with_fields() if not any(map(route.path_regex.match, seen))}
    assert missed == _NEED_SCRIPTS | _ELSEWHERE


async def _is_told(browser: Browser, address: str, page: PageRead, form: FormOn, name: str) -> None:
    about = f"{form.action}: {name}"
    typed = {key: value for key, value in _typed(form) if key != name}
    rows = {
        one.name: [it.value for it in form.named(one.name)] for one in form.fields if one.kind == "hidden"
    }
    sent = {**rows, **typed, name: WRONG}
    answer = await _sent(browser, address, form, sent)
    again = PageRead(answer)
    assert answer.status_code == UNREADABLE, about
    assert again.heading == page.heading, about
    assert "<script>alert" not in answer.text, about
    assert answer.headers["cache-control"] == "no-store"
    (same,) = [one for one in again.forms if one.action == form.action and _is_same(one, form)]
    _keeps(same, typed, about)
    field = same.named(name)[0]
    named = field.label or field.attributes.get("aria-label", "")
    label = field.group if field.kind in _MANY and field.group else named
    assert label, about
    assert label.split(" ", 1)[0] in again.alert, about
    assert again.alert.split()[0] in again.title, about
    assert f"#{field.attributes['id']}" in again.links, about
    described = field.group_described_by or field.attributes.get("aria-describedby", "")
    assert again.texts[described.split()[0]].strip(), about
    assert described.split()[0] in again.texts, about
    if not field.group_described_by:
        assert field.attributes["aria-invalid"] == "true", about


def _typed(form: FormOn) -> Iterator[tuple[str, str | list[str]]]:
    for name in dict.fromkeys(one.name for one in form.shown):
        fields = form.named(name)
        first = fields[0]
        if first.kind in _MANY:
            last = fields[-1].attributes.get("value", "on")
            yield name, last if first.kind == "radio" else [last]
        elif first.kind == "select":
            yield name, first.options[-1] if len(fields) == 1 else _of_rows(fields, *first.options)
        elif first.kind != "file":
            typed = _TYPED.get(first.kind, EVIL)
            yield name, typed if len(fields) == 1 else _of_rows(fields, typed, "7")


def _of_rows(fields: list[Field], *values: str) -> list[str]:
    """Another one than in the row before."""
    return [values[nth % len(values)] for nth, _ in enumerate(fields)]


def _keeps(form: FormOn, typed: dict[str, str | list[str]], about: str) -> None:
    for name, value in typed.items():
        fields = form.named(name)
        first, each = fields[0], [value] if isinstance(value, str) else value
        if first.kind in _MANY:
            chosen = [one.attributes.get("value", "on") for one in fields if one.is_chosen]
            assert chosen == each, f"{about}, {name}"
        elif first.kind == "select":
            assert [one.chosen for one in fields] == [[one] for one in each], f"{about}, {name}"
        elif first.attributes.get("autocomplete") == "one-time-code":
            assert first.value == ""
        else:
            assert [one.value.strip() for one in fields] == each, f"{about}, {name}"


def _is_same(one: FormOn, form: FormOn) -> bool:
    known = {"form_token", "key", "edition", "center_edition", "budget_edition", "form_page", "shown"}
    return {name: value for name, value in one.hidden.items() if name not in known} == {
        name: value for name, value in form.hidden.items() if name not in known
    } and {field.name for field in one.shown} == {field.name for field in form.shown}


def _form_of(page: httpx.Response, action: str) -> FormOn:
    (form,) = [one for one in PageRead(page).forms if one.action == action]
    return form


async def _sent(browser: Browser, address: str, form: FormOn, said: dict[str, Any]) -> httpx.Response:
    if form.method == "get":
        params = httpx.QueryParams({name: value for name, value in said.items() if name != "form_token"})
        return await browser.get(f"{form.action}?{params}")
    return await browser.post(form.action, said, Referer=f"http://slotkeeper.test{address}")


async def test_a_rule_that_refuses_speaks_at_the_field_that_it_is_about(full: Stage) -> None:
    code = await held(full)
    async with _by(full, ANA, "en") as ana:
        swap = await ana.get(f"/r/{code}/swap?offer=KNOWN2NOBODY")
        address = await ana.send(await ana.get("/preferences"), "/preferences/addresses", address="nowhere")
        hours = {"language": "en", "start": "22:00", "woken": "true", "zone": "UTC"}
        quiet = await ana.send(await ana.get("/preferences"), "/preferences", **hours)
        word = await ana.send(await ana.get("/me/data"), "/me/data/erase", word="ERAZE")
    for answer, status, name, value in (
        (swap, 404, "offer", "KNOWN2NOBODY"),
        (address, 422, "address", "nowhere"),
        (quiet, 422, "start", "22:00"),
        (word, 422, "word", "ERAZE"),
    ):
        page = PageRead(answer)
        (field,) = [
            one for form in page.forms for one in form.named(name) if "aria-invalid" in one.attributes
        ]
        assert (answer.status_code, field.value) == (status, value)
        assert field.label.split(" ", 1)[0] in page.alert
        assert page.texts[field.attributes["aria-describedby"].split()[0]].strip() in page.alert


async def test_a_form_that_is_refused_twice_is_still_on_the_page_that_it_was_on(full: Stage) -> None:
    said = {name: value for name, value in _SERIES.items() if name != "until"}
    async with _by(full, DORA, "en") as dora:
        hidden = _form_of(await dora.get("/fleet"), "/fleet").hidden
        first = await dora.post("/fleet", {**hidden, **said}, Referer="http://slotkeeper.test" + _MONDAY)
        form = _form_of(first, "/fleet")
        assert form.named("driver")[0].group_described_by == "amiss-driver"
        assert form.hidden["form_page"] == _MONDAY
        again = await dora.post(
            "/fleet", {**form.hidden, **said, "at": "late"}, Referer="http://slotkeeper.test/fleet"
        )
    assert _form_of(again, "/fleet").hidden["form_page"] == _MONDAY
    assert f'name="back" value="{escape(_MONDAY)}"' in again.text


async def test_a_code_that_is_good_once_is_not_shown_again(full: Stage) -> None:
    async with _by(full, BEN, "en") as ben:
        await ben.send(await ben.get("/preferences"), "/preferences/addresses", address="ben@example.org")
        page = await ben.get("/preferences")
        (form,) = [one for one in PageRead(page).forms if one.action.endswith("/confirm")]
        refused = await ben.post(form.action, {**form.hidden, "code": "731946"}, Referer=str(page.url))
    assert refused.status_code == 409
    assert "731946" not in refused.text
    assert PageRead(refused).texts["amiss-code"]


@pytest.mark.parametrize("do", ["keep", "preview"])
async def test_a_plan_that_is_refused_keeps_each_row_as_it_was_typed(full: Stage, do: str) -> None:
    """Also rows that the page has only since a plan was tried."""
    async with _by(full, OLGA, "en") as olga:
        page = await olga.get(PLAN)
        kinds = ["entrance", "wall", "building", "entrance"]
        marks = {name: ["1", "2", "3", "4"] for name in MARKS if name != "mark"} | {"mark": kinds}
        page = await olga.send(page, PLAN, **TYPED | marks, do="preview")
        form = _form_of(page, PLAN)
        rows = len(form.named("mark"))
        assert rows > len(_form_of(await olga.get(PLAN), PLAN).named("mark"))
        said: dict[str, Any] = {"ground_width": "20.5", "ground_length": "10"}
        for name in (*BAYS, *MARKS):
            said[name] = [f"{name[-4:]} {nth}" for nth in range(len(form.named(name)))]
        said |= {"bay": BAYS["bay"], "mark": ["wall", "", *kinds, "fountain"][:rows]}
        said["mark_label"][-2] = "\x07"
        sent = {**form.hidden, **said, "do": do}
        refused = await olga.post(PLAN, sent, Referer=str(page.url))
    again = PageRead(refused)
    assert (refused.status_code, again.heading) == (UNREADABLE, "Plan of the site")
    shown = _form_of(refused, PLAN)
    assert {name: [one.value for one in shown.named(name)] for name in said if name != "mark"} == {
        name: [value] if isinstance(value, str) else value for name, value in said.items() if name != "mark"
    }
    assert [one.chosen for one in shown.named("mark")][:-1] == [
        [kind] if kind else [""] for kind in said["mark"][:-1]
    ]
    wrong = [one for one in shown.fields if "aria-invalid" in one.attributes]
    assert [(one.name, one.attributes["aria-label"]) for one in wrong] == [
        ("mark_label", f"Landmark {rows - 1}: Words"),
        ("mark", f"Landmark {rows}: What"),
    ]
    for one in wrong:
        assert f"{one.attributes['aria-label']}: " in again.alert
        assert f"#{one.attributes['id']}" in again.links
        assert again.texts[one.attributes["aria-describedby"]].strip()


async def test_a_file_has_to_be_chosen_again_and_the_page_says_so(full: Stage) -> None:
    async with _by(full, DORA, "en") as dora:
        page = await dora.get("/fleet/import")
        missing = PageRead(await dora.send(page, "/fleet/import"))
        own: dict[str, Any] = {"Origin": "http://slotkeeper.test", "Sec-Fetch-Site": "same-origin"}
        unusable = await dora.http.post(
            "/fleet/import",
            data=PageRead(page).forms[1].hidden,
            files={"file": ("week.csv", b"no;columns")},
            headers=own | {"Referer": str(page.url)},
        )
    assert unusable.status_code == UNREADABLE
    for refused in (missing, PageRead(unusable)):
        assert "choose the file again" in refused.alert
        assert refused.texts["amiss-file"]


async def test_what_has_changed_meanwhile_is_new_on_the_page_and_what_was_typed_stays(full: Stage) -> None:
    async with _by(full, DORA, "en") as dora:
        page = await dora.get("/fleet/drivers")
        vehicle = {"driver": "fleet-1-driver", "vehicle": "v-van", "center": ""}
        await dora.send(page, "/fleet/drivers", **vehicle)
        late = await dora.send(page, "/fleet/drivers", **{**vehicle, "vehicle": "", "center": "4711"})
        assert late.status_code == 412
        (form,) = [one for one in PageRead(late).forms if one.action == "/fleet/drivers"]
        assert form.named("center")[0].chosen == ["4711"]
        assert (await dora.send(late, "/fleet/drivers", **vehicle)).status_code == 303


async def test_what_goes_on_for_ever_is_nobodys_form(full: Stage) -> None:
    async with _by(full, None, "en") as someone:
        refused = await someone.get("/s/north/live?minutes=1", Accept="text/html")
    assert (refused.status_code, refused.headers["content-type"]) == (UNREADABLE, "text/html; charset=utf-8")


async def test_nobody_elses_page_fills_in_a_form_of_ours(full: Stage) -> None:
    async with _by(full, ANA, "en") as ana:
        page = await ana.get("/me/vehicles")
        said = {**PageRead(page).forms[1].hidden, "plate": "PLANTED"}
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            refused = await ana.post("/me/vehicles", said, **headers)
            assert (refused.status_code, "PLANTED" in refused.text) == (403, False)
        typed = {**said, "form_page": "//evil.example", "battery_kwh": "much"}
        back = await ana.post("/me/vehicles", typed, Referer=str(page.url))
    assert "PLANTED" in back.text
    assert "evil" not in back.text


def test_what_a_refusal_is_about_is_a_field_of_some_form() -> None:
    fields = {
        name for router in PAGES for one in router.routes if isinstance(one, APIRoute) for name in _names(one)
    }
    assert {name for names in ABOUT.values() for name in names} <= fields | {"offer"}
    assert ABOUT.keys() <= {*KINDS, *RefusalFact.known}


def _with_fields() -> list[APIRoute]:
    """That take more than what is hidden in a form."""
    return [
        route
        for router in PAGES
        for route in router.routes
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and set(_names(route)) - _HIDDEN
    ]


def _names(route: APIRoute) -> Iterator[str]:
    below = [route.dependant]
    for dependant in below:
        below += dependant.dependencies
        yield from (one.alias for one in dependant.body_params)
