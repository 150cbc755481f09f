"""A kept script, lived again from the command line, with its story."""

from pathlib import Path

import pytest

from days.__main__ import main
from days.script import ChargerPlan, Deed, DriverPlan, Script, Visit

A_WALK_IN = Script(
    seed=7,
    chargers=(ChargerPlan(version="1.6", vendor="kilowatt-meter"),),
    drivers=(DriverPlan(),),
    visits={"v1": Visit(driver=0)},
    deeds=(
        Deed(minute=1, what="come", who="v1", how={"to": "any", "starts": "card first", "checks_in": False}),
        Deed(minute=5, what="draw", who="v1", how={"wh": 2000}),
        Deed(minute=9, what="leave", who="v1", how={"ends": "card"}),
    ),
    evening=10,
)


@pytest.mark.timeout(120)
def test_a_kept_script_is_lived_again_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "seed-7.json"
    kept.write_text(A_WALK_IN.written())
    assert main(["--replay", str(kept), "--story", "--processes", "1", "--results", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "08:05:00 > 08:05.0 v1 draw wh=2000" in said
    assert "quirks met: kilowatt-meter " in said
    assert "1 days (seeds 7-7, 0 over sockets)" in said
    assert said.rstrip().endswith(" 0 violations")


def test_what_is_no_script_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "seed-7.json"
    kept.write_text("{}")
    with pytest.raises(SystemExit):
        main(["--replay", str(kept)])
    assert "no script of a day" in capsys.readouterr().err
