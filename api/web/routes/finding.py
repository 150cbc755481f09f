"""Where one can charge: a list, narrowed by what somebody knows or needs."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.desk.site_search import FoundSite
from api.services import ServicesHere
from api.web.face import FaceHere, PageRoute, VisitorHere
from api.web.fields import Listed
from domain.charging.plugs import spoken
from domain.place.finding import SiteWish

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_POWERS = (11, 22, 50, 100, 150, 300)
"""kW that a page offers to choose."""
_AT_ONCE = 50
"""Sites on a page."""


@router.get("/sites")
async def sites(
    request: Request,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    q: Annotated[str, Query(max_length=100)] = "",
    plug: Annotated[str, Query(max_length=64)] = "",
    kw: Annotated[str, Query(max_length=5)] = "",
    after: Annotated[Listed, Query()] = "",
) -> Response:
    """What is no power is none; a plug that no site has is found nowhere. `after`: the last one of the page before."""
    power = int(kw) if kw.isascii() and kw.isdigit() else 0
    everywhere = await services.desk.site_search.find(SiteWish())
    plugs = sorted({type_ for one in everywhere for pool in one.pools for type_ in pool.connector_types})
    found = await services.desk.site_search.find(SiteWish(words=q, plug=plug or None, power_w=power * 1000))
    ahead = [one for one in found if one.site.id > after]
    shown = ahead[:_AT_ONCE]
    wish = {"q": q, "plug": plug, "kw": power or ""}
    return face.pages.page(
        request,
        "sites.html",
        visitor,
        sites=[{"site": one.site, "offers": _offers(one)} for one in shown],
        q=q,
        plug=plug,
        kw=power,
        plugs=[(type_, spoken(type_)) for type_ in plugs],
        powers=_POWERS,
        narrowed=bool(q or plug or power),
        more=urlencode(wish | {"after": shown[-1].site.id}) if len(ahead) > _AT_ONCE else "",
    )


def _offers(found: FoundSite) -> str:
    said: dict[str, Any] = {}
    for pool in found.pools:
        plugs = " / ".join(spoken(one) for one in pool.connector_types)
        said[f"{plugs} {round(pool.power_w / 1000)} kW"] = None
    return " · ".join(said)
