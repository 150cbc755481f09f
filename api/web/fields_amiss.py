"""Which field of a form a refusal is about, and what is to be said at it."""

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError

from api.desk.refusals import FormUnreadable
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
_BY_KIND: Mapping[str, str] = {
    "date": "field.date",
    "time": "field.time",
    "number": "field.number",
    "email": "field.address",
    "select": "field.choice",
    "radio": "field.choice",
    "checkbox": "field.choice",
}
_BY_FLAW: Mapping[str, tuple[str, str]] = {
    "string_too_long": ("field.too_long", "max_length"),
    "greater_than_equal": ("field.least", "ge"),
    "greater_than": ("field.more_than", "gt"),
    "less_than_equal": ("field.most", "le"),
}
"""Of pydantic: what is said, and the bound that it names."""
_NUMBERS = ("int_parsing", "int_from_float", "float_parsing", "finite_number")


class FieldAmiss(FormUnreadable):
    """What was sent in `field` will not do; said of it is what stands under `page.` and `key`."""

    def __init__(self, field: str, key: str, **values: str) -> None:
        super().__init__(FieldsUnreadable())
        self.field, self._key, self._values = field, key, values

    def told(self, reader: Reader) -> str:
        return reader.page(self._key, **self._values)


def fields_amiss(error: Exception, told: str, reader: Reader) -> list[Wrong]:
    """In no order. `told`: what the refusal says. Empty: it is about no field."""
    if isinstance(error, RequestValidationError):
        places = {str(item["loc"][1]): item for item in reversed(error.errors()) if len(item["loc"]) > 1}
        return [((name,), _flaw(item, reader)) for name, item in places.items()]
    if isinstance(error, FieldAmiss):
        return [((error.field,), _said(told))]
    why, code = getattr(getattr(error, "why", None), "code", ""), getattr(error, "code", "")
    about = ABOUT.get(why) or ABOUT.get(code)
    return [] if about is None else [(about, _said(told))]


def _flaw(item: Mapping[str, Any], reader: Reader) -> Told:
    kind = str(item["type"])
    if kind == "missing":
        return lambda of: reader.page(
            "field.choose" if of in ("radio", "checkbox", "file") else "field.missing"
        )
    if kind in _BY_FLAW:
        key, bound = _BY_FLAW[kind]
        return _said(reader.page(key, bound=reader.shortest(float(item["ctx"][bound]))))
    if kind in _NUMBERS:
        return _said(reader.page("field.number"))
    return lambda of: reader.page(_BY_KIND.get(of, "field.unusable"))


def _said(text: str) -> Told:
    return lambda _of: text
