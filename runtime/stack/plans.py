"""Where things are at the sites of `make up`."""

from domain.place.site_plan import Landmark, LandmarkKind, PlacedBay, SitePlan

YARD = SitePlan(
    width_cm=2400,
    length_cm=1700,
    bays=(
        *(PlacedBay(label=f"Bay harbour-{n}", x_cm=250 + 300 * n, y_cm=400) for n in (1, 2, 3)),
        PlacedBay(label="Bay harbour-4", x_cm=2050, y_cm=950, angle=60),
    ),
    landmarks=(
        Landmark(kind=LandmarkKind.GREENERY, x_cm=1200, y_cm=60, width_cm=2400, length_cm=120),
        Landmark(
            kind=LandmarkKind.BUILDING, x_cm=1900, y_cm=400, width_cm=700, length_cm=440, label="Boat house"
        ),
        Landmark(kind=LandmarkKind.BUILDING, x_cm=650, y_cm=1150, width_cm=500, length_cm=400, label="Café"),
        Landmark(kind=LandmarkKind.WALL, x_cm=1500, y_cm=1680, width_cm=1800, length_cm=40),
        Landmark(kind=LandmarkKind.ENTRANCE, x_cm=300, y_cm=1660, label="Quay Street"),
        Landmark(kind=LandmarkKind.EXIT, x_cm=2360, y_cm=1450),
    ),
)
GARAGE = SitePlan(
    width_cm=1800,
    length_cm=1200,
    bays=tuple(PlacedBay(label=f"Bay museum-{n}", x_cm=150 + 400 * n, y_cm=850) for n in (1, 2, 3)),
    landmarks=(
        Landmark(kind=LandmarkKind.WALL, x_cm=900, y_cm=1180, width_cm=1800, length_cm=40),
        Landmark(kind=LandmarkKind.WALL, x_cm=20, y_cm=850, width_cm=40, length_cm=660),
        *(
            Landmark(kind=LandmarkKind.WALL, x_cm=350 + 400 * n, y_cm=1050, width_cm=40, length_cm=40)
            for n in (0, 1, 2, 3)
        ),
        Landmark(kind=LandmarkKind.BUILDING, x_cm=1600, y_cm=250, width_cm=300, length_cm=300, label="Lift"),
        Landmark(kind=LandmarkKind.LABEL, x_cm=900, y_cm=420, label="Level 1"),
        Landmark(kind=LandmarkKind.ENTRANCE, x_cm=60, y_cm=200, label="Ramp"),
        Landmark(kind=LandmarkKind.EXIT, x_cm=60, y_cm=380),
    ),
)
