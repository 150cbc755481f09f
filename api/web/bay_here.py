"""The bay that a page is about, as its address names it; and a part of a page that is kept up while the bay changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from api.desk.bay_signs import BaySign
from api.services import Services, ServicesHere
from api.web import addresses
from api.web.face import VisitorHere, on_site_clock
from api.web.fields import ConnectorNumber, Named
from api.web.live import following
from api.web.visitor import Visitor
from db.changes import Kind, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Bay:
    """`visitor`: on the site's clock."""

    sign: BaySign
    visitor: Visitor

    @property
    def address(self) -> str:
        return addresses.bay_page(self.sign.connector.charger_id, self.sign.connector.number)


async def _bay(
    charger_id: Named, number: ConnectorNumber, services: ServicesHere, visitor: VisitorHere
) -> Bay:
    sign = await services.desk.bay_signs.at(charger_id, number)
    return Bay(sign=sign, visitor=on_site_clock(visitor, sign.site.zone))


BayHere = Annotated[Bay, Depends(_bay)]
"""Raises UnknownConnector."""


async def follow_bay(
    request: Request, services: Services, bay: Bay, part: str, shown: Callable[[BaySign, Visitor], str]
) -> Response:
    """`part`: of which page. `shown` makes it, the same for all who read one language. Raises as `following`."""
    at = bay.sign.connector

    async def look(visitor: Visitor) -> str:
        sign = await services.desk.bay_signs.at(at.charger_id, at.number)
        return shown(sign, on_site_clock(visitor, sign.site.zone))

    what = (part, at.id, bay.visitor.reader.language)
    return await following(request, services, bay.visitor, Subject(Kind.SITE, bay.sign.site.id), what, look)
