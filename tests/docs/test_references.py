"""What a page, a docstring or a comment names in backticks is there: folders, files, modules and what is in them."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import GLOSSARY, PAGES, REPOSITORY, SOURCES

FOLDERS = {path.parent.name for path in REPOSITORY.glob("*/*.py")} | {"docs", "tests"}
PACKAGES = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
MADE_BY_RUNNING = {"bench/results/gateway.json"}
FILE_NAMES = {path.name for path in SOURCES}


def mentions(file: Path) -> Iterator[str]:
    """Words in backticks that look like a path, a module or a file of ours."""
    for word in re.findall(r"`([\w./*-]+)`", file.read_text()):
        first, _, rest = word.replace("/", ".").partition(".")
        if (first in FOLDERS and rest) or re.fullmatch(r"\w+\.py", word):
            yield word


def bare_mentions(file: Path) -> Iterator[str]:
    """Dotted names in our packages that docstrings and comments spell without backticks."""
    for text in prose(file):
        for word in re.findall(r"(?<![\w./`\"'])[a-z_]+(?:\.\w+)+", text):
            if word.partition(".")[0] in PACKAGES:
                yield word


def prose(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
    with tokenize.open(file) as lines:
        for token in tokenize.generate_tokens(lines.readline):
            if token.type == tokenize.COMMENT:
                yield token.string


def exists(word: str) -> bool:
    if "/" in word:
        return word in MADE_BY_RUNNING or any(REPOSITORY.glob(word.rstrip("/")))
    if word.endswith(".py"):
        return word in FILE_NAMES
    return is_module_or_name_in_one(word)


def is_module_or_name_in_one(dotted: str) -> bool:
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        place = REPOSITORY.joinpath(*parts[:length])
        source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if source.is_file():
            return all(re.search(rf"\b{name}\b", source.read_text()) for name in parts[length:])
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_what_a_page_names_is_there(page: Path) -> None:
    assert [word for word in mentions(page) if not exists(word)] == []


def test_what_docstrings_and_comments_name_is_there() -> None:
    missing = {
        str(file.relative_to(REPOSITORY)): gone
        for file in SOURCES
        if (gone := [word for word in (*mentions(file), *bare_mentions(file)) if not exists(word)])
    }
    assert missing == {}


def test_the_glossary_is_sorted_and_each_word_has_a_room() -> None:
    rows = re.findall(r"^\| (.+?) \| .+ \| `([\w/]+)` \|$", GLOSSARY.read_text(), re.MULTILINE)
    words = [word.casefold() for word, _ in rows]
    assert len(words) == GLOSSARY.read_text().count("\n|") - 2
    assert words == sorted(set(words))
    assert [room for _, room in rows if not (REPOSITORY / room / "__init__.py").is_file()] == []
