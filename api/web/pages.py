"""Pages out of templates: words in the reader's language, nothing from elsewhere, as small as they can be sent."""

import gzip
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from api.web import addresses, words
from api.web.assets import Assets
from api.web.visitor import Visitor
from texts.charts.svg import svg_of
from texts.languages import Language
from texts.reader import Reader

TEMPLATES = Path(__file__).parent / "templates"
CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy: no script or style within a page, no other origin."""
_PROVIDER = "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com"
PAYING = (
    f"default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; style-src 'self'; "
    f"img-src 'self' data: https://*.stripe.com; connect-src 'self' https://api.stripe.com; frame-src {_PROVIDER}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of the page with the payment provider's element, and of no other (docs.stripe.com/security/guide)."""
_WORTH_PACKING = 500


class Pages:
    """Templates are read once; `assets` is what they may load. `secure`: browsers have them by https."""

    def __init__(self, assets: Assets, *, secure: bool) -> None:
        self._secure = secure
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals.update(
            asset=assets.address,
            languages=tuple(Language),
            addresses=addresses,
            words=words,
            w=_words,
            svg=svg_of,
            instant=_instant,
        )

    def text(self, template: str, visitor: Visitor, **about: Any) -> str:
        """The page, or the part of one, that `template` makes."""
        return self._templates.get_template(template).render(visitor=visitor, reader=visitor.reader, **about)

    def page(
        self,
        request: Request,
        template: str,
        visitor: Visitor,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **about: Any,
    ) -> Response:
        all_headers = {
            "Content-Security-Policy": CONTENT,
            "Referrer-Policy": "same-origin",  # without one, browsers say of forms that they come from nowhere
            "Content-Language": visitor.reader.language.value,
            "Vary": "Accept-Language, Accept-Encoding, Cookie",
            "Content-Type": "text/html; charset=utf-8",
            **(headers or {}),
        }
        response = self.sent(request, self.text(template, visitor, **about), status, all_headers)
        visitor.keep(response, secure=self._secure)
        return response

    def sent(self, request: Request, text: str, status: int, headers: Mapping[str, str]) -> Response:
        """As small as its reader takes it."""
        body, packed = text.encode(), {}
        if len(body) > _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
            body, packed = gzip.compress(body, 5, mtime=0), {"Content-Encoding": "gzip"}
        return Response(body, status_code=status, headers={**headers, **packed})


@pass_context
def _words(context: Context, name: str, **values: Any) -> str:
    """`w("free_until", at=…)`: what stands under `page.free_until`."""
    reader: Reader = context["reader"]
    return reader.page(name, **{key: str(value) for key, value in values.items()})


@pass_context
def _instant(context: Context, at: datetime, zone: str) -> str:
    """On the clock of that zone, to the minute that has begun; dated on another day than today."""
    visitor: Visitor = context["visitor"]
    return replace(visitor.reader, zone=zone).clock(at.replace(second=0, microsecond=0), visitor.now)
