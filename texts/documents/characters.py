"""Which characters XML can hold (W3C XML 1.0, production 2): the others make a document that no reader takes."""

import re

_NONE_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def in_xml(text: str) -> str:
    """Without those that it cannot; what people send is refused with them (`api.v1.schemas.fields`)."""
    return _NONE_OF_XML.sub("", text)
