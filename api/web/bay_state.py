"""What a bay's pages say of it at a glance."""

from datetime import timedelta
from typing import Any

from api.desk.bay_signs import BaySign, BayState, masked
from api.web import words
from api.web.visitor import Visitor

_MAY_BE_DOUBTED = (BayState.FREE, BayState.RESERVED, BayState.ARRIVING)
"""In which one would go there."""
_MINUTE = timedelta(minutes=1)


def bay_state(sign: BaySign, visitor: Visitor) -> dict[str, Any]:
    """Of `bay_state.html`. `doubted`, `doubt`: what the latest of several said who cannot charge there, and how
    long ago; empty: nobody does, or it does not matter now.
    """
    doubt = sign.doubt if sign.state in _MAY_BE_DOUBTED else None
    return {
        "sign": sign,
        "state": sign.state,
        "word": words.BAY[sign.state],
        "masked": masked,
        "doubted": "" if doubt is None else words.REPORTS[doubt.kind],
        "doubt": "" if doubt is None else visitor.reader.duration(_whole_minutes(sign.now - doubt.at)),
    }


def _whole_minutes(lasting: timedelta) -> timedelta:
    return max(_MINUTE, lasting - lasting % _MINUTE)
