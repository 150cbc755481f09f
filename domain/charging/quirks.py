"""What is odd about a charger's messages although they are understood: kept by model, for operators and vendors."""

from dataclasses import dataclass
from enum import StrEnum


class QuirkKind(StrEnum):
    """What had to be done to read it."""

    MISSING = "missing"
    """A required field is not there, and nothing here needs it."""
    TOO_LONG = "too_long"
    """Cut to the length that the protocol allows; an identity is kept whole."""
    WRONG_TYPE = "wrong_type"
    """Read as what it must mean: a number in quotes, a fraction where whole numbers are due, one object for a list."""
    WRONG_WORD = "wrong_word"
    """A word in another case, or with blanks around it; a card that is spelled in another form than its own."""
    OUT_OF_RANGE = "out_of_range"
    DROPPED = "dropped"
    """It made no sense and was left out."""
    UNMETERED = "unmetered"
    """A session ended, and nothing that was told shows what it took."""
    UNIT_IN_DOUBT = "unit_in_doubt"
    """A session took next to nothing by its start and stop in Wh, and what is likely if they were kWh."""
    ID_IN_USE = "id_in_use"
    """A transaction began under the id of one that runs at another EVSE."""
    BROKEN_FRAME = "broken_frame"
    """The frame around the payload, or its JSON, breaks the grammar, and can mean only one thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """`path`: of the field, list positions left out, `meterValue/sampledValue/unit`. `example`: bounded, no token."""

    action: str
    path: str
    kind: QuirkKind
    example: str = ""
