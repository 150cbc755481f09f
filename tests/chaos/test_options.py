"""The command line says what it takes, and refuses what it cannot do before anything starts."""

import tempfile
from pathlib import Path

import pytest

from chaos.__main__ import RESULTS, parse
from chaos.breaking.storm import TARGETS


def test_targets_are_named_all_or_none(tmp_path: Path) -> None:
    folder = ["--folder", str(tmp_path)]
    assert parse(folder)[0].targets == TARGETS
    assert parse([*folder, "--targets", "none"])[0].targets == ()
    assert parse([*folder, "--targets", "worker,postgres"])[0].targets == ("worker", "postgres")


def test_the_report_stands_in_the_folder_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert parse(["--seed", "7"])[1] == RESULTS / "seed-7.json"
    folder = tmp_path / "mine"
    assert parse(["--folder", str(folder)])[1] == folder / "report.json"
    assert parse(["--folder", str(folder), "--json", "other.json"])[1] == Path("other.json")


@pytest.mark.parametrize(
    "arguments", [["--targets", "moon"], ["--minutes", "0"], ["--drivers", "0"], ["--minutes", "999"]]
)
def test_what_cannot_be_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        parse(arguments)
    assert refused.value.code == 2
    assert "error" in capsys.readouterr().err


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(SystemExit):
        parse(["--folder", str(tmp_path)])


def test_help_names_every_target(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    told = capsys.readouterr().out
    assert all(target in told for target in TARGETS)
