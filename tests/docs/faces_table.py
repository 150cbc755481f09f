"""The table of docs/faces.md: the addresses of pages, and who may see each."""

import re
from collections.abc import Iterator, Mapping

from tests.docs.pages import REPOSITORY

_ROW = re.compile(r"^\| (`/.*?) \|.*\| ([^|]*) \|$", re.MULTILINE)
_TEXT = (REPOSITORY / "docs" / "faces.md").read_text()


def nameless(path: str) -> str:
    """Whatever its parts are called."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def who_may_see() -> Mapping[str, frozenset[str]]:
    """By nameless address; what stands behind a semicolon is said beside it, and of no page as a whole."""
    return dict(_told())


def _told() -> Iterator[tuple[str, frozenset[str]]]:
    for addresses, who in _ROW.findall(_TEXT):
        for address in re.findall(r"`([^`]+)`", addresses):
            yield nameless(address), frozenset(who.partition(";")[0].split(", "))
