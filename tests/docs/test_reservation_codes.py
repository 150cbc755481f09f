"""A reservation code shown to anybody passes its own check: whoever tries the example is not told of a typing error."""

import json
import re
from datetime import UTC, datetime
from typing import Any, cast

from api.app import create_app
from domain.errors import InvalidReservationCode
from domain.reservation.code import parse_reservation_code
from tests.docs.pages import PAGES, REPOSITORY, SOURCES

CODE = re.compile(r"(?<![\w-])[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])")


def wrong(text: str) -> list[str]:
    found = CODE.findall(text)
    return [code for code in found if not _passes(code)]


def _passes(code: str) -> bool:
    try:
        return parse_reservation_code(code) == code
    except InvalidReservationCode:
        return False


def test_a_wrong_code_is_noticed() -> None:
    assert wrong("`7F3K-2QVM-X9TA` and reservation 7F3K-2QVM-X9TB") == ["7F3K-2QVM-X9TB"]


def test_every_code_on_the_pages_and_in_our_sources_is_one() -> None:
    files = [*PAGES, *(file for file in SOURCES if "tests" not in file.relative_to(REPOSITORY).parts)]
    assert any(CODE.search(file.read_text()) for file in files)
    assert {str(file): bad for file in files if (bad := wrong(file.read_text()))} == {}


def test_every_code_in_openapi_is_one() -> None:
    nothing = cast(Any, None)  # the document is made without asking anybody
    app = create_app(
        sessions=nothing,
        temporal=nothing,
        tokens=nothing,
        stripe_webhook_secret="",
        readiness=nothing,
        clock=lambda: datetime.now(UTC),
    )
    document = json.dumps(app.openapi())
    assert CODE.search(document)
    assert wrong(document) == []
