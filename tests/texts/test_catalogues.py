"""The catalogues are complete, say the same in every language, and are kept in order."""

from dataclasses import fields
from enum import StrEnum

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from domain.facts import (
    audit,
    audit_places,
    audit_rules,
    audit_telling,
    money_notices,
    notices,
    offers,
    prices,
    signing_in_notices,
    stay,
    timeline_payment,
    waiting_notices,
)
from domain.facts.fact import Fact
from tests.texts.keys import all_kinds, expected, keys_of, placeholders
from texts import details
from texts.catalogue import FOLDER
from texts.languages import Language
from texts.words import LISTS

LEFT_OUT: dict[type[Fact], set[str]] = {
    # kept for other readers than a sentence
    timeline_payment.HeldForPayment: {"until"},
    stay.Extended: {"until"},
    audit.PasswordRotated: {"replace_pending", "send", "generated"},
    money_notices.DocumentIssued: {"read_at"},
    # they choose between wordings
    stay.CameTooLate: {"slot_ended"},
    stay.ChargingStarted: {"again"},
    notices.Locked: {"promise"},
    notices.SlotSwapped: {"offered"},
    waiting_notices.OfferNotBooked: {"over"},
    waiting_notices.OfferNotTaken: {"over"},
    waiting_notices.WaitingOver: {"offered"},
    details.NothingPossible: {"settling"},
    audit_rules.OpeningHoursSet: {"always"},
    audit_rules.PriceRulesSet: {"varies"},
    audit_rules.AccessRulesSet: {"open"},
    audit_telling.WebhookEndpointSet: {"active", "digest"},
    signing_in_notices.AddressAdded: {"opens"},
    audit_places.SiteSet: {"new"},
    audit_places.PoolSet: {"new"},
    audit_places.ChargerSet: {"new"},
    audit_places.WalkInTariffSet: {"ended"},
    audit.Reassign: {"agreed", "asked"},
    offers.EarlierHere: {"accessible"},
    offers.LaterHere: {"accessible"},
    prices.BookingFee: {"credited"},
    prices.FeeAtBooking: {"credited"},
    notices.PaymentWanted: {"fee"},
    prices.LateChange: {"free"},
    prices.NotComing: {"unless_late"},
    prices.CreditMoved: {"away"},
    prices.CancelCosts: {"later"},
    prices.RescheduleCosts: {"later"},
}
"""Parameters that no wording says."""


def _read(language: Language) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file)


CATALOGUES = {language: _read(language) for language in Language}
languages = pytest.mark.parametrize("language", list(Language))


def _messages(language: Language) -> dict[str, Message]:
    return {_key(message): message for message in CATALOGUES[language] if message.id}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _placeholders(message: Message) -> set[str]:
    return set().union(*(placeholders(form) for form in _forms(message)))


def test_each_language_has_its_catalogue() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{language}.po" for language in Language}


@languages
def test_nothing_is_missing_and_nothing_is_left_over(language: Language) -> None:
    assert set(_messages(language)) == expected()


@languages
def test_every_form_says_something(language: Language) -> None:
    for key, message in _messages(language).items():
        assert all(form.strip() for form in _forms(message)), key
        plural = isinstance(message.id, tuple)
        assert len(_forms(message)) == (CATALOGUES[language].num_plurals if plural else 1), key


@languages
def test_the_file_is_kept_in_order(language: Language) -> None:
    keys = [_key(message) for message in CATALOGUES[language] if message.id]
    assert keys == sorted(keys)
    assert not CATALOGUES[language].obsolete
    assert [_key(message) for message in CATALOGUES[language] if message.fuzzy and message.id] == []
    assert str(CATALOGUES[language].locale) == language
    text = (FOLDER / f"{language}.po").read_text()
    assert text.count("\nmsgid ") == len(keys) + 1, "a message stands there twice, or is commented out"
    assert "#~" not in text


@languages
def test_forms_of_a_plural_have_the_same_placeholders(language: Language) -> None:
    for key, message in _messages(language).items():
        assert len({frozenset(placeholders(form)) for form in _forms(message)}) == 1, key


def test_placeholders_are_the_same_in_every_language() -> None:
    first, *others = (_messages(language) for language in Language)
    for other in others:
        assert {k: _placeholders(m) for k, m in first.items()} == {
            k: _placeholders(m) for k, m in other.items()
        }


@languages
@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: keys_of(kind)[0])
def test_placeholders_are_parameters_and_parameters_are_said(language: Language, kind: type[Fact]) -> None:
    parameters = {field.name for field in fields(kind)}
    messages = _messages(language)
    said = set().union(*(_placeholders(messages[key]) for key in keys_of(kind)))
    assert said == parameters - LEFT_OUT.get(kind, set())


def test_every_closed_list_in_a_fact_has_words() -> None:
    spoken = {
        field.type
        for kind in all_kinds()
        for field in fields(kind)
        if isinstance(field.type, type) and issubclass(field.type, StrEnum)
    }
    assert spoken <= set(LISTS)
