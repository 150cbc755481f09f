"""Each package of api beside the desk and tokens is a face, and the import contracts have to name it."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    contract["name"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
FACES = {f"api.{found.parent.name}" for found in (ROOT / "api").glob("*/__init__.py")} - {
    "api.desk",
    "api.tokens",
}


@pytest.mark.parametrize(
    ("contract", "part"),
    [
        ("Faces ask the desk", "source_modules"),
        ("Temporal is talked to by workflows.client", "source_modules"),
        ("The desk knows no face: no HTTP, no status, no document", "forbidden_modules"),
    ],
)
def test_every_face_is_in_the_contract(contract: str, part: str) -> None:
    assert FACES
    assert sorted(FACES - set(CONTRACTS[contract][part])) == []
