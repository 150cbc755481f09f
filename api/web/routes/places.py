"""Sites and bays, for anybody: what is free, when, and the codes that stand at the bays."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.desk.bay_signs import BaySign
from api.desk.principal import Principal
from api.desk.sites import AskedWindows, SiteRecord
from api.services import Services, ServicesHere
from api.web import addresses
from api.web.bay_here import BayHere, follow_bay
from api.web.bay_state import bay_state
from api.web.codes import code_shown
from api.web.face import FaceHere, PageRoute, VisitorHere, on_site_clock
from api.web.fields import Named, day_said
from api.web.live import following
from api.web.presses import form_key
from api.web.site_plan import states_drawn, way_drawn
from api.web.visitor import Visitor
from api.web.windows import pool_shown
from db.changes import Kind, Subject
from db.tables import Site
from domain.place.certainty import certainty
from domain.place.energy import EnergyAsked
from domain.place.fit import Needs
from domain.place.slots import ends_on_the_spot, is_length_offered
from domain.terms.access_rules import Caller

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LENGTHS = (30, 60, 90, 120, 180)
"""Minutes that a page offers, as far as the site's rules allow."""
_USUAL = 60
_LATEST_DAY = 60
STRANGER = Principal(subject="", scopes=frozenset())
"""Who is not signed in sees what is free, whoever may book it."""
_MOST_KWH = 500
_TO_CHOOSE = timedelta(minutes=5)
"""So long after a bay's page was opened each of its ends is still far enough ahead."""
_AT_THE_DOOR = 4
"""Sites on the first page; all of them are a press away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a visitor looks for at a site: a day on its clock, and how long or how much energy."""

    day: date
    minutes: int
    kwh: int | None

    @property
    def query(self) -> str:
        said: dict[str, Any] = {"day": self.day.isoformat(), "minutes": self.minutes}
        return urlencode(said if self.kwh is None else said | {"kwh": self.kwh})

    @property
    def length_query(self) -> str:
        return f"minutes={self.minutes}" if self.kwh is None else f"kwh={self.kwh}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """At a site, by somebody: what there is, on its clock, and what they look for."""

    record: SiteRecord
    visitor: Visitor
    wanted: Wanted


async def _looked(
    site_id: Named,
    services: ServicesHere,
    visitor: VisitorHere,
    day: Annotated[str | None, Query(max_length=10)] = None,
    minutes: Annotated[int | None, Query(ge=5, le=1440)] = None,
    kwh: Annotated[str | None, Query(max_length=5)] = None,
) -> Looked:
    """What is not a day that can be booked is today; what is no number is none; who says nothing wants an hour."""
    record = await services.desk.sites.one(visitor.principal or STRANGER, site_id)
    today = _today(record.site, visitor.now)
    chosen = day_said(day, today)
    wanted = Wanted(
        day=min(max(chosen, today), today + timedelta(days=_LATEST_DAY)),
        minutes=minutes or min(_lengths_offered(record), key=lambda one: abs(one - _USUAL)),
        kwh=int(kwh) if kwh and kwh.isascii() and kwh.isdigit() and 0 < int(kwh) <= _MOST_KWH else None,
    )
    return Looked(record=record, visitor=on_site_clock(visitor, record.site.zone), wanted=wanted)


LookedHere = Annotated[Looked, Depends(_looked)]


@router.get(addresses.HOME)
async def home(request: Request, services: ServicesHere, face: FaceHere, visitor: VisitorHere) -> Response:
    """Who can look where."""
    sites = await services.desk.sites.first(_AT_THE_DOOR)
    return face.pages.page(request, "home.html", visitor, sites=sites, doors=face.doors, beside=face.beside)


@router.get("/s/{site_id}")
async def site(request: Request, services: ServicesHere, face: FaceHere, looked: LookedHere) -> Response:
    """What can be booked on a day; without scripts it is as it was when it was opened."""
    wanted, place = looked.wanted, looked.record.site
    lengths = _lengths_offered(looked.record)
    return face.pages.page(
        request,
        "site.html",
        looked.visitor,
        site=place,
        today=_today(place, looked.visitor.now),
        day=wanted.day,
        minutes=wanted.minutes,
        kwh=wanted.kwh,
        query=wanted.query,
        length_query=wanted.length_query,
        pools=await _pools(services, place, looked.visitor, wanted),
        **await _bays(services, place, looked.visitor),
        lengths=lengths,
        durations={one: looked.visitor.reader.duration(timedelta(minutes=one)) for one in lengths},
    )


@router.get("/s/{site_id}/live")
async def site_live(request: Request, services: ServicesHere, face: FaceHere, looked: LookedHere) -> Response:
    """The same windows, told anew whenever they change; on the site's clock as it is by then.

    Looked at once for all of one audience: five hundred drivers who may use the same bays are one look.
    """
    wanted, site_id = looked.wanted, looked.record.site.id
    principal = looked.visitor.principal or STRANGER
    audience = await services.desk.sites.audience(principal, site_id, _begins(wanted, looked.visitor))

    async def look(visitor: Visitor) -> str:
        place = await services.desk.sites.site(site_id)
        there = on_site_clock(visitor, place.zone)
        pools = await _pools(services, place, there, wanted, audience)
        bays = await _bays(services, place, there)
        return face.pages.text(
            "windows.html", there, site=place, pools=pools, length_query=wanted.length_query, **bays
        )

    what = ("site", site_id, wanted, audience, looked.visitor.reader.language)
    return await following(request, services, looked.visitor, Subject(Kind.SITE, site_id), what, look)


@router.get("/s/{site_id}/signs")
async def signs(
    request: Request, site_id: Named, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """To be printed and put up: a code for each bay."""
    record = await services.desk.sites.one(visitor.principal or STRANGER, site_id)
    bays = [
        {"label": one.label, "address": addresses.bay_page(one.charger_id, one.number)}
        for one in record.connectors
    ]
    return face.pages.page(request, "signs.html", visitor, site=record.site, bays=bays)


@router.get("/b/{charger_id}/{number}")
async def bay(request: Request, here: BayHere, services: ServicesHere, face: FaceHere) -> Response:
    """What the code at a bay leads to: is it free, until when, and may I stand here."""
    sign, there = here.sign, here.visitor
    record = await services.desk.sites.one(there.principal or STRANGER, sign.site.id)
    ends = _ends_offered(sign, record)
    return face.pages.page(
        request,
        "bay.html",
        there,
        address=here.address,
        key=form_key(),
        ends=ends,
        sure=there.reader.certainty(certainty(sign.connector.rates)) if ends and sign.may_be_had else (),
        plan=way_drawn(await services.desk.site_plans.of(sign.site), sign.connector.bay, there.reader),
        **_prices(sign, record, there),
        **bay_state(sign, there),
    )


@router.get("/b/{charger_id}/{number}/live")
async def bay_live(request: Request, here: BayHere, services: ServicesHere, face: FaceHere) -> Response:
    def shown(sign: BaySign, visitor: Visitor) -> str:
        return face.pages.text("bay_state.html", visitor, **bay_state(sign, visitor))

    return await follow_bay(request, services, here, "bay", shown)


@router.get("/b/{charger_id}/{number}/code.svg")
async def bay_code(request: Request, here: BayHere, face: FaceHere) -> Response:
    """Its page as a QR code."""
    return code_shown(request, face.pages, face.address + here.address)


async def _bays(services: Services, site: Site, visitor: Visitor) -> dict[str, Any]:
    """Where a site has a plan: each bay now, and where it is. `visitor`: on the site's clock."""
    plan = await services.desk.site_plans.of(site)
    if plan is None:
        return {"bays": (), "plan": None}
    _, signs = await services.desk.bay_signs.at_site(site.id)
    bays = [bay_state(sign, visitor) for sign in signs]
    return {"bays": bays, "plan": states_drawn(plan, bays, visitor)}


