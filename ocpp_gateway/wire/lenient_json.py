"""JSON as firmware writes it where that breaks the grammar and still can mean only one thing.

It runs only on what the strict decoder has refused. What it was that had to be overlooked is told in words, never with
a piece of the text, which may name a driver.
"""

import json
import re
from typing import Any

_LARGEST_RETOLD = 64 * 1024
"""Bytes: beyond that, tokens are not gone through in Python, in which nobody else is served."""
_LONGEST_NUMBER = 40
"""Characters of one that is looked at; beyond that it stays as it is."""
_PADDING = "\ufeff\0 \t\r\n"
_TOKENS = re.compile(
    r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'  # a text
    r"|,(?=\s*[}\]])"  # a comma with nothing behind it
    r"|[-+]?\.?\d[-+.\deE]*",
    re.DOTALL,
)
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_NEARLY_A_NUMBER = re.compile(r"(?P<sign>[-+]?)0*(?P<whole>\d*)\.?(?P<rest>(?<=\.)\d+)?")


class NotJson(Exception):
    """It means nothing, or more than one thing."""

    code = "not_json"


def read_leniently(raw: bytes) -> tuple[Any, tuple[str, ...]]:
    """The first value of `raw`, and what had to be overlooked to read it. Raises NotJson."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise NotJson("not UTF-8") from error
    bare = text.strip(_PADDING)
    padding = text[: text.find(bare)] + text[text.find(bare) + len(bare) :]
    odd = [
        words for sign, words in (("\ufeff", "byte order mark"), ("\0", "NUL around it")) if sign in padding
    ]
    value, end, why = _first_value(bare)
    odd += why
    if bare[end:].strip():
        odd.append("text behind it")
    return value, tuple(dict.fromkeys(odd))


def _first_value(text: str) -> tuple[Any, int, list[str]]:
    """The value, where it ends, and what was odd. Raises NotJson."""
    for strict in (True, False):
        odd = [] if strict else ["control characters"]
        found = _scanned(text, odd, strict=strict)
        if found is not None:
            return (*found, odd)
    if len(text) <= _LARGEST_RETOLD:
        odd = ["its grammar"]
        retold = _TOKENS.sub(_retold, text)
        found = _scanned(retold, odd, strict=False)
        if found is not None:
            rest = retold[found[1] :].strip()
            return found[0], len(text) if not rest else 0, odd
    raise NotJson("no JSON")


def _scanned(text: str, odd: list[str], *, strict: bool) -> tuple[Any, int] | None:
    """NaN and its like are nothing."""

    def nothing(word: str) -> None:
        odd.append(word)

    try:
        return json.JSONDecoder(parse_constant=nothing, strict=strict).raw_decode(text)
    except (ValueError, RecursionError):
        return None


def _retold(token: re.Match[str]) -> str:
    written = token[0]
    if written == ",":
        return ""
    if written.startswith('"'):
        return _BAD_ESCAPE.sub(lambda found: found[0] if found[1] else "\\\\", written)
    if len(written) > _LONGEST_NUMBER or _NUMBER.fullmatch(written):
        return written
    nearly = _NEARLY_A_NUMBER.fullmatch(written)
    if nearly is None:
        return written
    sign = "-" if nearly["sign"] == "-" else ""
    return f"{sign}{nearly['whole'] or 0}" + (f".{nearly['rest']}" if nearly["rest"] else "")
