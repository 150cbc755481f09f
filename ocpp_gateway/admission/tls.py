"""TLS for chargers (security profiles 2 and 3), and what a client certificate says about who they are.

Rules: OCPP 2.0.1 part 2 §A00 and the 1.6 security whitepaper, which agree on all of this.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)

# A00.FR.318 asks for AES-GCM with ECDHE-ECDSA and with plain RSA; the latter, without forward secrecy, comes last.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:AES256-GCM-SHA384:AES128-GCM-SHA256"

CertificateRefused = Callable[[str], None]
"""Told why a client certificate did not verify. Nobody knows whose it was: there is no request yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """PEM files: the certificate with its intermediates, and its key without a passphrase."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsOptions:
    """`key_pairs`: one, or an ECDSA and an RSA one for chargers that know only either.

    `client_roots`: PEM bundle of every root that client certificates may come from; None: no profile 3.
    `revoked`: PEM file with a CRL for each issuer of client certificates; an outdated CRL refuses all of them.
    `client_organization`: what O must be in a client certificate (A00.FR.403); None: not compared.
    """

    key_pairs: tuple[KeyPair, ...]
    client_roots: Path | None = None
    revoked: Path | None = None
    client_organization: str | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        pairs = (path for pair in self.key_pairs for path in (pair.certificate, pair.key))
        return (*pairs, *(path for path in (self.client_roots, self.revoked) if path is not None))


class TlsUnusable(Exception):
    """A file is missing, unreadable or not what it should be. The text names the file."""

    code = "tls_unusable"


class ServerContext(ssl.SSLContext):
    """A context for the listening socket whose contents can be exchanged while chargers are connected.

    OpenSSL only ever adds to a context, so roots and CRLs would stay for ever and resumed sessions would skip a
    new CRL. Each connection is therefore wrapped by the latest of a series of contexts; living ones keep theirs.
    """

    latest: ssl.SSLContext
    observed: type[ssl.SSLObject]

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return self.latest.wrap_bio(incoming, outgoing, server_side=server_side)


def server_context(options: TlsOptions, refused: CertificateRefused | None = None) -> ServerContext:
    """For `serve(..., ssl=…)`. Raises TlsUnusable."""
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.observed = _observed_by(refused) if refused is not None else ssl.SSLObject
    reload(context, options)
    return context


def reload(context: ServerContext, options: TlsOptions) -> None:
    """Read all files again, for connections from now on. Raises TlsUnusable and then leaves all as it was."""
    latest = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    latest.sslobject_class = context.observed
    latest.minimum_version = ssl.TLSVersion.TLSv1_2
    latest.set_ciphers(CIPHERS)
    latest.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    for pair in options.key_pairs:
        _reading(pair.certificate, partial(_load_pair, latest, pair))
    if options.client_roots is not None:
        # Optional, so that profile 2 and profile 3 share a port; one that is sent is verified.
        latest.verify_mode = ssl.CERT_OPTIONAL
        _reading(options.client_roots, partial(latest.load_verify_locations, options.client_roots))
    if options.revoked is not None:
        _reading(options.revoked, partial(latest.load_verify_locations, options.revoked))
        latest.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    context.latest = latest


def _load_pair(context: ssl.SSLContext, pair: KeyPair) -> None:
    # An empty password instead of none: OpenSSL would ask the terminal for a key's passphrase.
    context.load_cert_chain(pair.certificate, pair.key, password="")


def _reading(path: Path, load: Callable[[], None]) -> None:
    try:
        load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise TlsUnusable(f"{path} cannot be used for TLS: {reason}") from error


def _observed_by(refused: CertificateRefused) -> type[ssl.SSLObject]:
    class Observed(ssl.SSLObject):
        """asyncio tells nobody about failed handshakes; operators want to know of expired certificates."""

        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except ssl.SSLCertVerificationError as error:
                refused(error.verify_message)
                raise

    return Observed


class CertificateWatch:
    """Reloads on request (SIGHUP) and when a file has changed, e.g. renewed by a certificate agent."""

    def __init__(self, context: ServerContext, options: TlsOptions, *, every_s: float = 30.0) -> None:
        self._context = context
        self._options = options
        self._every_s = every_s
        self._known = _stamps(options)

    def reload(self) -> bool:
        """False: a file is unusable; it is logged, and what was there before stays in use."""
        self._known = _stamps(self._options)
        try:
            reload(self._context, self._options)
        except TlsUnusable as error:
            log.error("tls_not_reloaded", error=str(error))
            return False
        log.info("tls_reloaded")
        return True

    def look(self) -> bool:
        """Reload if a file has changed since the last time. True: reloaded."""
        return _stamps(self._options) != self._known and self.reload()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            self.look()


def _stamps(options: TlsOptions) -> list[tuple[int, int, int] | None]:
    return [_stamp(path) for path in options.files]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@dataclass(frozen=True, slots=True)
class Subject:
    """Of a verified client certificate; None where the field is missing or there are several."""

    common_name: str | None
    organization: str | None


def subject_of(certificate: Mapping[str, Any]) -> Subject:
    """`certificate` as SSLObject.getpeercert() returns it."""
    fields = [field for names in certificate.get("subject", ()) for field in names]

    def only(name: str) -> str | None:
        values = [value for key, value in fields if key == name]
        return values[0] if len(values) == 1 else None

    return Subject(only("commonName"), only("organizationName"))
