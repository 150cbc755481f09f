"""A bill's line as an English sentence."""

from domain.money.lines import Limit, LineItem, LineKind, Unit

_NAMES = {
    LineKind.RESERVATION_FEE: "Reservation fee",
    LineKind.FEE_CREDIT: "Reservation fee credited to the session",
    LineKind.SESSION_FEE: "Session fee",
    LineKind.ENERGY: "Energy",
    LineKind.TIME: "Time",
    LineKind.OVERSTAY: "Overstay",
    LineKind.NO_SHOW: "No-show fee",
    LineKind.CANCELLATION: "Cancellation fee",
    LineKind.COMPENSATION: "Compensation credit",
    LineKind.TAX: "Tax",
}
_LIMITS = {
    Limit.POLICY_CAP: ", capped",
    Limit.CONNECTOR_POWER: ", capped: the meter told more than the connector delivers",
}


def line_text(line: LineItem) -> str:
    """E.g. `10.00 kWh at Bay 1`, `Overstay, 24 x 0.50 EUR, capped`, `Tax 19 %`."""
    return _what(line) + (_LIMITS[line.limited_by] if line.limited_by else "")


def _what(line: LineItem) -> str:
    quantity = line.quantity
    if line.rate_basis_points is not None:
        return f"{_NAMES[line.kind]} {line.rate_basis_points / 100:g} %"
    if quantity is None:
        return _NAMES[line.kind]
    match quantity.unit:
        case Unit.WATT_HOUR:
            return f"{quantity.count / 1000:.2f} kWh{_where(line)}"
        case Unit.MINUTE:
            return f"{quantity.count} min{_where(line)}"
        case Unit.STEP:
            return f"{_NAMES[line.kind]}, {quantity.count} x {line.unit_price}"


def _where(line: LineItem) -> str:
    at = line.connector
    return "" if at is None else f" at {at.bay or f'{at.charger_id} connector {at.number}'}"
