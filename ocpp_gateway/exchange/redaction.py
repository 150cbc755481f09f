"""A frame as it may be shown to people: without the tokens of drivers and the passwords of chargers.

Works on what was decoded, never on the text: what cannot be decoded, or is no OCPP-J message, is not shown.
Free text of a charger (the description of a CALLERROR) is shown as it is.
"""

from typing import Any

import msgspec

from domain.charging.secrets import HIDDEN, is_secret, without_user_info

_TOKEN_KEYS = frozenset(
    {"idtag", "parentidtag", "idtoken", "groupidtoken", "additionalidtoken", "token", "customeridentifier"}
)
_NOT_A_TOKEN = frozenset({"type", "status", "cacheexpirydatetime", "expirydate", "language1", "language2"})
"""Members of the objects above (2.x IdTokenType) that name nobody."""
_SETTING_VALUES = frozenset({"value", "attributevalue", "actualvalue", "variableattribute"})
_FREE_DATA = "data"
"""DataTransfer and NotifyCustomerInformation: nobody knows what is in it."""
_DEEPEST = 16
_LONGEST_TEXT = 500
_KEPT = 4
_SHORTEST_KEPT = 8
_CALL, _RESULT, _ERROR = 2, 3, 4


class NotShown(Exception):
    """The frame cannot be shown; the reason is for people."""

    code = "frame_not_shown"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def shown_frame(frame: str | bytes) -> list[Any]:
    """The decoded frame without secrets, fit for JSON in Postgres. Raises NotShown."""
    try:
        decoded = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotShown("not JSON") from error
    match decoded:
        case [2, str(message_id), str(action), payload, *_]:
            return [_CALL, _text(message_id), _text(action), _payload(payload)]
        case [3, str(message_id), payload, *_]:
            return [_RESULT, _text(message_id), _payload(payload)]
        case [4, str(message_id), str(code), description, *rest]:
            details = _payload(rest[0]) if rest else {}
            return [_ERROR, _text(message_id), _text(code), _text(str(description)), details]
    raise NotShown("not an OCPP-J message")


def _payload(payload: Any) -> Any:
    return _value(payload, _DEEPEST) if isinstance(payload, dict) else HIDDEN


def _value(value: Any, depth: int) -> Any:
    if depth == 0:
        return HIDDEN
    if isinstance(value, dict):
        return _object(value, depth)
    if isinstance(value, list):
        return [_value(item, depth - 1) for item in value]
    return _text(value) if isinstance(value, str) else value


def _object(value: dict[str, Any], depth: int) -> dict[str, Any]:
    setting = _is_secret_setting(value)
    shown = {}
    for key, item in value.items():
        name = key.lower()
        if name in _TOKEN_KEYS:
            item = _token(item, depth - 1)
        elif is_secret(name) or name == _FREE_DATA or (setting and name in _SETTING_VALUES):
            item = HIDDEN
        elif name == "vpn":
            item = {"type": item.get("type")} if isinstance(item, dict) else HIDDEN
        else:
            item = _value(item, depth - 1)
        shown[_text(key)] = item
    return shown


def _token(value: Any, depth: int) -> Any:
    """An idTag, or a 2.x IdTokenType: each text in it but the words that name nobody."""
    if value is None or isinstance(value, bool):
        return value
    if depth == 0:
        return HIDDEN
    if isinstance(value, list):
        return [_token(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {
            _text(key): item
            if key.lower() in _NOT_A_TOKEN and isinstance(item, str) and len(item) <= _LONGEST_TEXT
            else _token(item, depth - 1)
            for key, item in value.items()
        }
    written = _text(str(value))
    return "…" + written[-_KEPT:] if len(written) >= _SHORTEST_KEPT else "…"


def _is_secret_setting(value: dict[str, Any]) -> bool:
    """1.6: `{"key", "value"}`; 2.x: `{"variable": {"name"}, "attributeValue"}` and its like in reports."""
    variable = value.get("variable")
    name = variable.get("name") if isinstance(variable, dict) else value.get("key")
    return isinstance(name, str) and is_secret(name)


def _text(value: str) -> str:
    """As Postgres takes it (no NUL, no half surrogates), not endless, and without the passwords of URLs."""
    clean = value.replace("\0", "").encode("utf-8", "replace").decode()
    if "://" in clean:
        clean = without_user_info(clean)
    return clean if len(clean) <= _LONGEST_TEXT else clean[:_LONGEST_TEXT] + "…"
