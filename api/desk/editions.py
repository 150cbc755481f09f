"""Which edition of a thing an editor has seen: of two who change the same one, the second learns of the first.

Whoever writes looks under the lock that writers of it take anyway, so that two at once cannot both win.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from typing import Any, Self

from api.desk.refusals import ChangedMeanwhile
from domain.facts.refused_for_now import EditedMeanwhile, ThereAlready


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`editions`: it has to be one of these; None: whichever. `anything`: there has to be one; `nothing`: none yet."""

    editions: frozenset[str] | None = None
    anything: bool = False
    nothing: bool = False

    @classmethod
    def of(cls, edition: str) -> Self:
        """What a form was made for; empty: there was nothing yet."""
        return cls(editions=frozenset({edition})) if edition else cls(nothing=True)

    def check(self, present: str | None) -> None:
        """`present`: its edition now; None: there is none. Raises ChangedMeanwhile."""
        if self.nothing and present is not None:
            raise ChangedMeanwhile(ThereAlready(), present)
        missed = self.editions is not None and present not in self.editions
        if missed or (self.anything and present is None):
            raise ChangedMeanwhile(EditedMeanwhile(), present)


WHATEVER = Seen()


def edition_of(*content: Any) -> str:
    """The same for the same content, on every machine: JSON, dataclasses and instants."""
    text = json.dumps(content, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _plain(value: Any) -> Any:
    """Raises TypeError for what has no order of its own."""
    if isinstance(value, datetime):
        return value.timestamp()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value))
