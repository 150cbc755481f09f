"""`python -m tests.workflows.fingerprint`: has the workflow changed since the histories were recorded?

What counts is what can lead to other commands: the definitions of the workflow and of all it decides by. Comments,
docstrings, formatting, and the file that a definition stands in do not count.
"""

import argparse
import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
ROOT = "workflows.reservation.workflow"
DECIDING = ("workflows", "domain", "contracts")
"""Followed from ROOT. What activities do is their business: to a history they are names and answers."""

RECORDED_WITH = Path(__file__).with_name("histories") / "recorded_with.txt"
_SHOWN = 5

ADVICE = """\
The recorded histories are of another workflow than this one (changed: {changed}).
While no reservations of a released version can be open, record them again:
  python -m tests.workflows.record_histories
Otherwise never overwrite them, that would hide that open reservations cannot go on. Keep the former commands behind
`workflow.patched` until `pytest tests/workflows/test_replay.py` passes, then record the new ones beside them:
  python -m tests.workflows.record_histories --as LABEL
Or, if it passes and no command can differ (names, types, texts), only take note:
  python -m tests.workflows.fingerprint --accept
"""


def fingerprint(repository: Path = REPOSITORY, root: str = ROOT) -> frozenset[str]:
    """One line a top-level definition, `name digest`. Raises LookupError when there is no module `root`."""
    return frozenset(line for tree in _reachable(repository, root) for line in _definitions(tree))


def changed(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """Names of what was changed, added or taken away."""
    return sorted({line.partition(" ")[0] for line in set(before) ^ set(now)})


def store() -> None:
    """Take note that the histories are of this workflow."""
    RECORDED_WITH.write_text("".join(f"{line}\n" for line in sorted(fingerprint())))


def _reachable(repository: Path, root: str) -> Iterator[ast.Module]:
    """The module `root` and all that it imports, at whatever depth, of the packages that decide."""
    if not any(_files(repository, root)):
        raise LookupError(f"there is no module {root}")
    waiting, seen = [root], set()
    while waiting:
        for file in _files(repository, waiting.pop()):
            if file not in seen:
                seen.add(file)
                tree = ast.parse(file.read_text())
                waiting += _imports(tree)
                yield tree


def _files(repository: Path, dotted: str) -> Iterator[Path]:
    """The file of a module, package, or of the module that a name is imported from."""
    place = repository.joinpath(*dotted.split("."))
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            yield file


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        elif isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] in DECIDING)


def _definitions(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom) and not _is_text(node):
            digest = hashlib.sha256(_said(node).encode()).hexdigest()[:16]
            yield f"{_name(node)} {digest}"


def _name(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            return ast.unparse(target).replace(" ", "")
        case _:
            return type(node).__name__.lower()


def _said(value: object) -> str:
    """The tree as text, the same in every version of Python: without places, empty fields and docstrings."""
    match value:
        case ast.JoinedStr():
            return f"JoinedStr({_said(list(_parts(value.values)))})"
        case ast.AST():
            fields = ((name, content) for name, content in ast.iter_fields(value) if name != "kind")
            told = (f"{name}={_said(content)}" for name, content in fields if content not in (None, []))
            return f"{type(value).__name__}({', '.join(told)})"
        case list():
            return f"[{', '.join(_said(one) for one in value if not _is_text(one))}]"
        case _:
            return repr(value)


def _parts(values: list[ast.expr]) -> Iterator[ast.expr]:
    """The parts of an f-string; how many pieces its plain text comes in depends on the version."""
    text = ""
    for value in values:
        if isinstance(value, ast.Constant):
            text += str(value.value)
            continue
        if text:
            yield ast.Constant(text)
        text = ""
        yield value
    if text:
        yield ast.Constant(text)


def _is_text(node: object) -> bool:
    """A docstring, of whatever it stands under."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def main() -> int:
    """Compare, or take note; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.workflows.fingerprint")
    parser.add_argument("--accept", action="store_true", help="the histories stand for this workflow, too")
    if parser.parse_args().accept:
        store()
    different = changed(RECORDED_WITH.read_text().splitlines(), fingerprint())
    if not different:
        sys.stdout.write("histories: recorded with this workflow\n")
        return 0
    more = f" and {len(different) - _SHOWN} more" if len(different) > _SHOWN else ""
    sys.stderr.write(ADVICE.format(changed=", ".join(different[:_SHOWN]) + more))
    return 1


if __name__ == "__main__":
    sys.exit(main())
