"""Fleet: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from datetime import datetime

from slotkeeper_client.models.fleet import (
    BudgetIn,
    BudgetOut,
    CostCenterIn,
    CostCentersOut,
    FleetChargesOut,
    FleetCostCenterOut,
    FleetDriverIn,
    FleetDriverOut,
    FleetDriversOut,
    FleetMonthsOut,
    FleetSlotsOut,
    NewFleetDriverIn,
)
from slotkeeper_client.models.shared import BudgetUsesOut
from slotkeeper_client.transport import Calls, part


class Fleet(Calls):
    async def list_fleet_slots(
        self, *, from_: datetime, to: datetime, cursor: str | None = None, limit: int | None = None
    ) -> FleetSlotsOut:
        """List the slots of a fleet.

        The earliest first, of all of its drivers, whoever booked them; each with what is amiss, if anything
        is.

        `from_`: Slots starting at or after
        `to`: Slots starting before
        """
        answer: FleetSlotsOut = await self._ask(
            "GET",
            "/v1/fleet/slots",
            {200: FleetSlotsOut},
            query={"from": from_, "to": to, "cursor": cursor, "limit": limit},
        )
        return answer

    async def list_fleet_drivers(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> FleetDriversOut:
        """List a fleet's drivers.

        By id, without those who are blocked.
        """
        answer: FleetDriversOut = await self._ask(
            "GET", "/v1/fleet/drivers", {200: FleetDriversOut}, query={"cursor": cursor, "limit": limit}
        )
        return answer

    async def enter_fleet_driver(self, body: NewFleetDriverIn) -> FleetDriverOut:
        """Enter a new driver of a fleet.

        By the id that their sign-in has. Who is known here already, also who has only signed in, and is not
        the fleet's only an operator assigns. At most 500 new ones a day. Again, nothing changes.

        Raises DriverTaken, TooManyNewDrivers.
        """
        answer: FleetDriverOut = await self._ask(
            "POST", "/v1/fleet/drivers", {200: FleetDriverOut}, body=body
        )
        return answer

    async def remove_fleet_driver(self, driver_id: str, *, if_match: str | None = None) -> None:
        """Remove a driver from a fleet.

        Nothing new is booked for them, no date of a series either; what is booked stays. Only an operator
        assigns them to it again. Again, nothing changes.

        Raises ChangedMeanwhile.
        """
        await self._ask(
            "DELETE", f"/v1/fleet/drivers/{part(driver_id)}", {204: None}, headers={"If-Match": if_match}
        )

    async def read_fleet_driver(
        self, driver_id: str, *, if_none_match: str | None = None
    ) -> FleetDriverOut | None:
        """Show a fleet's driver.

        Raises DriverUnknown.
        """
        answer: FleetDriverOut | None = await self._ask(
            "GET",
            f"/v1/fleet/drivers/{part(driver_id)}",
            {200: FleetDriverOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def set_fleet_driver(
        self, driver_id: str, body: FleetDriverIn, *, if_match: str | None = None
    ) -> FleetDriverOut:
        """Say what a driver drives, and for whom.

        For bookings from now on.

        Raises ChangedMeanwhile, CostCenterUnknown, DriverUnknown, VehicleUnknown.
        """
        answer: FleetDriverOut = await self._ask(
            "PUT",
            f"/v1/fleet/drivers/{part(driver_id)}",
            {200: FleetDriverOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def read_cost_centers(self) -> CostCentersOut:
        """List a fleet's cost centers.

        All of them, by their codes, ended ones too.
        """
        answer: CostCentersOut = await self._ask("GET", "/v1/fleet/cost-centers", {200: CostCentersOut})
        return answer

    async def read_cost_center(
        self, code: str, *, if_none_match: str | None = None
    ) -> FleetCostCenterOut | None:
        """Show a cost center.

        `code`: As it stands on documents: it stays as it is

        Raises CostCenterUnknown.
        """
        answer: FleetCostCenterOut | None = await self._ask(
            "GET",
            f"/v1/fleet/cost-centers/{part(code)}",
            {200: FleetCostCenterOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_cost_center(
        self, code: str, body: CostCenterIn, *, if_none_match: str | None = None, if_match: str | None = None
    ) -> FleetCostCenterOut:
        """Make or change a cost center.

        What is booked on it stays on it, also once it is ended.

        `code`: As it stands on documents: it stays as it is

        Raises ChangedMeanwhile.
        """
        answer: FleetCostCenterOut = await self._ask(
            "PUT",
            f"/v1/fleet/cost-centers/{part(code)}",
            {200: FleetCostCenterOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def read_fleet_budgets(self, *, month: str) -> BudgetUsesOut:
        """List a fleet's budgets.

        With what is used of each in that month, the whole fleet's first.

        `month`: In which slots begin, on their sites' clocks
        """
        answer: BudgetUsesOut = await self._ask(
            "GET", "/v1/fleet/budgets", {200: BudgetUsesOut}, query={"month": month}
        )
        return answer

    async def read_budget(self, cost_center: str, *, if_none_match: str | None = None) -> BudgetOut | None:
        """Show a budget.

        `cost_center`: A cost center, or `-`: the whole fleet

        Raises BudgetUnknown.
        """
        answer: BudgetOut | None = await self._ask(
            "GET",
            f"/v1/fleet/budgets/{part(cost_center)}",
            {200: BudgetOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_budget(
        self,
        cost_center: str,
        body: BudgetIn,
        *,
        if_none_match: str | None = None,
        if_match: str | None = None,
    ) -> BudgetOut:
        """Set what may be spent a month.

        For bookings from now on. It counts what goes on the fleet's invoice account, which it needs.

        `cost_center`: A cost center, or `-`: the whole fleet

        Raises ChangedMeanwhile, CostCenterUnknown, InvoiceAccountUnknown.
        """
        answer: BudgetOut = await self._ask(
            "PUT",
            f"/v1/fleet/budgets/{part(cost_center)}",
            {200: BudgetOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def drop_budget(self, cost_center: str, *, if_match: str | None = None) -> None:
        """Drop a budget.

        There is no limit from now on; again, nothing changes (with `If-Match`: 412).

        `cost_center`: A cost center, or `-`: the whole fleet

        Raises ChangedMeanwhile.
        """
        await self._ask(
            "DELETE", f"/v1/fleet/budgets/{part(cost_center)}", {204: None}, headers={"If-Match": if_match}
        )

    async def read_fleet_charges(self, *, month: str) -> FleetChargesOut:
        """List what a fleet's month comes to.

        Each reservation on the fleet's invoice account, in the order of their slots: billed, or as it is
        expected.

        `month`: In which slots begin, on their sites' clocks
        """
        answer: FleetChargesOut = await self._ask(
            "GET", "/v1/fleet/charges", {200: FleetChargesOut}, query={"month": month}
        )
        return answer

    async def read_fleet_months(self) -> FleetMonthsOut:
        """Sum up what a fleet's months come to.

        The last twelve, this one's the last: billed, or as it is expected.
        """
        answer: FleetMonthsOut = await self._ask("GET", "/v1/fleet/months", {200: FleetMonthsOut})
        return answer
