"""What chargers say, in the domain's words: the one vocabulary that all protocol versions translate into.

Instants are aware UTC, already corrected (`timestamps`); energy is in Wh; tokens are normalised (upper case). No text
has more characters than the protocol allows, nor a NUL; integers have 32 bits: all of it can be stored.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from domain.charging.connector import ConnectorStatus
from domain.charging.readings import Reading


class Booted(Struct, frozen=True, kw_only=True, gc=False):
    vendor: str
    model: str
    firmware: str = ""
    reason: str = ""


class Heartbeat(Struct, frozen=True, gc=False):
    """The charger lives and wants to know the time."""


class StatusReported(Struct, frozen=True, kw_only=True, gc=False):
    """`connector_number` 0 is the charger as a whole. `merely_occupied`: 2.x says Occupied, no more.

    `plug`: which connector of the EVSE says it (2.x), counted from 1; None: the EVSE as a whole.
    """

    connector_number: int
    status: ConnectorStatus
    at: datetime
    error_code: str = ""
    merely_occupied: bool = False
    plug: int | None = None


class LockReported(Struct, frozen=True, kw_only=True, gc=False):
    """Of the lock of a connector's plug: it has failed, or works again."""

    connector_number: int
    failed: bool
    at: datetime


class StatusesReported(Struct, frozen=True, gc=False):
    """Several at once (2.x NotifyEvent), then what was said of locks."""

    statuses: tuple[StatusReported, ...]
    locks: tuple[LockReported, ...] = ()


class TokenPresented(Struct, frozen=True, kw_only=True, gc=False):
    id_tag: str


class Phase(StrEnum):
    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


class TransactionReported(Struct, frozen=True, kw_only=True, gc=False):
    """One message of a transaction.

    `identity` is durable within the charger: the same message re-sent, even under a new message id, carries
    the same one. `transaction_id` None: a 1.6 start, we hand out the number; a 1.6 stop, the charger never
    learned it. `connector_number` None: the message does not say. `id_tag` None: nobody has been authorised by
    this message, whatever its phase (2.x starts on plug-in). `status`: what the connector does according to
    this message (2.x charging state). `offline`: it happened without a connection, so nobody was asked; None: the
    version does not say (1.6).
    """

    phase: Phase
    identity: str
    at: datetime
    transaction_id: str | None = None
    connector_number: int | None = None
    id_tag: str | None = None
    names_nobody: bool = False
    """It says that nobody is authorised, or the card that it names is blank."""
    clock_unset: bool = False
    """The charger's time was absurd, so `identity` may repeat with every transaction."""
    meter_wh: int | None = None
    """What the message shows of the register, before anybody judges it."""
    readings: tuple[Reading, ...] = ()
    seq_no: int | None = None
    stop_reason: str = ""
    status: ConnectorStatus | None = None
    offline: bool | None = None
    plugged_in: bool = False
    """It says that a vehicle is connected (2.x; a 1.6 transaction has one)."""


class MeterReported(Struct, frozen=True, kw_only=True, gc=False):
    """`meter_wh` None: no energy register among the samples. `connector_number` None: its transaction says where."""

    connector_number: int | None
    transaction_id: str | None
    meter_wh: int | None
    at: datetime
    readings: tuple[Reading, ...] = ()


class HoldRemoved(Struct, frozen=True, kw_only=True, gc=False):
    """The charger gave up its reservation `hold_id` by itself.

    `why`: Expired, Removed, or (2.1) NoTransaction: its driver came, and then no transaction followed.
    """

    hold_id: int
    why: str


class UploadKind(StrEnum):
    LOG = "log"
    FIRMWARE = "firmware"


class UploadReported(Struct, frozen=True, kw_only=True, gc=False):
    """How the upload of logs, or the download and installation of firmware, is going.

    `status`: the charger's own word, e.g. Uploading, UploadFailed, InstallRebooting. `request_id`: of our
    request, where the version tells.
    """

    kind: UploadKind
    status: str
    request_id: int | None = None


class ModelEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One attribute of a variable of a 2.x device model (part 1, §4). `evse`, `connector` 0: not of one."""

    component: str
    component_instance: str = ""
    evse: int = 0
    connector: int = 0
    variable: str
    variable_instance: str = ""
    attribute: str = "Actual"
    value: str | None = None
    mutability: str = ""


class ModelReported(Struct, frozen=True, gc=False):
    """A piece of the device model (2.x B07, NotifyReport). `report`: which one. `last`: nothing more comes of it.

    `number`: of the piece, from 0; None: not told. `cut`: not all of it could be read.
    """

    entries: tuple[ModelEntry, ...]
    report: int = 0
    last: bool = True
    number: int | None = None
    cut: bool = False


class CertificateAsked(Struct, frozen=True, kw_only=True, gc=False):
    """A request to be signed (PEM). `own`: for the charger itself, not for what it is to the vehicle (2.x V2G)."""

    csr: str
    own: bool = True
    request_id: int | None = None


class VendorData(Struct, frozen=True, gc=False):
    """DataTransfer: no vendor is known to us."""


class Noted(Struct, frozen=True, gc=False):
    """Valid, acknowledged, and of no consequence here."""


Report = (
    Booted
    | Heartbeat
    | StatusReported
    | StatusesReported
    | TokenPresented
    | TransactionReported
    | MeterReported
    | HoldRemoved
    | UploadReported
    | ModelReported
    | CertificateAsked
    | VendorData
    | Noted
)
