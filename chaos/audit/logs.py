"""What the workers themselves called a bug while the storm raged: what was found and mended is no less wrong."""

import json
from collections.abc import Iterable
from pathlib import Path

from chaos.audit.evidence import Mended

_FOUND = "projection_differs"


def mended(folder: Path) -> tuple[Mended, ...]:
    """Of every log of a worker in the folder. A line that a kill has cut off is no line."""
    return tuple(found for log in sorted(folder.glob("worker*.log")) for found in _found_in(log))


def _found_in(log: Path) -> Iterable[Mended]:
    for line in log.read_text(errors="replace").splitlines():
        if _FOUND not in line:
            continue
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if said.get("event") == _FOUND:
            yield Mended(code=said["reservation"], kind=said["kind"])
