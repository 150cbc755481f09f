"""What of a charger's configuration and of commands may be shown and recorded."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from domain.charging.commands import Command, SetConfiguration
from domain.charging.secrets import without_secret, without_user_info
from domain.charging.tokens import end_of_token

NUMBERED_LATER = ("request_id", "remote_start_id")
"""Members that get the number of the command's audit entry."""
_TOKENS = ("id_tag", "parent_id_tag", "group_id")
_UNKNOWN_TO_US = ("data", "certificate", "signing_certificate", "signature")
"""A vendor's own words may hold anything; certificates are long."""
_LONGEST = 500
_MOST = 50
"""Of a list: the record of a command is no archive of tokens."""


def recorded(command: Command) -> dict[str, Any]:
    """A command's members as the audit trail keeps them: JSON values, without secrets and without its number."""
    return _members(command)


def _members(one: Any) -> dict[str, Any]:
    members = {
        field.name: _of_member(field.name, getattr(one, field.name))
        for field in dataclasses.fields(one)
        if field.name not in NUMBERED_LATER
    }
    if isinstance(one, SetConfiguration):
        members["value"] = without_secret(one.key, one.value)
    return members


def without_secrets(values: Mapping[str, str]) -> dict[str, str]:
    """Configuration as it may be shown and recorded: passwords are not for reading, nor those in URLs."""
    return {key: without_secret(key, value) for key, value in values.items()}


def _of_member(name: str, value: Any) -> Any:
    if name in _TOKENS and isinstance(value, str):
        return end_of_token(value)
    if name in _UNKNOWN_TO_US and isinstance(value, str):
        return f"[{len(value)} characters]"
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return without_user_info(value)[:_LONGEST]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value[:_MOST]]
    return _members(value) if dataclasses.is_dataclass(value) else value
