"""Where operators look at the plan of a site, try one, and lay it down."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints

from api.desk.editions import Seen
from api.desk.refusals import ChangedMeanwhile, FormUnreadable
from api.desk.site_plans import Draft
from api.services import ServicesHere
from api.told import told_of
from api.v1.schemas.fields import LINE
from api.web import addresses, words
from api.web.face import FaceHere, OperatorHere, PageRoute, VisitorHere
from api.web.fields import Edition, Listed, Named
from api.web.plan_form import MOST_ROWS, PlanForm, form_of, read_form, rows_of
from api.web.routes.operations import check_seen
from api.web.site_plan import states_drawn
from api.web.visitor import Visitor
from domain.facts.refused_signing_in import FieldsUnreadable
from domain.place.site_plan import LONGEST_LABEL, LandmarkKind
from domain.terms.site_roles import RUN

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST_BAYS = 1_000
"""Of a site, whether they are on the plan or not."""
_Number = Annotated[str, StringConstraints(max_length=8, pattern=LINE)]
_Kind = Annotated[str, StringConstraints(pattern="^(" + "|".join(LandmarkKind) + ")?$")]
_Written = Annotated[str, StringConstraints(max_length=LONGEST_LABEL, pattern=LINE)]
_OfBays = Annotated[list[_Number], Form(max_length=_MOST_BAYS)]
_OfMarks = Annotated[list[_Number], Form(max_length=MOST_ROWS)]


class Do(StrEnum):
    """What a press asks for."""

    PREVIEW = "preview"
    KEEP = "keep"


class Done(StrEnum):
    """What the press before did."""

    KEPT = "kept"
    REMOVED = "removed"


def _bays(
    bay: Annotated[list[Listed], Form(max_length=_MOST_BAYS)] = [],  # noqa: B006 - FastAPI copies it
    x: _OfBays = [],  # noqa: B006
    y: _OfBays = [],  # noqa: B006
    angle: _OfBays = [],  # noqa: B006
    length: _OfBays = [],  # noqa: B006
    width: _OfBays = [],  # noqa: B006
) -> dict[str, list[str]]:
    return {"label": bay, "x": x, "y": y, "angle": angle, "length": length, "width": width}


def _landmarks(
    mark: Annotated[list[_Kind], Form(max_length=MOST_ROWS)],
    mark_label: Annotated[list[_Written], Form(max_length=MOST_ROWS)],
    mark_x: _OfMarks,
    mark_y: _OfMarks,
    mark_angle: _OfMarks,
    mark_length: _OfMarks,
    mark_width: _OfMarks,
) -> dict[str, list[str]]:
    places = {"x": mark_x, "y": mark_y, "angle": mark_angle, "length": mark_length, "width": mark_width}
    return {"kind": mark, "label": mark_label, **places}


def _typed(
    ground_width: Annotated[_Number, Form()],
    ground_length: Annotated[_Number, Form()],
    bays: Annotated[dict[str, list[str]], Depends(_bays)],
    landmarks: Annotated[dict[str, list[str]], Depends(_landmarks)],
) -> PlanForm:
    """Raises FormUnreadable."""
    of_bays, of_landmarks = rows_of(bays), rows_of(landmarks)
    if of_bays is None or of_landmarks is None:
        raise FormUnreadable(FieldsUnreadable())
    return PlanForm(width=ground_width, length=ground_length, bays=of_bays, landmarks=of_landmarks)


@router.get("/operations/s/{site_id}/plan")
async def look(
    request: Request,
    site_id: Named,
    principal: OperatorHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    rows: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
    done: Done | None = None,
) -> Response:
    """Whose role is more than to look has it in a form. `rows`: for landmarks, that a form which was tried had."""
    check_seen(principal, site_id)
    draft = await services.desk.site_plans.draft(principal, site_id)
    shown = _shown(draft, form_of(draft, visitor.reader, rows), visitor)
    return face.pages.page(
        request,
        "operations_plan.html",
        visitor,
        site=await services.desk.sites.site(site_id),
        may=principal.has_at_site(site_id, *RUN),
        done=done,
        **shown,
    )


@router.post("/operations/s/{site_id}/plan")
async def lay_down(
    request: Request,
    site_id: Named,
    principal: OperatorHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    typed: Annotated[PlanForm, Depends(_typed)],
    edition: Edition = "",
    do: Annotated[Do, Form()] = Do.PREVIEW,
) -> Response:
    """As it was seen; what is wrong is said at its row, and what was typed stays."""
    check_seen(principal, site_id)
    principal.require_site(site_id, *RUN)
    plans, told, status = services.desk.site_plans, "", 200
    draft = await plans.draft(principal, site_id)
    form = read_form(typed, draft, visitor.reader)
    if do is Do.KEEP and form.is_fine and form.plan is not None:
        try:
            await plans.put(principal, site_id, form.plan, "", Seen.of(edition))
            return _back(site_id, Done.KEPT)
        except ChangedMeanwhile as error:
            refused = told_of(error, visitor.reader)
            told, status = refused.text, refused.status
            draft = await plans.draft(principal, site_id)
            edition = draft.edition or ""
    elif not form.is_fine:
        status = 422
    shown = _shown(draft, form, visitor) | {"edition": edition, "told": told, "tried": True}
    site = await services.desk.sites.site(site_id)
    return face.pages.page(
        request, "operations_plan.html", visitor, status=status, site=site, may=True, **shown
    )


@router.post("/operations/s/{site_id}/plan/remove")
async def remove(
    site_id: Named,
    principal: OperatorHere,
    services: ServicesHere,
    edition: Edition = "",
) -> Response:
    """As it was seen."""
    check_seen(principal, site_id)
    await services.desk.site_plans.drop(principal, site_id, Seen.of(edition))
    return _back(site_id, Done.REMOVED)


def _back(site_id: str, done: Done) -> Response:
    return RedirectResponse(
        f"{addresses.operations_page(site_id)}/plan?{addresses.DONE}={done}", status_code=303
    )


def _shown(draft: Draft, form: PlanForm, visitor: Visitor) -> dict[str, Any]:
    return {
        "form": form,
        "edition": draft.edition or "",
        "laid": draft.plan is not None,
        "plan": states_drawn(form.plan, (), visitor, linked=False),
        "kinds": words.LANDMARKS,
        "longest": LONGEST_LABEL,
        "told": "",
        "tried": False,
    }
