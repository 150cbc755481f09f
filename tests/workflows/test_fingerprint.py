"""The fingerprint of the workflow changes with what it does, and with nothing else."""

from pathlib import Path

import pytest

from tests.workflows.fingerprint import changed, fingerprint

ROOT = "workflows.story"
STORY = '''
"""The story."""
from domain.rules import grace
from activities.world import act

class Story:
    """A life."""
    def run(self, at: int) -> str:
        return f"until {grace(at)}"
'''
RULES = """
LIMIT = 5

def grace(at: int) -> int:
    return at + LIMIT
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    write(tmp_path, "workflows/story.py", STORY)
    write(tmp_path, "domain/rules.py", RULES)
    write(tmp_path, "activities/world.py", "def act(): ...\n")
    return tmp_path


def write(repository: Path, name: str, text: str) -> None:
    (repository / name).parent.mkdir(exist_ok=True)
    (repository / name).write_text(text)


def test_comments_docstrings_and_formatting_do_not_count(repository: Path) -> None:
    before = fingerprint(repository, ROOT)
    story = STORY.replace("A life.", "Another word for it.").replace("    def", "    # why\n\n    def")
    write(
        repository, "workflows/story.py", story.replace("(self, at: int)", "(\n        self, at: int\n    )")
    )
    write(
        repository,
        "domain/rules.py",
        '"""Rules."""\n' + RULES.replace("LIMIT = 5", 'LIMIT = 5\n"""Minutes."""'),
    )
    assert fingerprint(repository, ROOT) == before


def test_moving_a_definition_does_not_count(repository: Path) -> None:
    before = fingerprint(repository, ROOT)
    write(repository, "domain/waiting.py", RULES)
    (repository / "domain/rules.py").unlink()
    write(repository, "workflows/story.py", STORY.replace("domain.rules", "domain.waiting"))
    assert fingerprint(repository, ROOT) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("domain/rules.py", "LIMIT = 5", "LIMIT = 6", ["LIMIT"]),
        ("domain/rules.py", "at + LIMIT", "at - LIMIT", ["grace"]),
        ("workflows/story.py", "until", "not before", ["Story"]),
        ("workflows/story.py", "from domain.rules import grace", "grace = int", ["LIMIT", "grace"]),
    ],
)
def test_what_it_does_counts(repository: Path, file: str, old: str, new: str, names: list[str]) -> None:
    before = fingerprint(repository, ROOT)
    text = (repository / file).read_text()
    assert old in text
    write(repository, file, text.replace(old, new))
    assert changed(before, fingerprint(repository, ROOT)) == names


def test_what_activities_do_does_not_count(repository: Path) -> None:
    before = fingerprint(repository, ROOT)
    write(repository, "activities/world.py", "def act(): return 1\n")
    assert fingerprint(repository, ROOT) == before


def test_a_root_that_is_gone_is_told(repository: Path) -> None:
    with pytest.raises(LookupError, match=r"workflows\.plot"):
        fingerprint(repository, "workflows.plot")
