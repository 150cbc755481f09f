"""Sites: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from collections.abc import AsyncGenerator
from datetime import datetime

from slotkeeper_client.events import Event
from slotkeeper_client.models.shared import SitePlanOut
from slotkeeper_client.models.sites import AvailabilityOut, By, LiveAvailabilityOut, SiteDetailOut, SitesOut
from slotkeeper_client.transport import Calls, part


class Sites(Calls):
    async def list_sites(
        self, *, words: str | None = None, connector_type: str | None = None, power_w: int | None = None
    ) -> SitesOut:
        """List all sites.

        All sites, or those that suit.

        `words`: Each stands in the name or address
        `connector_type`: OCPI type of a plug that there is, with `power_w`
        `power_w`: At least

        Raises SiteUnknown.
        """
        answer: SitesOut = await self._ask(
            "GET",
            "/v1/sites",
            {200: SitesOut},
            query={"words": words, "connector_type": connector_type, "power_w": power_w},
        )
        return answer

    async def read_site(self, site_id: str) -> SiteDetailOut:
        """Show a site, its connectors and terms.

        A site with its pools, its connectors as they are now, and the terms of a booking made now.

        Raises SiteUnknown.
        """
        answer: SiteDetailOut = await self._ask("GET", f"/v1/sites/{part(site_id)}", {200: SiteDetailOut})
        return answer

    async def read_availability(
        self,
        site_id: str,
        *,
        from_: datetime | None = None,
        to: datetime | None = None,
        duration_minutes: int | None = None,
        duration_seconds: int | None = None,
        pool_id: str | None = None,
        connector_type: str | None = None,
        charger_id: str | None = None,
        connector_id: int | None = None,
        bay: str | None = None,
        by: By | None = None,
        energy_wh: int | None = None,
        battery_wh: int | None = None,
        soc_now: int | None = None,
        soc_target: int | None = None,
        max_ac_w: int | None = None,
        max_dc_w: int | None = None,
        vehicle_id: str | None = None,
        accessible: bool | None = None,
        trailer: bool | None = None,
        drive_through: bool | None = None,
        length_cm: int | None = None,
        width_cm: int | None = None,
        height_cm: int | None = None,
    ) -> AvailabilityOut:
        """List the windows that can be booked.

        Bookable windows on the site's grid with how many connectors are left, and the connectors live.

        A preview: only a booking holds anything. When there are more windows than fit, `next_from`
        continues.

        `from_`: Default: now
        `to`: Default: a day after `from`; at most 31 days
        `duration_seconds`: Instead of minutes; default: one hour, as allowed
        `charger_id`: Only what can be had there
        `connector_id`: `id` of a connector: only there
        `bay`: Label of a bay: only there
        `by`: `connector`: each connector's windows as well, in `each` of its pool
        `energy_wh`: Instead of a duration: as long as that takes at each pool
        `battery_wh`: With `soc_now` and `soc_target`
        `soc_now`: How full the battery is, in percent
        `soc_target`: How full it shall be
        `max_ac_w`: The car takes no more
        `vehicle_id`: Only bays that fit it; its battery and power where they are not said
        `accessible`: Only bays for people with disabilities
        `trailer`: Only bays that take one
        `drive_through`: Only bays that are left without backing out
        `length_cm`: Of the vehicle

        Raises ConnectorUnknown, EnergyBeyondSlot, PoolUnknown, SiteUnknown, SlotInvalid, VehicleUnknown.
        """
        answer: AvailabilityOut = await self._ask(
            "GET",
            f"/v1/sites/{part(site_id)}/availability",
            {200: AvailabilityOut},
            query={
                "from": from_,
                "to": to,
                "duration_minutes": duration_minutes,
                "duration_seconds": duration_seconds,
                "pool_id": pool_id,
                "connector_type": connector_type,
                "charger_id": charger_id,
                "connector_id": connector_id,
                "bay": bay,
                "by": by,
                "energy_wh": energy_wh,
                "battery_wh": battery_wh,
                "soc_now": soc_now,
                "soc_target": soc_target,
                "max_ac_w": max_ac_w,
                "max_dc_w": max_dc_w,
                "vehicle_id": vehicle_id,
                "accessible": accessible,
                "trailer": trailer,
                "drive_through": drive_through,
                "length_cm": length_cm,
                "width_cm": width_cm,
                "height_cm": height_cm,
            },
        )
        return answer

    def follow_availability(
        self,
        site_id: str,
        *,
        seconds: int | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        duration_minutes: int | None = None,
        duration_seconds: int | None = None,
        pool_id: str | None = None,
        connector_type: str | None = None,
        charger_id: str | None = None,
        connector_id: int | None = None,
        bay: str | None = None,
        by: By | None = None,
        energy_wh: int | None = None,
        battery_wh: int | None = None,
        soc_now: int | None = None,
        soc_target: int | None = None,
        max_ac_w: int | None = None,
        max_dc_w: int | None = None,
        vehicle_id: str | None = None,
        accessible: bool | None = None,
        trailer: bool | None = None,
        drive_through: bool | None = None,
        length_cm: int | None = None,
        width_cm: int | None = None,
        height_cm: int | None = None,
        last_event_id: str | None = None,
    ) -> AsyncGenerator[Event[LiveAvailabilityOut], None]:
        """Follow what can be booked.

        The same answer as of `availability`, without terms and prices, as an event `availability` now and
        after changes.

        Each event stands for itself, and its id says which state it is: whoever comes back with it in
        `Last-Event-ID` is told what has changed since, if anything has. A comment every 15 seconds says
        that the connection lives. It ends after `seconds`, and with the token: come back then.

        `seconds`: End after so long; 0: tell the present state only
        `from_`: Default: now
        `to`: Default: a day after `from`; at most 31 days
        `duration_seconds`: Instead of minutes; default: one hour, as allowed
        `charger_id`: Only what can be had there
        `connector_id`: `id` of a connector: only there
        `bay`: Label of a bay: only there
        `by`: `connector`: each connector's windows as well, in `each` of its pool
        `energy_wh`: Instead of a duration: as long as that takes at each pool
        `battery_wh`: With `soc_now` and `soc_target`
        `soc_now`: How full the battery is, in percent
        `soc_target`: How full it shall be
        `max_ac_w`: The car takes no more
        `vehicle_id`: Only bays that fit it; its battery and power where they are not said
        `accessible`: Only bays for people with disabilities
        `trailer`: Only bays that take one
        `drive_through`: Only bays that are left without backing out
        `length_cm`: Of the vehicle

        Raises ConnectorUnknown, EnergyBeyondSlot, Overloaded, PoolUnknown, SiteUnknown, SlotInvalid,
        TooManyStreams, VehicleUnknown.
        """
        return self._follow(
            f"/v1/sites/{part(site_id)}/availability/live",
            LiveAvailabilityOut,
            query={
                "seconds": seconds,
                "from": from_,
                "to": to,
                "duration_minutes": duration_minutes,
                "duration_seconds": duration_seconds,
                "pool_id": pool_id,
                "connector_type": connector_type,
                "charger_id": charger_id,
                "connector_id": connector_id,
                "bay": bay,
                "by": by,
                "energy_wh": energy_wh,
                "battery_wh": battery_wh,
                "soc_now": soc_now,
                "soc_target": soc_target,
                "max_ac_w": max_ac_w,
                "max_dc_w": max_dc_w,
                "vehicle_id": vehicle_id,
                "accessible": accessible,
                "trailer": trailer,
                "drive_through": drive_through,
                "length_cm": length_cm,
                "width_cm": width_cm,
                "height_cm": height_cm,
            },
            last_event_id=last_event_id,
            once=seconds is not None,
        )

    async def read_site_plan(self, site_id: str, *, if_none_match: str | None = None) -> SitePlanOut | None:
        """Show where the bays are.

        Of a site whose operators have laid down a plan; it may not show all of its bays.

        Raises SitePlanUnknown, SiteUnknown.
        """
        answer: SitePlanOut | None = await self._ask(
            "GET",
            f"/v1/sites/{part(site_id)}/plan",
            {200: SitePlanOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer
