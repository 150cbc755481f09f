"""The plugs of one EVSE: which types they are, and what each says to whoever booked it.

An OCPP 2.x EVSE serves one car at a time by one of several connectors. A car fits one type of them, so that trouble of
another type is none of its driver's.
"""

from collections.abc import Iterable, Mapping

from domain.charging.connector import TROUBLE, ConnectorStatus, is_blocked_beside, status_of_evse

OCPI_TYPES: Mapping[str, str] = {
    "cCCS1": "IEC_62196_T1_COMBO",
    "cCCS2": "IEC_62196_T2_COMBO",
    "cChaoJi": "CHAOJI",
    "cG105": "CHADEMO",
    "cGBT-DC": "GBT_DC",
    "cMCS": "MCS",
    "cNACS": "NACS",
    "cTesla": "TESLA_S",
    "cType1": "IEC_62196_T1",
    "cType2": "IEC_62196_T2",
    "s309-1P-16A": "IEC_60309_2_single_16",
    "s309-3P-16A": "IEC_60309_2_three_16",
    "s309-3P-32A": "IEC_60309_2_three_32",
    "sBS1361": "DOMESTIC_G",
    "sCEE-7-7": "DOMESTIC_F",
    "sType2": "IEC_62196_T2",
    "sType3": "IEC_62196_T3A",
}
"""OCPP 2.x ConnectorEnumType (2.0.1 part 2, §3.22; 2.1 appendix) → OCPI ConnectorType."""

_BY_LOWER = {word.lower(): ocpi for word, ocpi in OCPI_TYPES.items()}

SPOKEN: Mapping[str, str] = {
    "IEC_62196_T1": "Type 1",
    "IEC_62196_T1_COMBO": "CCS1",
    "IEC_62196_T2": "Type 2",
    "IEC_62196_T2_COMBO": "CCS",
    "CHADEMO": "CHAdeMO",
    "CHAOJI": "ChaoJi",
    "GBT_DC": "GB/T",
    "TESLA_S": "Tesla",
}
"""What is printed beside a plug, the same in every language."""


def ocpi_type(word: str | None) -> str | None:
    """Of a 2.x ConnectorType; None for one that names no plug we know."""
    return _BY_LOWER.get((word or "").strip().lower())


def spoken(plug: str) -> str:
    return SPOKEN.get(plug, plug)


def plugs_offered(pools: str, types: Mapping[str, str], *, declared: bool) -> tuple[str, ...]:
    """Types of an EVSE of a pool with type `pools`, its own first; `types`: of each connector, by number.

    What an operator declared is all there is; what a charger tells comes beside what the pool says.
    """
    told = sorted(set(types.values()))
    if declared and told:
        return tuple(sorted(told, key=lambda one: one != pools))
    return (pools, *(one for one in told if one != pools))


def status_for(
    plug: str,
    types: Mapping[str, str],
    told: Mapping[str, ConnectorStatus],
    together: ConnectorStatus,
    *,
    known_broken: bool = False,
) -> ConnectorStatus:
    """What an EVSE says to whoever booked `plug`. `told`: by each connector, by number. `together`: of the EVSE.

    Trouble of all plugs of that type is trouble, whatever the others can; else the EVSE speaks. Unavailable because
    another plug is in use passes with that, unless it was `known_broken` before.
    """
    own = [status for number, status in told.items() if types.get(number) == plug]
    others = [status for number, status in told.items() if types.get(number) != plug]
    if not own:
        return together
    shown = status_of_evse(own)
    passes = not known_broken and is_blocked_beside(shown, others)
    return shown if shown in TROUBLE and not passes else together


def plugs_of_pool(own: str, evses: Iterable[tuple[Mapping[str, str], bool]]) -> tuple[str, ...]:
    """Types that some EVSE of the pool has, the pool's `own` first. `evses`: see `plugs_offered`."""
    found = dict.fromkeys(
        one for types, declared in evses for one in plugs_offered(own, types, declared=declared)
    )
    return tuple(sorted(found or {own: None}, key=lambda one: (one != own, one)))
