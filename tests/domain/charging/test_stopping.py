"""Who may stop a transaction, whatever access says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.access_facts import PresentedToken
from domain.charging.access_reasons import RESERVED, AccessReason
from domain.charging.stopping import BegunBy, StopDecision, comes_to_stop, decide_stop, may_only_stop

ANNA = BegunBy(id_tag="ANNA-1", driver_id="anna", group_id="fleet")
NOBODYS = BegunBy(id_tag="X", driver_id=None, group_id=None)

drivers = st.sampled_from([None, "anna", "ben"])
groups = st.sampled_from([None, "fleet", "taxi"])
tags = st.sampled_from(["ANNA-1", "ANNA-2", "BEN"])
tokens = st.builds(
    PresentedToken, known=st.booleans(), blocked=st.booleans(), driver_id=drivers, group_id=groups
)
owners = st.builds(BegunBy, id_tag=tags, driver_id=drivers, group_id=groups)


def card(driver: str, group: str | None = None, *, blocked: bool = False) -> PresentedToken:
    return PresentedToken(known=True, driver_id=driver, group_id=group, blocked=blocked)


@pytest.mark.parametrize(
    ("token", "id_tag", "decision"),
    [
        (card("anna"), "ANNA-2", StopDecision.ALLOWED),
        (PresentedToken(known=False), "ANNA-1", StopDecision.ALLOWED),
        (card("ben", "fleet"), "BEN", StopDecision.ALLOWED),
        (card("ben", "taxi"), "BEN", StopDecision.NOT_THEIRS),
        (card("ben"), "BEN", StopDecision.NOT_THEIRS),
        (PresentedToken(known=False), "BEN", StopDecision.TOKEN_UNKNOWN),
        (card("anna", blocked=True), "ANNA-1", StopDecision.TOKEN_BLOCKED),
        (card("ben", "fleet", blocked=True), "BEN", StopDecision.TOKEN_BLOCKED),
    ],
)
def test_the_driver_and_the_group_may_stop_and_nobody_else(
    token: PresentedToken, id_tag: str, decision: StopDecision
) -> None:
    assert decide_stop(token, id_tag, ANNA) is decision


def test_no_group_is_nobodys_group() -> None:
    assert decide_stop(card("ben"), "BEN", NOBODYS) is StopDecision.NOT_THEIRS


@given(tokens, tags, st.lists(owners, max_size=3), st.sampled_from(AccessReason))
def test_whoever_is_let_in_to_stop_may_stop_something_that_runs(
    token: PresentedToken, id_tag: str, running: list[BegunBy], refused: AccessReason
) -> None:
    stoppable = [one for one in running if decide_stop(token, id_tag, one) is StopDecision.ALLOWED]
    if comes_to_stop(token, id_tag, running):
        assert stoppable
    assert may_only_stop(token, id_tag, running, refused) is (bool(stoppable) and refused in RESERVED)


def test_a_group_card_is_not_taken_for_the_drivers() -> None:
    assert comes_to_stop(card("anna"), "ANNA-2", [NOBODYS, ANNA])
    assert not comes_to_stop(card("ben", "fleet"), "BEN", [ANNA])  # it may want to charge itself
    assert not comes_to_stop(card("anna", blocked=True), "ANNA-1", [ANNA])
