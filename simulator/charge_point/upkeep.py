"""Logs, firmware, profiles, vendors' words: carried out for show, so that a CSMS sees a real charger's messages."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.charge_point.charger import Charger
from simulator.charge_point.link import Reply
from simulator.charge_point.messages import Payload
from simulator.charge_point.station import Command

ACCEPTED: Payload = {"status": "Accepted"}
_FIRMWARE_STEPS = ("Downloading", "Downloaded", "Installing", "Installed")
_UPLOAD_STEPS = ("Uploading", "Uploaded")


class Upkeep:
    """What all versions have. `profiles` by their id, as they came."""

    def __init__(self, charger: Charger) -> None:
        self._charger = charger
        self.profiles = charger.profiles

    @property
    def table(self) -> Mapping[str, Command]:
        return {
            "DataTransfer": self.data_transfer,
            "GetLog": self.get_log,
            "UpdateFirmware": self.update_firmware,
        }

    async def data_transfer(self, payload: Payload) -> Reply:
        """Its own vendor's messages come back as they are."""
        if payload["vendorId"] != self._charger.hardware.vendor:
            return Reply({"status": "UnknownVendorId"})
        return Reply({**ACCEPTED, "data": payload.get("data", "")})

    async def get_log(self, payload: Payload) -> Reply:
        number = payload["requestId"]

        async def upload() -> None:
            await self._tell("LogStatusNotification", _UPLOAD_STEPS, requestId=number)

        return Reply({**ACCEPTED, "filename": self._file}, after=upload)

    @property
    def _file(self) -> str:
        return f"{self._charger.hardware.identity}.log"[:255]

    async def update_firmware(self, payload: Payload) -> Reply:
        async def install() -> None:
            named = {"requestId": payload["requestId"]} if "requestId" in payload else {}
            await self._tell("FirmwareStatusNotification", _FIRMWARE_STEPS, **named)

        return Reply(dict(ACCEPTED) if "requestId" in payload else {}, after=install)

    async def _tell(self, action: str, statuses: tuple[str, ...], **named: int) -> None:
        for status in statuses:
            await self._charger.tell(action, {"status": status, **named})

    def _clear(self, number: int | None) -> Reply:
        """Criteria other than the id are taken for "all"."""
        known = bool(self.profiles) if number is None else number in self.profiles
        if number is None:
            self.profiles.clear()
        else:
            self.profiles.pop(number, None)
        return Reply({"status": "Accepted" if known else "Unknown"})

    def _limit(self) -> float:
        """Watts; the profiles' first periods, for a car that is there now."""
        firsts = [schedule["chargingSchedulePeriod"][0]["limit"] for schedule in self.profiles.values()]
        return float(min([self._charger.hardware.power_w, *firsts]))

    def _composite(self, payload: Payload) -> Payload:
        periods = [{"startPeriod": 0, "limit": self._limit()}]
        return {
            "duration": payload["duration"],
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": periods,
        }


class Upkeep16(Upkeep):
    @property
    def table(self) -> Mapping[str, Command]:
        return {
            **super().table,
            "GetDiagnostics": self.get_diagnostics,
            "SignedUpdateFirmware": self.signed_update_firmware,
            "SetChargingProfile": self.set_charging_profile,
            "ClearChargingProfile": self.clear_charging_profile,
            "GetCompositeSchedule": self.get_composite_schedule,
        }

    async def get_diagnostics(self, payload: Payload) -> Reply:
        async def upload() -> None:
            await self._tell("DiagnosticsStatusNotification", _UPLOAD_STEPS)

        return Reply({"fileName": self._file}, after=upload)

    async def signed_update_firmware(self, payload: Payload) -> Reply:
        async def install() -> None:
            await self._tell(
                "SignedFirmwareStatusNotification", _FIRMWARE_STEPS, requestId=payload["requestId"]
            )

        return Reply(dict(ACCEPTED), after=install)

    async def set_charging_profile(self, payload: Payload) -> Reply:
        profile = payload["csChargingProfiles"]
        self.profiles[profile["chargingProfileId"]] = profile["chargingSchedule"]
        return Reply(ACCEPTED)

    async def clear_charging_profile(self, payload: Payload) -> Reply:
        return self._clear(payload.get("id"))

    async def get_composite_schedule(self, payload: Payload) -> Reply:
        number = payload["connectorId"]
        return Reply({**ACCEPTED, "connectorId": number, "chargingSchedule": self._composite(payload)})


class Upkeep2x(Upkeep):
    @property
    def table(self) -> Mapping[str, Command]:
        return {
            **super().table,
            "SetChargingProfile": self.set_charging_profile,
            "ClearChargingProfile": self.clear_charging_profile,
            "GetCompositeSchedule": self.get_composite_schedule,
        }

    async def set_charging_profile(self, payload: Payload) -> Reply:
        profile = payload["chargingProfile"]
        self.profiles[profile["id"]] = profile["chargingSchedule"][0]
        return Reply(ACCEPTED)

    async def clear_charging_profile(self, payload: Payload) -> Reply:
        return self._clear(payload.get("chargingProfileId"))

    async def get_composite_schedule(self, payload: Payload) -> Reply:
        start = self._charger.timestamp()
        schedule = {"evseId": payload["evseId"], "scheduleStart": start, **self._composite(payload)}
        return Reply({**ACCEPTED, "schedule": schedule})
