"""Tables of a fleet's drivers and vehicles: what was written reads back, and what cannot be read says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.desk.roster_table import COLUMNS, columns_in, lines_of, written
from api.desk.tables import TableFlaw, UnusableTable
from domain.charging.plugs import SPOKEN
from domain.place.fit import LARGEST_CM
from domain.terms.roster import Change, Flaw, KnownDriver, KnownVehicle, Roster, plan, plate_key
from texts.languages import Language

HEADER = ";".join(COLUMNS) + "\n"


def flaws(text: str) -> list[Flaw | None]:
    return [line.flaw for line in lines_of(text)]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "van-1;4711;KI-AB 12;CCS + Type 2;600;;;yes;no;77.5;11;100\n",
        HEADER.replace(";", ",") + 'van-1,4711,KI-AB 12,ccs+TYPE 2,600,,,x,,"77,5",11.0,100\n',
        "Fahrer;Kostenstelle;Kennzeichen;Stecker;Länge cm;Breite_cm;Höhe_cm;Anhänger;Barrierefrei;Akku kWh;"
        "max_ac_kw;max_dc_kw\n"
        "van-1;4711;KI-AB 12;IEC_62196_T2_COMBO + IEC_62196_T2;600;;;ja;nein;77,5;11;100\n",
        ";".join(columns_in(Language.GERMAN))
        + "\nvan-1;4711;KI-AB 12;CCS + Typ 2;600;;;ja;nein;77,5;11;100\n",
    ],
)
def test_a_line_is_read_however_it_is_written(text: str) -> None:
    (line,) = lines_of(text)
    assert (line.driver_id, line.cost_center, line.vehicle, line.flaw) == ("van-1", "4711", "KI-AB 12", None)
    assert line.details == {
        "plugs": ["IEC_62196_T2_COMBO", "IEC_62196_T2"],
        "length_cm": 600,
        "width_cm": None,
        "height_cm": None,
        "trailer": True,
        "accessible_need": False,
        "battery_wh": 77_500,
        "max_ac_w": 11_000,
        "max_dc_w": 100_000,
    }


def test_what_a_table_has_no_column_for_is_not_said() -> None:
    (line,) = lines_of("driver;vehicle;plugs\nvan-1;KI-AB 12;CCS\n")
    assert (line.cost_center, line.details) == (None, {"plugs": ["IEC_62196_T2_COMBO"]})
    (line,) = lines_of("driver\nvan-1\n")
    assert (line.cost_center, line.vehicle, line.details) == (None, None, {})
    with pytest.raises(UnusableTable) as refused:
        lines_of("vehicle;plugs\nKI-AB 12;CCS\n")
    assert refused.value.flaw is TableFlaw.COLUMNS_MISSING


@pytest.mark.parametrize(
    ("cells", "flaw"),
    [
        ("van-1;;KI;CSS;;;;;;;;", Flaw.PLUG_UNKNOWN),
        ("van-1;;KI;CCS;six;;;;;;;", Flaw.FIGURE_UNREADABLE),
        ("van-1;;KI;CCS;0;;;;;;;", Flaw.FIGURE_UNREADABLE),
        (f"van-1;;KI;CCS;{LARGEST_CM + 1};;;;;;;", Flaw.FIGURE_UNREADABLE),
        ("van-1;;KI;CCS;1.5;;;;;;;", Flaw.FIGURE_UNREADABLE),
        ("van-1;;KI;CCS;;;;perhaps;;;;", Flaw.ANSWER_UNREADABLE),
        ("van-1;;KI;;600;;;;;;;", Flaw.PLUGS_MISSING),
        ("van-1;;;CCS;;;;;;;;", Flaw.NOBODY),
        ("van-1;;" + "x" * 65 + ";;;;;;;;;", Flaw.TEXT_UNUSABLE),
        ("a\x07b;;;;;;;;;;;", Flaw.TEXT_UNUSABLE),
    ],
)
def test_a_line_that_cannot_be_read_says_why(cells: str, flaw: Flaw) -> None:
    assert flaws(HEADER + cells + "\nvan-2;;;;;;;;;;;\n") == [flaw, None]


@given(st.text(max_size=200))
def test_whatever_is_handed_over_is_read_or_refused(text: str) -> None:
    """Each line once, in order; of what cannot be read nothing is carried out."""
    for content in (text, HEADER + text):
        try:
            read = lines_of(content)
        except UnusableTable:
            continue
        numbers = [line.number for line in read]
        assert numbers == sorted({*numbers})
        assert all(not line.details for line in read if line.flaw is not None)


def named(longest: int) -> st.SearchStrategy[str]:
    plain = st.text(st.characters(exclude_categories=("C", "Zl", "Zp", "Zs")), min_size=1, max_size=longest)
    return st.one_of(
        plain, st.builds("{}{}".format, st.sampled_from(["=", "'=", "-", "@", "'", '"', ";"]), plain)
    )


SIZES = st.none() | st.integers(1, LARGEST_CM)
WATTS = st.none() | st.integers(1, 10_000_000)
DETAILS = st.fixed_dictionaries(
    {
        "plugs": st.lists(st.sampled_from([*SPOKEN]), min_size=1, unique=True),
        "length_cm": SIZES,
        "width_cm": SIZES,
        "height_cm": SIZES,
        "trailer": st.booleans(),
        "accessible_need": st.booleans(),
        "battery_wh": WATTS,
        "max_ac_w": WATTS,
        "max_dc_w": WATTS,
    }
)
VEHICLES = st.lists(st.tuples(st.just("") | named(40), DETAILS), max_size=5).map(
    lambda found: [
        KnownVehicle(id=f"v-{n}", plate=plate, details=details) for n, (plate, details) in enumerate(found)
    ]
)


@given(
    VEHICLES,
    st.dictionaries(named(60), st.tuples(st.sampled_from(["", "4711"]), st.integers(0, 7)), max_size=5),
)
def test_what_was_written_changes_nothing_when_it_is_read(
    vehicles: list[KnownVehicle], drivers: dict[str, tuple[str, int]]
) -> None:
    drive = {name: vehicles[n].id if n < len(vehicles) else "" for name, (_, n) in drivers.items()}
    roster = Roster(
        drivers={
            name: KnownDriver(vehicle_id=drive[name], cost_center=center)
            for name, (center, _) in drivers.items()
        },
        others=(),
        vehicles=vehicles,
        centers=(),
    )
    text = written([(name, center, drive[name]) for name, (center, _) in drivers.items()], vehicles)
    if not drivers and not vehicles:
        return
    found = plan(lines_of(text), roster)
    assert [(one.line.driver_id, one.changes, one.flaw) for one in found if one.changes or one.flaw] == []
    assert {one.line.driver_id for one in found} - {""} == {*drivers}


@given(VEHICLES)
def test_what_was_written_of_vehicles_makes_the_same_ones_elsewhere(vehicles: list[KnownVehicle]) -> None:
    keys = [plate_key(one.plate) for one in vehicles]
    if not vehicles or "" in keys or len(set(keys)) < len(keys):
        return
    found = plan(lines_of(written([], vehicles)), Roster(drivers={}, others=(), vehicles=(), centers=()))
    assert [(one.changes, one.line.vehicle, one.line.details) for one in found] == [
        ((Change.VEHICLE_NEW,), one.plate, one.details) for one in vehicles
    ]
