"""The headers ETag, If-Match and If-None-Match (RFC 9110): what an editor has seen. What that means is the desk's.

A tag is of what can be edited: what an answer tells beside it, as reservations outside the opening hours, may change
without it. So an answer that is nothing else may be left out when its reader has it (304), the others are not.
"""

import re
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from api.desk.editions import Seen
from api.v1.responses import Answers, documented

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS = rf"^(?:\*|{_TAG}(?: *, *{_TAG})*)$"
_LONGEST = 2000
_HEADER: dict[str, Any] = {
    "description": 'Which edition this is: `If-Match: "…"` with it changes no other',
    "required": True,
    "schema": {"type": "string"},
}
NOT_MODIFIED = Answers({304: {"description": "As If-None-Match names it", "headers": {"ETag": _HEADER}}})
"""Of a GET whose whole answer its ETag stands for: `api.v1.callers.AuthenticatedRoute` leaves it out then."""
EDITED = documented("changed_meanwhile")


def tagged(status: int = 200, *, required: bool = True) -> Answers:
    """Answers of this status carry an ETag; not `required`: where there is something."""
    return Answers({status: {"headers": {"ETag": _HEADER | {"required": required}}}})


def show_edition(response: Response, edition: str) -> None:
    response.headers["ETag"] = f'"{edition}"'


def _known(
    _shown: Annotated[
        str | None,
        Header(
            alias="If-None-Match",
            pattern=_TAGS,
            max_length=_LONGEST,
            description="Optional. The ETag of the answer one has: nothing is sent again while it counts",
        ),
    ] = None,
) -> None:
    """For OpenAPI, and to refuse what is no tag; who compares is the route."""


def _if_match(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            pattern=_TAGS,
            max_length=_LONGEST,
            description="Optional. The ETag that was read: nothing is changed if somebody else has changed it since",
        ),
    ] = None,
) -> Seen:
    if if_match is None:
        return Seen()
    if if_match == "*":
        return Seen(anything=True)
    return Seen(editions=frozenset(_strong(request.headers.getlist("If-Match"))))


def _if_match_or_new(
    seen: Annotated[Seen, Depends(_if_match)],
    if_none_match: Annotated[
        str | None,
        Header(
            alias="If-None-Match",
            pattern=r"^\*$",
            max_length=1,
            description="Optional. `*`: nothing is changed if there is one already",
        ),
    ] = None,
) -> Seen:
    return seen if if_none_match is None else Seen(editions=seen.editions, nothing=True)


REVALIDATED = Depends(_known)
IfMatch = Annotated[Seen, Depends(_if_match)]
IfMatchOrNew = Annotated[Seen, Depends(_if_match_or_new)]
"""Of what is made and changed at one address."""


def unless_known(request: Request, response: Response) -> Response:
    """Without its body, where the reader has it (weak comparison: RFC 9110, 13.1.2)."""
    tag = response.headers.get("ETag")
    asked = ",".join(request.headers.getlist("If-None-Match"))
    if tag is None or response.status_code != 200 or not asked:
        return response
    if asked.strip() != "*" and tag not in (one.removeprefix("W/") for one in re.findall(_TAG, asked)):
        return response
    return Response(status_code=304, headers={"ETag": tag})


def _strong(lines: list[str]) -> list[str]:
    """A weak tag is no edition (RFC 9110, 13.1.1)."""
    tags = re.findall(_TAG, ",".join(lines))
    return [tag[1:-1] for tag in tags if tag.startswith('"')]
