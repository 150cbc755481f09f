"""A charger's budget of messages."""

import pytest

from ocpp_gateway.exchange.message_budget import MessageBudget


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    budget = MessageBudget(per_second=2.0, burst=3)
    assert [budget.take(100.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert budget.take(101.0) == 0.5


def test_who_keeps_to_the_pauses_is_held_to_the_rate_and_no_lower() -> None:
    budget = MessageBudget(per_second=10.0, burst=5)
    now = 0.0
    for _ in range(1000):
        now += budget.take(now)
    assert now == pytest.approx((1000 - 5) / 10.0)


def test_a_quiet_time_earns_one_burst_and_not_more() -> None:
    budget = MessageBudget(per_second=1.0, burst=2)
    assert [budget.take(1e6) for _ in range(3)] == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_budget_of_nothing_is_a_mistake(per_second: float, burst: int) -> None:
    with pytest.raises(ValueError, match="some"):
        MessageBudget(per_second, burst)
