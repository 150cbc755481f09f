"""What `make up` leaves in its folder for people's shells: bearer tokens, and a file to be sourced."""

import shlex
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from runtime.stack.fixtures import DRIVER, DRIVER_MAIL, FLEET
from runtime.stack.stack import Stack

_LIFETIME = timedelta(days=365)
_HEAD = (
    "# Written by `make up`: lets a shell speak to that stack, as an operator and as another gateway would.\n"
)


def write_tokens(stack: Stack, folder: Path) -> dict[str, Path]:
    """Bearer tokens as files readable by the owner only, for `$(cat …)`; the files by who is meant."""
    tokens = {
        "driver": stack.issuer.driver(DRIVER, email=DRIVER_MAIL, lifetime=_LIFETIME),
        "operator": stack.issuer.operator("operator", lifetime=_LIFETIME),
        "fleet": stack.issuer.fleet(FLEET, lifetime=_LIFETIME),
    }
    place = folder / "tokens"
    place.mkdir(mode=0o700, exist_ok=True)
    files = {name: place / name for name in tokens}
    for name, token in tokens.items():
        _write_for_owner(files[name], token)
    return files


def write_environment(stack: Stack, folder: Path, operator: Path) -> Path:
    """The file that `docs/operating.md` begins with; `operator`: the file of the operator's token."""
    file = folder / "environment"
    values = {
        "API": stack.api_url,
        "GATEWAY": stack.gateway_url,
        "TOKEN": operator.read_text(),
        "DATABASE_URL": stack.database_url,
        "TEMPORAL_ADDRESS": stack.temporal_address,
        "TEMPORAL_NAMESPACE": stack.temporal_namespace,
    }
    _write_for_owner(file, _HEAD + _exports(values))
    return file


def _exports(values: Mapping[str, str]) -> str:
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in values.items()]
    # `python` is the one that runs the stack: the checkout's.
    return "".join(lines) + f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"\n'


def _write_for_owner(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
