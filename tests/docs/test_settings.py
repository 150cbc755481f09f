"""The pages name every setting there is, with its default, and none that there is not."""

import importlib
import pkgutil
import re
from pathlib import Path

from pydantic_settings import BaseSettings

import runtime
from runtime.settings import GatewaySettings
from runtime.stack.plan import UpSettings
from tests.docs.pages import OPERATING, PAGES, README, REPOSITORY

COMPOSE = (REPOSITORY / "docker-compose.yml").read_text()


def variables(*classes: type[BaseSettings]) -> dict[str, object]:
    """Environment variable → default."""
    return {
        f"{one.model_config.get('env_prefix', '')}{name.upper()}": field.default
        for one in classes
        for name, field in one.model_fields.items()
    }


def everything() -> set[str]:
    """Of all classes of settings, in whichever file of `runtime` they stand."""
    for module in pkgutil.walk_packages(runtime.__path__, "runtime."):
        importlib.import_module(module.name)
    found, left = list[type[BaseSettings]](), [BaseSettings]
    while left:
        below = left.pop().__subclasses__()
        left += below
        found += [one for one in below if one.__module__.startswith("runtime.")]
    return set(variables(*found))


def test_every_variable_that_a_page_names_is_a_setting() -> None:
    for page in PAGES:
        named = set(re.findall(r"\bSLOTKEEPER_[A-Z0-9_]*[A-Z0-9]\b(?![*_])", page.read_text()))
        assert named <= everything(), page


def test_every_variable_that_the_compose_file_sets_is_a_setting() -> None:
    told = re.findall(r"^ +(SLOTKEEPER_\w+):", COMPOSE, re.MULTILINE)
    assert {name for name in told if name.startswith("SLOTKEEPER_GATEWAY_")}
    assert set(told) <= everything()


def test_the_table_of_gateway_settings_is_complete_and_right() -> None:
    table = OPERATING.read_text().partition("## Settings")[2].partition("## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|", table, re.MULTILINE)
    listed: dict[str, str] = {}
    for names, values in rows:
        described = [name.strip("`") for name in names.split(", ")]
        defaults = values.split(", ")
        pairs = zip(described, defaults * len(described) if len(defaults) == 1 else defaults, strict=True)
        listed |= {f"SLOTKEEPER_GATEWAY_{name}": value.strip("`") for name, value in pairs}
    assert listed == {name: _written(value) for name, value in variables(GatewaySettings).items()}


def test_the_table_of_make_up_is_complete_and_right() -> None:
    rows = re.findall(r"^\| (`SLOTKEEPER_UP_.*?) \| (.*?) \|", README.read_text(), re.MULTILINE)
    listed: dict[str, str] = {}
    for names, values in rows:
        found = re.findall(r"SLOTKEEPER_UP_\w+", names)
        listed |= dict(zip(found, (value.strip("`") for value in values.split(", ")), strict=True))
    assert listed == {name: _written(value) for name, value in variables(UpSettings).items()}


def _written(default: object) -> str:
    """As the tables write it."""
    match default:
        case None:
            return "none"
        case bool():
            return str(default).lower()
        case Path():
            return str(default.relative_to(REPOSITORY))
        case float():
            return f"{default:g}"
        case _:
            return str(default)
