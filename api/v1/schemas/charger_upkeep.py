"""Lists, power, firmware, certificates and vendors' own messages over the wire: what operators send to chargers."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from api.v1.schemas.charger_commands import FetchUrl, SettingName, SettingValue
from api.v1.schemas.fields import NO_CONTROLS, NO_NUL, Body, Instant
from domain.charging.certificates import CertificateHash, CertificateUse
from domain.charging.commands import HAND_HOLDS, PowerLimit, ProfilePurpose
from domain.charging.listing import ListedToken
from domain.charging.tokens import normalised_token

_Text = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=NO_CONTROLS)]
_MessageId = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=NO_CONTROLS)]
_Transaction = Annotated[str, StringConstraints(min_length=1, max_length=36, pattern=NO_CONTROLS)]
_Data = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]
_Pem = Annotated[
    str, StringConstraints(max_length=5500, pattern=r"^-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=-]+$")
]
_Hex = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[0-9A-Fa-f]+$")]
_Tag = Annotated[str, StringConstraints(min_length=1, max_length=36, pattern=r"^[\x21-\x7e]+$")]
_Signature = Annotated[str, StringConstraints(min_length=1, max_length=800, pattern=r"^[A-Za-z0-9+/=]+$")]
_Seconds = Annotated[int, Field(strict=True, ge=0, le=7 * 24 * 3600)]
_Watts = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
_ProfileId = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
_StackLevel = Annotated[int, Field(strict=True, ge=0, le=100)]
_ConnectorOrAll = Annotated[int, Field(strict=True, ge=0, le=1000)]


class ListedTokenIn(Body):
    id_tag: _Tag
    accepted: bool = Field(default=True, strict=True)
    group_id: _Tag | None = None
    expires_at: Instant | None = None

    def token(self) -> ListedToken:
        return ListedToken(
            id_tag=normalised_token(self.id_tag),
            accepted=self.accepted,
            group_id=self.group_id,
            expires_at=self.expires_at,
        )


class SendLocalListIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"version": 7, "tokens": [{"id_tag": "04A1B2C3"}]}]}
    )

    version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    tokens: list[ListedTokenIn] = Field(default_factory=list, max_length=1000)
    removed: list[_Tag] = Field(default_factory=list, max_length=1000, description="Only with `full` false")
    full: bool = Field(default=True, strict=True, description="Replace the list; false: change it")

    @model_validator(mode="after")
    def _says_one_thing_of_each_token(self) -> Self:
        """A token in two spellings is one; what a list means that names one twice is each charger's own guess."""
        named = [normalised_token(tag) for tag in (*(entry.id_tag for entry in self.tokens), *self.removed)]
        if len(set(named)) < len(named):
            raise ValueError("a token is named twice, in whatever spelling")
        if self.full and self.removed:
            raise ValueError("removed goes with full false: a full list leaves out what it does not name")
        return self


class PowerLimitIn(Body):
    offset_s: _Seconds = Field(description="Seconds after the schedule's start")
    watts: _Watts

    def limit(self) -> PowerLimit:
        return PowerLimit(offset_s=self.offset_s, watts=self.watts)


def _follow_each_other(limits: list[PowerLimitIn]) -> list[PowerLimitIn]:
    offsets = [limit.offset_s for limit in limits]
    if offsets and (offsets[0] != 0 or offsets != sorted(set(offsets))):
        raise ValueError("limits begin at offset 0 and follow each other in time")
    return limits


PowerLimits = Annotated[list[PowerLimitIn], Field(max_length=100), AfterValidator(_follow_each_other)]


class SetChargingProfileIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "connector_number": 1,
                    "profile_id": 1,
                    "purpose": "default",
                    "limits": [{"offset_s": 0, "watts": 11000}],
                }
            ]
        },
    )

    connector_number: _ConnectorOrAll = Field(description="0: the whole charger")
    profile_id: _ProfileId
    purpose: ProfilePurpose
    limits: PowerLimits = Field(min_length=1)
    stack_level: _StackLevel = 0
    starts_at: Instant | None = Field(default=None, description="Null: from the start of charging")
    duration_s: Annotated[int, Field(strict=True, ge=1, le=7 * 24 * 3600)] | None = None
    transaction_id: _Transaction | None = Field(
        default=None, description="With purpose `transaction`: which one"
    )

    @model_validator(mode="after")
    def _names_a_transaction_or_not(self) -> Self:
        if self.transaction_id is not None and self.purpose is not ProfilePurpose.TRANSACTION:
            raise ValueError("a transaction_id goes with the purpose transaction")
        return self


class ClearChargingProfileIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"profile_id": 1}]})

    profile_id: _ProfileId | None = None
    connector_number: _ConnectorOrAll | None = None
    purpose: ProfilePurpose | None = None
    stack_level: _StackLevel | None = None


class GetCompositeScheduleIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"connector_number": 1, "duration_s": 3600}]}
    )

    connector_number: _ConnectorOrAll
    duration_s: Annotated[int, Field(strict=True, ge=1, le=7 * 24 * 3600)]


class UpdateFirmwareIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"location": "https://images.example/7.2.bin", "retrieve_at": "2026-12-01T02:00:00Z"}
            ]
        },
    )

    location: FetchUrl
    retrieve_at: Instant
    install_at: Instant | None = Field(
        default=None, description="Null: once it is fetched. OCPP 1.6 knows no other for unsigned firmware"
    )
    signing_certificate: _Pem | None = None
    signature: _Signature | None = Field(default=None, description="Base64, of the image")
    retries: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    retry_interval_s: _Seconds | None = None

    @model_validator(mode="after")
    def _is_signed_or_not(self) -> Self:
        if (self.signing_certificate is None) != (self.signature is None):
            raise ValueError("signing_certificate and signature go together")
        if self.install_at is not None and self.install_at < self.retrieve_at:
            raise ValueError("what is not fetched yet is not installed: install_at lies before retrieve_at")
        return self


class ReserveNowIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "connector_number": 1,
                    "id_tag": "04A1B2C3",
                    "expires_at": "2026-12-01T12:00:00Z",
                }
            ]
        },
    )

    connector_number: _ConnectorOrAll
    hold_id: Annotated[int, Field(strict=True, ge=HAND_HOLDS.start, lt=HAND_HOLDS.stop)] | None = Field(
        default=None,
        description="Of a hold by hand, to replace it; null: a new one, told in `values.hold_id`",
    )
    id_tag: _Tag
    group_id: _Tag | None = None
    expires_at: Instant


class CancelHoldIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"hold_id": HAND_HOLDS.start + 1}]}
    )

    hold_id: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class SettingIn(Body):
    key: SettingName
    value: SettingValue


class SetVariablesIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"settings": [{"key": "OCPPCommCtrlr.HeartbeatInterval", "value": "300"}]}]
        },
    )

    settings: list[SettingIn] = Field(min_length=1, max_length=50)


class DataTransferIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"vendor_id": "org.example", "message_id": "Lights"}]}
    )

    vendor_id: _Text
    message_id: _MessageId | None = None
    data: _Data | None = None


class InstallCertificateIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"use": "csms_root", "certificate": "-----BEGIN CERTIFICATE-----\nMIIB"}]
        },
    )

    use: CertificateUse
    certificate: _Pem


class GetCertificatesIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"use": "csms_root"}]})

    use: CertificateUse = CertificateUse.CSMS_ROOT


class DeleteCertificateIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "algorithm": "SHA256",
                    "issuer_name_hash": "a1b2",
                    "issuer_key_hash": "c3d4",
                    "serial_number": "01",
                }
            ]
        },
    )

    algorithm: Literal["SHA256", "SHA384", "SHA512"]
    issuer_name_hash: _Hex
    issuer_key_hash: _Hex
    serial_number: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Fa-f]+$")]

    def named(self) -> CertificateHash:
        return CertificateHash(
            algorithm=self.algorithm,
            issuer_name_hash=self.issuer_name_hash,
            issuer_key_hash=self.issuer_key_hash,
            serial_number=self.serial_number,
        )
