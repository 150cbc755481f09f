"""Says whether the contract was held against the real Stripe."""

import pytest

from tests.simulator.stripe_api.real_client import TEST_KEY, real_client, real_key

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.mark.skipif(
    real_key() is None, reason=f"no {TEST_KEY}: the contract is held against the stand-in only"
)
async def test_the_real_stripe_is_a_test_account() -> None:
    async with real_client() as client:
        assert not (await client.v1.balance.retrieve_async()).livemode


@pytest.mark.parametrize("wrong", ["sk_live_x", "pk_test_x"])
def test_a_key_of_anything_else_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(TEST_KEY, wrong)
    with pytest.raises(ValueError, match=TEST_KEY):
        real_key()
