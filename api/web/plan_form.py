"""The form in which operators lay down the plan of a site: rows as they were typed, with what is wrong beside each.

Metres, as people measure, with a point or a comma; centimetres behind it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from api.desk.site_plans import Draft
from domain.place.plan_flaws import plan_flaws
from domain.place.site_plan import (
    MOST_LANDMARKS,
    USUAL_LENGTH_CM,
    USUAL_WIDTH_CM,
    Landmark,
    LandmarkKind,
    PlacedBay,
    SitePlan,
)
from texts.reader import Reader

_METRES = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?")
_DEGREES = re.compile(r"[0-9]{1,3}")
FREE_ROWS = 3
MOST_ROWS = MOST_LANDMARKS + FREE_ROWS
"""Of landmarks."""
_USUAL_GROUND_M = "30"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """As typed. `label`: a bay's, or what is written at a landmark. `kind`: of a landmark, empty: there is none.

    `wrong`: what is, in words; `bad`: the fields that it is about.
    """

    label: str
    x: str = ""
    y: str = ""
    angle: str = ""
    length: str = ""
    width: str = ""
    kind: str = ""
    is_bay: bool = False
    wrong: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """It is not on the plan."""
        return not (self.x.strip() or self.y.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForm:
    """`length`, `width`: of the ground. `plan`: what was typed, where it can be read."""

    width: str
    length: str
    bays: Sequence[Row]
    landmarks: Sequence[Row]
    wrong: tuple[str, ...] = ()
    plan: SitePlan | None = field(default=None)

    @property
    def is_fine(self) -> bool:
        rows = (*self.bays, *self.landmarks)
        return self.plan is not None and not self.wrong and not any(row.wrong for row in rows)


def form_of(draft: Draft, reader: Reader, rows: int = 0) -> PlanForm:
    """What stands now: every bay of the site, the landmarks, and a few free rows; `rows`: so many at least."""
    plan, written = draft.plan, reader.shortest

    def row(place: PlacedBay | Landmark, kind: str = "") -> Row:
        return Row(
            label=place.label,
            x=written(place.x_cm / 100),
            y=written(place.y_cm / 100),
            angle=str(place.angle),
            length=written(place.length_cm / 100),
            width=written(place.width_cm / 100),
            kind=kind,
        )

    def bay(label: str) -> Row:
        placed = None if plan is None else plan.bay(label)
        if placed is not None:
            return row(placed)
        shape = draft.bays[label]
        length, width = shape.length_cm or USUAL_LENGTH_CM, shape.width_cm or USUAL_WIDTH_CM
        return Row(label=label, angle="0", length=written(length / 100), width=written(width / 100))

    return PlanForm(
        width=_USUAL_GROUND_M if plan is None else written(plan.width_cm / 100),
        length=_USUAL_GROUND_M if plan is None else written(plan.length_cm / 100),
        bays=[bay(label) for label in draft.bays],
        landmarks=_with_free_rows(
            [row(one, kind=one.kind.value) for one in (plan.landmarks if plan else ())], rows
        ),
        plan=plan,
    )


def read_form(typed: PlanForm, draft: Draft, reader: Reader) -> PlanForm:
    """The same, with the plan that it says, as far as it can be read, and all that is wrong with it."""
    bays = [_checked(replace(row, is_bay=True), reader) for row in typed.bays]
    landmarks = [_checked(row, reader) for row in typed.landmarks if row.kind or not row.is_empty]
    width, length = _centimetres(typed.width), _centimetres(typed.length)
    if width is None or length is None:
        unread = (reader.page("plan.metres", field=reader.page("plan.ground")),)
        return replace(typed, bays=bays, landmarks=_with_free_rows(landmarks), wrong=unread)
    readable = [index for index, row in enumerate(landmarks) if not row.wrong]
    plan = SitePlan(
        width_cm=width,
        length_cm=length,
        bays=tuple(_placed(row) for row in bays if not row.wrong and not row.is_empty),
        landmarks=tuple(_landmark(landmarks[index]) for index in readable),
    )
    own = []
    for flaw in plan_flaws(plan, draft.bays):
        said = reader.why(flaw.fact)
        if flaw.bay is not None:
            bays = [_told(row, said) if row.label == flaw.bay else row for row in bays]
        elif flaw.landmark is not None:
            index = readable[flaw.landmark]
            landmarks[index] = _told(landmarks[index], said)
        else:
            own.append(said)
    return replace(typed, plan=plan, bays=bays, landmarks=_with_free_rows(landmarks), wrong=tuple(own))


def rows_of(columns: Mapping[str, Sequence[str]]) -> list[Row] | None:
    """Of columns that are equally long; None: they are not, so no form of ours."""
    if len({len(values) for values in columns.values()}) > 1:
        return None
    return [Row(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def _with_free_rows(rows: Sequence[Row], least: int = 0) -> list[Row]:
    """No more than can be sent."""
    free = min(max(FREE_ROWS, least - len(rows)), MOST_ROWS - len(rows))
    return [*rows, *(Row(label="") for _ in range(free))]


def _checked(row: Row, reader: Reader) -> Row:
    """With what in it is no number. Sizes of what is not on the plan do not matter."""
    if row.is_empty and not row.kind:
        return row
    metres = {
        "x": (row.x, reader.page("plan.x")),
        "y": (row.y, reader.page("plan.y")),
        "width": (row.width or "0", reader.page("plan.width")),
        "length": (row.length or "0", reader.page("plan.length")),
    }
    wrong = {
        name: reader.page("plan.metres", field=field)
        for name, (said, field) in metres.items()
        if _centimetres(said) is None
    }
    if row.angle.strip() and (not _DEGREES.fullmatch(row.angle.strip()) or int(row.angle) > 359):
        wrong["angle"] = reader.page("plan.degrees")
    if not row.kind and not row.is_bay:
        wrong["kind"] = reader.page("plan.no_kind")
    return replace(row, wrong=tuple(wrong.values()), bad=tuple(wrong))


def _told(row: Row, said: str) -> Row:
    return replace(row, wrong=(*row.wrong, said), bad=(*row.bad, "x", "y"))


def _placed(row: Row) -> PlacedBay:
    return PlacedBay(label=row.label, **_numbers(row))


def _landmark(row: Row) -> Landmark:
    return Landmark(kind=LandmarkKind(row.kind), label=row.label.strip(), **_numbers(row))


def _numbers(row: Row) -> dict[str, int]:
    return {
        "x_cm": _centimetres(row.x) or 0,
        "y_cm": _centimetres(row.y) or 0,
        "angle": int(row.angle.strip() or 0),
        "length_cm": _centimetres(row.length or "0") or 0,
        "width_cm": _centimetres(row.width or "0") or 0,
    }


def _centimetres(said: str) -> int | None:
    """None: it says no metres."""
    found = _METRES.fullmatch(said.strip())
    return None if found is None else int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
