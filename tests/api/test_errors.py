"""The one table from code to status."""

import importlib
import pkgutil
from typing import TypeVar

import pytest

import activities
from activities.failures import (
    InvalidWebhook,
    LedgerUnbalanced,
    PaymentStillMoving,
    StripeKeyRefused,
    StripeRefused,
    StripeUnavailable,
)
from api.desk.refusals import KeyReused, RulesUnusable, ScopeMissing, UnusableValue
from api.errors import KINDS, problem_document
from domain.errors import CurrencyMismatch, DomainError, Explained, IllegalTransition
from tests.api.stage import END, START, Stage, assert_problem
from texts.languages import Language
from texts.reader import Reader
from workflows.client.failures import CallFailed, Refused

FOR_DEVELOPERS = {
    DomainError,
    # mistakes of ours
    IllegalTransition,
    CurrencyMismatch,
    LedgerUnbalanced,
    # of a client's program: who may, keys, what a schema cannot say
    ScopeMissing,
    KeyReused,
    RulesUnusable,
    UnusableValue,
    # the payment provider's: it, or an operator at Temporal, reads them
    InvalidWebhook,
    StripeKeyRefused,
    StripeRefused,
    StripeUnavailable,
    PaymentStillMoving,
}
"""The line of docs/decisions/0011: what stays in English."""

Error = TypeVar("Error", bound=Exception)


def every_subclass(of: type[Error]) -> set[type[Error]]:
    """Of the product's own packages; test doubles do not count."""
    found = {of}
    for child in of.__subclasses__():
        if not child.__module__.startswith("tests"):
            found |= every_subclass(child)
    return found


def test_every_domain_error_has_a_status() -> None:
    for module in pkgutil.walk_packages(activities.__path__, "activities."):
        importlib.import_module(module.name)
    missing = {error.code for error in every_subclass(DomainError)} - KINDS.keys()
    assert not missing


def test_every_refusal_that_people_read_is_explained() -> None:
    """`tests/texts` sees to it that an explanation has its words in every language."""
    for module in pkgutil.walk_packages(activities.__path__, "activities."):
        importlib.import_module(module.name)
    assert {e for e in every_subclass(DomainError) if not issubclass(e, Explained)} == FOR_DEVELOPERS
    assert all(error.why for error in every_subclass(CallFailed) - {Refused})


def test_an_extension_never_hides_a_standard_member() -> None:
    document = problem_document(
        "slot_unavailable",
        "full",
        Reader(),
        instance="/x",
        request_id="1",
        extensions={"status": 200, "more": 1},
    )
    assert (document["status"], document["more"]) == (409, 1)


@pytest.mark.parametrize("code", sorted(KINDS))
async def test_a_workflows_refusal_becomes_the_problem_of_its_code(stage: Stage, code: str) -> None:
    reservation = await stage.booked()
    response = await stage.http.post(
        f"/v1/reservations/{reservation}/cancel", json={"reason": f"refuse:{code}"}, headers=stage.driver()
    )
    problem = assert_problem(response, KINDS[code].status, code)
    assert problem["detail"] == "Your time ended at 22 Nov 15:00 CET; please book another one"
    retry_after = KINDS[code].retry_after
    assert response.headers.get("retry-after") == (None if retry_after is None else str(retry_after))


async def test_a_refusal_is_told_in_the_readers_language_on_the_sites_clock(stage: Stage) -> None:
    reservation = await stage.booked()
    response = await stage.http.post(
        f"/v1/reservations/{reservation}/cancel",
        json={"reason": "refuse:not_possible_now"},
        headers={**stage.driver(), "Accept-Language": "de-AT"},
    )
    problem = assert_problem(response, 409, "not_possible_now")
    assert problem["detail"] == (
        "Ihre Zeit endete am 22. Nov. um 15:00 Uhr (CET); bitte buchen Sie eine neue"
    )


async def test_what_the_desk_refuses_is_told_in_the_readers_language(stage: Stage) -> None:
    booking = {"site_id": "nowhere", "start": START, "end": END}
    response = await stage.http.post(
        "/v1/reservations",
        json=booking,
        headers={**stage.driver(), "Accept-Language": "de", "Idempotency-Key": "k"},
    )
    problem = assert_problem(response, 404, "site_unknown")
    assert problem["detail"] == "Den Standort nowhere gibt es nicht (/v1/sites)"


async def test_a_problem_is_in_one_language_and_says_in_which(stage: Stage) -> None:
    german = {**stage.driver(), "Accept-Language": "de"}
    reservation = await stage.booked()
    for_people = [
        await stage.http.post(
            f"/v1/reservations/{reservation}/cancel", json={"reason": "refuse:slot_invalid"}, headers=german
        ),
        await stage.http.get("/v1/sites/nowhere", headers=german),
        await stage.book(who=german, payment_method="pm_refused"),
    ]
    for_developers = [
        await stage.http.get("/v1/sites", headers={"Accept-Language": "de"}),
        await stage.http.get("/v1/nothing", headers=german),
        await stage.http.get("/v1/operations/chargers", headers=german),
        await stage.http.get("/v1/reservations?cursor=x", headers=german),
        await stage.http.post("/v1/reservations", json={}, headers=german),
        await stage.http.post("/v1/reservations", json={}, headers={**german, "Idempotency-Key": "k"}),
        await stage.http.post("/v1/reservations", content=b"x" * 2**20, headers=german),
    ]
    for answers, reader in ((for_people, Reader(Language.GERMAN)), (for_developers, Reader())):
        for answer in answers:
            problem = answer.json()
            assert answer.headers.get_list("Content-Language") == [reader.language], answer.text
            assert answer.headers["Vary"] == "Accept-Language"
            assert problem["title"] == reader.refusal(problem["code"])


async def test_a_refusal_without_a_known_code_is_our_fault(stage: Stage) -> None:
    reservation = await stage.booked()
    response = await stage.http.post(
        f"/v1/reservations/{reservation}/cancel", json={"reason": "refuse:surprise"}, headers=stage.driver()
    )
    problem = assert_problem(response, 500, "internal_error")
    assert "surprise" not in problem["detail"]
