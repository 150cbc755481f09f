"""Operators sites: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_sites import (
    AccessPreviewOut,
    AccessRulesVersionOut,
    AccessRulesVersionsOut,
    BaysOut,
    CancelMaintenanceIn,
    DeclareBaysIn,
    DocumentPreviewOut,
    DocumentVersionOut,
    DocumentVersionsOut,
    InstalledChargerIn,
    InstalledChargerOut,
    InstalledOut,
    InstalledPoolOut,
    InstalledSiteOut,
    MaintenancePreviewOut,
    MaintenanceWindowOut,
    MaintenanceWindowsOut,
    OpeningHoursIn,
    OpeningHoursOut,
    PlanMaintenanceIn,
    PoolIn,
    PreviewAccessRulesIn,
    PreviewMaintenanceIn,
    PreviewPolicyIn,
    PreviewPriceRulesIn,
    PreviewTariffIn,
    PreviewWalkInTariffIn,
    PricePreviewOut,
    PriceRulesVersionOut,
    PriceRulesVersionsOut,
    PriceSimulationOut,
    SimulatePriceRulesIn,
    SiteIn,
    SitePlanIn,
    WalkInTariffOut,
    WalkInTariffsOut,
    WriteAccessRulesIn,
    WritePolicyIn,
    WritePriceRulesIn,
    WriteTariffIn,
    WriteWalkInTariffIn,
)
from slotkeeper_client.models.shared import SitePlanOut, WaitingEntriesOut
from slotkeeper_client.transport import Calls, fresh_key, part


class OperatorsSites(Calls):
    async def list_waiting_list(
        self, site_id: str, *, cursor: str | None = None, limit: int | None = None
    ) -> WaitingEntriesOut:
        """List who waits at a site.

        Who joined first first, each with its place in line, what it is offered, and why it was passed over.

        Raises SiteUnknown.
        """
        answer: WaitingEntriesOut = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/waiting-list",
            {200: WaitingEntriesOut},
            query={"cursor": cursor, "limit": limit},
        )
        return answer

    async def read_installed_site(
        self, site_id: str, *, if_none_match: str | None = None
    ) -> InstalledSiteOut | None:
        """Show a site as it is set up.

        So much as is said when it is set up; hours, bays and rules are read where they are said.

        Raises SiteForbidden, SiteUnknown.
        """
        answer: InstalledSiteOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}",
            {200: InstalledSiteOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_site(
        self, site_id: str, body: SiteIn, *, if_none_match: str | None = None, if_match: str | None = None
    ) -> InstalledOut:
        """Set up a site, or change it.

        A new one by operators of the whole installation; it can be booked once a policy and a tariff apply
        to it, and chargers stand there. Changed by its owner: while reservations are open, zone and
        currency stay.

        Raises ChangedMeanwhile, PromisedOtherwise, SiteForbidden.
        """
        answer: InstalledOut = await self._ask(
            "PUT",
            f"/v1/operations/sites/{part(site_id)}",
            {200: InstalledOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def read_installed_pool(
        self, site_id: str, pool_id: str, *, if_none_match: str | None = None
    ) -> InstalledPoolOut | None:
        """Show a pool as it is set up.

        Raises PoolUnknown, SiteForbidden, SiteUnknown.
        """
        answer: InstalledPoolOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/pools/{part(pool_id)}",
            {200: InstalledPoolOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_pool(
        self,
        site_id: str,
        pool_id: str,
        body: PoolIn,
        *,
        if_none_match: str | None = None,
        if_match: str | None = None,
    ) -> InstalledOut:
        """Set up a pool, or change it.

        Connectors that are promised as one: of one plug and power. While reservations are open in it, it
        gets neither another plug nor less power.

        Raises ChangedMeanwhile, InstalledElsewhere, PromisedOtherwise, SiteForbidden, SiteUnknown.
        """
        answer: InstalledOut = await self._ask(
            "PUT",
            f"/v1/operations/sites/{part(site_id)}/pools/{part(pool_id)}",
            {200: InstalledOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def read_installed_charger(
        self, site_id: str, charger_id: str, *, if_none_match: str | None = None
    ) -> InstalledChargerOut | None:
        """Show a charger as it is set up.

        With all its connectors, whoever said it last: a seed file, a declared topology, or this address.

        Raises ChargerUnknown, SiteForbidden, SiteUnknown.
        """
        answer: InstalledChargerOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/chargers/{part(charger_id)}",
            {200: InstalledChargerOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_charger(
        self,
        site_id: str,
        charger_id: str,
        body: InstalledChargerIn,
        *,
        if_none_match: str | None = None,
        if_match: str | None = None,
    ) -> InstalledOut:
        """Set up a charger with its connectors, or change it.

        Its identity in the WebSocket path is the id; a password is made by `rotate-password`. A connector
        on which reservations are open goes to no other pool.

        Raises BerthPromisedTwice, ChangedMeanwhile, InstalledElsewhere, PromisedOtherwise, SiteForbidden,
        SiteUnknown.
        """
        answer: InstalledOut = await self._ask(
            "PUT",
            f"/v1/operations/sites/{part(site_id)}/chargers/{part(charger_id)}",
            {200: InstalledOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def list_bays(self, site_id: str, *, if_none_match: str | None = None) -> BaysOut | None:
        """List the bays of a site.

        By their labels. Which connectors are at which bay: the topology of each charger.

        Raises SiteUnknown.
        """
        answer: BaysOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/bays",
            {200: BaysOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def declare_bays(
        self, site_id: str, body: DeclareBaysIn, *, if_match: str | None = None
    ) -> BaysOut:
        """Declare how bays are.

        Counts at once: bookings are given and moved to bays that fit. A reservation whose bay fits no
        longer is moved when others ask for room, and at the latest when its connector is fixed.

        Raises BayUnknown, ChangedMeanwhile, SiteUnknown.
        """
        answer: BaysOut = await self._ask(
            "PUT",
            f"/v1/operations/sites/{part(site_id)}/bays",
            {200: BaysOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def read_opening_hours(self, site_id: str) -> OpeningHoursOut:
        """Show when a site is open.

        With the reservations that stand outside of it, booked before it was set.

        Raises SiteUnknown.
        """
        answer: OpeningHoursOut = await self._ask(
            "GET", f"/v1/operations/sites/{part(site_id)}/opening-hours", {200: OpeningHoursOut}
        )
        return answer

    async def set_opening_hours(
        self, site_id: str, body: OpeningHoursIn, *, if_match: str | None = None
    ) -> OpeningHoursOut:
        """Set when a site is open.

        Counts at once: no slot that touches closed hours is offered or booked. What stands stays, and is
        told.

        Raises ChangedMeanwhile, OpeningHoursInvalid, SiteUnknown.
        """
        answer: OpeningHoursOut = await self._ask(
            "PUT",
            f"/v1/operations/sites/{part(site_id)}/opening-hours",
            {200: OpeningHoursOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def list_policies(
        self, site_id: str, *, if_none_match: str | None = None
    ) -> DocumentVersionsOut | None:
        """List a site's policies, by version.

        The newest first; of those that are valid already the newest counts.

        Raises SiteUnknown.
        """
        answer: DocumentVersionsOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/policies",
            {200: DocumentVersionsOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def write_policy(
        self,
        site_id: str,
        body: WritePolicyIn,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> DocumentVersionOut:
        """Change a site's policy from an instant on.

        Members that are named change, the others stay as the newest version has them. What does not fit
        together is refused, each member named. What was quoted or booked keeps its policy.

        Raises ChangedMeanwhile, RulesUnusable, SiteUnknown.
        """
        answer: DocumentVersionOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/policies",
            {201: DocumentVersionOut},
            body=body,
            headers={"If-Match": if_match},
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def preview_policy(self, site_id: str, body: PreviewPolicyIn) -> DocumentPreviewOut:
        """See what a change of the policy comes to.

        Nothing is written: what would become another, and for whom.

        Raises RulesUnusable, SiteUnknown.
        """
        answer: DocumentPreviewOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/policies/preview",
            {200: DocumentPreviewOut},
            body=body,
        )
        return answer

    async def list_tariffs(
        self, site_id: str, *, if_none_match: str | None = None
    ) -> DocumentVersionsOut | None:
        """List a site's tariffs, by version.

        The newest first; of those that are valid already the newest counts.

        Raises SiteUnknown.
        """
        answer: DocumentVersionsOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/tariffs",
            {200: DocumentVersionsOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def write_tariff(
        self,
        site_id: str,
        body: WriteTariffIn,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> DocumentVersionOut:
        """Change a site's tariff from an instant on.

        As of a policy. What was quoted or booked keeps its prices.

        Raises ChangedMeanwhile, RulesUnusable, SiteUnknown.
        """
        answer: DocumentVersionOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/tariffs",
            {201: DocumentVersionOut},
            body=body,
            headers={"If-Match": if_match},
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def preview_tariff(self, site_id: str, body: PreviewTariffIn) -> DocumentPreviewOut:
        """See what a change of the tariff comes to.

        Nothing is written: what would become another, and for whom.

        Raises RulesUnusable, SiteUnknown.
        """
        answer: DocumentPreviewOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/tariffs/preview",
            {200: DocumentPreviewOut},
            body=body,
        )
        return answer

    async def list_walk_in_tariffs(
        self, site_id: str, *, if_none_match: str | None = None
    ) -> WalkInTariffsOut | None:
        """List a site's tariffs for walk-ins, by version.

        The newest first; of those that are valid already the newest counts. There is no default.

        Raises SiteUnknown.
        """
        answer: WalkInTariffsOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/walk-in-tariffs",
            {200: WalkInTariffsOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def write_walk_in_tariff(
        self,
        site_id: str,
        body: WriteWalkInTariffIn,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> WalkInTariffOut:
        """Change what walk-ins are priced by, from an instant on.

        As of a tariff, for sessions that begin from then on: what they cost is told to whoever bills them.

        Raises ChangedMeanwhile, RulesUnusable, SiteUnknown.
        """
        answer: WalkInTariffOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/walk-in-tariffs",
            {201: WalkInTariffOut},
            body=body,
            headers={"If-Match": if_match},
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def preview_walk_in_tariff(self, site_id: str, body: PreviewWalkInTariffIn) -> DocumentPreviewOut:
        """See what a change of the tariff for walk-ins comes to.

        Nothing is written.

        Raises RulesUnusable, SiteUnknown.
        """
        answer: DocumentPreviewOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/walk-in-tariffs/preview",
            {200: DocumentPreviewOut},
            body=body,
        )
        return answer

    async def read_laid_plan(self, site_id: str, *, if_none_match: str | None = None) -> SitePlanOut | None:
        """Show the plan of a site.

        As everybody sees it: a bay that the site has no more is not on it.

        Raises SitePlanUnknown, SiteUnknown.
        """
        answer: SitePlanOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/plan",
            {200: SitePlanOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_site_plan(
        self, site_id: str, body: SitePlanIn, *, if_none_match: str | None = None, if_match: str | None = None
    ) -> SitePlanOut:
        """Lay down the plan of a site.

        Where its bays are and what one finds one's way by; shown at once, in place of the one before.

        Raises BayUnknown, ChangedMeanwhile, SitePlanInvalid, SiteUnknown.
        """
        answer: SitePlanOut = await self._ask(
            "PUT",
            f"/v1/operations/sites/{part(site_id)}/plan",
            {200: SitePlanOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def drop_site_plan(self, site_id: str, *, if_match: str | None = None) -> None:
        """Drop the plan of a site.

        Bays are listed only, from now on; again, nothing changes.

        Raises ChangedMeanwhile, SiteUnknown.
        """
        await self._ask(
            "DELETE",
            f"/v1/operations/sites/{part(site_id)}/plan",
            {204: None},
            headers={"If-Match": if_match},
        )

    async def list_price_rules(
        self, site_id: str, *, if_none_match: str | None = None
    ) -> PriceRulesVersionsOut | None:
        """List how a site's prices vary, by version.

        The newest first; of those that are valid already the newest counts.

        Raises SiteUnknown.
        """
        answer: PriceRulesVersionsOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/price-rules",
            {200: PriceRulesVersionsOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def write_price_rules(
        self,
        site_id: str,
        body: WritePriceRulesIn,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> PriceRulesVersionOut:
        """Let a site's prices vary from an instant on.

        Refused, with the lines named, where two bands would set one price at one time. What was quoted or
        booked keeps its prices.

        Raises ChangedMeanwhile, RulesUnusable, SiteUnknown.
        """
        answer: PriceRulesVersionOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/price-rules",
            {201: PriceRulesVersionOut},
            body=body,
            headers={"If-Match": if_match},
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def preview_price_rules(self, site_id: str, body: PreviewPriceRulesIn) -> PricePreviewOut:
        """See what the coming fortnight would cost under price rules.

        Nothing is written: of each free window, with the demand there is now, what it costs and would cost,
        for everybody, members of each tier, and who is in a group that has prices. What is quoted or booked
        keeps its own.

        Raises RulesUnusable, SiteUnknown.
        """
        answer: PricePreviewOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/price-rules/preview",
            {200: PricePreviewOut},
            body=body,
        )
        return answer

    async def simulate_price_rules(self, site_id: str, body: SimulatePriceRulesIn) -> PriceSimulationOut:
        """See what last month would have come to under price rules.

        Nothing is written: of at most 5,000 settled reservations whose slot began within the time, what
        each line and all would have come to, by band, and how many would have been dearer or cheaper.

        Raises RulesUnusable, SiteUnknown.
        """
        answer: PriceSimulationOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/price-rules/simulation",
            {200: PriceSimulationOut},
            body=body,
        )
        return answer

    async def list_access_rules(
        self, site_id: str, *, if_none_match: str | None = None
    ) -> AccessRulesVersionsOut | None:
        """List who may use what of a site, by version.

        The newest first; of those that are valid already the newest counts.

        Raises SiteUnknown.
        """
        answer: AccessRulesVersionsOut | None = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/access-rules",
            {200: AccessRulesVersionsOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def write_access_rules(
        self,
        site_id: str,
        body: WriteAccessRulesIn,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> AccessRulesVersionOut:
        """Say who may use what of a site from an instant on.

        Refused, with the lines named, where a line would never decide, or names what is not there. Bookings
        that are made stay: ask for a preview to see which the rules would not have let be made.

        Raises ChangedMeanwhile, RulesUnusable, SiteUnknown.
        """
        answer: AccessRulesVersionOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/access-rules",
            {201: AccessRulesVersionOut},
            body=body,
            headers={"If-Match": if_match},
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def preview_access_rules(self, site_id: str, body: PreviewAccessRulesIn) -> AccessPreviewOut:
        """See what access rules would come to.

        Nothing is written: which open bookings they would refuse, and when everybody may charge where.

        Raises RulesUnusable, SiteUnknown.
        """
        answer: AccessPreviewOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/access-rules/preview",
            {200: AccessPreviewOut},
            body=body,
        )
        return answer

    async def plan_maintenance(
        self, site_id: str, body: PlanMaintenanceIn, *, idempotency_key: str | None = None
    ) -> MaintenanceWindowOut:
        """Plan a maintenance window.

        From now on nothing is promised in it, and no walk-in is let in while it is under way. Sessions that
        run go on.

        Reservations that stand in it are given other connectors of their pool, as far as nobody was told
        which one it is; `on_conflict` says what becomes of the others.

        Raises BayUnknown, ChargerUnknown, ConnectorUnknown, MaintenanceInPast, MaintenanceOverlaps,
        MaintenanceSpanInvalid, MaintenanceTooLong, SiteUnknown.
        """
        answer: MaintenanceWindowOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/maintenance-windows",
            {201: MaintenanceWindowOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def list_maintenance(
        self, site_id: str, *, cursor: str | None = None, limit: int | None = None
    ) -> MaintenanceWindowsOut:
        """List maintenance windows.

        The latest beginning first, also what is over or was cancelled.

        Raises SiteUnknown.
        """
        answer: MaintenanceWindowsOut = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/maintenance-windows",
            {200: MaintenanceWindowsOut},
            query={"cursor": cursor, "limit": limit},
        )
        return answer

    async def preview_maintenance(self, site_id: str, body: PreviewMaintenanceIn) -> MaintenancePreviewOut:
        """See what a maintenance window would do to reservations.

        Nothing is planned, and nobody is moved.

        Raises BayUnknown, ChargerUnknown, ConnectorUnknown, MaintenanceInPast, MaintenanceOverlaps,
        MaintenanceSpanInvalid, MaintenanceTooLong, SiteUnknown.
        """
        answer: MaintenancePreviewOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/maintenance-preview",
            {200: MaintenancePreviewOut},
            body=body,
        )
        return answer

    async def read_maintenance(self, site_id: str, window_id: int) -> MaintenanceWindowOut:
        """Show a maintenance window.

        Raises MaintenanceUnknown, SiteUnknown.
        """
        answer: MaintenanceWindowOut = await self._ask(
            "GET",
            f"/v1/operations/sites/{part(site_id)}/maintenance-windows/{part(window_id)}",
            {200: MaintenanceWindowOut},
        )
        return answer

    async def cancel_maintenance(
        self, site_id: str, window_id: int, body: CancelMaintenanceIn
    ) -> MaintenanceWindowOut:
        """Cancel a maintenance window.

        What it closed can be booked at once; one that is under way ends. Who was moved stays where they are
        now, and who is being asked is asked no more.

        Raises MaintenanceOver, MaintenanceUnknown, SiteUnknown.
        """
        answer: MaintenanceWindowOut = await self._ask(
            "POST",
            f"/v1/operations/sites/{part(site_id)}/maintenance-windows/{part(window_id)}/cancel",
            {200: MaintenanceWindowOut},
            body=body,
        )
        return answer
