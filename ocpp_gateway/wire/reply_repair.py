"""Reads an answer to a command of ours that breaks its schema, as long as what we need of it is right.

What its schema requires is needed, and may be mended, never made up: an answer without it says nothing of what became
of the command. Runs only on answers that were refused.
"""

from typing import Any

import msgspec

from domain.charging.quirks import Quirk, QuirkKind
from ocpp_gateway.wire.repair import LARGEST, MISSING, Unrepairable, Walk
from ocpp_gateway.wire.schemas import result_schema

_LONGEST = 2500
"""Characters of a text that we asked for; 1.6 allows 500 for a value, and some have more to say."""
_SPARE = frozenset({"configurationKey/readonly"})
_STATUSES = frozenset({"status", "attributeStatus"})
_REFUSALS = {"rejected": "Rejected", "notsupported": "NotSupported", "notimplemented": "NotImplemented"}
"""Said where the version has another word, or none. A word that grants something is never taken from elsewhere."""
_IN_ORDER = "setVariableResult"
"""Which entry speaks of which setting is told by its place."""


def repaired_reply(version: str, action: str, payload: bytes) -> tuple[dict[str, Any], tuple[Quirk, ...]]:
    """The answer, `null`s left out, and what was odd. Raises Unrepairable."""
    schema = result_schema(version, action)
    if schema is None or len(payload) > LARGEST:
        raise Unrepairable(action)
    try:
        walk = _ReplyWalk(version, f"{action}Response", schema, {})
        found = walk.value("", "", schema, msgspec.json.decode(payload))
    except (msgspec.MsgspecError, RecursionError, UnicodeError, OverflowError) as error:
        raise Unrepairable(action) from error
    if any(quirk.path == _IN_ORDER and quirk.kind is QuirkKind.DROPPED for quirk in walk.quirks):
        raise Unrepairable(_IN_ORDER)
    return dict(found), walk.quirks


class _ReplyWalk(Walk):
    def value(self, path: str, field: str, schema: dict[str, Any], value: Any) -> Any:
        if "$ref" not in schema and "type" not in schema:
            return value
        return super().value(path, field, schema, value)

    def _member(self, path: str, field: str, schema: dict[str, Any], given: Any, *, required: bool) -> Any:
        if required and path not in _SPARE:
            if given is MISSING or given is None:
                raise Unrepairable(path)
            return self.value(path, field, schema, given)
        return super()._member(path, field, schema, given, required=required)

    def _measured(self, path: str, field: str, most: int | None, value: str) -> str:
        if most is None or len(value) <= most:
            return value
        self._note(path, QuirkKind.TOO_LONG, len(value))
        return value[: max(most, _LONGEST)]

    def _word(self, path: str, field: str, words: list[str], value: str) -> str:
        try:
            return super()._word(path, field, words, value)
        except Unrepairable:
            meant = _REFUSALS.get(value.strip().lower()) if field in _STATUSES else None
            if meant is None:
                raise
            self._note(path, QuirkKind.WRONG_WORD, value)
            return meant
