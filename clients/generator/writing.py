"""Text of a module: its head, its docstrings, and the imports of the names that it uses."""

import keyword
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

MADE = "Made by `make client` from the API's own description; not to be edited."
_WIDTH = 108
_KNOWN = {
    "datetime": "from datetime import datetime",
    "date": "from datetime import date",
    "Any": "from typing import Any",
    "Literal": "from typing import Literal",
    "StrEnum": "from enum import StrEnum",
    "Field": "from pydantic import Field",
    "AsyncGenerator": "from collections.abc import AsyncGenerator",
    "Answer": "from slotkeeper_client.shapes import Answer",
    "Body": "from slotkeeper_client.shapes import Body",
    "Open": "from slotkeeper_client.shapes import Open",
    "Calls": "from slotkeeper_client.transport import Calls",
    "part": "from slotkeeper_client.transport import part",
    "fresh_key": "from slotkeeper_client.transport import fresh_key",
    "Event": "from slotkeeper_client.events import Event",
}
_NAME = re.compile(r"(?<![\w.\"'-])[A-Za-z_]\w*")
_DOCS = re.compile(r'r?"""(?:[^"\\]|\\.|"(?!""))*"""', re.DOTALL)


def module(about: str, parts: Iterable[str], elsewhere: Mapping[str, str], *, late: bool = False) -> str:
    """`elsewhere`: the module of each name of the client that may be used. `late`: names may be used before they are
    defined.
    """
    body = "\n\n\n".join(parts)
    used = set(_NAME.findall(_DOCS.sub("", body)))
    plain = [_KNOWN[name] for name in used & _KNOWN.keys()]
    ours = [f"from {elsewhere[name]} import {name}" for name in used & elsewhere.keys()]
    head = ["from __future__ import annotations", ""] if late else []
    return "\n".join(
        [docstring(f"{about}\n\n{MADE}", ""), "", *head, *sorted(plain + ours), "", "", body, ""]
    )


def docstring(text: str, indent: str) -> str:
    lines = [
        line
        for paragraph in _paragraphs(text.replace("\\", "\\\\").replace('"""', "'''"))
        for line in (textwrap.wrap(paragraph, _WIDTH - len(indent), break_on_hyphens=False) or [""])
    ]
    if len(lines) == 1:
        return f'{indent}"""{lines[0]}{" " if lines[0].endswith(chr(34)) else ""}"""'
    inner = "\n".join(f"{indent}{line}".rstrip() for line in lines[1:])
    return f'{indent}"""{lines[0]}\n{inner}\n{indent}"""'


def _paragraphs(text: str) -> Iterator[str]:
    """Each on a line, empty ones between them; items of lists each for itself."""
    for n, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        if n:
            yield ""
        items = re.split(r"\n(?=[-*] |`\w+`: )", paragraph)
        yield from (" ".join(item.split()) for item in items)


def python_name(name: str) -> str:
    """Of a member or parameter."""
    plain = re.sub(r"\W", "_", name).lower() if not name.isidentifier() or "-" in name else name
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def class_name(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[_\W]+", name))
