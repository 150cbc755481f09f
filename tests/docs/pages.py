"""What is written for people: the pages, the sources with their docstrings, and the pages' code blocks."""

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
OPERATING = REPOSITORY / "docs" / "operating.md"
GLOSSARY = REPOSITORY / "docs" / "glossary.md"
README = REPOSITORY / "README.md"

_CHECKED = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["mypy"]["files"]
SOURCES = sorted(
    file
    for name in _CHECKED
    for file in [REPOSITORY / name, *(REPOSITORY / name).rglob("*.py")]
    if file.is_file()
)
"""Every Python file of ours."""


def snippets(page: Path) -> list[str]:
    """The shell snippets of a page, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
