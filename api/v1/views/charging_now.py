"""What charging has come to while it goes on, as JSON."""

from api.v1.schemas.charging_now import ChargedByOut, ChargingNowOut
from api.v1.schemas.fields import MoneyOut
from api.v1.views.money import line_out
from domain.settlement.so_far import SoFar
from texts.reader import Reader


def charging_now_out(found: SoFar | None, reader: Reader) -> ChargingNowOut:
    if found is None:
        return ChargingNowOut(energy_wh=0, power_w=None, cost=None, lines=[], points=[])
    charge = found.bill.charge
    return ChargingNowOut(
        energy_wh=found.bill.energy_wh,
        power_w=found.power_w,
        cost=MoneyOut(minor=charge.minor, currency=charge.currency),
        lines=[line_out(line, reader) for line in found.bill.lines],
        points=[ChargedByOut(at=one.at, energy_wh=one.energy_wh) for one in found.points],
    )
