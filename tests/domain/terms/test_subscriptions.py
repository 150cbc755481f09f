"""What a subscription makes of a driver, whatever it goes through: paid, owed, given up, sold otherwise."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.terms.subscriptions import DUE, OVER, PAID, Item, Offer, Paid, Subscription, memberships

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GOLD = Offer(site_id=None, tier="gold", products=("prod_gold",), grace=3 * DAY, horizon=60 * DAY)
SILVER = Offer(site_id="north", tier="silver", products=("price_silver",), grace=DAY, horizon=14 * DAY)
STATUSES = sorted(PAID | DUE | OVER | {"incomplete"})


@st.composite
def subscriptions(draw: st.DrawFn) -> tuple[Subscription, datetime]:
    """One as it may be read, and when."""
    since = NOW + 30 * DAY * draw(st.integers(0, 4))
    product, price = draw(
        st.sampled_from([("prod_gold", "price_1"), ("prod_2", "price_silver"), ("prod_3", "x")])
    )
    read = Subscription(
        id="sub_1",
        status=draw(st.sampled_from(STATUSES)),
        items=(Item(product=product, price=price, since=since, until=since + 30 * DAY),),
        cancel_at=draw(st.sampled_from([None, since + 30 * DAY])),
    )
    return read, since + DAY * draw(st.integers(0, 30))


@given(st.lists(subscriptions(), min_size=1, max_size=8))
def test_read_again_it_says_the_same_and_whoever_does_not_pay_is_no_member_after_the_grace(
    reads: list[tuple[Subscription, datetime]],
) -> None:
    known: dict[str, Paid] = {}
    for read, now in sorted(reads, key=lambda one: one[1]):
        known = dict(memberships(read, [GOLD, SILVER], known.values(), now))
        assert memberships(read, [GOLD, SILVER], known.values(), now) == known
        assert all(one.since <= one.until for one in known.values())
        lasts = max((one.until for one in known.values() if one.since <= now), default=now)
        if read.status in OVER:
            assert lasts <= now
        elif read.status in DUE and read.items[0].product == "prod_gold":
            golden = [one.until for one in known.values() if one.tier == "gold"]
            assert all(until <= now + GOLD.grace for until in golden)
        elif read.status in PAID and read.items[0].product != "prod_3":
            assert lasts >= read.items[0].until


def test_one_that_does_not_renew_ends_with_its_period_and_others_let_book_as_far_ahead_as_the_tier() -> None:
    item = Item(product="prod_gold", price="price_1", since=NOW, until=NOW + 30 * DAY)
    renewing = Subscription(id="sub_1", status="active", items=(item,))
    (paid,) = memberships(renewing, [GOLD, SILVER], (), NOW).values()
    assert (paid.tier, paid.until) == ("gold", NOW + 90 * DAY)
    ending = Subscription(id="sub_1", status="active", items=(item,), cancel_at=item.until)
    (short,) = memberships(ending, [GOLD, SILVER], [paid], NOW).values()
    assert short.until == item.until


def month(n: int) -> Item:
    return Item(
        product="prod_gold", price="price_1", since=NOW + 30 * n * DAY, until=NOW + 30 * (n + 1) * DAY
    )


def read(n: int, known: Mapping[str, Paid], status: str = "active", **over: Any) -> dict[str, Paid]:
    """In its month `n`, a day into it."""
    found = Subscription(id="sub_1", status=status, items=(month(n),), **over)
    return dict(memberships(found, [GOLD, SILVER], known.values(), month(n).since + DAY))


def test_given_up_after_it_has_renewed_it_ends_with_the_period_that_is_paid() -> None:
    renewed = read(1, read(0, {}))
    ending = read(1, renewed, cancel_at=month(1).until)
    assert max(one.until for one in ending.values()) == month(1).until


def test_one_that_ends_later_renews_until_then() -> None:
    (paid,) = read(0, {}, cancel_at=month(11).until).values()
    assert paid.until == month(0).until + GOLD.horizon
    (last,) = read(10, {}, cancel_at=month(11).until).values()
    assert last.until == month(11).until


def test_what_was_subscribed_to_before_ends_where_the_new_one_is_not_paid() -> None:
    silver = Item(product="prod_2", price="price_silver", since=NOW, until=NOW + 30 * DAY)
    known = memberships(Subscription(id="sub_1", status="active", items=(silver,)), [GOLD, SILVER], (), NOW)
    due = memberships(
        Subscription(id="sub_1", status="past_due", items=(month(0),)), [GOLD, SILVER], known.values(), NOW
    )
    assert [one.until for one in due.values()] == [NOW + GOLD.grace]
