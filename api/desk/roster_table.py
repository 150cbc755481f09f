"""A fleet's drivers and vehicles as a table (CSV): read, and written in the same columns, so that what was written, and
changed in a spreadsheet, can be read again.

A line that names plugs says all that the table has of its vehicle; one without says nothing of it but who drives it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from api.desk.tables import Columns, rows_of
from domain.charging.plugs import OCPI_TYPES, SPOKEN, spoken
from domain.place.fit import LARGEST_CM
from domain.terms.roster import Flaw, KnownVehicle, Line, plate_key
from texts.languages import Language
from texts.tables import as_text, table

MOST_LINES = 500
COLUMNS = (
    "driver", "cost_center", "vehicle", "plugs", "length_cm", "width_cm", "height_cm", "trailer", "accessible",
    "battery_kwh", "max_ac_kw", "max_dc_kw",
)  # fmt: skip
_GERMAN: Mapping[str, str] = {
    "fahrer": "driver",
    "kostenstelle": "cost_center",
    "fahrzeug": "vehicle",
    "kennzeichen": "vehicle",
    "stecker": "plugs",
    "länge_cm": "length_cm",
    "breite_cm": "width_cm",
    "höhe_cm": "height_cm",
    "anhänger": "trailer",
    "barrierefrei": "accessible",
    "akku_kwh": "battery_kwh",
    "höchstens_ac_kw": "max_ac_kw",
    "höchstens_dc_kw": "max_dc_kw",
}
_CALLED_IN_GERMAN = {name: said for said, name in _GERMAN.items() if said != "kennzeichen"}
_NAMES = {**{name: name for name in COLUMNS}, **_GERMAN}
_READ = Columns(names=_NAMES, needed=frozenset({"driver"}), most_lines=MOST_LINES)
_BETWEEN = " + "
_LONGEST_DRIVER, _LONGEST = 255, 64
_FIGURE = re.compile(r"\d{1,9}([.,]\d{1,3})?")
_MOST_WATTS = 10_000_000
_ANSWERS = {"": False, **dict.fromkeys(("no", "nein", "false", "0"), False)}
_ANSWERS |= dict.fromkeys(("yes", "ja", "true", "1", "x"), True)
_PLUGS = {plug.casefold(): plug for plug in (*SPOKEN, *OCPI_TYPES.values())}
_PLUGS |= {said.casefold(): plug for plug, said in SPOKEN.items()}
_PLUGS |= {said.casefold().replace("type", "typ"): plug for plug, said in SPOKEN.items()}


class _Unreadable(ValueError):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


def columns_in(language: Language) -> tuple[str, ...]:
    """As they are read beside the names that are written."""
    return tuple(_CALLED_IN_GERMAN[name] for name in COLUMNS) if language is Language.GERMAN else COLUMNS


def lines_of(text: str) -> list[Line]:
    """Each with what is amiss with it by itself. Raises UnusableTable."""
    return [_line(number, cells) for number, cells in rows_of(text, _READ)]


def written(drivers: Iterable[tuple[str, str, str]], vehicles: Sequence[KnownVehicle]) -> str:
    """`drivers`: id, code of the cost center, id of the vehicle, either empty. Vehicles nobody drives come last."""
    names, by_id = _names(vehicles), {one.id: one for one in vehicles}
    rows, driven = [], set()
    for driver_id, center, vehicle_id in drivers:
        vehicle = by_id.get(vehicle_id)
        driven.add(vehicle_id)
        rows.append((driver_id, center, *_written(vehicle, names)))
    rows += [("", "", *_written(one, names)) for one in vehicles if one.id not in driven]
    return table(COLUMNS, [tuple(map(as_text, row)) for row in rows])


def _line(number: int, cells: Mapping[str, str]) -> Line:
    driver, center, vehicle = cells.get("driver", ""), cells.get("cost_center"), cells.get("vehicle")
    flaw: Flaw | None = None
    details: dict[str, Any] = {}
    try:
        for said, longest in ((driver, _LONGEST_DRIVER), (center, _LONGEST), (vehicle, _LONGEST)):
            if said is not None and not (len(said) <= longest and said.isprintable()):
                raise _Unreadable(Flaw.TEXT_UNUSABLE)
        details = _details(cells)
    except _Unreadable as unreadable:
        flaw = unreadable.flaw
    return Line(
        number=number,
        driver_id=driver[:_LONGEST_DRIVER],
        cost_center=center,
        vehicle=None if vehicle is None else vehicle[:_LONGEST],
        details=details,
        flaw=flaw,
    )


def _details(cells: Mapping[str, str]) -> dict[str, Any]:
    """Raises _Unreadable."""
    said = {name: cells[name] for name in _READERS if name in cells}
    if not said.get("plugs"):
        if any(said.values()):
            raise _Unreadable(Flaw.PLUGS_MISSING)
        return {}
    if not cells.get("vehicle"):
        raise _Unreadable(Flaw.NOBODY)
    return {_READERS[name][0]: _READERS[name][1](cell) for name, cell in said.items()}


def _plugs(cell: str) -> list[str]:
    found = [_PLUGS.get(one.strip().casefold(), "") for one in cell.split(_BETWEEN.strip())]
    if not all(found):
        raise _Unreadable(Flaw.PLUG_UNKNOWN)
    return [*dict.fromkeys(found)]


def _answer(cell: str) -> bool:
    if (found := _ANSWERS.get(cell.casefold())) is None:
        raise _Unreadable(Flaw.ANSWER_UNREADABLE)
    return found


def _centimetres(cell: str) -> int | None:
    return _whole(cell, 1, LARGEST_CM)


def _kilo(cell: str) -> int | None:
    return _whole(cell, 1000, _MOST_WATTS)


def _whole(cell: str, unit: int, most: int) -> int | None:
    """None: not known. Raises _Unreadable of what is no positive number of the smallest unit, or too large."""
    if not cell:
        return None
    if not _FIGURE.fullmatch(cell):
        raise _Unreadable(Flaw.FIGURE_UNREADABLE)
    value = Decimal(cell.replace(",", ".")) * unit
    if value != int(value) or not 0 < value <= most:
        raise _Unreadable(Flaw.FIGURE_UNREADABLE)
    return int(value)


_READERS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "plugs": ("plugs", _plugs),
    "length_cm": ("length_cm", _centimetres),
    "width_cm": ("width_cm", _centimetres),
    "height_cm": ("height_cm", _centimetres),
    "trailer": ("trailer", _answer),
    "accessible": ("accessible_need", _answer),
    "battery_kwh": ("battery_wh", _kilo),
    "max_ac_kw": ("max_ac_w", _kilo),
    "max_dc_kw": ("max_dc_w", _kilo),
}
"""Column → that of `db.tables.Vehicle`, and how it is read."""


def _names(vehicles: Sequence[KnownVehicle]) -> dict[str, str]:
    """By ids: what each is called in the table. Its plate, unless it is another one's, too, or does not read back."""
    ids = {one.id for one in vehicles}
    keys = [plate_key(one.plate) for one in vehicles]
    found = {}
    for one, key in zip(vehicles, keys, strict=True):
        plain = one.plate == one.plate.strip() and one.plate.isprintable() and one.plate not in ids
        found[one.id] = one.plate if key and plain and keys.count(key) == 1 else one.id
    return found


def _written(vehicle: KnownVehicle | None, names: Mapping[str, str]) -> tuple[str, ...]:
    """Of one with a plug that no table can name only what it is called."""
    if vehicle is None:
        return ("",) * (len(COLUMNS) - 2)
    known = vehicle.details
    plugs = known["plugs"]
    if not set(plugs) <= set(_PLUGS.values()):
        return (names[vehicle.id], *("",) * len(_READERS))
    cells = [_cell(name, known[column]) for name, (column, _) in _READERS.items() if name != "plugs"]
    return (names[vehicle.id], _BETWEEN.join(map(spoken, plugs)), *cells)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{Decimal(str(value)) / 1000:f}" if name.endswith(("kw", "kwh")) else str(value)
