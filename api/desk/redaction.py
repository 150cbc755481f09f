"""What of a charger's configuration and of commands may be shown and recorded."""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any

from domain.charging.commands import Command, SetConfiguration
from domain.charging.secrets import HIDDEN, is_secret, without_user_info
from domain.charging.tokens import end_of_token

NUMBERED_LATER = ("request_id", "remote_start_id")
"""Members that get the number of the command's audit entry."""
_TOKENS = ("id_tag", "parent_id_tag")


def recorded(command: Command) -> dict[str, Any]:
    """A command's members as the audit trail keeps them: JSON values, without secrets and without its number."""
    members = {
        field.name: _of_member(field.name, getattr(command, field.name))
        for field in dataclasses.fields(command)
        if field.name not in NUMBERED_LATER
    }
    if isinstance(command, SetConfiguration):
        members["value"] = without_secret(command.key, command.value)
    return members


def without_secrets(values: Mapping[str, str]) -> dict[str, str]:
    """Configuration as it may be shown and recorded: passwords are not for reading, nor those in URLs."""
    return {key: without_secret(key, value) for key, value in values.items()}


def without_secret(key: str, value: str) -> str:
    return HIDDEN if is_secret(key) else without_user_info(value)


def _of_member(name: str, value: Any) -> Any:
    return end_of_token(value) if name in _TOKENS and isinstance(value, str) else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return without_user_info(value)
    return list(value) if isinstance(value, tuple) else value
