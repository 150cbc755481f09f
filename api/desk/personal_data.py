"""What is held about a driver, for them and for operators of the whole installation (GDPR, articles 15 and 20)."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from api.desk.principal import Principal
from db.engine import Sessions
from db.personal.export import held_about


class PersonalData:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    def export_own(self, principal: Principal) -> AsyncIterator[bytes]:
        """A driver's own, as `export`. Raises ScopeMissing."""
        principal.require("driver")
        return self._export(principal.subject)

    def export(self, principal: Principal, driver_id: str) -> AsyncIterator[bytes]:
        """A JSON document, part by part: `{"driver_id", "made_at", "held": {table: [row, ...]}}`, of one moment.

        Of whom nothing is known the tables are empty. Raises ScopeMissing.
        """
        principal.require("operator")
        return self._export(driver_id)

    async def _export(self, driver_id: str) -> AsyncIterator[bytes]:
        made_at = self._clock().isoformat()
        head = json.dumps({"driver_id": driver_id, "made_at": made_at}, ensure_ascii=False)
        yield f'{head[:-1]}, "held": {{'.encode()
        async with self._sessions() as session:
            before = ""
            async for name, rows in held_about(session, driver_id):
                yield f"{before}\n{json.dumps(name)}: [".encode()
                comma = ""
                async for row in rows:
                    yield f"{comma}\n{row}".encode()
                    comma = ","
                yield b"]"
                before = ","
        yield b"\n}}\n"
