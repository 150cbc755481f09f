"""The one table from code to status."""

import importlib
import pkgutil

import pytest

import activities
from api.errors import KINDS, problem_document
from domain.errors import DomainError
from tests.api.stage import Stage, assert_problem
from texts.reader import Reader


def every_subclass(of: type[DomainError]) -> set[type[DomainError]]:
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
    assert problem["detail"] == "the stand-in refuses"
    assert problem["details"] == {"state": "CONFIRMED"}
    retry_after = KINDS[code].retry_after
    assert response.headers.get("retry-after") == (None if retry_after is None else str(retry_after))


async def test_a_refusal_without_a_known_code_is_our_fault(stage: Stage) -> None:
    reservation = await stage.booked()
    response = await stage.http.post(
        f"/v1/reservations/{reservation}/cancel", json={"reason": "refuse:surprise"}, headers=stage.driver()
    )
    problem = assert_problem(response, 500, "internal_error")
    assert "surprise" not in problem["detail"]
