"""A failing day becomes small, as long as the same kind of violation comes."""

from pathlib import Path

from chaos.audit.evidence import Violation
from days.chance import script_of
from days.living import Outcome
from days.script import Script, read_script
from days.shrink import shrunk


def outcome(script: Script, *kinds: str) -> Outcome:
    return Outcome(
        script, violations=tuple(Violation(invariant="day", what=kind, about="") for kind in kinds)
    )


async def test_what_has_nothing_to_do_with_it_is_left_out() -> None:
    script = script_of(3)
    culprits = [script.deeds[4], script.deeds[-2]]
    lived = 0

    async def live(tried: Script) -> Outcome:
        nonlocal lived
        lived += 1
        return outcome(tried, *(["wrong"] if all(deed in tried.deeds for deed in culprits) else ["another"]))

    small = await shrunk(outcome(script, "wrong"), live, attempts=500, tried=lambda _n, _deeds: None)
    assert list(small.script.deeds) == culprits
    assert not any(charger.knobs for charger in small.script.chargers)
    assert lived <= 500


async def test_no_more_days_are_lived_than_asked_for() -> None:
    lived = 0

    async def live(tried: Script) -> Outcome:
        nonlocal lived
        lived += 1
        return outcome(tried, "wrong")

    await shrunk(outcome(script_of(3), "wrong"), live, attempts=7, tried=lambda _n, _deeds: None)
    assert lived == 7


def test_a_kept_script_is_the_day_again(tmp_path: Path) -> None:
    file = tmp_path / "seed-5.json"
    file.write_text(script_of(5).written())
    assert read_script(file) == script_of(5)
