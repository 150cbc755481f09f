"""Policies, tariffs, prices and rules as JSON documents, and back. The domain's dataclasses are the schema."""

from typing import Any

from pydantic import TypeAdapter

from domain.place.energy import Reckoned
from domain.place.fit import NO_NEEDS, Needs
from domain.settlement.moved_prices import AcceptedPrices
from domain.terms.accepted import Terms
from domain.terms.access_rules import AccessRules
from domain.terms.certainty import Certainty
from domain.terms.payer import Payer
from domain.terms.policy import Policy
from domain.terms.price_rules import PriceRules
from domain.terms.priced import Prices
from domain.terms.tariff import Tariff

_POLICY = TypeAdapter(Policy)
_TARIFF = TypeAdapter(Tariff)
_PAYER = TypeAdapter(Payer)
_RULES = TypeAdapter(PriceRules)
_PRICES = TypeAdapter(Prices)
_ACCESS = TypeAdapter(AccessRules)
_RECKONED = TypeAdapter(Reckoned)
_NEEDS = TypeAdapter(Needs)
_TERMS = TypeAdapter(Terms)
_ACCEPTED_PRICES = TypeAdapter(AcceptedPrices)
_CERTAINTY = TypeAdapter(Certainty)

Document = dict[str, Any]
"""A JSON object; keys are the dataclass's fields, durations are ISO 8601, money is `{minor, currency}`."""


def policy_to_document(policy: Policy) -> Document:
    document: Document = _POLICY.dump_python(policy, mode="json")
    return document


def policy_from_document(document: Document) -> Policy:
    """Raises pydantic.ValidationError when the document is not a policy. Missing fields get defaults."""
    return _POLICY.validate_python(document)


def payer_to_document(payer: Payer) -> Document:
    document: Document = _PAYER.dump_python(payer, mode="json")
    return document


def payer_from_document(document: Document) -> Payer:
    """Raises pydantic.ValidationError when the document is not a payer; an empty one pays by card."""
    return _PAYER.validate_python(document)


def tariff_to_document(tariff: Tariff) -> Document:
    document: Document = _TARIFF.dump_python(tariff, mode="json")
    return document


def tariff_from_document(document: Document) -> Tariff:
    """Raises pydantic.ValidationError when the document is not a tariff."""
    return _TARIFF.validate_python(document)


def price_rules_to_document(rules: PriceRules) -> Document:
    document: Document = _RULES.dump_python(rules, mode="json")
    return document


def price_rules_from_document(document: Document) -> PriceRules:
    """Raises pydantic.ValidationError when the document holds no price rules. Missing fields get defaults."""
    return _RULES.validate_python(document)


def reckoned_to_document(reckoned: Reckoned) -> Document:
    document: Document = _RECKONED.dump_python(reckoned, mode="json")
    return document


def reckoned_from_document(document: Document) -> Reckoned:
    return _RECKONED.validate_python(document)


def access_rules_to_document(rules: AccessRules) -> Document:
    document: Document = _ACCESS.dump_python(rules, mode="json")
    return document


def access_rules_from_document(document: Document) -> AccessRules:
    """Raises pydantic.ValidationError when the document holds no access rules. Missing fields get defaults."""
    return _ACCESS.validate_python(document)


def prices_to_document(prices: Prices) -> Document:
    document: Document = _PRICES.dump_python(prices, mode="json")
    return document


def prices_from_document(document: Document) -> Prices:
    """Raises pydantic.ValidationError when the document holds no prices."""
    return _PRICES.validate_python(document)


def needs_to_document(needs: Needs) -> Document | None:
    """None: there are none."""
    if needs == NO_NEEDS:
        return None
    document: Document = _NEEDS.dump_python(needs, mode="json")
    return document


def needs_from_document(document: Document | None) -> Needs:
    """Missing fields get defaults."""
    return NO_NEEDS if document is None else _NEEDS.validate_python(document)


def terms_to_document(terms: Terms) -> Document:
    document: Document = _TERMS.dump_python(terms, mode="json")
    return document


def terms_from_document(document: Document) -> Terms:
    """Missing fields get defaults."""
    return _TERMS.validate_python(document)


def accepted_prices_to_document(accepted: AcceptedPrices) -> Document:
    document: Document = _ACCEPTED_PRICES.dump_python(accepted, mode="json")
    return document


def accepted_prices_from_document(document: Document) -> AcceptedPrices:
    return _ACCEPTED_PRICES.validate_python(document)


def certainty_to_document(certainty: Certainty | None) -> Document | None:
    if certainty is None:
        return None
    document: Document = _CERTAINTY.dump_python(certainty, mode="json")
    return document


def certainty_from_document(document: Document | None) -> Certainty | None:
    """Raises pydantic.ValidationError when the document is none."""
    return None if document is None else _CERTAINTY.validate_python(document)
