"""A simulation of price rules as JSON."""

from api.desk.price_simulation import Simulated
from api.v1.schemas.price_rules import (
    PriceSimulationOut,
    SimulatedBandOut,
    SimulatedLineOut,
    SimulatedSumsOut,
)
from domain.settlement.price_simulation import Sums


def price_simulation_out(found: Simulated) -> PriceSimulationOut:
    simulation = found.found
    bands = sorted(simulation.by_band.items())
    return PriceSimulationOut(
        **_sums(simulation.total).model_dump(),
        since=found.since,
        until=found.until,
        currency=simulation.rules.currency,
        bands=[SimulatedBandOut(band=name, **_sums(sums).model_dump()) for name, sums in bands],
        left_out=found.left_out,
        complete=found.complete,
    )


def _sums(sums: Sums) -> SimulatedSumsOut:
    kinds = sorted(sums.lines_charged.keys() | sums.lines_would_be.keys())
    return SimulatedSumsOut(
        reservations=sums.reservations,
        dearer=sums.dearer,
        cheaper=sums.cheaper,
        charged=sums.charged,
        would_be=sums.would_be,
        lines=[
            SimulatedLineOut(kind=kind, charged=sums.lines_charged[kind], would_be=sums.lines_would_be[kind])
            for kind in kinds
        ],
    )
