"""Reads a CALL that breaks its schema, as long as what we need of it is right; the rest is mended or left out.

It runs only on messages that the typed decoder has refused, so it may take its time; its input is bounded by the
size of a frame. What had to be done is told as quirks, one an action, field and kind.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from domain.charging.quirks import Quirk, QuirkKind
from domain.charging.tokens import end_of_token
from ocpp_gateway.wire import needs
from ocpp_gateway.wire.carried_over import carried_over
from ocpp_gateway.wire.decoders import loose_type_for
from ocpp_gateway.wire.long_lists import thinned
from ocpp_gateway.wire.numbers import as_number, is_in_doubt, with_point
from ocpp_gateway.wire.schemas import FREE_WORDS, LONGEST_FREE_WORD, call_schema
from ocpp_gateway.wire.timestamps import is_time, meant_time

LARGEST = 64 * 1024
"""Bytes: a message is walked through in Python, in which nobody else is served. Longer ones are thinned out first."""
_LARGEST_NUMBER = 2**53
_LONGEST_EXAMPLE = 80
_MOST_ITEMS = 2000
EMPTY = "[]"
"""The example of a list that was left out since nothing was in it."""
MISSING: Any = object()


class Unrepairable(Exception):
    """What we need is missing or cannot be read without a guess."""

    code = "unrepairable"


def repaired(version: str, action: str, payload: bytes) -> tuple[Any, tuple[Quirk, ...]]:
    """The call as a struct of the shape that the typed decoder gives, fields that made no sense None; and quirks.

    Raises Unrepairable.
    """
    schema = call_schema(version, action)
    if schema is None:
        raise Unrepairable(action)
    try:
        message, lengths = _bounded(action, payload)
        walk = Walk(version, action, schema, lengths)
        cleaned = walk.value("", "", schema, message)
        return msgspec.convert(cleaned, loose_type_for(version, action)), walk.quirks
    except (msgspec.MsgspecError, RecursionError, UnicodeError, OverflowError) as error:
        raise Unrepairable(action) from error


def _bounded(action: str, payload: bytes) -> tuple[Any, Mapping[str, int]]:
    """What is to be walked through, and the lengths of lists that were cut for it. Raises Unrepairable."""
    message = msgspec.json.decode(payload)
    if len(payload) <= LARGEST:
        return message, {}
    shorter = thinned(message, LARGEST)
    if shorter is None:
        raise Unrepairable(action)
    return shorter


class Walk:
    """`lengths`: of lists that were cut beforehand."""

    def __init__(self, version: str, action: str, schema: dict[str, Any], lengths: Mapping[str, int]) -> None:
        self._action = action
        self._definitions = schema.get("definitions", {})
        self._needed = _needed(version, action)
        self._if_given = needs.IF_GIVEN.get(action, frozenset())
        self._ends = False
        self._found: dict[tuple[str, QuirkKind], Quirk] = {}
        for field, length in lengths.items():
            self._note(field, QuirkKind.TOO_LONG, length)

    @property
    def quirks(self) -> tuple[Quirk, ...]:
        return tuple(self._found.values())

    def value(self, path: str, field: str, schema: dict[str, Any], value: Any) -> Any:
        """Raises Unrepairable."""
        if "$ref" in schema:
            schema = self._definitions[schema["$ref"].rpartition("/")[2]]
        match schema.get("type"):
            case "object":
                return self._object(path, schema, value)
            case "array":
                return self._array(path, field, schema, value)
            case "string":
                return self._text(path, field, schema, value)
            case "integer":
                return self._integer(path, field, schema, value)
            case "number":
                return self._number(path, value)
            case "boolean":
                return self._flag(path, value)
            case _:
                return None  # of any type: nothing here reads it

    # -- what holds others ----------------------------------------------------------------------------------
    def _object(self, path: str, schema: dict[str, Any], value: Any) -> dict[str, Any]:
        if isinstance(value, list) and len(value) == 1:
            self._note(path, QuirkKind.WRONG_TYPE, "a list of one")
            value = value[0]
        bare = needs.BARE.get(path.rpartition("/")[2])
        if bare is not None and isinstance(value, str | int):
            self._note(path, QuirkKind.WRONG_TYPE, value)
            value = {bare: value}
        if not isinstance(value, dict):
            raise Unrepairable(path)
        if not path:
            self._ends = _word_of(value, "eventtype") == "ended"
            value = self._in_own_fields(schema["properties"], value)
        by_lower = {name.lower(): name for name in value}
        kept: dict[str, Any] = {}
        for field, inner in schema["properties"].items():
            below = f"{path}/{field}" if path else field
            given = value.get(field, MISSING)
            if given is MISSING and field.lower() in by_lower:
                self._note(below, QuirkKind.WRONG_WORD, by_lower[field.lower()])
                given = value[by_lower[field.lower()]]
            cleaned = self._member(below, field, inner, given, required=field in schema.get("required", ()))
            if cleaned is not None:
                kept[field] = cleaned
        if "unitOfMeasure" in schema["properties"] and isinstance(value.get("unit"), str):
            kept["unit"] = value["unit"]
        return kept

    def _in_own_fields(self, fields: Mapping[str, Any], message: dict[str, Any]) -> dict[str, Any]:
        """The message; what it names by its transaction needs no connector."""
        number = as_number(message.get("transactionId"))
        if self._action in needs.PLACED_BY_TRANSACTION and number is not None and number > 0:
            self._needed -= {"connectorId"}
        others = carried_over(self._action, fields, message)
        for field in others:
            self._note(field, QuirkKind.WRONG_WORD, "of the other version")
        return {**message, **others}

    def _member(self, path: str, field: str, schema: dict[str, Any], given: Any, *, required: bool) -> Any:
        if given is MISSING or given is None:
            if path in self._needed:
                raise Unrepairable(path)
            if required:
                self._note(path, QuirkKind.MISSING, "")
            return None
        try:
            return self.value(path, field, schema, given)
        except Unrepairable:
            if path in self._needed or (path in self._if_given and not self._droppable(path, given)):
                raise
            self._note(path, QuirkKind.DROPPED, EMPTY if given == [] else given)
            return None

    def _droppable(self, path: str, given: Any) -> bool:
        """What names nothing is as good as absent."""
        return (self._ends and path in needs.DROPPABLE_AT_THE_END) or needs.names_nothing(given)

    def _array(self, path: str, field: str, schema: dict[str, Any], value: Any) -> list[Any]:
        """Items that make no sense are left out; an empty list is none."""
        if not isinstance(value, list):
            self._note(path, QuirkKind.WRONG_TYPE, value)
            value = [value]
        kept = []
        for item in value[: min(schema.get("maxItems", _MOST_ITEMS), _MOST_ITEMS)]:
            try:
                kept.append(self.value(path, field, schema["items"], item))
            except Unrepairable:
                self._note(path, QuirkKind.DROPPED, item)
        if len(value) > schema.get("maxItems", _MOST_ITEMS):
            self._note(path, QuirkKind.TOO_LONG, len(value))
        if not kept:
            raise Unrepairable(path)
        return kept

    # -- what stands for itself -----------------------------------------------------------------------------
    def _text(self, path: str, field: str, schema: dict[str, Any], value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Unrepairable(path)
        if not isinstance(value, str):
            if isinstance(value, float) and field in needs.IDENTITIES:
                whole = as_number(value)
                if not isinstance(whole, int) or abs(whole) > _LARGEST_NUMBER:
                    raise Unrepairable(path)
                value = whole
            self._note(path, QuirkKind.WRONG_TYPE, value)
            value = str(value)
        if "\0" in value:
            if field in needs.IDENTITIES and "\0" in value.strip("\0"):
                raise Unrepairable(path)
            self._note(path, QuirkKind.DROPPED, "NUL")
            value = value.replace("\0", "")
        if schema.get("format") == "date-time" and not is_time(value):
            meant = meant_time(value)
            if meant is None:
                raise Unrepairable(path)
            self._note(path, QuirkKind.WRONG_WORD, value)
            return meant
        if "enum" in schema:
            return self._word(path, field, schema["enum"], value)
        return self._measured(path, field, schema.get("maxLength"), value)

    def _measured(self, path: str, field: str, most: int | None, value: str) -> str:
        if most is None or len(value) <= most:
            return value
        if field in needs.IDENTITIES:
            if len(value) > needs.LONGEST_IDENTITY:
                raise Unrepairable(path)
            self._note(path, QuirkKind.TOO_LONG, value)
            return value
        self._note(path, QuirkKind.TOO_LONG, value)
        return value[:most]

    def _word(self, path: str, field: str, words: list[str], value: str) -> str:
        if value in words:
            return value
        meant = value.strip().lower()
        for word in (*words, *needs.WORDS_OF_OTHER_VERSIONS.get(f"{self._action}/{path}", ())):
            if word.lower() == meant:
                self._note(path, QuirkKind.WRONG_WORD, value)
                return word
        if field in FREE_WORDS:
            if len(value) > LONGEST_FREE_WORD:
                self._note(path, QuirkKind.TOO_LONG, value)
            return value[:LONGEST_FREE_WORD]
        raise Unrepairable(path)

    def _integer(self, path: str, field: str, schema: dict[str, Any], value: Any) -> int:
        number = as_number(value if field in needs.EXACT else _with_point(value))
        if isinstance(value, str) and is_in_doubt(value):
            raise Unrepairable(path)
        if number is None or abs(number) > _LARGEST_NUMBER:
            raise Unrepairable(path)
        whole = int(number)
        if field in needs.EXACT and whole != number:
            raise Unrepairable(path)
        if field in needs.EXACT and not -1 <= whole < 2**31:
            raise Unrepairable(path)
        if not isinstance(value, int) or isinstance(value, bool):
            self._note(path, QuirkKind.WRONG_TYPE, value)
        least, most = schema.get("minimum", -(2**31)), schema.get("maximum", 2**31 - 1)
        if field in needs.EXACT and field != "transactionId" and whole < 0:
            raise Unrepairable(path)
        if not least <= whole <= most:
            self._note(path, QuirkKind.OUT_OF_RANGE, value)
        return whole

    def _number(self, path: str, value: Any) -> float:
        number = as_number(_with_point(value))
        if number is None:
            raise Unrepairable(path)
        if isinstance(value, str):
            self._note(path, QuirkKind.WRONG_TYPE, value)
        return float(number)

    def _flag(self, path: str, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        meant = {"true": True, "1": True, "false": False, "0": False}.get(str(value).strip().lower())
        if meant is None:
            raise Unrepairable(path)
        self._note(path, QuirkKind.WRONG_TYPE, value)
        return meant

    def _note(self, path: str, kind: QuirkKind, example: Any) -> None:
        if (path, kind) not in self._found:
            shown = _shown(path, example)
            self._found[path, kind] = Quirk(action=self._action, path=path, kind=kind, example=shown)


def _shown(path: str, example: Any) -> str:
    if path.rpartition("/")[2] in ("idTag", "idToken", "additionalIdToken"):
        return end_of_token(str(example)) if isinstance(example, str) else type(example).__name__
    if isinstance(example, dict | list):
        return type(example).__name__
    return str(example).replace("\0", "")[:_LONGEST_EXAMPLE]


def _word_of(message: Mapping[str, Any], name: str) -> str:
    """The word in the field of that name, in whatever letters both are written."""
    return next(
        (str(word).strip("\0 ").lower() for field, word in message.items() if field.lower() == name), ""
    )


def _with_point(value: Any) -> Any:
    return with_point(value) if isinstance(value, str) else value


@lru_cache(maxsize=256)
def _needed(version: str, action: str) -> frozenset[str]:
    needed = needs.NEEDED.get(action, frozenset())
    if version == "1.6":
        return needed
    return frozenset(path for path in needed if f"{action}/{path}" not in needs.OPTIONAL_IN_2X)
