"""Both ways of logging end in one stream, and no secret gets there."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from runtime.logging import configure_logging


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    output = io.StringIO()
    configure_logging(process="test", stream=output)
    yield output
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_structlog_and_stdlib_events_have_the_same_shape(stream: io.StringIO) -> None:
    structlog.get_logger("ours").info("hold_placed", reservation_id="r1")
    logging.getLogger("theirs").info("hold_placed", extra={"reservation_id": "r1"})
    ours, theirs = events(stream)
    assert ours.keys() == theirs.keys()
    assert ours["event"] == theirs["event"] == "hold_placed"
    assert theirs["reservation_id"] == "r1"
    assert theirs["process"] == "test"


def test_bound_context_reaches_stdlib_events(stream: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(charge_point_id="CP-1")
    logging.getLogger("theirs").warning("late")
    assert events(stream)[0]["charge_point_id"] == "CP-1"


@pytest.mark.parametrize(
    "name",
    ["idTag", "id_tag", "ID-Tag", "idToken", "id_token", "parentIdTag", "token", "password", "db_password",
     "authorization", "Authorization", "client_secret", "stripe_api_key", "card", "card_number", "cvc"],
)  # fmt: skip
def test_secret_fields_are_redacted_at_any_depth(stream: io.StringIO, name: str) -> None:
    structlog.get_logger().info("frame", **{name: "S3CRET"})
    structlog.get_logger().info("frame", rows=[{name: "S3CRET"}, ({name: {"value": "S3CRET"}},)])
    logging.getLogger("theirs").info("frame", extra={"payload": {name: "S3CRET"}})
    assert len(events(stream)) == 3
    assert "S3CRET" not in stream.getvalue()


def test_what_only_resembles_a_secret_stays(stream: io.StringIO) -> None:
    structlog.get_logger().info("priced", tokens_used=3, cardinality=2, passenger="p")
    event = events(stream)[0]
    assert (event["tokens_used"], event["cardinality"], event["passenger"]) == (3, 2, "p")


def test_an_exception_is_one_line_of_json_with_its_trace(stream: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger().exception("failed")
    (event,) = events(stream)
    assert "ValueError: broken" in event["exception"]


def test_the_frames_that_the_ocpp_library_logs_are_left_out(stream: io.StringIO) -> None:
    logging.getLogger("ocpp").info('CP-1: receive message [2,"1","Authorize",{"idTag":"S3CRET"}]')
    assert stream.getvalue() == ""
