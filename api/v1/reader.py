"""The reader of an answer, as routes receive it; the answer says which language it is in."""

from typing import Annotated

from fastapi import Depends, Request, Response

from api.reader import reader_of
from texts.reader import Reader


def _reader(request: Request, response: Response) -> Reader:
    reader = reader_of(request)
    response.headers["Content-Language"] = reader.language.value
    response.headers["Vary"] = "Accept-Language"
    return reader


ReaderHere = Annotated[Reader, Depends(_reader)]
