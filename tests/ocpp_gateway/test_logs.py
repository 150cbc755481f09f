"""What chargers and drivers keep secret never reaches the logs."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from ocpp_gateway.server import Gateway
from runtime.logging import configure_logging
from tests.factories import PASSWORD
from tests.ocpp_gateway.admission.door import OCPP16, basic
from tests.ocpp_gateway.conftest import CHARGER, MakeCharger

TOKEN = "70CE270CE2"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    output = io.StringIO()
    configure_logging(level="DEBUG", stream=output)
    yield output
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


async def test_neither_tokens_nor_passwords_nor_queries_are_logged(
    stream: io.StringIO, gateway: Gateway, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await charger.swipe(1, TOKEN)
    await charger.send_raw(f'[2,"1","Authorize",{{"idTag":["{TOKEN}"]}}]')
    await charger.send_raw(f'[2,"2","Authorize",{{"idTag":"{TOKEN}"')
    await charger.call("Heartbeat", {})
    for identity, password in ((CHARGER, "Wr0ngS3cret"), ("STRANGER", PASSWORD)):
        with pytest.raises(InvalidStatus):
            async with connect(
                f"{gateway.url}/{identity}?key=Qu3ryS3cret",
                subprotocols=[OCPP16],
                additional_headers=basic(identity, password),
                proxy=None,
            ):
                pass
    logged = stream.getvalue()
    assert "charger_refused" in logged
    for secret in (TOKEN, PASSWORD, "Wr0ngS3cret", "Qu3ryS3cret", basic(CHARGER, PASSWORD)["Authorization"]):
        assert secret not in logged


async def test_a_failed_statement_is_logged_without_its_values(
    stream: io.StringIO, engine: AsyncEngine
) -> None:
    log = structlog.get_logger()
    statement = text("INSERT INTO chargers (id, site_id) VALUES (:id, :site)")
    try:
        async with engine.begin() as connection:
            await connection.execute(statement, {"id": "CP", "site": TOKEN})
    except DBAPIError as error:
        log.exception("failed")
        log.warning("failed", error=repr(error))
        log.warning("failed", error=str(error))
    logged = stream.getvalue()
    assert len(logged.splitlines()) == 3
    assert all("foreign key" in line for line in logged.splitlines())
    assert TOKEN not in logged
