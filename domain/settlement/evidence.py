"""What a bill's energy rests on, to be kept beside it: which reading of which transaction, and why not the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.charging.readings import Basis, Discarded, Part, Reading
from domain.settlement.metering import ChargingLeg


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEvidence:
    """One transaction. `energy_wh`: delivered, as far as it is believed; `billed_wh` of it is on the bill.

    `basis`, `parts`, `discarded`, `rescaled`: as in domain.charging.readings.
    """

    transaction_id: str
    charger_id: str
    connector_number: int
    energy_wh: int
    billed_wh: int
    basis: Basis
    parts: tuple[Part, ...] = ()
    discarded: tuple[Discarded, ...] = ()
    rescaled: tuple[Reading, ...] = ()


def evidence_of(legs: Iterable[ChargingLeg]) -> tuple[LegEvidence, ...]:
    return tuple(_of(leg) for leg in legs)


def _of(leg: ChargingLeg) -> LegEvidence:
    found = leg.metered
    return LegEvidence(
        transaction_id=leg.transaction_id,
        charger_id=leg.connector.charger_id,
        connector_number=leg.connector.number,
        energy_wh=leg.energy_wh,
        billed_wh=leg.billed_wh,
        basis=found.basis if found else Basis.NOTHING,
        parts=found.parts if found else (),
        discarded=found.discarded if found else (),
        rescaled=found.rescaled if found else (),
    )
