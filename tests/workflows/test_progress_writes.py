"""A change of Progress is one method of the domain, so that no fact is ever half-written from a workflow."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

WORKFLOWS = Path(__file__).parents[2] / "workflows"
CHANGES = {"append", "add", "clear", "discard", "extend", "insert", "pop", "remove", "setdefault", "update"}


def writes(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        targets: list[ast.expr] = []
        match node:
            case ast.Assign():
                targets = node.targets
            case ast.AugAssign() | ast.AnnAssign():
                targets = [node.target]
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Attribute() as changed)) if name in CHANGES:
                targets = [changed]
        yield from (ast.unparse(target) for target in targets if is_of_progress(target))


def is_of_progress(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute | ast.Subscript) and "progress" in ast.unparse(
        target.value
    ).split(".")


@pytest.mark.parametrize("path", sorted(WORKFLOWS.rglob("*.py")), ids=lambda path: path.name)
def test_no_workflow_writes_progress(path: Path) -> None:
    assert list(writes(path.read_text())) == []


@pytest.mark.parametrize(
    "line",
    [
        "progress.transaction_id = None",
        "self._record.progress.device.held = True",
        "record.progress.starts_rejected += 1",
        "progress.waived.append(kind)",
        "progress.early_ends[key] = at",
    ],
)
def test_a_write_is_found(line: str) -> None:
    assert list(writes(line))
