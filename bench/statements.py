"""Counts what an engine asks of Postgres, by the activity that asked."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

OUTSIDE = "outside activities"


@dataclass(slots=True)
class Asked:
    """psycopg sends BEGIN and COMMIT on their own."""

    statements: int = 0
    transactions: int = 0
    commits: int = 0
    texts: Counter[str] = field(default_factory=Counter)

    @property
    def round_trips(self) -> int:
        return self.statements + self.transactions + self.commits


class StatementWatch:
    """Listens to one engine from now on. `count_anew` forgets what was counted, and leaves out from then on whatever is
    asked for workflows seen before: what they still publish is not of the next one.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.by_activity: defaultdict[str, Asked] = defaultdict(Asked)
        self._seen: set[str | None] = set()
        self._before: frozenset[str | None] = frozenset()
        self._left_out = Asked()
        sync = engine.sync_engine
        event.listen(sync, "before_cursor_execute", self._statement)
        event.listen(sync, "begin", self._began)
        event.listen(sync, "commit", self._ended)
        event.listen(sync, "rollback", self._ended)

    def count_anew(self) -> None:
        self.by_activity.clear()
        self._before = frozenset(self._seen)

    def _now(self) -> Asked:
        if not activity.in_activity():
            return self.by_activity[OUTSIDE]
        info = activity.info()
        self._seen.add(info.workflow_id)
        return self._left_out if info.workflow_id in self._before else self.by_activity[info.activity_type]

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked = self._now()
        asked.statements += 1
        asked.texts[_gist(statement)] += 1

    def _began(self, _connection: Any) -> None:
        self._now().transactions += 1

    def _ended(self, _connection: Any) -> None:
        self._now().commits += 1


def _gist(statement: str) -> str:
    """Verb, table and condition in one short line."""
    words = " ".join(statement.split())
    columns, _, source = words.partition(" FROM ")
    return f"{columns[:30]} … FROM {source[:100]}" if source else words[:60]
