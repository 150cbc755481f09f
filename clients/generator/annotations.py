"""A schema as a type of Python."""

from collections.abc import Mapping
from typing import Any

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_FORMATS = {"date-time": "datetime", "date": "date"}


def name_in(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]


def annotation(schema: Mapping[str, Any], words: set[str], *, answered: bool) -> str:
    """`words`: names of the schemas that are closed lists. `answered`: by a server that may be newer."""
    if "$ref" in schema:
        name = name_in(schema)
        return f"Open[{name}]" if answered and name in words else name
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        listed = f"Literal[{', '.join(map(repr, schema['enum']))}]"
        return f"{listed} | str" if answered else listed
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _union([annotation(one, words, answered=answered) for one in choices])
    match schema.get("type"):
        case "array":
            return f"list[{annotation(schema.get('items', {}), words, answered=answered)}]"
        case "object":
            inner = schema.get("additionalProperties")
            of = annotation(inner, words, answered=answered) if isinstance(inner, dict) else "Any"
            return f"dict[str, {of}]"
        case "string" if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        case str(kind) if kind in _PLAIN:
            return _PLAIN[kind]
    return "Any"


def _union(parts: list[str]) -> str:
    """An open word may be any text already."""
    is_open = any(part.startswith("Open[") for part in parts)
    kept = [part for part in parts if not (is_open and part.startswith("Literal["))]
    return " | ".join(dict.fromkeys(kept))
