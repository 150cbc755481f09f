"""/v1/operations/chargers/{charger_id}/…: local lists, power, firmware, certificates, holds by hand, vendors' words."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.responses import documented
from api.v1.routes.charger_commands import ANSWERS, sent
from api.v1.schemas.charger_commands import CommandOut
from api.v1.schemas.charger_upkeep import (
    CancelHoldIn,
    ClearChargingProfileIn,
    DataTransferIn,
    DeleteCertificateIn,
    GetCertificatesIn,
    GetCompositeScheduleIn,
    InstallCertificateIn,
    ReserveNowIn,
    SendLocalListIn,
    SetChargingProfileIn,
    SetVariablesIn,
    UpdateFirmwareIn,
)
from api.v1.schemas.fields import Identifier
from domain.charging.certificates import DeleteCertificate, GetCertificates, InstallCertificate
from domain.charging.commands import (
    CancelReservation,
    ClearChargingProfile,
    DataTransfer,
    GetBaseReport,
    GetCompositeSchedule,
    ReserveNow,
    SetChargingProfile,
    SetConfiguration,
    SetVariables,
    UpdateFirmware,
)
from domain.charging.listing import ListedToken, SendLocalList
from domain.charging.tokens import normalised_token

router = APIRouter(
    prefix="/v1/operations/chargers/{charger_id}",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=ANSWERS,
)


@router.post(
    "/send-local-list",
    summary="Replace or change the tokens a charger accepts without asking",
    responses=documented("local_list_is_kept"),
)
async def send_local_list(
    charger_id: Identifier, body: SendLocalListIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """The charger takes a version higher than the one it has; see `get-local-list-version`.

    Refused where the list is kept in step with the charger's reservations (`keeps_local_list`).
    """
    command = SendLocalList(
        version=body.version,
        tokens=tuple(entry.token() for entry in body.tokens),
        removed=tuple(ListedToken(id_tag=normalised_token(tag)) for tag in body.removed),
        full=body.full,
    )
    return await sent(services, operator, charger_id, command)


@router.post("/set-charging-profile", summary="Limit a charger's power over time")
async def set_charging_profile(
    charger_id: Identifier, body: SetChargingProfileIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = SetChargingProfile(
        connector_number=body.connector_number,
        profile_id=body.profile_id,
        purpose=body.purpose,
        limits=tuple(entry.limit() for entry in body.limits),
        stack_level=body.stack_level,
        starts_at=body.starts_at,
        duration_s=body.duration_s,
        transaction_id=body.transaction_id,
    )
    return await sent(services, operator, charger_id, command)


@router.post("/clear-charging-profile", summary="Lift limits of power")
async def clear_charging_profile(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    body: Annotated[ClearChargingProfileIn | None, Body()] = None,
) -> CommandOut:
    """One profile by its id, or all that match the rest; with nothing given, all."""
    asked = body or ClearChargingProfileIn()
    command = ClearChargingProfile(
        profile_id=asked.profile_id,
        connector_number=asked.connector_number,
        purpose=asked.purpose,
        stack_level=asked.stack_level,
    )
    return await sent(services, operator, charger_id, command)


@router.post("/get-composite-schedule", summary="Ask what power a charger would give")
async def get_composite_schedule(
    charger_id: Identifier, body: GetCompositeScheduleIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """`values`: limits by seconds from now: watts, or with another unit as the charger told it (`16.0 A`)."""
    command = GetCompositeSchedule(connector_number=body.connector_number, duration_s=body.duration_s)
    return await sent(services, operator, charger_id, command)


@router.post("/update-firmware", summary="Have a charger fetch and install firmware")
async def update_firmware(
    charger_id: Identifier, body: UpdateFirmwareIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """Signed, where a certificate and a signature are given. How it goes is in the charger's events."""
    command = UpdateFirmware(
        location=body.location,
        retrieve_at=body.retrieve_at,
        install_at=body.install_at,
        signing_certificate=body.signing_certificate,
        signature=body.signature,
        retries=body.retries,
        retry_interval_s=body.retry_interval_s,
    )
    return await sent(services, operator, charger_id, command)


@router.post("/reserve-now", summary="Hold a connector on the charger by hand")
async def reserve_connector_now(
    charger_id: Identifier, body: ReserveNowIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """On the device only: no reservation of ours stands behind it, and nothing here keeps the connector free.

    `values.hold_id` names it for `cancel-reservation`.
    """
    command = ReserveNow(
        connector_number=body.connector_number,
        hold_id=body.hold_id or 0,
        id_tag=normalised_token(body.id_tag),
        parent_id_tag=body.group_id,
        expires_at=body.expires_at,
    )
    return await sent(services, operator, charger_id, command)


@router.post("/cancel-reservation", summary="Take a hold off the charger by hand")
async def cancel_reservation_on_charger(
    charger_id: Identifier, body: CancelHoldIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    return await sent(services, operator, charger_id, CancelReservation(hold_id=body.hold_id))


@router.post("/get-base-report", summary="Have an OCPP 2.x charger report its whole device model")
async def get_base_report(charger_id: Identifier, operator: Operator, services: ServicesHere) -> CommandOut:
    """`accepted`: it comes in pieces; see `device-model`."""
    return await sent(services, operator, charger_id, GetBaseReport())


@router.post(
    "/set-variables",
    summary="Change several settings of an OCPP 2.x charger in one message",
    responses=documented("invalid_request", "password_by_rotation"),
)
async def set_variables(
    charger_id: Identifier, body: SetVariablesIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """`values` has the charger's word for each. Not its own password: that takes `rotate-password`."""
    settings = tuple(SetConfiguration(key=entry.key, value=entry.value) for entry in body.settings)
    return await sent(services, operator, charger_id, SetVariables(settings=settings))


@router.post("/data-transfer", summary="Send a vendor's own message")
async def data_transfer(
    charger_id: Identifier, body: DataTransferIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """`values.data`: what came back."""
    command = DataTransfer(vendor_id=body.vendor_id, message_id=body.message_id, data=body.data)
    return await sent(services, operator, charger_id, command)


@router.post("/install-certificate", summary="Have a charger trust a root certificate")
async def install_certificate(
    charger_id: Identifier, body: InstallCertificateIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = InstallCertificate(use=body.use, certificate=body.certificate)
    return await sent(services, operator, charger_id, command)


@router.post("/get-certificates", summary="Ask which root certificates a charger trusts")
async def get_certificates(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    body: Annotated[GetCertificatesIn | None, Body()] = None,
) -> CommandOut:
    """`values`: serial number → algorithm, hash of the issuer's name and of its key, for `delete-certificate`."""
    return await sent(services, operator, charger_id, GetCertificates(use=(body or GetCertificatesIn()).use))


@router.post("/delete-certificate", summary="Have a charger trust a root certificate no more")
async def delete_certificate(
    charger_id: Identifier, body: DeleteCertificateIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    return await sent(services, operator, charger_id, DeleteCertificate(certificate=body.named()))