def _lengths_offered(record: SiteRecord) -> list[int]:
    """Minutes that some pool takes; where it takes none of ours, the shortest that its grid has."""
    if record.terms is None:
        return [*LENGTHS]
    rules = record.terms.policy.slots
    nearest = rules.shortest + (-rules.shortest % rules.step if rules.step else timedelta(0))
    taken = [one for one in LENGTHS if is_length_offered(timedelta(minutes=one), rules)]
    return taken or [int(nearest.total_seconds() // 60)]


def _prices(sign: BaySign, record: SiteRecord, there: Visitor) -> dict[str, Any]:
    """`price`: of who comes, charges and leaves in time; `otherwise`: what else can cost money."""
    if record.terms is None:
        return {"price": (), "otherwise": ()}
    terms = record.terms.in_pool(sign.connector.pool_id)
    price = there.reader.price(terms)
    return {"price": price, "otherwise": there.reader.terms(terms)[len(price) :]}


def _ends_offered(sign: BaySign, record: SiteRecord) -> tuple[datetime, ...]:
    """Until when who stands there can have the bay, by the rules of its pool."""
    if record.terms is None:
        return ()
    rules = record.terms.policy.slots.of(sign.connector.pool_id)
    lengths = [timedelta(minutes=one) for one in LENGTHS]
    return ends_on_the_spot(record.now, lengths, rules, sign.site.zone, to_choose=_TO_CHOOSE)


def _today(site: Site, now: datetime) -> date:
    return now.astimezone(ZoneInfo(site.zone)).date()


def _begins(wanted: Wanted, visitor: Visitor) -> datetime:
    """`visitor`: on the site's clock."""
    return max(datetime.combine(wanted.day, time(), ZoneInfo(visitor.reader.zone)), visitor.now)


async def _pools(
    services: ServicesHere, site: Site, visitor: Visitor, wanted: Wanted, audience: Caller | None = None
) -> list[dict[str, Any]]:
    """`visitor`: on the site's clock. `audience`: known already."""
    zone = ZoneInfo(site.zone)
    begins = _begins(wanted, visitor)
    ends = datetime.combine(wanted.day + timedelta(days=1), time(), zone)
    if begins >= ends:
        return []
    asked = AskedWindows(
        start=begins,
        end=ends,
        length=None if wanted.kwh is not None else timedelta(minutes=wanted.minutes),
        energy=None if wanted.kwh is None else EnergyAsked(energy_wh=wanted.kwh * 1000),
        needs=Needs(),
    )
    offer = await services.desk.sites.offer(visitor.principal or STRANGER, site.id, asked, audience=audience)
    return [pool_shown(pool, visitor.reader) for pool in offer.found.pools]
