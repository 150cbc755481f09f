"""The mailbox's page, and the same for machines."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulator.mailbox.mails import Mails
from simulator.mailbox.texts import Texts
from simulator.stand_in_page import FRESH
from simulator.words import language_of, words_of

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data:; "
    "frame-src 'self'"
)
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""A mail runs nothing and fetches nothing; its links open elsewhere."""
_ELSEWHERE = '<base target="_blank">'


def create_app(mails: Mails, texts: Texts) -> FastAPI:
    router = APIRouter()
    page = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    ).get_template("mailbox.html.j2")

    @router.get("/")
    async def list_mails(request: Request, number: int | None = None) -> HTMLResponse:
        """The newest first; `number`: the one that is open."""
        newest_first = list(reversed(mails.all()))
        chosen = mails.one(number) if number is not None else next(iter(newest_first), None)
        language, shown = language_of(request), list(reversed(texts.all()))
        about = {"w": words_of(language), "language": language.value}
        return _page(page.render(mails=newest_first, chosen=chosen, texts=shown, **about), _POLICY)

    @router.get("/mails")
    async def export_mails(to: str | None = None) -> list[dict[str, Any]]:
        """Oldest first."""
        return [asdict(mail) for mail in mails.all(to)]

    @router.get("/mails/{number}.html")
    async def read_mail(number: int) -> HTMLResponse:
        mail = mails.one(number)
        return _page(_ELSEWHERE + mail.html if mail else "", _MAIL_POLICY, status=200 if mail else 404)

    @router.post("/texts")
    async def take_text(request: Request) -> JSONResponse:
        """As a gateway for texts and calls."""
        said = texts.take(request.headers, await request.body())
        return JSONResponse({"code": said.code}, status_code=said.status)

    @router.get("/texts")
    async def export_texts(to: str | None = None) -> list[dict[str, Any]]:
        """Oldest first."""
        return [asdict(text) for text in texts.all(to)]

    app = FastAPI(title="Mailbox", openapi_url=None, routes=[FRESH])
    app.include_router(router)
    return app


def _page(html: str, policy: str, status: int = 200) -> HTMLResponse:
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(html, status_code=status, headers=headers)
