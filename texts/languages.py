"""The languages there are, and which of them a reader wants."""

import re
from enum import StrEnum


class Language(StrEnum):
    """Each has its catalogue, `texts/catalogues/<value>.po`. The first is spoken when nothing else is asked for."""

    ENGLISH = "en"
    GERMAN = "de"

    @property
    def own_name(self) -> str:
        """As who speaks it calls it."""
        return {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}[self]


LONGEST_HEADER = 1_000
"""Characters of an Accept-Language that are read; browsers send less than 200."""

_RANGE = re.compile(
    r"(?P<language>\*|[A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*"
    r"(?:[ \t]*;[ \t]*[qQ]=(?P<quality>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)


def preferred(accept_language: str | None) -> Language:
    """By RFC 9110 §12.5.4: the best quality wins, of equals the first named; `de-AT` is served by `de`.

    Elements that are malformed count as not there. What asks for nothing we have gets the first language.
    """
    wanted = _qualities(accept_language or "")
    others = wanted.pop("*", (0.0, 0))
    ranked = [(*wanted.get(language.value, others), language) for language in Language]
    quality, _, best = max(ranked, key=lambda choice: choice[:2])
    return best if quality > 0 else next(iter(Language))


def _qualities(header: str) -> dict[str, tuple[float, int]]:
    """Quality and rank (earlier is greater) of each primary language; the best of its ranges counts."""
    elements = header[:LONGEST_HEADER].split(",")
    if len(header) > LONGEST_HEADER:
        elements.pop()  # cut somewhere in its middle
    found: dict[str, tuple[float, int]] = {}
    for position, element in enumerate(elements):
        match = _RANGE.fullmatch(element.strip(" \t"))
        if match is not None:
            language, choice = match["language"].lower(), (float(match["quality"] or 1), -position)
            found[language] = max(choice, found.get(language, choice))
    return found
