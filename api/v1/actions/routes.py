"""One route an action: its path, who may ask, its body and what it may be refused with are the table's."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from api import problems
from api.desk.instead import NO_PLACE
from api.desk.principal import Principal
from api.services import Services, ServicesHere
from api.v1.actions.bodies import body_of, is_optional, message_of
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.idempotency_key import OptionalKey
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, AWAY, documented
from api.v1.schemas.fields import Body as RequestBody
from api.v1.schemas.problems import Problem, RefusedChange
from api.v1.schemas.reservations import ReservationForOperatorOut, ReservationOut
from api.v1.views.offers import instead_out
from api.v1.views.reservations import reservation_for_operator_out, reservation_out
from contracts.publication import ReservationView
from domain.reservation.actions.action import Action, Actor
from texts.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Where an actor's actions stand, who may call them, and what they get to see."""

    prefix: str
    tag: str
    caller: Any
    answer: type[ReservationOut]
    show: Callable[[ReservationView, Reader, datetime], ReservationOut]


_SIDES = {
    Actor.DRIVER: _Side(
        prefix="/v1/reservations",
        tag="reservations",
        caller=Customer,
        answer=ReservationOut,
        show=reservation_out,
    ),
    Actor.OPERATOR: _Side(
        prefix="/v1/operations/reservations",
        tag="operations",
        caller=Operator,
        answer=ReservationForOperatorOut,
        show=reservation_for_operator_out,
    ),
}
_ANY_ACTION = (
    *AUTH, *AWAY, "reservation_unknown", "reservation_code_invalid", "reservation_pending", "not_possible_now",
    "invalid_request",
    "malformed_request", "body_too_large", "idempotency_key_invalid", "idempotency_key_reused", "no_answer_yet",
    "action_failed",
)  # fmt: skip


def path_of(action: Action) -> str:
    return f"{_SIDES[action.by].prefix}/{{code}}/{action.path}"


def name_of_operation(action: Action) -> str:
    """`cancel_reservation`, `accept_move`; an operator's is told apart: `cancel_reservation_as_operator`."""
    words = action.path.replace("-", "_")
    name = words if "_" in words else f"{words}_reservation"
    return f"{name}_as_operator" if action.by is Actor.OPERATOR else name


def action_router(actions: Iterable[Action]) -> APIRouter:
    router = APIRouter(route_class=AuthenticatedRoute)
    for action in actions:
        words = Reader().action(action.name)
        router.add_api_route(
            path_of(action),
            ActionEndpoint(action),
            methods=["POST"],
            name=name_of_operation(action),
            tags=[_SIDES[action.by].tag],
            summary=words.summary,
            description=words.description,
            response_model=_SIDES[action.by].answer,
            responses=documented(*_ANY_ACTION, *_refused(action), told_as=_told_as(action)),
        )
    return router


def _refused(action: Action) -> list[str]:
    return [refusal.code for refusal in action.refusals]


def _told_as(action: Action) -> type[Problem]:
    offers = action.by is Actor.DRIVER and not NO_PLACE.isdisjoint(_refused(action))
    return RefusedChange if offers else Problem


class ActionEndpoint:
    """What FastAPI calls for an action. Its signature is made from what the action takes."""

    def __init__(self, action: Action) -> None:
        self._action = action
        parameters: dict[str, Any] = {
            "code": str,
            "principal": _SIDES[action.by].caller,
            "request": Request,
            "services": ServicesHere,
            "reader": ReaderHere,
            "key": OptionalKey,
        }
        made = [_parameter(name, kind) for name, kind in parameters.items()]
        if action.says is not None:
            made.append(_body_parameter(body_of(action.says)))
        self.__signature__ = inspect.Signature(made)

    async def __call__(
        self,
        code: str,
        principal: Principal,
        request: Request,
        services: Services,
        reader: Reader,
        key: str | None,
        body: RequestBody | None = None,
    ) -> ReservationOut:
        says = self._action.says
        message = None if says is None else message_of(says, body)
        view = await services.desk.instead.act(
            principal,
            code,
            self._action,
            message,
            key=key,
            heard=lambda found: problems.offering(request, instead_out(found, reader)),
        )
        return _SIDES[self._action.by].show(view, reader, services.clock())


def _parameter(name: str, kind: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def _body_parameter(model: type[RequestBody]) -> inspect.Parameter:
    if is_optional(model):
        return _parameter("body", Annotated[model | None, Body()], default=None)
    return _parameter("body", Annotated[model, Body()])
