"""What an EVSE with plugs of several types says to whoever wants one of them."""

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.connector import TROUBLE, ConnectorStatus, is_blocked_beside, status_of_evse
from domain.charging.plugs import OCPI_TYPES, ocpi_type, plugs_of_pool, plugs_offered, status_for

CCS, CHADEMO = "IEC_62196_T2_COMBO", "CHADEMO"
TYPES = {"1": CCS, "2": CHADEMO, "3": CCS}
STATUSES = st.sampled_from(ConnectorStatus)


@given(st.dictionaries(st.sampled_from("123"), STATUSES, min_size=1))
def test_only_trouble_of_all_plugs_of_that_type_is_its_drivers(told: dict[str, ConnectorStatus]) -> None:
    together = status_of_evse(told.values())
    for plug in (CCS, CHADEMO, "TESLA_S"):
        own = [status for number, status in told.items() if TYPES[number] == plug]
        others = [status for number, status in told.items() if TYPES[number] != plug]
        shown = status_for(plug, TYPES, told, together)
        broken = own != [] and all(status in TROUBLE for status in own)
        passes = broken and is_blocked_beside(status_of_evse(own), others)
        assert shown in TROUBLE if broken and not passes else shown == together


def test_a_charger_adds_types_and_an_operator_says_all() -> None:
    told = {"1": CHADEMO}
    assert plugs_offered(CCS, told, declared=False) == (CCS, CHADEMO)
    assert plugs_offered(CCS, told, declared=True) == (CHADEMO,)
    assert plugs_offered(CCS, {}, declared=True) == (CCS,)
    assert plugs_of_pool(CCS, []) == (CCS,)
    assert plugs_of_pool(CCS, [({}, False), (told, True)]) == (CCS, CHADEMO)


def test_words_of_types_are_read_whatever_their_case_and_unknown_ones_are_none() -> None:
    assert {ocpi_type(word.upper()) for word in OCPI_TYPES} == set(OCPI_TYPES.values())
    assert [ocpi_type(word) for word in ("", None, "wInductive", "cCCS3")] == [None] * 4
