"""The check that ties the locks to pyproject.toml notices what it is there for."""

from requirements.check import LOCKED_EXTRAS, main, problems

PYPROJECT = """
[project]
dependencies = ["Alpha>=1.2,<2", "beta[extra]>=3 ; sys_platform != 'win32'"]
[project.optional-dependencies]
dev = ["gamma>=1"]
"""
LOCK = """\
# compiled
alpha==1.5 \\
    --hash=sha256:aa
beta==3.1 ; sys_platform != 'win32' \\
    --hash=sha256:bb
gamma==2.0 \\
    --hash=sha256:cc
"""


def test_the_locks_of_this_project_fit() -> None:
    assert set(LOCKED_EXTRAS) == {"all.txt", "runtime.txt"}
    assert main() == 0


def test_a_fitting_lock_has_no_problems() -> None:
    assert problems(PYPROJECT, LOCK, ["dev"]) == []


def test_a_missing_pin_is_found() -> None:
    assert problems(PYPROJECT, LOCK.replace("gamma==2.0", "delta==2.0"), ["dev"]) == ["gamma is not pinned"]


def test_a_pin_outside_its_specifier_is_found() -> None:
    assert problems(PYPROJECT, LOCK.replace("alpha==1.5", "alpha==2.0"), []) == [
        "Alpha is pinned to 2.0, outside <2,>=1.2"
    ]


def test_a_pin_without_a_hash_is_found() -> None:
    assert problems(PYPROJECT, LOCK.replace("    --hash=sha256:aa\n", ""), []) == ["alpha has no hash"]
