"""Operators chargers: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_chargers import (
    AppliedOut,
    CancelHoldIn,
    ChangeAvailabilityIn,
    ChargerDetailOut,
    ChargersOut,
    ClearChargingProfileIn,
    DataTransferIn,
    DeclareTopologyIn,
    DeleteCertificateIn,
    DeviceModelOut,
    GetCertificatesIn,
    GetCompositeScheduleIn,
    GetConfigurationIn,
    GetLogsIn,
    InstallCertificateIn,
    OccupancyOut,
    QuirksOut,
    ReserveNowIn,
    ResetIn,
    RotatePasswordIn,
    RotationOut,
    SecurityProfileIn,
    SecurityProfileOut,
    SendLocalListIn,
    SetChargingProfileIn,
    SetConfigurationIn,
    SettingsOut,
    SetVariablesIn,
    TopologyOut,
    TriggerIn,
    UnlockIn,
    UpdateFirmwareIn,
    WithdrawTopologyIn,
)
from slotkeeper_client.models.shared import CommandOut
from slotkeeper_client.transport import Calls, part


class OperatorsChargers(Calls):
    async def list_chargers(
        self,
        *,
        site_id: str | None = None,
        connected: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ChargersOut:
        """List chargers and their connection.

        Chargers by id, with their connection as the gateway last recorded it.
        """
        answer: ChargersOut = await self._ask(
            "GET",
            "/v1/operations/chargers",
            {200: ChargersOut},
            query={"site_id": site_id, "connected": connected, "cursor": cursor, "limit": limit},
        )
        return answer

    async def read_charger(self, charger_id: str) -> ChargerDetailOut:
        """Show one charger: connection, abilities, faults, last messages, pending commands.

        Connection, capabilities and promise, connectors, faults, events, last messages, commands, audit
        trail.

        Raises ChargerUnknown.
        """
        answer: ChargerDetailOut = await self._ask(
            "GET", f"/v1/operations/chargers/{part(charger_id)}", {200: ChargerDetailOut}
        )
        return answer

    async def read_device_model(
        self,
        charger_id: str,
        *,
        search: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DeviceModelOut:
        """Search what an OCPP 2.x charger reports of itself.

        By name, as told by its last `get-base-report`; `reports` says whether all of that came.

        `search`: In names of components and variables, and in values

        Raises ChargerUnknown.
        """
        answer: DeviceModelOut = await self._ask(
            "GET",
            f"/v1/operations/chargers/{part(charger_id)}/device-model",
            {200: DeviceModelOut},
            query={"search": search, "cursor": cursor, "limit": limit},
        )
        return answer

    async def read_occupancy(
        self, charger_id: str, number: int, *, cursor: str | None = None, limit: int | None = None
    ) -> OccupancyOut:
        """Show who is at a connector, since when, and the evidence.

        What booking, lock, gate and fees believe now, whatever the page; and its evidence, the newest
        first.

        A session that its charger contradicts counts no more, though it has not ended; its end may be
        inferred.

        `number`: OCPP 1.6 connectorId, 2.x evseId

        Raises ChargerUnknown, ConnectorUnknown.
        """
        answer: OccupancyOut = await self._ask(
            "GET",
            f"/v1/operations/chargers/{part(charger_id)}/connectors/{part(number)}/occupancy",
            {200: OccupancyOut},
            query={"cursor": cursor, "limit": limit},
        )
        return answer

    async def reset_charger(self, charger_id: str, body: ResetIn | None = None) -> CommandOut:
        """Restart a charger, softly or hard.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/reset", {200: CommandOut}, body=body
        )
        return answer

    async def unlock_connector(self, charger_id: str, body: UnlockIn) -> CommandOut:
        """Unlock the cable at a connector.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/unlock", {200: CommandOut}, body=body
        )
        return answer

    async def change_availability(self, charger_id: str, body: ChangeAvailabilityIn) -> CommandOut:
        """Take a charger or connector out of service or back.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/change-availability",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def trigger_message(self, charger_id: str, body: TriggerIn) -> CommandOut:
        """Ask a charger to send a message now.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/trigger", {200: CommandOut}, body=body
        )
        return answer

    async def get_configuration(self, charger_id: str, body: GetConfigurationIn | None = None) -> CommandOut:
        """Read a charger's configuration.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/get-configuration",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def set_configuration(self, charger_id: str, body: SetConfigurationIn) -> CommandOut:
        """Change one key of a charger's configuration.

        Not the charger's own password (`AuthorizationKey`, `BasicAuthPassword`): that takes
        `rotate-password`.

        Raises ChargerOffline, ChargerUnknown, PasswordByRotation.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/set-configuration",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def get_logs(self, charger_id: str, body: GetLogsIn) -> CommandOut:
        """Have a charger upload its logs.

        `accepted`: the upload begins; how it goes is in the charger's last messages and events.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/get-logs", {200: CommandOut}, body=body
        )
        return answer

    async def clear_cache(self, charger_id: str) -> CommandOut:
        """Have a charger forget the tokens it knows.

        The authorisation cache, not the local list.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/clear-cache", {200: CommandOut}
        )
        return answer

    async def get_local_list_version(self, charger_id: str) -> CommandOut:
        """Ask which local list of tokens a charger has.

        `values.version`: 0 is an empty list, -1 none at all.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/get-local-list-version", {200: CommandOut}
        )
        return answer

    async def send_local_list(self, charger_id: str, body: SendLocalListIn) -> CommandOut:
        """Replace or change the tokens a charger accepts without asking.

        The charger takes a version higher than the one it has; see `get-local-list-version`.

        Refused where the list is kept in step with the charger's reservations (`keeps_local_list`).

        Raises ChargerOffline, ChargerUnknown, LocalListIsKept.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/send-local-list",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def set_charging_profile(self, charger_id: str, body: SetChargingProfileIn) -> CommandOut:
        """Limit a charger's power over time.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/set-charging-profile",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def clear_charging_profile(
        self, charger_id: str, body: ClearChargingProfileIn | None = None
    ) -> CommandOut:
        """Lift limits of power.

        One profile by its id, or all that match the rest; with nothing given, all.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/clear-charging-profile",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def get_composite_schedule(self, charger_id: str, body: GetCompositeScheduleIn) -> CommandOut:
        """Ask what power a charger would give.

        `values`: limits by seconds from now: watts, or with another unit as the charger told it (`16.0 A`).

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/get-composite-schedule",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def update_firmware(self, charger_id: str, body: UpdateFirmwareIn) -> CommandOut:
        """Have a charger fetch and install firmware.

        Signed, where a certificate and a signature are given. How it goes is in the charger's events.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/update-firmware",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def reserve_connector_now(self, charger_id: str, body: ReserveNowIn) -> CommandOut:
        """Hold a connector on the charger by hand.

        On the device only: no reservation of ours stands behind it, and nothing here keeps the connector
        free.

        `values.hold_id` names it for `cancel-reservation`.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/reserve-now", {200: CommandOut}, body=body
        )
        return answer

    async def cancel_reservation_on_charger(self, charger_id: str, body: CancelHoldIn) -> CommandOut:
        """Take a hold off the charger by hand.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/cancel-reservation",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def get_base_report(self, charger_id: str) -> CommandOut:
        """Have an OCPP 2.x charger report its whole device model.

        `accepted`: it comes in pieces; see `device-model`.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/get-base-report", {200: CommandOut}
        )
        return answer

    async def set_variables(self, charger_id: str, body: SetVariablesIn) -> CommandOut:
        """Change several settings of an OCPP 2.x charger in one message.

        `values` has the charger's word for each. Not its own password: that takes `rotate-password`.

        Raises ChargerOffline, ChargerUnknown, PasswordByRotation.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/set-variables", {200: CommandOut}, body=body
        )
        return answer

    async def data_transfer(self, charger_id: str, body: DataTransferIn) -> CommandOut:
        """Send a vendor's own message.

        `values.data`: what came back.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/data-transfer", {200: CommandOut}, body=body
        )
        return answer

    async def install_certificate(self, charger_id: str, body: InstallCertificateIn) -> CommandOut:
        """Have a charger trust a root certificate.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/install-certificate",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def get_certificates(self, charger_id: str, body: GetCertificatesIn | None = None) -> CommandOut:
        """Ask which root certificates a charger trusts.

        `values`: serial number → algorithm, hash of the issuer's name and of its key, for
        `delete-certificate`.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/get-certificates",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def delete_certificate(self, charger_id: str, body: DeleteCertificateIn) -> CommandOut:
        """Have a charger trust a root certificate no more.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/delete-certificate",
            {200: CommandOut},
            body=body,
        )
        return answer

    async def rotate_password(self, charger_id: str, body: RotatePasswordIn | None = None) -> RotationOut:
        """Give a charger a new password; the former works until the new one is used.

        Both passwords let the charger in until it connects with the new one, which then is the only one.

        Raises ChargerUnknown, RotationPending.
        """
        answer: RotationOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/rotate-password",
            {200: RotationOut},
            body=body,
        )
        return answer

    async def read_security_profile(
        self, charger_id: str, *, if_none_match: str | None = None
    ) -> SecurityProfileOut | None:
        """Show the lowest security profile a charger may use.

        Raises ChargerUnknown.
        """
        answer: SecurityProfileOut | None = await self._ask(
            "GET",
            f"/v1/operations/chargers/{part(charger_id)}/security-profile",
            {200: SecurityProfileOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def set_security_profile(
        self, charger_id: str, body: SecurityProfileIn, *, if_match: str | None = None
    ) -> SecurityProfileOut:
        """Set the lowest security profile a charger may use.

        It counts from the charger's next connection on.

        Raises ChangedMeanwhile, ChargerUnknown.
        """
        answer: SecurityProfileOut = await self._ask(
            "PUT",
            f"/v1/operations/chargers/{part(charger_id)}/security-profile",
            {200: SecurityProfileOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def read_charger_settings(self, charger_id: str) -> SettingsOut:
        """Compare a charger's settings with what our rules need.

        As it told after it came or booted.

        Raises ChargerUnknown.
        """
        answer: SettingsOut = await self._ask(
            "GET", f"/v1/operations/chargers/{part(charger_id)}/settings", {200: SettingsOut}
        )
        return answer

    async def apply_recommended_settings(self, charger_id: str) -> AppliedOut:
        """Set a charger up as our rules need it.

        Changes what differs, where the right value is plain; one command a setting in 1.6, one for all in
        2.x.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: AppliedOut = await self._ask(
            "POST", f"/v1/operations/chargers/{part(charger_id)}/apply-recommended", {200: AppliedOut}
        )
        return answer

    async def list_quirks_of_charger(self, charger_id: str) -> QuirksOut:
        """List what is odd about a charger's messages.

        The newest first, at most 200 kinds.

        Raises ChargerUnknown.
        """
        answer: QuirksOut = await self._ask(
            "GET", f"/v1/operations/chargers/{part(charger_id)}/quirks", {200: QuirksOut}
        )
        return answer

    async def read_topology(self, charger_id: str) -> TopologyOut:
        """Show which connectors of a charger serve one car at a time.

        What shares a bay, an EVSE or a power cable is promised to one driver at a time.

        Raises ChargerUnknown.
        """
        answer: TopologyOut = await self._ask(
            "GET", f"/v1/operations/chargers/{part(charger_id)}/topology", {200: TopologyOut}
        )
        return answer

    async def declare_topology(
        self, charger_id: str, body: DeclareTopologyIn, *, if_match: str | None = None
    ) -> TopologyOut:
        """Declare which connectors of a charger serve one car at a time.

        Counts at once for bookings, availability and the charger's door, and outlives seed files.

        Refused, naming them, while reservations stand that could not both be served; move or cancel one,
        then repeat.

        Raises BerthPromisedTwice, ChangedMeanwhile, ChargerUnknown, ConnectorUnknown.
        """
        answer: TopologyOut = await self._ask(
            "PUT",
            f"/v1/operations/chargers/{part(charger_id)}/topology",
            {200: TopologyOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def withdraw_topology(
        self, charger_id: str, body: WithdrawTopologyIn, *, if_match: str | None = None
    ) -> TopologyOut:
        """Let seed files say again which connectors serve one car.

        What was declared stays until a seed file is applied that says otherwise.

        Raises ChangedMeanwhile, ChargerUnknown.
        """
        answer: TopologyOut = await self._ask(
            "POST",
            f"/v1/operations/chargers/{part(charger_id)}/topology/withdraw",
            {200: TopologyOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer
