"""A site's plan as it is drawn on the server: where the bays are, how each stands, and the way to one of them.

How a bay stands is told by a sign and in words, never by a colour alone; the list of bays says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from api.desk.bay_signs import BayState
from api.web import addresses, words
from api.web.visitor import Visitor
from domain.place.site_plan import Landmark, LandmarkKind, PlacedBay, SitePlan, short_names, way_to
from texts.reader import Reader

SIGNS: Mapping[BayState, str] = {
    BayState.FREE: "M-38 0a38 38 0 1 0 76 0a38 38 0 1 0-76 0",
    BayState.ARRIVING: "M-42 0h76M4-32l32 32-32 32",
    BayState.RESERVED: "M-28 46v-92h60l-20 26 20 26h-60",
    BayState.OCCUPIED: "M-36-36h72v72h-72z",
    BayState.TAKEN: "M10-50l-40 58h30l-10 42 40-58h-30z",
    BayState.CLOSED: "M-40 0h80",
    BayState.MAINTENANCE: "M0-46v52M0 32v12",
    BayState.BROKEN: "M-34-34l68 68M34-34l-68 68",
}
"""Paths about a middle, 100 across; in the order in which a bay with several connectors is shown by one of them."""
_ORDER = {state: place for place, state in enumerate(SIGNS)}
_PIXELS_PER_METRE, _WHERE_TALL = 14, 20
"""At least so much, so that a bay can be read and pressed; what does not fit is scrolled."""
_ROOMY_CM = 200
"""Half of a bay up and down: room for its sign above its name."""
_MOST_DRAWN = 6
"""Characters of a bay's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBay:
    """`name`: as it is spoken. `state`, `sign`, `address`: empty where only the place is shown. `mine`: looked for."""

    place: PlacedBay
    short: str
    size: int
    roomy: bool
    name: str
    state: str = ""
    sign: str = ""
    address: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLandmark:
    """`text`: what is written there; where: `text_x`, `text_y` from its middle, `anchor` of SVG."""

    place: Landmark
    text: str
    anchor: str
    text_x: int
    text_y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`pixels`: how wide it is at least. `tall`: higher than wide, so never wider than that. `legend`: signs, in words.

    `to`: the bay that is looked for. `line`: of the way there, x1 y1 x2 y2; empty: none is drawn. `way`: it in words.
    """

    width: int
    length: int
    pixels: int
    tall: bool
    bays: Sequence[DrawnBay]
    landmarks: Sequence[DrawnLandmark]
    legend: Sequence[tuple[BayState, str, str]] = ()
    line: tuple[int, ...] = ()
    to: str = ""
    way: str = ""
    label: str = ""

    @property
    def linked(self) -> bool:
        return any(bay.address for bay in self.bays)


def states_drawn(
    plan: SitePlan | None, bays: Iterable[Mapping[str, Any]], visitor: Visitor, *, linked: bool = True
) -> Drawing | None:
    """How all of them stand. `bays`: as of `bay_state`. `linked`: each leads to its page."""
    if plan is None:
        return None
    reader, shown = visitor.reader, _one_of_each(bays)
    short = short_names([bay.label for bay in plan.bays])
    drawn = [
        _bay(place, short)
        if place.label not in shown
        else _standing(place, short, shown[place.label], visitor, linked=linked)
        for place in plan.bays
    ]
    used = {shown[place.label]["state"] for place in plan.bays if place.label in shown}
    legend = [(state, sign, reader.page(words.BAY[state])) for state, sign in SIGNS.items() if state in used]
    return _drawing(plan, reader, bays=drawn, legend=legend, label=reader.page("plan.label"))


def way_drawn(plan: SitePlan | None, label: str | None, reader: Reader) -> Drawing | None:
    """Where that bay is, and how one gets there from the entrance. None: it is on no plan."""
    if plan is None or label is None or plan.bay(label) is None:
        return None
    short = short_names([bay.label for bay in plan.bays])
    drawn = [_bay(place, short, mine=place.label == label) for place in plan.bays]
    told = reader.page("plan.marked", bay=label)
    return _drawing(plan, reader, bays=drawn, label=told, to=label, **_way(plan, label, reader))


def _way(plan: SitePlan, label: str, reader: Reader) -> dict[str, Any]:
    """A line is drawn where one can go by it."""
    way, bay = way_to(plan, label), plan.bay(label)
    if way is None or bay is None:
        return {}
    said = {"entrance": _written(way.entrance, reader), "bay": label, "metres": str(way.metres)}
    if not way.clear:
        return {"way": reader.page("plan.way_around", **said)}
    return {
        "way": reader.page("plan.way", **said),
        "line": (way.entrance.x_cm, way.entrance.y_cm, bay.x_cm, bay.y_cm),
    }


def _drawing(plan: SitePlan, reader: Reader, **more: Any) -> Drawing:
    tall = plan.length_cm > plan.width_cm
    return Drawing(
        width=plan.width_cm,
        length=plan.length_cm,
        pixels=max(plan.width_cm * (_WHERE_TALL if tall else _PIXELS_PER_METRE) // 100, 240),
        tall=tall,
        landmarks=[_landmark(plan, one, reader) for one in plan.landmarks],
        **more,
    )


def _one_of_each(bays: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """By the label on the ground; of several connectors the one that somebody could use soonest."""
    ordered = sorted(bays, key=lambda bay: _ORDER[bay["state"]], reverse=True)
    return {bay["sign"].connector.bay: bay for bay in ordered}


def _standing(
    place: PlacedBay, short: Mapping[str, str], bay: Mapping[str, Any], visitor: Visitor, *, linked: bool
) -> DrawnBay:
    sign, state, reader = bay["sign"], bay["state"], visitor.reader
    told = reader.page(bay["word"])
    if sign.until:
        told += " " + reader.page(
            "bay.until", at=reader.clock(sign.until.replace(second=0, microsecond=0), visitor.now)
        )
    at = sign.connector
    return _bay(
        place,
        short,
        name=f"{place.label}: {told}",
        state=state,
        sign=SIGNS[state],
        address=addresses.bay_page(at.charger_id, at.number) if linked else "",
    )


def _bay(place: PlacedBay, short: Mapping[str, str], **more: Any) -> DrawnBay:
    text = short[place.label]
    text = text if len(text) <= _MOST_DRAWN else f"{text[: _MOST_DRAWN - 1]}…"
    upright = abs(cos(radians(place.angle))) > 0.7
    half = (place.length_cm if upright else place.width_cm) // 2
    return DrawnBay(
        place=place,
        short=text,
        size=max(64, min(130, 340 // max(1, len(text)))),
        roomy=half >= _ROOMY_CM,
        **{"name": place.label, **more},
    )


def _landmark(plan: SitePlan, one: Landmark, reader: Reader) -> DrawnLandmark:
    """Words stand in the middle of what has a size, else beside it, towards the middle of the plan."""
    if one.kind.has_size or one.kind is LandmarkKind.LABEL:
        return DrawnLandmark(place=one, text=one.label, anchor="middle", text_x=0, text_y=30)
    side = 1 if one.x_cm < plan.width_cm / 2 else -1
    return DrawnLandmark(
        place=one,
        text=_written(one, reader),
        anchor="start" if side > 0 else "end",
        text_x=90 * side,
        text_y=-30 if one.y_cm > plan.length_cm - 150 else 80 if one.y_cm < 150 else 30,
    )


def _written(one: Landmark, reader: Reader) -> str:
    """What it is, and what is written there."""
    kind = reader.page(words.LANDMARKS[one.kind])
    return f"{kind} {one.label}" if one.label else kind
