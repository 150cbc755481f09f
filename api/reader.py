"""In which language a caller reads: the one place that looks at Accept-Language."""

from fastapi import Request

from texts.reader import Reader


def reader_of(request: Request) -> Reader:
    """English when nothing else is wanted that there is. It is of no site; views put it on a site's clock."""
    return Reader.for_languages(request.headers.get("accept-language"))
