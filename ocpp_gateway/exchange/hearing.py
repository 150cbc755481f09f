"""Reads what chargers send: by grammar and schema first, then with what had to be mended, which is noted as quirks."""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from msgspec import structs

from domain.charging.commands import Command, CommandReply
from domain.charging.quirks import Quirk, QuirkKind
from ocpp_gateway.wire.frame_repair import mended
from ocpp_gateway.wire.frames import (
    CALL_RESULT_ERROR,
    Call,
    CallResult,
    Frame,
    OneWay,
    UnreadableFrame,
    read_frame,
    type_not_known,
)
from ocpp_gateway.wire.repair import EMPTY
from ocpp_gateway.wire.reports import ModelReported, Report
from ocpp_gateway.wire.version import Version

log = structlog.get_logger(__name__)

NoteQuirks = Callable[[str, tuple[Quirk, ...], datetime], None]
"""Of a charger, by its id."""
_ENTRIES = "reportData"


class Hearing:
    """One for all connections. `strict`: nothing is mended, for runs that certify a charger."""

    def __init__(self, note: NoteQuirks, *, strict: bool) -> None:
        self._note = note
        self._strict = strict

    def frame(
        self, version: Version, charger_id: str, message: bytes, received_at: datetime, cut_from: int = 0
    ) -> tuple[Frame, bytes]:
        """What `message` is, and its text, as it should have been. Raises UnreadableFrame.

        `cut_from`: its length in bytes, if it was too long to be kept whole.
        """
        odd: tuple[str, ...] = ()
        try:
            frame = read_frame(message)
            if type(frame) is Call and frame.action in version.served and not cut_from:
                return frame, message
        except UnreadableFrame:
            found = None if self._strict else mended(message)
            if found is None:
                raise
            frame, message, odd = found
        if isinstance(frame, OneWay):
            self._take_one_way(version, charger_id, frame)
        elif isinstance(frame, Call) and frame.action not in version.served:
            frame = self._as_meant(version, charger_id, frame, received_at)
        if odd:
            self._note_frame(charger_id, frame, QuirkKind.BROKEN_FRAME, ", ".join(odd), received_at)
        if cut_from and isinstance(frame, Call):
            self._note_frame(charger_id, frame, QuirkKind.TOO_LONG, f"{cut_from} bytes", received_at)
            frame = structs.replace(frame, cut=True)
        return frame, message

    def _as_meant(self, version: Version, charger_id: str, call: Call, at: datetime) -> Call:
        action = None if self._strict else version.meant(call.action)
        if action is None:
            return call
        quirk = Quirk(action=action, path="", kind=QuirkKind.WRONG_WORD, example=call.action[:80])
        self._note(charger_id, (quirk,), at)
        return structs.replace(call, action=action)

    def spelled(self, version: Version, charger_id: str, subprotocol: str) -> None:
        """What a connection was begun with."""
        if subprotocol != version.subprotocol:
            quirk = Quirk(action="", path="subprotocol", kind=QuirkKind.WRONG_WORD, example=subprotocol[:80])
            self._note(charger_id, (quirk,), datetime.now(UTC))

    def _note_frame(self, charger_id: str, frame: Frame, kind: QuirkKind, example: str, at: datetime) -> None:
        """An action that nobody knows is any text: it names no quirk."""
        if isinstance(frame, Call):
            action = frame.action if frame.action.isascii() and frame.action.isalnum() else ""
        else:
            action = "CallResult" if isinstance(frame, CallResult) else "CallError"
        self._note(charger_id, (Quirk(action=action, path="", kind=kind, example=example),), at)

    @staticmethod
    def _take_one_way(version: Version, charger_id: str, frame: OneWay) -> None:
        """We open no event streams, so a SEND has nothing to say to us; an unusable answer is a fault of ours.

        Raises UnreadableFrame where the version knows neither.
        """
        if not version.has_one_way:
            raise type_not_known(frame.message_id)
        if frame.kind == CALL_RESULT_ERROR:
            log.error("answer_refused_by_charger", charger=charger_id, code=frame.word[:50])

    def report(self, version: Version, charger_id: str, call: Call, received_at: datetime) -> Report:
        """The call in the domain's words. Raises OcppProblem."""
        if self._strict:
            return _told(version.read_call(call.action, call.payload, received_at), call, ())
        report, quirks = version.hear_call(call.action, call.payload, received_at)
        if quirks:
            self._note(charger_id, quirks, received_at)
        return _told(report, call, quirks)

    def reply(self, version: Version, charger_id: str, command: Command, payload: bytes) -> CommandReply:
        """What the charger's answer to `command` means."""
        if self._strict:
            return version.read_reply(command, payload)
        reply, quirks = version.hear_reply(command, payload)
        if quirks:
            self._note(charger_id, quirks, datetime.now(UTC))
        return reply


def _told(report: Report, call: Call, quirks: tuple[Quirk, ...]) -> Report:
    """A piece of a device model says whether it is whole: what no report lists is taken to be gone."""
    if not isinstance(report, ModelReported):
        return report
    return structs.replace(report, cut=call.cut or any(_loses_entries(quirk) for quirk in quirks))


def _loses_entries(quirk: Quirk) -> bool:
    if quirk.kind is QuirkKind.TOO_LONG:
        return quirk.path == _ENTRIES
    dropped = quirk.kind is QuirkKind.DROPPED and quirk.path.startswith(_ENTRIES)
    return dropped and quirk.example != EMPTY
