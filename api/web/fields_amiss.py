"""Which field of a form a refusal is about, and what is to be said at it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi.exceptions import RequestValidationError

from api.desk.refusals import FormUnreadable
from api.desk.tables import UnusableTable
from api.web import words
from api.web.refilled import Told, Wrong
from domain.facts.refused_signing_in import FieldsUnreadable
from texts.reader import Reader

ABOUT: Mapping[str, tuple[str, ...]] = {
    "no_mail_address": ("address",),
    "no_phone_number": ("number",),
    "contact_code_invalid": ("code",),
    "quiet_hours_invalid": ("start",),
    "no_such_zone": ("zone",),
    "swap_offer_unknown": ("offer",),
    "swap_offer_over": ("offer",),
    "cost_center_unknown": ("center",),
    "vehicle_unknown": ("vehicle",),
    "nobody_chosen": ("driver",),
    "too_many_drivers": ("driver",),
    "no_weekday_chosen": ("weekday",),
    "too_many_dates": ("until",),
    "no_date_left": ("until", "first"),
    "slot_in_past": ("day", "first"),
    "slot_invalid": ("until", "minutes"),
}
"""By the code of the fact that explains a refusal, or of the refusal: the fields that it may be about, the first that
the form has.
"""
_BOUNDS: Mapping[str, str] = {
    "string_too_long": "max_length",
    "greater_than_equal": "ge",
    "greater_than": "gt",
    "less_than_equal": "le",
}
"""Of what pydantic calls a flaw: the bound that is not kept."""
_CHOSEN = ("radio", "checkbox", "file")
_NUMBERS = ("int_parsing", "int_from_float", "float_parsing", "finite_number")


class FieldAmiss(FormUnreadable):
    """What was sent in `field` will not do. `told`: why, in the language of who sent it."""

    def __init__(self, field: str, told: str) -> None:
        super().__init__(FieldsUnreadable())
        self.field, self.told = field, told


@contextmanager
def table_amiss(field: str, said: Mapping[str, str], reader: Reader, **values: str) -> Iterator[None]:
    """What makes a table unusable is said at `field`, where it was handed over. `said`: words by flaw."""
    try:
        yield
    except UnusableTable as unusable:
        raise FieldAmiss(field, reader.page(said[unusable.flaw], **values)) from unusable


def fields_amiss(error: Exception, told: str, reader: Reader) -> list[Wrong]:
    """Of a field the first counts. `told`: what the refusal says. Empty: it is about no field."""
    if isinstance(error, RequestValidationError):
        flaws = [item for item in error.errors() if len(item["loc"]) > 1]
        return [
            Wrong(names=(str(item["loc"][1]),), told=_flaw(item, reader), nth=_row(item)) for item in flaws
        ]
    if isinstance(error, FieldAmiss):
        return [Wrong(names=(error.field,), told=_said(told))]
    why, code = getattr(getattr(error, "why", None), "code", ""), getattr(error, "code", "")
    about = ABOUT.get(why) or ABOUT.get(code)
    return [] if about is None else [Wrong(names=about, told=_said(told))]


def _row(item: Mapping[str, Any]) -> int:
    """Which value of that name is wrong, from 0."""
    _, _, *within = item["loc"]
    return within[0] if within and isinstance(within[0], int) else 0


def _flaw(item: Mapping[str, Any], reader: Reader) -> Told:
    flaw = str(item["type"])
    if flaw == "missing":
        return lambda of: reader.page("field.choose") if of in _CHOSEN else reader.page("field.missing")
    if flaw in _BOUNDS:
        bound = reader.shortest(float(item["ctx"][_BOUNDS[flaw]]))
        return _said(reader.page(words.BOUNDS[flaw], bound=bound))
    if flaw in _NUMBERS:
        return _said(reader.page("field.number"))
    return lambda of: reader.page(words.FIELDS[of]) if of in words.FIELDS else reader.page("field.unusable")


def _said(text: str) -> Told:
    return lambda _of: text
