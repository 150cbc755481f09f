"""What an answer can say in a closed list of words is shown as that list: nobody has to read sentences for it."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any, get_args, get_type_hints

import contracts
import domain

CLOSED = {"state", "status", "kind", "outcome", "model", "possible", "origin", "scope", "way"}
SAY_SO = ("_state", "_status", "_kind", "_outcome", "_basis", "_cause")
"""Endings of names that say the same."""

FREE = {
    "BayReportOut.answer": "an operator's own words",
    "ChargerDetailOut.model": "its maker's",
    "ChargerOut.model": "its maker's",
    "DebtOut.why": "words for people; `reason` has the code",
    "DiscardedReadingOut.unit": "as the charger told it",
    "DisputeOut.status": "the provider's; `state` is ours",
    "DocumentLineOut.why": "words for people",
    "LedgerEntryOut.transaction_cause": "also of what stands on no bill",
    "MeterReadingOut.unit": "as the charger told it",
    "ModelQuirkOut.model": "its maker's",
    "OperatorsDebtOut.why": "words for people; `reason` has the code",
    "OperatorsMembershipOut.ended_by": "a person",
    "PlugOut.type": "OCPI's, and what a maker calls its own",
    "RefusedCardOut.line": "of access rules, by its name there",
    "SeriesDateOut.why": "words for people; `refused` has the code",
    "VehicleOut.plugs": "OCPI's, and what a maker calls its own",
    "WaitingEntryOut.why": "words for people; `passed_over` has the code",
}
"""Texts with such a name of no closed list, and why."""
PEOPLES_OWN = {"reason"}
"""Where a person gives one; of a code it is typed."""


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def words_in(hint: Any) -> bool:
    return (isinstance(hint, type) and issubclass(hint, StrEnum)) or any(
        words_in(one) for one in get_args(hint)
    )


def closed_in_the_domain() -> set[str]:
    """Names of members that somewhere in the domain or its contracts are of a StrEnum."""
    kinds = [
        kind
        for package in (domain, contracts)
        for module in modules(package)
        for kind in vars(module).values()
        if isinstance(kind, type) and is_dataclass(kind)
    ]
    return {name for kind in kinds for name, hint in get_type_hints(kind).items() if words_in(hint)}


def texts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The texts that a member may be itself or hold in a list or map; of what it refers to, that tells."""
    if schema.get("type") == "string":
        yield schema
    for one in (*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")):
        if isinstance(one, dict):
            yield from texts(one)


def open_texts(document: dict[str, Any]) -> set[str]:
    """Members of answers, `Model.member`, that say any text at all."""
    return {
        f"{model}.{name}"
        for model, schema in document["components"]["schemas"].items()
        if model.endswith("Out")
        for name, member in schema.get("properties", {}).items()
        if any(not {"enum", "const", "format"} & text.keys() for text in texts(member))
    }


def open_though_closed(document: dict[str, Any]) -> set[str]:
    """Members that are named like a closed list, and are shown as any text."""
    names = (closed_in_the_domain() | CLOSED) - PEOPLES_OWN
    return {
        where
        for where in open_texts(document)
        if (name := where.split(".")[1]) in names or name.endswith(SAY_SO)
    }
