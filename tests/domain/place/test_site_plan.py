"""Plans of sites: nothing lies on anything else or off the ground, however it is turned, and each flaw is named."""

from dataclasses import replace
from itertools import combinations
from math import cos, dist, radians, sin

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.facts.refusals import NoSuchBayHere, RefusalFact
from domain.facts.refused_plans import (
    BayOffPlan,
    BaySizeUnusable,
    BaysOverlap,
    BayTwiceOnPlan,
    LandmarkOffPlan,
    LandmarkUnlabelled,
    LandmarkWithoutSize,
    PlanExtentUnusable,
    PlanTooFull,
)
from domain.place.plan_flaws import plan_flaws
from domain.place.rectangles import TOUCHING_CM, Rectangle
from domain.place.site_plan import (
    LONGEST_LABEL,
    MOST_BAYS,
    Landmark,
    LandmarkKind,
    PlacedBay,
    SitePlan,
    short_names,
    way_to,
)

ANGLES = st.integers(0, 359)
RECTANGLES = st.builds(
    Rectangle,
    x=st.integers(-500, 500),
    y=st.integers(-500, 500),
    width=st.integers(10, 600),
    length=st.integers(10, 600),
    angle=ANGLES,
)
BAY = PlacedBay(label="B1", x_cm=500, y_cm=500)
WALL = Landmark(kind=LandmarkKind.WALL, x_cm=1000, y_cm=100, width_cm=800, length_cm=20)
GROUND = SitePlan(width_cm=2000, length_cm=1500)
LABELS = ("B1", "B2", "B3")


def flaws(plan: SitePlan) -> list[RefusalFact]:
    return [flaw.fact for flaw in plan_flaws(plan, LABELS)]


PLACED = st.builds(
    PlacedBay,
    label=st.sampled_from([f"B{n}" for n in range(1, 9)]),
    x_cm=st.integers(300, 2500),
    y_cm=st.integers(300, 2000),
    angle=ANGLES,
)
PLANS = st.builds(
    SitePlan,
    width_cm=st.integers(1500, 3000),
    length_cm=st.integers(1500, 2500),
    bays=st.lists(PLACED, max_size=6, unique_by=lambda bay: bay.label).map(tuple),
)


@given(former=PLANS, plan=PLANS)
def test_absent_bays_keep_their_place_while_the_plan_stays_one_without_a_flaw(
    former: SitePlan, plan: SitePlan
) -> None:
    everything = [f"B{n}" for n in range(1, 9)]
    assume(not [*plan_flaws(former, everything)])
    assume(not [*plan_flaws(plan, LABELS)])
    kept = plan.keeping_absent(former, LABELS)
    assert [*plan_flaws(kept, everything)] == []
    assert kept.of_bays(LABELS) == plan, "shown is what was laid down"
    for bay in former.bays:
        free = not any(bay.ground.overlaps(one.ground) for one in plan.bays)
        if bay.label not in LABELS and free and bay.ground.lies_within(plan.width_cm, plan.length_cm):
            assert kept.bay(bay.label) == bay
    assert kept.keeping_absent(kept, LABELS) == kept


