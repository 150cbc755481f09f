"""What is written for people: the pages, and what stands in their code blocks."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
OPERATING = REPOSITORY / "docs" / "operating.md"
README = REPOSITORY / "README.md"


def snippets(page: Path) -> list[str]:
    """The shell snippets of a page, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
