"""Reads chargers' calls: by the schema first, then with what had to be mended, which is noted as quirks."""

from collections.abc import Callable
from datetime import datetime

from domain.charging.quirks import Quirk, QuirkKind
from ocpp_gateway.wire.frames import Call, read_frame
from ocpp_gateway.wire.reports import Report
from ocpp_gateway.wire.version import Version

NoteQuirks = Callable[[str, tuple[Quirk, ...], datetime], None]
"""Of a charger, by its id."""


class Hearing:
    """One for all connections. `strict`: nothing is mended, for runs that certify a charger."""

    def __init__(self, note: NoteQuirks, *, strict: bool) -> None:
        self._note = note
        self._strict = strict

    def note_length(self, charger_id: str, kept: bytes, size: int, at: datetime) -> None:
        """Of a message that was too long to be kept whole."""
        frame = read_frame(kept)
        if isinstance(frame, Call):
            example = f"{size} bytes"
            quirk = Quirk(action=frame.action, path="", kind=QuirkKind.TOO_LONG, example=example)
            self._note(charger_id, (quirk,), at)

    def report(
        self, version: Version, charger_id: str, action: str, payload: bytes, received_at: datetime
    ) -> Report:
        """The call in the domain's words. Raises OcppProblem."""
        if self._strict:
            return version.read_call(action, payload, received_at)
        report, quirks = version.hear_call(action, payload, received_at)
        if quirks:
            self._note(charger_id, quirks, received_at)
        return report
