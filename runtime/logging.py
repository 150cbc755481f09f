"""Logging for every process: structlog and the standard library through one pipeline, secrets removed.

Nothing is configured at import; each entry point calls `configure_logging` once.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import IO, Any, Literal

import structlog
from structlog.typing import Processor
from temporalio import activity, workflow

REDACTED = "[redacted]"
_SECRET_NAMES = frozenset(
    {
        "idtag", "idtoken", "parentidtag", "groupidtoken", "token", "accesstoken", "refreshtoken", "password",
        "passwd", "authorization", "proxyauthorization", "cookie", "setcookie", "secret", "clientsecret",
        "apikey", "stripesignature", "webhooksecret", "card", "cardnumber", "pan", "cvc", "cvv",
        "authorizationkey", "privatekey", "pin", "jwt", "bearer",
    }
)  # fmt: skip
_SECRET_ENDINGS = (
    "password",
    "secret",
    "idtag",
    "idtoken",
    "apikey",
    "authorization",
    "privatekey",
    "passwordhash",
)
_DEEPEST = 8
# Postgres quotes whole rows there; in a repr the line ends are escaped.
_DATABASE_DETAIL = re.compile(r"(\n|\\n)\s*(DETAIL|CONTEXT|PARAMETERS):.*?(?=\n|\\n|'\)|$)")
# Chatty at INFO, and the ocpp library logs whole frames there, with the cards of drivers in them.
_QUIET = ("ocpp", "websockets", "httpx", "httpcore", "stripe", "asyncio", "uvicorn.access")

LogFormat = Literal["json", "console"]
Event = MutableMapping[str, Any]


def configure_logging(
    *, log_format: LogFormat = "json", level: str = "INFO", process: str = "", stream: IO[str] | None = None
) -> None:
    """Send structlog and standard logging to `stream` (stderr if None), one event a line.

    `process` is added to every event. Called again, it replaces the former configuration.
    """
    shared = _shared_processors(process)
    formatter = structlog.stdlib.ProcessorFormatter
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, formatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        formatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[formatter.remove_processors_meta, *_rendering(log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    _configure_temporal()


def redact_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the values of secret fields, at any depth, whatever the spelling (idTag, id_tag, ID-Tag)."""
    for key in event:
        event[key] = REDACTED if _is_secret(key) else _without_secrets(event[key], _DEEPEST)
    return event


def without_database_details(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut what Postgres says about the rows of a failed statement, in messages and stack traces."""
    for key, value in event.items():
        if isinstance(value, str) and ("DETAIL:" in value or "CONTEXT:" in value):
            event[key] = _DATABASE_DETAIL.sub("", value)
    return event


def _is_secret(key: object) -> bool:
    name = str(key).lower().replace("_", "").replace("-", "")
    return name in _SECRET_NAMES or name.endswith(_SECRET_ENDINGS)


def _without_secrets(value: object, depth: int) -> object:
    if isinstance(value, Mapping):
        if depth == 0:
            return REDACTED
        return {k: REDACTED if _is_secret(k) else _without_secrets(v, depth - 1) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return REDACTED if depth == 0 else [_without_secrets(item, depth - 1) for item in value]
    return value


def _shared_processors(process: str) -> list[Processor]:
    def add_process(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        if process:
            event.setdefault("process", process)
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_process,
        redact_secrets,
    ]


def _rendering(log_format: LogFormat) -> list[Processor]:
    if log_format == "json":
        renderer: Processor = structlog.processors.JSONRenderer(default=str)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return [structlog.processors.format_exc_info, without_database_details, renderer]


def _configure_temporal() -> None:
    """Workflow and activity facts become fields (`temporal_workflow`, …), not message text."""
    for adapter in (workflow.logger, activity.logger):
        for flag in ("workflow_info_on_message", "activity_info_on_message"):
            if hasattr(adapter, flag):
                setattr(adapter, flag, False)
