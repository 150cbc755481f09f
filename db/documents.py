"""Policies, tariffs, prices and rules as JSON documents, and back. The domain's dataclasses are the schema.

Fields that a document lacks get the dataclass's defaults; what is not of its shape raises pydantic.ValidationError.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter

from domain.place.energy import EnergyWanted, Reckoned
from domain.place.fit import NO_NEEDS, Needs
from domain.settlement.moved_prices import AcceptedPrices
from domain.terms.accepted import Terms
from domain.terms.access_rules import AccessRules
from domain.terms.certainty import Certainty
from domain.terms.named_bay import NamedBay
from domain.terms.payer import Payer
from domain.terms.policy import Policy
from domain.terms.price_rules import PriceRules
from domain.terms.priced import Prices
from domain.terms.tariff import Tariff

Document = dict[str, Any]
"""A JSON object; keys are the dataclass's fields, durations are ISO 8601, money is `{minor, currency}`."""

_T = TypeVar("_T")


def _both_ways(shape: type[_T]) -> tuple[Callable[[_T], Document], Callable[[Document], _T]]:
    adapter = TypeAdapter(shape)

    def to_document(value: _T) -> Document:
        document: Document = adapter.dump_python(value, mode="json")
        return document

    return to_document, adapter.validate_python


policy_to_document, policy_from_document = _both_ways(Policy)
payer_to_document, payer_from_document = _both_ways(Payer)
tariff_to_document, tariff_from_document = _both_ways(Tariff)
price_rules_to_document, price_rules_from_document = _both_ways(PriceRules)
access_rules_to_document, access_rules_from_document = _both_ways(AccessRules)
prices_to_document, prices_from_document = _both_ways(Prices)
reckoned_to_document, reckoned_from_document = _both_ways(Reckoned)
energy_to_document, energy_from_document = _both_ways(EnergyWanted)
terms_to_document, terms_from_document = _both_ways(Terms)
accepted_prices_to_document, accepted_prices_from_document = _both_ways(AcceptedPrices)
_needs_to_document, _needs_from_document = _both_ways(Needs)
_named_bay_to_document, _named_bay_from_document = _both_ways(NamedBay)
_certainty_to_document, _certainty_from_document = _both_ways(Certainty)


def needs_to_document(needs: Needs) -> Document | None:
    """None: there are none."""
    return None if needs == NO_NEEDS else _needs_to_document(needs)


def needs_from_document(document: Document | None) -> Needs:
    return NO_NEEDS if document is None else _needs_from_document(document)


def named_bay_to_document(told: NamedBay | None) -> Document | None:
    return None if told is None else _named_bay_to_document(told)


def named_bay_from_document(document: Document | None) -> NamedBay | None:
    return None if document is None else _named_bay_from_document(document)


def certainty_to_document(certainty: Certainty | None) -> Document | None:
    return None if certainty is None else _certainty_to_document(certainty)


def certainty_from_document(document: Document | None) -> Certainty | None:
    return None if document is None else _certainty_from_document(document)