def test_no_more_absent_bays_are_kept_than_a_plan_holds() -> None:
    ground = SitePlan(width_cm=30_000, length_cm=30_000)
    many = [
        PlacedBay(label=f"X{n}", x_cm=500 + n % 20 * 600, y_cm=1500 + n // 20 * 600) for n in range(MOST_BAYS)
    ]
    kept = replace(ground, bays=(BAY,)).keeping_absent(replace(ground, bays=tuple(many)), LABELS)
    assert len(kept.bays) == MOST_BAYS
    assert kept.bays[0] == BAY


def inside(point: tuple[float, float], area: Rectangle, by: float) -> bool:
    """Is it in the rectangle, so far from its edges? Reckoned in the rectangle's own axes."""
    turned, right, down = radians(area.angle), point[0] - area.x, point[1] - area.y
    across = right * cos(turned) + down * sin(turned)
    along = -right * sin(turned) + down * cos(turned)
    return abs(across) <= area.width / 2 - by and abs(along) <= area.length / 2 - by


def points(area: Rectangle) -> list[tuple[float, float]]:
    """A net over it, its corners included."""
    a, b, _, d = area.corners
    steps = [n / 12 for n in range(13)]
    return [
        (a[0] + u * (b[0] - a[0]) + v * (d[0] - a[0]), a[1] + u * (b[1] - a[1]) + v * (d[1] - a[1]))
        for u in steps
        for v in steps
    ]


@given(RECTANGLES, RECTANGLES)
def test_what_shares_a_point_well_within_both_overlaps_and_either_says_so(
    one: Rectangle, other: Rectangle
) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    deep = 4 * TOUCHING_CM
    if any(inside(point, other, deep) and inside(point, one, deep) for point in points(one)):
        assert one.overlaps(other)


@given(RECTANGLES, st.integers(10, 600), st.integers(10, 600), ANGLES, st.integers(0, 300))
def test_beside_each_other_nothing_overlaps_however_the_row_is_turned(
    one: Rectangle, width: int, length: int, angle: int, gap: int
) -> None:
    row, away = replace(one, angle=angle), (one.width + width) / 2 + gap
    beside = Rectangle(
        x=row.x + away * cos(radians(angle)),
        y=row.y + away * sin(radians(angle)),
        width=width,
        length=length,
        angle=angle,
    )
    assert not row.overlaps(beside)
    assert row.overlaps(replace(beside, x=row.x, y=row.y))


@given(RECTANGLES, st.integers(-300, 300), st.integers(-300, 300))
def test_where_they_lie_says_nothing_about_whether_they_overlap(one: Rectangle, x: int, y: int) -> None:
    other = Rectangle(x=one.x + 40, y=one.y - 60, width=100, length=300, angle=30)
    moved = [replace(each, x=each.x + x, y=each.y + y) for each in (one, other)]
    assert one.overlaps(other) == moved[0].overlaps(moved[1])


@given(RECTANGLES)
def test_within_the_ground_is_every_point_of_it(area: Rectangle) -> None:
    within = area.lies_within(400, 300)
    assert within == all(
        -TOUCHING_CM <= x <= 400 + TOUCHING_CM and -TOUCHING_CM <= y <= 300 + TOUCHING_CM
        for x, y in points(area)
    )


@given(st.lists(st.tuples(st.integers(300, 1700), st.integers(300, 1200), ANGLES), min_size=2, max_size=3))
def test_every_two_bays_that_share_ground_are_named_and_none_is_off_a_plan_that_holds_it(
    places: list[tuple[int, int, int]],
) -> None:
    bays = [
        PlacedBay(label=label, x_cm=x, y_cm=y, angle=angle)
        for label, (x, y, angle) in zip(LABELS, places, strict=False)
    ]
    named = flaws(replace(GROUND, bays=tuple(bays)))
    assert all(isinstance(fact, BaysOverlap) for fact in named)
    for one, other in combinations(bays, 2):
        if any(inside(p, one.ground, 4) and inside(p, other.ground, 4) for p in points(one.ground)):
            assert BaysOverlap(bay=other.label, other=one.label) in named


@pytest.mark.parametrize(
    ("plan", "fact"),
    [
        (replace(GROUND, width_cm=100), PlanExtentUnusable(least=5, most=300)),
        (replace(GROUND, length_cm=30_001), PlanExtentUnusable(least=5, most=300)),
        (replace(GROUND, bays=(replace(BAY, label="B9"),)), NoSuchBayHere(bay="B9")),
        (replace(GROUND, bays=(BAY, replace(BAY, x_cm=1500))), BayTwiceOnPlan(bay="B1")),
        (replace(GROUND, bays=(BAY, replace(BAY, label="B2"))), BaysOverlap(bay="B2", other="B1")),
        (replace(GROUND, bays=(replace(BAY, x_cm=100),)), BayOffPlan(bay="B1")),
        (replace(GROUND, bays=(replace(BAY, x_cm=130, angle=90),)), BayOffPlan(bay="B1")),
        (replace(GROUND, bays=(replace(BAY, width_cm=50),)), BaySizeUnusable(bay="B1", least=1, most=30)),
        (replace(GROUND, landmarks=(replace(WALL, width_cm=0),)), LandmarkWithoutSize(number=1)),
        (
            replace(GROUND, landmarks=(WALL, replace(WALL, kind=LandmarkKind.EXIT))),
            LandmarkWithoutSize(number=2),
        ),
        (replace(GROUND, landmarks=(replace(WALL, y_cm=1495),)), LandmarkOffPlan(number=1)),
        (
            replace(GROUND, landmarks=(Landmark(kind=LandmarkKind.LABEL, x_cm=1, y_cm=1, label=" "),)),
            LandmarkUnlabelled(number=1, most=LONGEST_LABEL),
        ),
        (
            replace(GROUND, landmarks=(replace(WALL, label="x" * 41),)),
            LandmarkUnlabelled(number=1, most=LONGEST_LABEL),
        ),
        (replace(GROUND, bays=(BAY,) * (MOST_BAYS + 1)), PlanTooFull(bays=200, landmarks=60)),
    ],
)
def test_each_flaw_is_named_and_nothing_beside_it(plan: SitePlan, fact: RefusalFact) -> None:
    assert flaws(plan) == [fact]


def test_bays_side_by_side_beneath_a_roof_are_a_plan() -> None:
    row = tuple(PlacedBay(label=label, x_cm=125 + 250 * n, y_cm=250) for n, label in enumerate(LABELS))
    roof = Landmark(kind=LandmarkKind.BUILDING, x_cm=500, y_cm=250, width_cm=900, length_cm=500, label="Roof")
    way_in = Landmark(kind=LandmarkKind.ENTRANCE, x_cm=0, y_cm=1500)
    assert flaws(replace(GROUND, bays=row, landmarks=(roof, way_in))) == []


def test_a_bay_that_the_site_has_no_more_is_not_on_its_plan() -> None:
    plan = replace(GROUND, bays=(BAY, replace(BAY, label="B2", x_cm=900)))
    assert [bay.label for bay in plan.of_bays(("B2",)).bays] == ["B2"]
    assert plan.of_bays(("B2",)).bay("B1") is None


@given(st.integers(300, 1700), st.integers(300, 1200))
def test_the_way_begins_at_the_nearest_entrance_and_is_clear_of_what_is_not_between(x: int, y: int) -> None:
    near, far = (Landmark(kind=LandmarkKind.ENTRANCE, x_cm=at, y_cm=1500) for at in (400, 1900))
    plan = replace(GROUND, bays=(replace(BAY, x_cm=x, y_cm=y),), landmarks=(near, far))
    way = way_to(plan, "B1")
    assert way is not None
    assert way.clear
    assert way.entrance == (near if x <= 1150 else far)
    assert abs(way.metres * 100 - dist((x, y), (way.entrance.x_cm, 1500))) <= 51


def test_what_stands_between_is_told_and_a_roof_over_the_bay_stands_nowhere() -> None:
    door = Landmark(kind=LandmarkKind.ENTRANCE, x_cm=500, y_cm=1500)
    wall = Landmark(kind=LandmarkKind.WALL, x_cm=500, y_cm=1000, width_cm=400, length_cm=20)
    roof = replace(wall, kind=LandmarkKind.BUILDING, y_cm=500, length_cm=600)
    plan = replace(GROUND, bays=(BAY,), landmarks=(door, roof))
    assert [way.clear for way in (way_to(plan, "B1"),) if way] == [True]
    blocked = way_to(replace(plan, landmarks=(door, roof, wall)), "B1")
    assert blocked is not None
    assert not blocked.clear
    behind = way_to(replace(plan, bays=(BAY, replace(BAY, label="B2", y_cm=1100))), "B1")
    assert behind is not None
    assert not behind.clear
    assert way_to(replace(plan, landmarks=(wall,)), "B1") is None
    assert way_to(plan, "B2") is None


@given(st.sets(st.text("ab1 -", min_size=1, max_size=8), min_size=1, max_size=6))
def test_a_short_name_is_the_end_of_its_label_and_no_two_are_the_same(labels: set[str]) -> None:
    short = short_names(labels)
    assert all(short[label] and label.endswith(short[label]) for label in labels)
    assert len({*short.values()}) == len(labels)


def test_what_all_bays_begin_with_is_not_drawn() -> None:
    assert short_names(["Bay north-1", "Bay north-12"]) == {"Bay north-1": "1", "Bay north-12": "12"}
    assert short_names(["A1", "A2"]) == {"A1": "A1", "A2": "A2"}
    assert short_names(["Bay 1"]) == {"Bay 1": "Bay 1"}
