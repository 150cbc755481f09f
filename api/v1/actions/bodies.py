"""Bodies of actions, made from what each takes: the members of its message, without who asks."""

import dataclasses
from dataclasses import asdict
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import Field, StringConstraints, create_model

from api.v1.schemas.energy import EndOrEnergy, EnergyIn
from api.v1.schemas.fields import Body, ConnectorId, Identifier, Instant, MoneyIn, Reason, Span
from domain.money.amount import Money
from domain.place.energy import EnergyAsked
from domain.reservation.actions.messages import Asked, Message

_SIGNED = ("operator", "part_of")
"""The desk fills them in; nobody may choose them."""
_Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_:]+$")]
_Number = Annotated[int, Field(strict=True, ge=-(2**31), le=2**31 - 1)]
_BY_NAME: dict[tuple[str, Any], Any] = {
    ("connector_id", int): Annotated[ConnectorId, Field(description="Default: the best free one")],
    ("reason", str): Reason,
    ("proposal", int): Annotated[
        _Number,
        Field(
            description="`proposed.number`, as it was read. Default: whichever is open when the answer arrives"
        ),
    ],
    ("at_connector", int): Annotated[
        ConnectorId,
        Field(
            description="`bay.connector_id`, as it was read. Default: wherever the reservation has its bay by then"
        ),
    ],
    ("kind", str): Annotated[_Word, Field(description="A line item kind: no_show, overstay, cancellation…")],
}
"""Members with more to say of them than their type; a text that people write freely has to be named here."""
_BY_TYPE: dict[Any, Any] = {
    datetime: Instant,
    str: Identifier,
    int: _Number,
    bool: Annotated[bool, Field(strict=True)],
    Money: MoneyIn,
    EnergyAsked: EnergyIn,
}

_MADE: dict[type[Any], type[Body]] = {}


def body_of(takes: type[Any]) -> type[Body]:
    """The model of a body that says what `takes` says; one a message type, so that actions share its schema."""
    known = _MADE.get(takes)
    if known is not None:
        return known
    hints = get_type_hints(takes)
    members: dict[str, Any] = {
        field.name: (_wire_type(field.name, hints[field.name]), _default(field))
        for field in dataclasses.fields(takes)
        if field.name not in _SIGNED
    }
    base: type[Body] = Span if {"start", "end"} <= members.keys() else Body
    if "energy" in members:
        base = EndOrEnergy
        members = {member: of for member, of in members.items() if member not in base.model_fields}
    name = f"{takes.__name__.removesuffix('Asked')}In"
    _MADE[takes] = create_model(name, __base__=base, **members)
    return _MADE[takes]


def is_optional(body: type[Body]) -> bool:
    """May the whole body be left out?"""
    return not any(field.is_required() for field in body.model_fields.values())


def message_of(takes: type[Asked], body: Body | None) -> Asked:
    """What the body says; a body that was left out says the defaults."""
    said = {} if body is None else {name: getattr(body, name) for name in type(body).model_fields}
    return takes(**{name: _taken(value) for name, value in said.items()})


def shown(message: Message, body: type[Body]) -> dict[str, Any]:
    """The message as somebody would send it by that body, with what may be left out left out."""
    values = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    values = {name: value for name, value in values.items() if name in body.model_fields}
    said = {name: value for name, value in values.items() if value != body.model_fields[name].default}
    said = {name: asdict(value) if isinstance(value, Money) else value for name, value in said.items()}
    return body(**said).model_dump(mode="json", exclude_defaults=True)


def _taken(value: Any) -> Any:
    if isinstance(value, EnergyIn):
        return value.asked()
    return Money(value.minor, value.currency) if isinstance(value, MoneyIn) else value


def _wire_type(name: str, hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        (inner,) = [part for part in get_args(hint) if part is not NoneType]
        return _wire_type(name, inner) | None
    return _BY_NAME.get((name, hint)) or _BY_TYPE.get(hint, hint)


def _default(field: dataclasses.Field[Any]) -> Any:
    return ... if field.default is dataclasses.MISSING else field.default
