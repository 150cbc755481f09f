"""What to ask a charger about a session in doubt, and what its answer makes of the session.

In doubt is a session that the charger's own newer word contradicts, or of which nothing was heard since the charger
booted or came back, or for long. 2.x can be asked about a transaction by its id (E14); before that, and where a station
does not know the question, a message is triggered that tells it (1.6 §5.17, 2.x F06).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTransactionStatus:
    """Is it ongoing, are messages of it still queued (2.x E14)? `values`: `ongoing`, `queued`, each `true` or `false`.

    A station that does not say whether it is ongoing leaves that out.
    """

    transaction_id: str


class Question(StrEnum):
    """By the name that a charger says it does not know."""

    TRANSACTION_STATUS = "GetTransactionStatus"
    TRANSACTION_EVENT = "TransactionEvent"
    """2.x: an Updated of each transaction that is ongoing (F06.FR.07)."""
    METER_VALUES = "MeterValues"
    """1.6: they name the transaction that they belong to."""
    STATUS = "StatusNotification"


class Word(StrEnum):
    """What the charger says of the session itself. A triggered message comes after the answer, and tells by itself."""

    GOES_ON = "goes_on"
    OVER = "over"
    OVER_BUT_QUEUED = "over_but_queued"
    """Not ongoing, and messages of it are still to come: its end may be among them."""
    NOTHING = "nothing"


def questions(*, by_id: bool, names_it: bool, unknown: Collection[str]) -> list[Question]:
    """The first that the charger knows is the one to ask. `by_id`: 2.x. `unknown`: what it has said it does not know.

    `names_it`: only what names the transaction settles it: its status is known, or has said nothing for long. Else
    its status tells, too: one that shows nobody is the contradiction.
    """
    first = [Question.TRANSACTION_STATUS] if by_id else []
    status = [] if names_it else [Question.STATUS]
    last = Question.TRANSACTION_EVENT if by_id else Question.METER_VALUES
    return [question for question in (*first, *status, last) if question not in unknown]


def word_of(question: Question, answer: Mapping[str, str]) -> Word:
    """`answer`: to GetTransactionStatus, in its words. An error or silence is an empty one, and says nothing."""
    if question is not Question.TRANSACTION_STATUS:
        return Word.NOTHING
    match answer.get("ongoing"), answer.get("queued"):
        case "true", _:
            return Word.GOES_ON
        case "false", "true":
            return Word.OVER_BUT_QUEUED
        case "false", _:
            return Word.OVER
        case _:
            return Word.NOTHING
