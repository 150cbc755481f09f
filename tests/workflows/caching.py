"""Which workflow tests run with a cache, too, as workers of the product have one.

Where a task's place among others matters: stories whole, several at once, steps that requests or queries meet, effects
that outlive a task. `test_lost_tasks` has a cache in any case, and so has the stack of `tests/whole_stack`.
"""

import pytest

with_and_without_cache = pytest.mark.parametrize(
    "workflow_cache", [pytest.param(0, id="replayed"), pytest.param(1000, id="cached")], indirect=True
)
