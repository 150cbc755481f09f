"""A fleet's drivers and vehicles out of a table and into one: what would become of each line, then one press."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from api.desk.editions import Seen
from api.desk.refusals import ChangedMeanwhile
from api.desk.roster_table import MOST_LINES, columns_in
from api.desk.rosters import Looked
from api.desk.tables import MOST_BYTES, decoded
from api.services import ServicesHere
from api.web.face import Face, FaceHere, PageRoute, SignedIn, VisitorHere
from api.web.fields import Edition
from api.web.fields_amiss import table_amiss
from api.web.visitor import Visitor
from api.web.words import UNUSABLE_ROSTER
from domain.terms.roster import Planned

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/fleet/drivers"


@router.get(f"{_ADDRESS}.csv")
async def roster_table(principal: SignedIn, services: ServicesHere) -> Response:
    """In the columns that are read again."""
    return Response(
        await services.desk.rosters.written(principal),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="drivers.csv"'},
    )


@router.get(f"{_ADDRESS}/import")
async def choose_roster(
    request: Request, principal: SignedIn, face: FaceHere, visitor: VisitorHere
) -> Response:
    principal.require_fleet()
    return _page(request, face, visitor)


@router.post(f"{_ADDRESS}/import")
async def preview_roster(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    file: Annotated[UploadFile, File()],
) -> Response:
    """Nothing is changed yet."""
    principal.require_fleet()
    with _amiss("file", visitor):
        text = decoded(await file.read(MOST_BYTES + 1))
        looked = await services.desk.rosters.look_at(principal, text)
    return _page(request, face, visitor, looked=looked, text=text)


@router.post(f"{_ADDRESS}/import/carry-out")
async def carry_out_roster(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    text: Annotated[str, Form(max_length=MOST_BYTES)],
    edition: Edition,
) -> Response:
    """As it was shown. Where something else would become of it by now, that is shown instead, and nothing is done."""
    principal.require_fleet()
    rosters = services.desk.rosters
    try:
        with _amiss("text", visitor):
            done = await rosters.carry_out(principal, text, Seen.of(edition))
    except ChangedMeanwhile:
        anew = await rosters.look_at(principal, text)
        return _page(request, face, visitor, status=412, looked=anew, text=text, changed=True)
    return _page(request, face, visitor, looked=done, done=True)


def _amiss(field: str, visitor: Visitor) -> AbstractContextManager[None]:
    return table_amiss(field, UNUSABLE_ROSTER, visitor.reader, most=str(MOST_LINES))


def _page(
    request: Request,
    face: Face,
    visitor: Visitor,
    *,
    status: int = 200,
    looked: Looked | None = None,
    text: str = "",
    done: bool = False,
    changed: bool = False,
) -> Response:
    planned: Sequence[Planned] = () if looked is None else looked.planned
    return face.pages.page(
        request,
        "fleet_roster.html",
        visitor,
        status=status,
        planned=planned,
        edition="" if looked is None else looked.edition,
        ready=sum(bool(one.changes) for one in planned),
        refused=sum(one.flaw is not None for one in planned),
        text=text,
        done=done,
        changed=changed,
        columns=columns_in(visitor.reader.language),
        most=MOST_LINES,
    )
