"""Who asks to be let in, and what a caller is answered who is not."""

from dataclasses import dataclass
from http import HTTPStatus

from ocpp_gateway.admission.tls import Subject


class Refused(Exception):
    """The handshake is answered with `status`. `code` is stable; `detail` is for the operator, not the charger."""

    def __init__(
        self, status: HTTPStatus, code: str, detail: str = "", *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where a handshake comes from. `subject`: of the client certificate that TLS verified; None: it sent none."""

    address: str = ""
    encrypted: bool = False
    subject: Subject | None = None
