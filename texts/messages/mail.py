"""A letter as the two bodies of a mail: text, and HTML that fetches nothing."""

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from texts.messages.letter import Letter

FOLDER = Path(__file__).parent


def text_of(letter: Letter) -> str:
    return _templates().get_template("letter.txt.j2").render(letter=letter)


def html_of(letter: Letter) -> str:
    return _templates().get_template("letter.html.j2").render(letter=letter)


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
