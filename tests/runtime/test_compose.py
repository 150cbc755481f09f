"""docker-compose.yml keeps up with the code it starts. (It is not run here: there is no Docker engine.)"""

import re
import tomllib
from pathlib import Path

from contracts.search_attributes import ALL

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()


def test_every_search_attribute_is_registered_with_its_type() -> None:
    registered = dict(re.findall(r"--name (\w+) --type (\w+)", COMPOSE))
    kinds = {key.name: key.indexed_value_type.name for key in ALL}
    assert {name: kind.upper() for name, kind in registered.items()} == kinds


def test_every_required_variable_is_in_the_example_environment() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", COMPOSE))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert required
    assert required <= offered


def test_every_package_of_the_product_is_in_the_image() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    copied = re.findall(r"^COPY (\w+)/ ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert set(copied) == set(packages) - {"simulator", "chaos", "days", "clients"}
