"""The routes of pages, and an address of each where nothing is odd."""

from collections.abc import Iterator, Mapping

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.web.routers import PAGES

USUAL = {
    "site_id": "north", "charger_id": "NORTH-1", "number": "1", "code": "K7ABCDEF", "path": "cancel", "site": "north",
    "minutes": "60", "key": "once", "quote": "none", "first": "2026-11-30", "at": "06:00", "driver": "driver-1",
    "weekday": "1", "series_id": "s-1", "until": "2026-12-30", "edition": "1", "month": "2026-11",
    "text": "driver;site;date;start;end", "center": "", "amount": "1", "name": "Vans", "card": "c-1", "vehicle": "",
    "address": "ana@example.org", "language": "en", "zone": "UTC",
    "map_": "osm", "secret": "nobodys", "report_id": "1", "answer": "seen to", "after": "",
    "offer": "S7ABCDEF", "vehicle_id": "v-1", "card_id": "c-1",
}  # fmt: skip


def page_routes(method: str, under: str = "") -> list[APIRoute]:
    return [
        route
        for router in PAGES
        for route in router.routes
        if isinstance(route, APIRoute) and method in (route.methods or ()) and route.path.startswith(under)
    ]


def names(dependant: Dependant, kind: str) -> Iterator[str]:
    yield from (field.alias for field in getattr(dependant, kind))
    for below in dependant.dependencies:
        yield from names(below, kind)


def address_of(route: APIRoute, odd: Mapping[str, str]) -> str:
    return route.path_format.format_map({**USUAL, **odd})
