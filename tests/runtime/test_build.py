"""What Temporal is told of the code that runs: the same for the same code, another one for other code."""

import subprocess
import sys


def told(*modules: str) -> str:
    """By a process that has loaded these."""
    script = (
        "".join(f"import {name}; " for name in modules) + "import runtime.build as b; print(b.build_id())"
    )
    return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout


def test_the_same_code_has_the_same_build_and_other_code_another() -> None:
    assert told() == told()
    assert told() != told("domain.place.slots")
