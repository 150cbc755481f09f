"""In which versions of the protocol a test runs, as its source says."""

import ast
from functools import cache
from pathlib import Path

from tests.docs.pages import REPOSITORY

VERSIONS = ("1.6", "2.0.1", "2.1")
_A_CHARGER_OF = {"make_charger": "1.6"}
"""What brings a charger to a test, and its version where none is named."""


@cache
def _module(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def shown_in(file: Path, name: str) -> frozenset[str]:
    """Of test `name` of the file: what its marks name, else what it says itself; empty: it has no charger."""
    (test,) = (
        node
        for node in _module(file).body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.name == name
    )
    marked = frozenset[str]().union(*(_named_by(file, mark) for mark in test.decorator_list))
    if marked:
        return marked
    default = {
        version
        for node in ast.walk(test)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and (version := _A_CHARGER_OF.get(node.func.id))
        and not any(word.arg == "version" for word in node.keywords)
    }
    return _words(ast.Module(body=test.body, type_ignores=[])) | default


def _words(tree: ast.AST) -> frozenset[str]:
    said = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(word for word in said if isinstance(word, str) and word in VERSIONS)


def _named_by(file: Path, mark: ast.expr) -> frozenset[str]:
    """Of a mark that is written there, or has a name here or in the module that it is imported from."""
    words = _words(mark)
    for node in ast.walk(mark):
        if isinstance(node, ast.Name):
            words |= _named(file, node.id)
    return words


def _named(file: Path, name: str) -> frozenset[str]:
    for node in _module(file).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                return _named_by(file, value)
            case ast.ImportFrom(module=str(module)) if module.startswith("tests."):
                source = REPOSITORY / f"{module.replace('.', '/')}.py"
                if source.is_file() and any(alias.name == name for alias in node.names):
                    return _named(source, name)
            case _:
                pass
    return frozenset()
