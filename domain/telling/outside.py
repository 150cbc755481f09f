"""Which addresses may be called that a customer has named: those of the public internet, and no others.

Whoever may name an address would otherwise reach, through us, what only we can: databases, metadata services, routers.
"""

from collections.abc import Mapping
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from domain.errors import EndpointInvalid
from domain.facts.refused_telling import NoPublicAddress

_LONGEST = 500
_LONGEST_NAME, _LONGEST_LABEL = 253, 63
"""RFC 1035 §2.3.4: octets of a name as it is written, and of what is between its dots."""
_PORTS = frozenset({80, 443, *range(1024, 65_536)})
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as networks of IPv6 alone write them (RFC 6052); its last 32 bits are the address that is meant."""


def check_url(text: str, *, plain: bool = False) -> str:
    """`plain`: `http://` will do, too. What its name leads to is looked at later. Raises EndpointInvalid."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise EndpointInvalid(NoPublicAddress()) from None
    schemes = ("https", "http") if plain else ("https",)
    host = url.hostname or ""
    fit = url.scheme in schemes and host and "@" not in url.netloc and not url.fragment
    if not fit or len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        raise EndpointInvalid(NoPublicAddress())
    if port is not None and port not in _PORTS:
        raise EndpointInvalid(NoPublicAddress())
    if not _fits(host):
        raise EndpointInvalid(NoPublicAddress())
    if _is_literal(host) and not is_outside(host):
        raise EndpointInvalid(NoPublicAddress())
    return text


def origin_of(url: str) -> str:
    """Scheme, host and port of one that `check_url` took: no secret stands in them."""
    said = urlsplit(url)
    return f"{said.scheme}://{said.netloc}"


def digest_of_url(url: str) -> str:
    """SHA-256, as hex: whether it is the same, for who has it."""
    return sha256(url.encode()).hexdigest()


def without_path(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What an audit entry says of an endpoint, with `origin` and `digest` instead of a whole `url`, as versions before
    wrote it; one without is as it was. The origin of what is no address is empty.
    """
    if "url" not in detail:
        return dict(detail)
    url = str(detail["url"])
    try:
        said = urlsplit(url)
    except ValueError:
        origin = ""
    else:
        host = said.netloc.rpartition("@")[2]
        origin = f"{said.scheme}://{host}" if said.scheme and host else ""
    rest = {name: value for name, value in detail.items() if name != "url"}
    return {**rest, "origin": origin, "digest": digest_of_url(url)}


def is_outside(address: str) -> bool:
    """Of the public internet; False also for what is no address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    meant = _meant(ip)
    # fec0::/10 was for sites (RFC 3879 took it back): Python's is_global takes it for a public one.
    of_a_site = isinstance(meant, IPv6Address) and meant.is_site_local
    return meant.is_global and not meant.is_multicast and not meant.is_reserved and not of_a_site


def _meant(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address behind one that carries another."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
    return carried or ip


def _fits(host: str) -> bool:
    """Could a name be so long? One dot may end it."""
    name = host.removesuffix(".")
    return len(name) <= _LONGEST_NAME and all(0 < len(label) <= _LONGEST_LABEL for label in name.split("."))


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
