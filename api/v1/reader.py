"""In whose language an answer is written: what the caller's Accept-Language asks for."""

from typing import Annotated

from fastapi import Depends, Request

from texts.reader import Reader


def _reader(request: Request) -> Reader:
    return Reader.for_languages(request.headers.get("accept-language"))


ReaderHere = Annotated[Reader, Depends(_reader)]
"""On the clock of UTC: whose clock counts is known when the reservation is."""
