"""A sheet as HTML: the one template, with escaping on, and nothing in it that a browser would fetch."""

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from texts.charts.svg import svg_of
from texts.documents.sheet import Sheet

FOLDER = Path(__file__).parent
SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""For who serves it."""


def html_of(sheet: Sheet) -> str:
    return _template().render(sheet=sheet)


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    environment.globals["svg"] = svg_of
    return environment.get_template("document.html.j2")
