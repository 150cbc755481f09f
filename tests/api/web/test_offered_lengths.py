"""What pages offer of how long one may stay, where slots begin and end at full hours."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.api.stage import NOW, Stage
from tests.api.web.visits import ANA, Browser, ends_in, signed_in
from tests.factories.policies import make_policy, make_slot_rules, make_tariff
from tests.factories.sites import make_seed, make_site, plant

_MINUTES = re.compile(r'<option value="(\d+)"')


@pytest.fixture
async def hourly(stage: Stage) -> AsyncIterator[Browser]:
    """Before a site whose slots begin and end at full hours."""
    rules = make_slot_rules(step=timedelta(hours=1), shortest=timedelta(hours=1))
    site = make_site(site_id="hourly", policy=make_policy(slots=rules), tariff=make_tariff(), latitude=-50.0)
    await plant(stage.sessions, make_seed(site))
    browser = await signed_in(stage, ANA)
    async with browser.http:
        yield browser


async def test_only_what_the_rules_of_the_place_take_is_offered(hourly: Browser) -> None:
    assert _MINUTES.findall((await hourly.get("/s/hourly")).text) == ["60", "120", "180"]
    bay = await hourly.get("/b/HOURLY-1/1")
    ends = [
        NOW + timedelta(hours=2),
        NOW + timedelta(hours=3),
    ]  # in an hour it would be too short in a minute
    assert ends_in(bay) == [end.isoformat() for end in ends]
