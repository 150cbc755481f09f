"""The worker serves what contracts declare: each activity once, under its name, and no other."""

import importlib
import pkgutil
from typing import Any, cast

import contracts
from contracts.declaration import Activity
from db.engine import create_engine, create_sessions
from runtime.registration import Parts, activities_of


def declared() -> list[str]:
    modules = pkgutil.walk_packages(contracts.__path__, "contracts.")
    members = [value for module in modules for value in vars(importlib.import_module(module.name)).values()]
    return sorted({one.name for one in members if isinstance(one, Activity)})


def test_every_declared_activity_is_registered_once() -> None:
    nothing = cast(Any, None)
    sessions = create_sessions(create_engine("postgresql://nobody@nowhere/nothing"))  # nothing connects
    parts = Parts(sessions=sessions, stripe=nothing, temporal=nothing)
    registered = [cast(Any, one).__temporal_activity_definition.name for one in activities_of(parts)]
    assert declared()
    assert sorted(registered) == declared()
