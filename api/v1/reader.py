"""Who reads an answer: in which language, and on which clock its texts tell the time."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """`languages`: primary subtags, the most wanted first; empty: no wish was told."""

    languages: tuple[str, ...] = ()


def wanted_languages(accept_language: str) -> tuple[str, ...]:
    """What the header Accept-Language asks for (RFC 9110 §12.5.4); what cannot be read of it is passed over."""
    weighed: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().partition("-")[0].lower()
        weight = parameters.strip().removeprefix("q=").strip() or "1"
        if language.isascii() and language.isalpha() and weight.replace(".", "", 1).isdecimal():
            weighed.append((float(weight), language))
    ordered = [language for weight, language in sorted(weighed, key=lambda item: -item[0]) if weight > 0]
    return tuple(dict.fromkeys(ordered))


def _reader(request: Request) -> Reader:
    return Reader(languages=wanted_languages(request.headers.get("accept-language", "")))


ReaderHere = Annotated[Reader, Depends(_reader)]
