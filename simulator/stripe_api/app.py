"""The HTTP side of the v1 API: authentication, form decoding, idempotency, faults, envelopes."""

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.stripe_api.account import Account
from simulator.stripe_api.checkout import checkout_routes
from simulator.stripe_api.control import control_routes
from simulator.stripe_api.errors import StripeApiError, StripeObject, unauthorized
from simulator.stripe_api.events import API_VERSION, RequestContext
from simulator.stripe_api.faults import (
    CutResponse,
    Fault,
    FaultKind,
    SilentResponse,
    injected_error,
    stored_error,
)
from simulator.stripe_api.form import Params, parse_form
from simulator.stripe_api.idempotency import fingerprint
from simulator.stripe_api.lists import check_expand, expand
from simulator.stripe_api.routes import Operation, V1Routes
from simulator.stripe_api.settings import StripeApiSettings
from simulator.stripe_api.store import random_token

MAX_BODY_BYTES = 2_000_000


@dataclass(frozen=True)
class Answer:
    """What goes back, before headers."""

    status: int
    body: str
    replayed_from: str | None = None


@dataclass(frozen=True)
class Call:
    """One authenticated request to a known route."""

    request_id: str
    method: str
    path: str
    route: str
    """Method and path, `*` for ids."""
    values: StripeObject
    operation: Operation
    ids: list[str]
    key: str | None


def create_app(settings: StripeApiSettings) -> Starlette:
    """The stand-in as an ASGI application; the account is at `app.state.account`."""
    account = Account(settings)
    api = V1Api(account)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        account.webhooks.start()
        yield
        await account.webhooks.close()
        account.store.save()

    methods = ["GET", "POST", "DELETE", "PUT", "PATCH"]
    app = Starlette(
        routes=[
            *control_routes(account),
            *checkout_routes(account),
            Route("/{path:path}", api.handle, methods=methods),
        ],
        lifespan=lifespan,
    )
    app.state.account = account
    return app


class V1Api:
    """Answers one request after another; operations themselves never await."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._routes = V1Routes(account)

    async def handle(self, request: Request) -> Response:
        """Any request to the API."""
        request_id = f"req_{random_token(14)}"
        key: str | None = None
        fault: Fault | None = None
        try:
            call = await self._read(request, request_id)
            self._account.time.catch_up()
            self._account.calls[call.route] += 1
            key = call.key
            fault = await self._account.faults.take(call.method, call.path, self._about(call))
            if fault is not None and fault.kind is FaultKind.STATUS:
                raise injected_error(fault.status)
            answer = await self._answer(call, fault)
            if fault is not None and fault.kind is FaultKind.STATUS_AFTER:
                raise injected_error(fault.status)
        except StripeApiError as error:
            answer = Answer(error.status, _error_body(error, request_id))
        response = self._response(answer, fault)
        response.headers["Request-Id"] = request_id
        response.headers["Stripe-Version"] = request.headers.get("stripe-version", API_VERSION)
        if key is not None:
            response.headers["Idempotency-Key"] = key
        if answer.replayed_from is not None:
            response.headers["Idempotent-Replayed"] = "true"
            response.headers["Original-Request"] = answer.replayed_from
        return response

    async def _read(self, request: Request, request_id: str) -> Call:
        self._authenticate(request)
        path = request.scope["path"]
        operation, ids = self._routes.find(request.method, path)
        encoded = await _body(request) if request.method == "POST" else request.url.query.encode()
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        route = "/".join("*" if part in ids else part for part in f"{request.method} {path}".split("/"))
        values = parse_form(encoded)
        return Call(request_id, request.method, path, route, values, operation, ids, key or None)

    def _about(self, call: Call) -> str:
        collection = call.path.split("/")[2]
        objects = [self._account.store.get(collection, one) for one in call.ids]
        return json.dumps([call.values, objects])

    async def _answer(self, call: Call, fault: Fault | None) -> Answer:
        if call.key is None:
            await _hold(fault)
            return self._execute(call, fault)
        keys = self._account.keys
        stored = keys.begin(call.key, call.path, fingerprint(call.values))
        if stored is not None:
            return Answer(stored["status"], stored["body"], stored["request_id"])
        try:
            await _hold(fault)
            return self._execute(call, fault)
        finally:
            keys.abandon(call.key)

    def _execute(self, call: Call, fault: Fault | None) -> Answer:
        """Run the operation and store what it answered. Raises only what must not be stored."""
        account = self._account
        account.events.request = RequestContext(call.request_id, call.key)
        params = Params(call.values)
        check_expand(params)
        try:
            if fault is not None and fault.kind is FaultKind.STORED:
                raise stored_error(fault.status)
            result = call.operation(params, *call.ids)
            if fault is not None and fault.kind is FaultKind.STORED_AFTER:
                raise stored_error(fault.status)
            answer = Answer(200, json.dumps(expand(result, params, account.store)))
        except StripeApiError as error:
            if not error.executed:
                raise
            answer = Answer(error.status, _error_body(error, call.request_id))
        account.disputes.answer()
        if call.key is not None:
            account.keys.finish(call.key, answer.status, answer.body, call.request_id)
        if call.method == "POST":
            account.store.save()
        return answer

    def _response(self, answer: Answer, fault: Fault | None) -> Response:
        if fault is not None and fault.kind is FaultKind.TIMEOUT:
            return SilentResponse(self._account.faults.closing, answer.body, answer.status)
        kind = CutResponse if fault is not None and fault.kind is FaultKind.CUT else Response
        return kind(answer.body, answer.status, media_type="application/json")

    def _authenticate(self, request: Request) -> None:
        key = _api_key(request.headers.get("authorization", ""))
        if key is None:
            raise unauthorized(
                "You did not provide an API key. Provide it in the Authorization header, "
                "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
            )
        if not hmac.compare_digest(key.encode(), self._account.settings.api_key.encode()):
            raise unauthorized(f"Invalid API Key provided: {'*' * 8}{key[-4:]}")


def _api_key(authorization: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[0] or None


async def _body(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY_BYTES:
            raise StripeApiError(413, "Request body is too large.", executed=False)
    return bytes(received)


async def _hold(fault: Fault | None) -> None:
    if fault is not None and fault.kind is FaultKind.HOLD:
        await fault.released.wait()
    if fault is not None and fault.kind is FaultKind.SLOW:
        await asyncio.sleep(fault.seconds)


def _error_body(error: StripeApiError, request_id: str) -> str:
    url = f"https://dashboard.stripe.com/test/logs/{request_id}"
    return json.dumps({"error": {**error.body, "request_log_url": url}})
