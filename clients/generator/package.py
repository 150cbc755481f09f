"""The generated files of the package, by path below `slotkeeper_client`."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clients.generator.calls import calls
from clients.generator.document import SHARED, Document
from clients.generator.models import Models
from clients.generator.writing import MADE, class_name, docstring, module

HOME = Path(__file__).parents[1] / "python" / "slotkeeper_client"
_PACKAGE = "slotkeeper_client"
_RULES = Path(__file__).parents[2] / "pyproject.toml"


def generated(served: Mapping[str, Any]) -> dict[str, str]:
    document = Document(served)
    models = Models(document)
    homes = {name: f"{_PACKAGE}.models.{room}" for name, room in document.room_of.items()}
    files = {
        "codes.py": _codes(document, homes),
        "client.py": _client(document),
        "calls/__init__.py": _head("Calls."),
    }
    for room in [SHARED, *document.rooms]:
        here = f"{_PACKAGE}.models.{room}"
        elsewhere = {name: home for name, home in homes.items() if home != here}
        classes = models.of(room)
        if classes:
            files[f"models/{room}.py"] = module(f"{_named(room)}: models.", classes, elsewhere, late=True)
    for room, operations in document.rooms.items():
        text = calls(room, operations, models.words)
        files[f"calls/{room}.py"] = module(f"{_named(room)}: calls.", [text], homes)
    files["models/__init__.py"] = _all_models(homes)
    return formatted(files)


def kept() -> dict[str, str]:
    """The generated files that are there."""
    return {
        str(path.relative_to(HOME)): text
        for path in sorted(HOME.rglob("*.py"))
        if MADE in (text := path.read_text())
    }


def formatted(files: Mapping[str, str]) -> dict[str, str]:
    """As all code here is. Raises CalledProcessError for what is no Python."""
    with TemporaryDirectory() as folder:
        paths = {name: Path(folder) / _PACKAGE / name for name in files}
        for name, path in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name])
        known = f'lint.isort.known-first-party = ["{_PACKAGE}"]'
        ours = ["--quiet", "--config", str(_RULES), "--config", known, folder]
        for step in (["check", "--fix", "--select", "I"], ["format"]):
            subprocess.run([sys.executable, "-m", "ruff", *step, *ours], check=True)
        return {name: path.read_text() for name, path in paths.items()}


def _named(room: str) -> str:
    return room.replace("_", " ").capitalize()


def _head(about: str) -> str:
    return f"{docstring(f'{about}{chr(10)}{chr(10)}{MADE}', '')}\n"


def _codes(document: Document, homes: Mapping[str, str]) -> str:
    statuses: dict[str, tuple[int, str]] = {}
    told: dict[str, set[str]] = defaultdict(set)
    for operation in document.operations:
        for status, code, title, model in operation.codes:
            statuses[code] = (status, title)
            told[code].add(model)
    classes = []
    for code, (status, title) in sorted(statuses.items()):
        more = sorted(told[code] - {"Problem"})
        head = [f"class {class_name(code)}(Refusal):", docstring(f"{status}: {title}", "    ")]
        lines = [*head, "", f"    code = {code!r}"]
        if more:
            lines.append(f"    problem: {' | '.join([*more, *(told[code] & {'Problem'})])}")
        classes.append("\n".join(lines))
    listed = ",\n".join(f"    {class_name(code)}" for code in sorted(statuses))
    by_code = f"BY_CODE: dict[str, type[Refusal]] = {{kind.code: kind for kind in (\n{listed},\n)}}"
    known = {"Refusal": f"{_PACKAGE}.refusals", **homes}
    return module("What the API refuses with: a class for each code.", [*classes, by_code], known)


def _client(document: Document) -> str:
    rooms = {class_name(room): f"{_PACKAGE}.calls.{room}" for room in document.rooms}
    text = f"class Slotkeeper({', '.join(rooms)}):\n{docstring('Every call of the API, by its operation id.', '    ')}"
    return module("The client.", [text], rooms)


def _all_models(homes: Mapping[str, str]) -> str:
    lines = [f"from {home} import {name} as {name}" for name, home in sorted(homes.items())]
    return "\n".join([_head("Every model and list of words."), "", *lines, ""])
