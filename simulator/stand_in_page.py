"""What pages of stand-ins have in common: nothing from elsewhere, presses of their own only, kept up to date."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from simulator.words import language_of, words_of

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
}
_FRESH = """
setInterval(async () => {
  const main = document.querySelector("main");
  if (document.hidden || main.contains(document.activeElement)) return;
  const answer = await fetch(location.pathname + location.search).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!fresh) return;
  const name = (details) => details.querySelector("summary").textContent;
  const open = new Map([...main.querySelectorAll("details")].map((one) => [name(one), one.open]));
  for (const one of fresh.querySelectorAll("details")) one.open = open.get(name(one)) ?? one.open;
  if (fresh.innerHTML !== main.innerHTML) main.replaceWith(fresh);
}, 2000);
"""
_OURS = ("same-origin", "none")


def template_beside(module: str, name: str) -> Template:
    """`module`: the `__file__` of who has it."""
    folder = Path(module).parent
    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined
    ).get_template(name)


def page(request: Request, template: Template, **about: Any) -> Response:
    """In the reader's language: `w` says it."""
    language = language_of(request)
    html = template.render(w=words_of(language), language=language.value, **about)
    return HTMLResponse(html, headers=_HEADERS)


def refused(request: Request, english: str, status: int) -> Response:
    return PlainTextResponse(words_of(language_of(request))(english), status_code=status)


def is_pressed_here(request: Request) -> bool:
    """No other page may press anything here."""
    return request.headers.get("sec-fetch-site", "none") in _OURS


async def _fresh(_request: Request) -> Response:
    return Response(_FRESH, media_type="text/javascript", headers=_HEADERS)


FRESH = Route("/fresh.js", _fresh)
"""A script that shows the page's <main> anew while nobody is at one of its buttons. Without scripts one reloads."""
