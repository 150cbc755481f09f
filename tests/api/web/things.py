"""Who looks at pages, and what there is to look at: a driver's, a fleet's, and what is at their site."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select

from db.queries.money.documents import Subject, issue_document
from db.tables import BayReport
from domain.documents.content import Content
from tests.api.stage import NOW, Stage
from tests.api.web.offered import offered_to
from tests.api.web.visits import ANA, BEN, OLGA, Browser, form_token_in, opened, signed_in
from tests.factories.documents import ISSUER, make_content

_CONTENT = TypeAdapter(Content)
_PASS = re.compile(r"/g/([0-9A-Za-z_-]{32})")
_ENDPOINT = re.compile(r"/webhooks/(\d+)")
_EDITION = re.compile(r'name="edition" value="([^"]+)"')
SITE = "north"
_ANA, _VAN, _FLEET = str(ANA["sub"]), "fleet-1-driver", "fleet-1"
_DORA = {"sub": "dora", "scope": "fleet", "fleet_id": _FLEET}

PEOPLE: Mapping[str, dict[str, Any] | None] = {
    "a stranger": None,
    "ana": ANA,
    "ben": BEN,
    "a driver of the fleet": {"sub": _VAN, "scope": "driver"},
    "dora": _DORA,
    "another fleet's dispatcher": {"sub": "dan", "scope": "fleet", "fleet_id": "fleet-2"},
    "olga": OLGA,
    "an operator of the site": {"sub": "carl", "scope": "operator", "sites": {SITE: "auditor"}},
    "an operator of another site": {"sub": "sue", "scope": "operator", "sites": {"south": "owner"}},
}
"""Their claims; None: not signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """`driver`, `fleet`: whose it is; `at`: what stands for the names in the addresses of its pages."""

    driver: str
    fleet: str | None
    at: Mapping[str, str]


async def things(stage: Stage) -> tuple[Thing, Thing]:
    """Ana's, and what is booked for the driver of a fleet, beside what is nobody's alone."""
    ana, dora = await signed_in(stage, ANA), await signed_in(stage, _DORA)
    async with ana.http, dora.http:
        code = await stage.booked()
        await stage.publish(code)
        secret = await _guest(ana, code)
        report = await _reported(stage, ana)
        endpoint = await _endpoint(dora)
        offer = await offered_to(stage, _ANA, days=9)
    of_van = await stage.booked(who=stage.fleet(), driver_id=_VAN)
    await stage.publish(of_van, driver_id=_VAN, account=_FLEET, fleet_id=_FLEET)
    here = {"site_id": SITE, "charger_id": "NORTH-1", "number": "1", "map_": "osm", "month": "2026-11"}
    receipt, of_fleet = await _document(stage, code, _ANA, None), await _document(stage, of_van, _VAN, _FLEET)
    private = {"code": code, "secret": secret, "offer": offer, "document": receipt, "report_id": report}
    return (
        Thing(driver=_ANA, fleet=None, at=here | private),
        Thing(
            driver=_VAN, fleet=_FLEET, at=here | {"code": of_van, "endpoint": endpoint, "document": of_fleet}
        ),
    )


async def somebody(stage: Stage, who: str) -> Browser:
    claims = PEOPLE[who]
    return opened(stage) if claims is None else await signed_in(stage, claims)


async def _guest(ana: Browser, code: str) -> str:
    page = await ana.get(f"/r/{code}/guests")
    added = await ana.send(page, f"/r/{code}/guests", name="Mia", contact="mia@example.org")
    return _first(_PASS, added.text)


async def _reported(stage: Stage, ana: Browser) -> str:
    there = "/b/NORTH-1/1/report"
    await ana.send(await ana.get(there), there, kind="blocked", text="")
    async with stage.sessions() as session:
        return str((await session.scalars(select(BayReport.id))).one())


async def _endpoint(dora: Browser) -> str:
    page = await dora.get("/webhooks")
    edition = _first(_EDITION, page.text)
    said = {"form_token": form_token_in(page), "url": "https://hooks.example.com/in", "edition": edition}
    await dora.post("/webhooks", said)
    return _first(_ENDPOINT, (await dora.get("/webhooks")).text)


async def _document(stage: Stage, code: str, driver: str, fleet: str | None) -> str:
    content = make_content(reservation=code, driver_id=driver, fleet_id=fleet)
    subject = Subject(
        kind="receipt", month="2026-11", reservation_code=code, driver_id=driver, fleet_id=fleet
    )
    async with stage.sessions.begin() as session:
        as_json = _CONTENT.dump_python(content, mode="json")
        row = await issue_document(session, ISSUER.series, f"{code}:settle:receipt", as_json, NOW, subject)
        return str(row.id)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found is not None, text
    return found[1]
