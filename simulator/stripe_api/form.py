"""Form-encoded parameters: `metadata[order]=7&expand[0]=latest_charge` → nested dict, and typed readers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from simulator.stripe_api.errors import StripeApiError, invalid_parameter

MAX_METADATA_KEYS = 50
MAX_METADATA_KEY_LENGTH = 40
MAX_METADATA_VALUE_LENGTH = 500
MAX_STRING_LENGTH = 5000
MAX_NESTING = 8


def parse_form(encoded: bytes) -> dict[str, Any]:
    """Decode a body or query string. Lists come back as dicts keyed by position; read them with `strings`.

    Raises `StripeApiError` 400 for bytes that are no form, a name that is no name, or contradicting names.
    """
    try:
        pairs = parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict")
    except ValueError as exc:
        raise StripeApiError(400, "Invalid form encoding.", executed=False) from exc
    parsed: dict[str, Any] = {}
    for name, value in pairs:
        _place(parsed, _path(name), value, name)
    return parsed


def _path(name: str) -> list[str]:
    head, *rest = name.split("[")
    if not head or len(rest) > MAX_NESTING or any(not part.endswith("]") for part in rest):
        raise invalid_parameter(f"Invalid parameter name: {name}", name, "parameter_unknown")
    return [head, *(part[:-1] for part in rest)]


def _place(target: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for part in path[:-1]:
        target = target.setdefault(part or str(len(target)), {})
        if not isinstance(target, dict):
            raise invalid_parameter(f"Invalid object: {name}", name)
    leaf = path[-1] or str(len(target))
    if isinstance(target.get(leaf), dict):
        raise invalid_parameter(f"Invalid object: {name}", name)
    target[leaf] = value


class Params:
    """Typed reading of one request's parameters; every reader raises the 400 Stripe documents."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def only(self, *known: str) -> Params:
        """Refuse names outside `known` (`parameter_unknown`); `expand` is always allowed."""
        for name in self._values:
            if name not in known and name != "expand":
                raise invalid_parameter(f"Received unknown parameter: {name}", name, "parameter_unknown")
        return self

    def require(self, *names: str) -> None:
        """Refuse the request unless each of `names` was sent (`parameter_missing`)."""
        for name in names:
            if name not in self._values:
                raise invalid_parameter(f"Missing required param: {name}.", name, "parameter_missing")

    def text(self, name: str, *, longest: int = MAX_STRING_LENGTH, within: str | None = None) -> str | None:
        """A string, None when not sent; empty is refused (`parameter_invalid_empty`).

        `within` names the object that these parameters are of, for the refusal.
        """
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise invalid_parameter(f"Invalid string: {value}", name)
        if value == "":
            message = f"You passed an empty string for '{name}'."
            raise invalid_parameter(message, name, "parameter_invalid_empty")
        if len(value) > longest:
            message = f"Invalid string: {name} has {len(value)} characters, more than the {longest} allowed."
            raise invalid_parameter(message, f"{within}[{name}]" if within else name)
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        """A string out of `allowed`."""
        value = self.text(name)
        if value is not None and value not in allowed:
            raise invalid_parameter(f"Invalid {name}: must be one of {', '.join(sorted(allowed))}", name)
        return value

    def boolean(self, name: str) -> bool | None:
        """`true` or `false`."""
        value = self._values.get(name)
        if value is None:
            return None
        if value not in ("true", "false"):
            raise invalid_parameter(f"Invalid boolean: {value}", name)
        return bool(value == "true")

    def integer(self, name: str, *, minimum: int = 1) -> int | None:
        """A whole number of at least `minimum` (`parameter_invalid_integer`)."""
        value = self._values.get(name)
        if value is None:
            return None
        digits = value.removeprefix("-") if isinstance(value, str) else ""
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
            raise invalid_parameter(f"Invalid integer: {value}", name, "parameter_invalid_integer")
        if int(value) < minimum:
            message = f"This value must be greater than or equal to {minimum}."
            raise invalid_parameter(message, name, "parameter_invalid_integer")
        return int(value)

    def is_mapping(self, name: str) -> bool:
        """Whether `name` was sent as an object or list rather than as one value."""
        return isinstance(self._values.get(name), dict)

    def mapping(self, name: str) -> dict[str, Any] | None:
        """A nested object, left as strings; an empty string clears it."""
        value = self._values.get(name)
        if value is None:
            return None
        if value == "":
            return {}
        if not isinstance(value, dict):
            raise invalid_parameter("Invalid object", name)
        return value

    def strings(self, name: str) -> list[str]:
        """A list of strings, in order of position."""
        value = self._values.get(name, {})
        items = list(value.values()) if isinstance(value, dict) else [value]
        if not all(isinstance(item, str) for item in items):
            raise invalid_parameter("Invalid array", name)
        return items

    def metadata(self, current: dict[str, str]) -> dict[str, str]:
        """`current` updated: empty values unset a key, an empty `metadata` unsets all (api/metadata)."""
        sent = self.mapping("metadata")
        if sent is None:
            return current
        if not sent:
            return {}
        merged = dict(current)
        for key, value in sent.items():
            _check_metadata(key, value)
            merged[key] = value
        merged = {key: value for key, value in merged.items() if value != ""}
        if len(merged) > MAX_METADATA_KEYS:
            raise invalid_parameter(f"Metadata can have at most {MAX_METADATA_KEYS} keys.", "metadata")
        return merged


def _check_metadata(key: str, value: Any) -> None:
    if not isinstance(value, str):
        raise invalid_parameter("Metadata values must be strings.", f"metadata[{key}]")
    if len(key) > MAX_METADATA_KEY_LENGTH:
        raise invalid_parameter(
            f"Metadata keys have at most {MAX_METADATA_KEY_LENGTH} characters.", "metadata"
        )
    if len(value) > MAX_METADATA_VALUE_LENGTH:
        message = f"Metadata values have at most {MAX_METADATA_VALUE_LENGTH} characters."
        raise invalid_parameter(message, f"metadata[{key}]")
