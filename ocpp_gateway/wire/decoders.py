"""Typed decoders made from the official JSON schemas, one struct an object: they agree with the schemas because
nobody copied them. Fields keep their official order and are named in snake case (`evseId` becomes `evse_id`).

Beyond the schemas, as the specifications' texts say: integers have 32 bits, and connectors, EVSEs and sequence
numbers are not negative. Leniencies: see `schemas`.
"""

import re
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ocpp_gateway.wire.schemas import FREE_WORDS, LONGEST_FREE_WORD, call_schema

SMALLEST_INTEGER, LARGEST_INTEGER = -(2**31), 2**31 - 1
_NATURAL = frozenset({"connectorId", "evseId", "seqNo"})
_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


@lru_cache(maxsize=256)
def decoder_for(version: str, action: str) -> msgspec.json.Decoder[Any] | None:
    """None when there is no such action in this version."""
    schema = call_schema(version, action)
    if schema is None:
        return None
    return msgspec.json.Decoder(_Compiler(schema.get("definitions", {})).struct(action, schema))


@lru_cache(maxsize=256)
def loose_type_for(version: str, action: str) -> type[msgspec.Struct]:
    """The same shape without its limits: every field may be missing, texts have any length, lists any words.

    For what `repair` has gone through. Raises KeyError when there is no such action.
    """
    schema = call_schema(version, action)
    if schema is None:
        raise KeyError(action)
    return _Compiler(schema.get("definitions", {}), loose=True).struct(action, schema)


class _Compiler:
    """Compiles one message's schema. `definitions`: what its `$ref`s point to."""

    def __init__(self, definitions: dict[str, Any], *, loose: bool = False) -> None:
        self._definitions = definitions
        self._loose = loose
        self._structs: dict[str, type[msgspec.Struct]] = {}

    def struct(self, name: str, schema: dict[str, Any]) -> type[msgspec.Struct]:
        required = set(schema.get("required", ()))
        evse = schema.get("javaType") == "EVSE"
        mandatory: list[tuple[str, Any]] = []
        optional: list[tuple[str, Any, Any]] = []
        names: dict[str, str] = {}
        for field, inner in schema["properties"].items():
            attribute = _HUMP.sub("_", field).lower()
            names[attribute] = field
            kind = self._type(field, inner, natural=field in _NATURAL or (evse and field == "id"))
            if field in required and not self._loose:
                mandatory.append((attribute, kind))
            else:
                # Raw is undecoded JSON of any kind, null included.
                optional.append((attribute, kind if kind is msgspec.Raw else kind | None, None))
        if "unitOfMeasure" in names.values():
            optional.append(("unit", Any, None))  # where 1.6 has it; unread it would be taken for Wh
        return msgspec.defstruct(name, [*mandatory, *optional], rename=names, frozen=True, gc=False)

    def _type(self, field: str, schema: dict[str, Any], *, natural: bool = False) -> Any:
        if "$ref" in schema:
            return self._referred(field, schema["$ref"].rpartition("/")[2])
        match schema.get("type"):
            case "object":
                return self.struct(field, schema)
            case "array":
                items = self._type(field, schema["items"])
                if self._loose:
                    return list[items]  # type: ignore[valid-type]  # made at run time
                length = Meta(min_length=schema.get("minItems"), max_length=schema.get("maxItems"))
                return Annotated[list[items], length]  # type: ignore[valid-type]  # made at run time
            case "string":
                return self._text(field, schema)
            case "integer" if self._loose:
                return int
            case "number" if self._loose:
                return float
            case "integer":
                least = schema.get("minimum", 0 if natural else SMALLEST_INTEGER)
                most = schema.get("maximum", LARGEST_INTEGER)
                return Annotated[int, Meta(ge=int(least), le=int(most))]
            case "number":
                return Annotated[float, Meta(ge=schema.get("minimum"), le=schema.get("maximum"))]
            case "boolean":
                return bool
            case _:
                return msgspec.Raw

    def _referred(self, field: str, name: str) -> Any:
        schema = self._definitions[name]
        if schema.get("type") != "object":
            return self._type(field, schema)
        if name not in self._structs:
            self._structs[name] = self.struct(name, schema)
        return self._structs[name]

    def _text(self, field: str, schema: dict[str, Any]) -> Any:
        if self._loose:
            return str
        if "enum" in schema:
            listed = tuple(schema["enum"])
            return _free_word(listed) if field in FREE_WORDS else Literal[listed]
        return Annotated[str, Meta(max_length=schema["maxLength"])] if "maxLength" in schema else str


@lru_cache(maxsize=64)
def _free_word(listed: tuple[str, ...]) -> Any:
    """One of the listed words, or a vendor's own, but no `schemas.misspelt` one."""
    words = "|".join(re.escape(word) for word in listed)
    pattern = rf"\A(?:{words})\Z|\A(?!\s*(?i:{words})\s*\Z)"
    return Annotated[str, Meta(max_length=LONGEST_FREE_WORD, pattern=pattern)]
