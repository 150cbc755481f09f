"""What people are told of what a request came to instead of what they asked: a code of the table, and a sentence.

For every face: `api.problems` makes documents of it, `api.web` pages. What is about one face alone (headers, members of
a document) stands there.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.desk.refusals import KEY_TAKEN, KeyReused
from api.errors import KINDS, kind_of
from db.failures import duplicate_of, is_connection_loss
from domain.facts.refused_for_now import NothingChanged, OurFault
from texts.reader import Reader

_log = structlog.get_logger()
DATABASE = (OperationalError, InterfaceError, PoolTimeout, DBAPIError)
_MADE_OF_KEYS = frozenset(
    {
        "pk_reservation_groups",
        "pk_reservation_series",
        "pk_vehicles",
        "pk_waiting_list_entries",
        "uq_memberships_key",
        "uq_credits_key",
        "uq_maintenance_windows_key",
    }
)
"""Of what is known by an Idempotency-Key. Where its record went with an account that was erased, the key is still used:
what was made by it stays.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`title` and `text` in the reader's language; `text` may be empty. `retry_after_s` None: not by itself."""

    status: int
    title: str
    text: str
    retry_after_s: int | None


def told_of(error: Exception, reader: Reader) -> Told:
    """What has no words is a mistake of ours that nobody foresaw, and is logged."""
    code, text = code_and_text(error, reader)
    kind = kind_of(code)
    return Told(status=kind.status, title=reader.refusal(code), text=text, retry_after_s=kind.retry_after)


def code_and_text(error: Exception, reader: Reader) -> tuple[str, str]:
    """Without an explanation the text is empty. What is not for strangers is our fault."""
    if isinstance(error, DATABASE):
        if is_connection_loss(error):
            _log.warning("database_unavailable", error=type(error).__name__)
            return "database_unavailable", reader.why(NothingChanged())
        if duplicate_of(error) in _MADE_OF_KEYS:
            return KeyReused.code, KEY_TAKEN
        _log.error("database_call_failed", exc_info=error)
        return "internal_error", reader.why(OurFault())
    code: str = getattr(error, "code", "")
    if code not in KINDS:  # its words are not for strangers
        _log.error("refused_without_a_known_code", code=code, exc_info=error)
        return "internal_error", reader.why(OurFault())
    why = getattr(error, "why", None)
    return code, "" if why is None else reader.why(why)
