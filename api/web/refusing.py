"""What is refused, as people see it: on the page of the form that they sent, with what they typed in it, or, where it
stands on none, on a page of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from api.desk.refusals import FormNotOurs, FormUnreadable, PageUnknown
from api.told import told_of
from api.v1.schemas.offers import AlternativeOut
from api.web import addresses
from api.web.fields_amiss import FieldAmiss, fields_amiss
from api.web.form_pages import FormPage, form_page
from api.web.pages import Pages
from api.web.refilled import Wrong
from api.web.visitor import Visitor
from domain.errors import Explained, Why
from domain.facts.refused_signing_in import FieldsUnreadable, NoSuchPage

_ON_NO_PAGE = (FormNotOurs, PageUnknown)
"""Nobody else's form fills in one of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`told` may be empty. `wrong`: fields that it is about. `at_form`: it may be shown with what was typed."""

    status: int
    title: str
    told: str
    retry_after_s: int | None = None
    wrong: Sequence[Wrong] = field(default=())
    at_form: bool = True


class Declined(Exception):
    """A booking that was decided against. `why` None: there is no more to be said than the code."""

    def __init__(self, code: str, why: Why | None) -> None:
        super().__init__(code)
        self.code, self.why = code, why


def offering(request: Request, zone: str, alternatives: Sequence[AlternativeOut]) -> None:
    """From here on, whatever the request is refused with shows these, and is told on the clock of that zone."""
    request.state.offered = {"offered": alternatives, "zone": zone}


async def refused(request: Request, pages: Pages, visitor: Visitor, error: Exception) -> Response:
    """Why, what to do about it, and what there is instead. What nobody foresaw is our fault, and logged."""
    zone = _offered(request)["zone"]
    there = replace(visitor, reader=replace(visitor.reader, zone=zone)) if zone else visitor
    unreadable = _unreadable(error) if isinstance(error, RequestValidationError) else error
    told = told_of(unreadable, there.reader)
    text = error.told if isinstance(error, FieldAmiss) else told.text
    refusal = Refusal(
        status=told.status,
        title=told.title,
        told=text,
        retry_after_s=told.retry_after_s,
        wrong=fields_amiss(error, text, there.reader),
        at_form=not isinstance(unreadable, _ON_NO_PAGE) and told.status != HTTPStatus.SERVICE_UNAVAILABLE,
    )
    return await shown_refused(request, pages, there, refusal)


async def shown_unreadable(request: Request, pages: Pages, visitor: Visitor) -> Response:
    """Of what was sent nothing can be read, so nothing is kept."""
    told = told_of(FormUnreadable(FieldsUnreadable()), visitor.reader)
    refusal = Refusal(status=told.status, title=told.title, told=told.text, at_form=False)
    return await shown_refused(request, pages, visitor, refusal)


async def shown_refused(request: Request, pages: Pages, visitor: Visitor, refusal: Refusal) -> Response:
    lost = refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    found = await form_page(request, visitor.page, once_more=lost) if refusal.at_form else None
    said = {
        "title": refusal.title,
        "told": refusal.told,
        "reference": getattr(request.state, "request_id", "") if lost else "",
        **_offered(request),
    }
    headers = {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
    if found is not None:
        return _at_form(request, pages, visitor, refusal, found, said, headers)
    back = addresses.HOME if request.method in ("GET", "HEAD") else visitor.page
    return pages.page(
        request, "refused.html", visitor, status=refusal.status, headers=headers, back=back, **said
    )


def _at_form(
    request: Request,
    pages: Pages,
    visitor: Visitor,
    refusal: Refusal,
    there: FormPage,
    said: Mapping[str, Any],
    headers: Mapping[str, str],
) -> Response:
    """Kept by nobody else: what was typed stands in it."""
    found = there.page.refill(there.address, refusal.wrong)
    notice = pages.text("refusal.html", visitor, found=found, **said)
    text = there.page.text(notice, refusal.title)
    kept = {name: value for name, value in there.headers.items() if name != "content-length"}
    return pages.sent(request, text, refusal.status, kept | {"cache-control": "no-store"} | dict(headers))


def _offered(request: Request) -> dict[str, Any]:
    offered: dict[str, Any] = getattr(request.state, "offered", {"offered": (), "zone": ""})
    return offered


def _unreadable(error: RequestValidationError) -> Explained:
    """What is wrong with a page's address is no page; what is wrong with a field can be mended."""
    if any(item["loc"][:1] == ("path",) for item in error.errors()):
        return PageUnknown(NoSuchPage())
    return FormUnreadable(FieldsUnreadable())
