"""A minute of `make chaos`, always with the same seed: everything is killed, and every invariant holds."""

from pathlib import Path

import pytest

from chaos.report import lines
from chaos.run import Options, run

_LIMIT_S = 420
"""A minute of storm, the starts, and at most some minutes of calm on a busy machine."""


@pytest.mark.timeout(_LIMIT_S)
async def test_every_invariant_holds_after_a_minute_of_chaos(tmp_path: Path) -> None:
    options = Options(folder=tmp_path, seed=1, minutes=1.0, drivers=8, chargers=3, settle_s=90.0)
    outcome = await run(options, lambda _: None)
    assert outcome.is_clean, "\n".join(lines(outcome))
    assert not outcome.beliefs.own_faults
    assert outcome.processes.kills.total() > 0
    assert outcome.evidence.listed
