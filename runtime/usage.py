"""`--help` of a process that is told everything by its environment: what it does, and its variables."""

import argparse
from collections.abc import Sequence
from datetime import timedelta

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings


def parser_of(command: str, about: str, concerns: Sequence[type[BaseSettings]]) -> argparse.ArgumentParser:
    """It takes no arguments: any other than `--help` is refused. `concerns`: the settings that the process reads."""
    return argparse.ArgumentParser(
        prog=command,
        description=about,
        epilog="environment:\n" + "\n".join(line for concern in concerns for line in _variables(concern)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _variables(concern: type[BaseSettings]) -> list[str]:
    prefix = concern.model_config["env_prefix"]
    return [
        f"  {f'{prefix}{name}'.upper():43} {_worth(field)}" for name, field in concern.model_fields.items()
    ]


def _worth(field: FieldInfo) -> str:
    """What it is when it is not set; a secret has no default."""
    if field.is_required():
        example = f", e.g. {field.examples[0]}" if field.examples else ""
        return f"required{example}"
    value = field.default
    if value is None:
        return "unset"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s, written PT{value.total_seconds():g}S"
    assert not isinstance(value, SecretStr)  # noqa: S101 - settings with secrets are required
    return str(value)
