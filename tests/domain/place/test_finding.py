"""Finding a site by name, plug and power."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.place.finding import SiteWish
from domain.place.pool_facts import PoolFacts

CCS, CHADEMO = "IEC_62196_T2_COMBO", "CHADEMO"


def pool(plug: str, power_w: int) -> PoolFacts:
    return PoolFacts(
        id="p", site_id="s", name="fast", connector_type=plug, power_w=power_w, walk_in_connectors=0
    )


POOLS = (pool(CCS, 150_000), pool(CHADEMO, 50_000))


@pytest.mark.parametrize(
    ("wish", "suits"),
    [
        (SiteWish(), True),
        (SiteWish(words="harbour"), True),
        (SiteWish(words="  QUAY   yard "), True),
        (SiteWish(words="harbour north"), False),
        (SiteWish(plug=CCS), True),
        (SiteWish(plug="GBT_DC"), False),
        (SiteWish(power_w=150_000), True),
        (SiteWish(power_w=150_001), False),
        (SiteWish(plug=CHADEMO, power_w=50_000), True),
        (SiteWish(plug=CHADEMO, power_w=100_000), False),
    ],
)
def test_a_site_suits_by_its_name_and_by_a_pool_that_has_both_plug_and_power(
    wish: SiteWish, suits: bool
) -> None:
    assert wish.suits("Harbour Yard Quay 3, Berlin", POOLS) is suits


@given(st.text(max_size=20), st.sampled_from([CCS, CHADEMO, None]), st.integers(0, 200_000))
def test_who_asks_for_less_finds_no_less(words: str, plug: str | None, power_w: int) -> None:
    named = "Harbour Yard Quay 3, Berlin"
    if SiteWish(words=words, plug=plug, power_w=power_w).suits(named, POOLS):
        assert SiteWish(words=words).suits(named, POOLS)
        assert SiteWish(plug=plug, power_w=power_w // 2).suits(named, POOLS)
