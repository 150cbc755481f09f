"""`python -m simulator.charge_point --vendor NAME`."""

import pytest

from simulator.charge_point.__main__ import parse
from simulator.vendors import VENDORS, vendor

CHARGER = ["--url", "ws://127.0.0.1:9000/ocpp", "--id", "NORTH-1"]


def test_a_vendor_is_taken_by_name() -> None:
    chosen = parse([*CHARGER, "--vendor", "local-time", "--version", "2.1"]).vendor
    assert chosen is vendor("local-time")
    assert parse(CHARGER).vendor is None


def test_help_lists_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    told = capsys.readouterr().out
    assert [name for name, one in VENDORS.items() if name not in told or one.shows not in told] == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["--vendor", "nobody"], "no vendor nobody"), (["--vendor", "backward-queue"], "exists in 2.0.1, 2.1")],
)
def test_what_does_not_exist_is_refused(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        parse([*CHARGER, *arguments])
    assert refused.value.code == 2
    assert reason in capsys.readouterr().err
