"""Nobody reaches through us what only we can reach."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import EndpointInvalid
from domain.telling.outside import check_url, is_outside

INSIDE = (
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1",
    "fe80::1%eth0", "fec0::1", "feff::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1",
    "nobody", "", "127.1",
)  # fmt: skip
PRIVATE = [
    IPv4Network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_called(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_public_internet_is_called(address: str) -> None:
    assert is_outside(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_no_disguise_makes_an_inner_address_an_outer_one(address: IPv4Address) -> None:
    disguises = [
        str(address),
        f"::ffff:{address}",
        str(IPv6Address((0x64FF9B << 96) | int(address))),
        str(IPv6Address((0x2002 << 112) | (int(address) << 80))),
    ]
    if any(address in network for network in PRIVATE):
        assert not any(is_outside(one) for one in disguises)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https://",
        "https://user:secret@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:22/",
        "https://hooks.example:99999/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nX: y",
        "https://hööks.example/",
        f"https://hooks.example/{'a' * 500}",
        "//hooks.example/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 127}example/",
        "https://hooks..example/",
        "https://.example/",
        "https://[::1",
    ],
)
def test_an_address_that_would_mislead_is_refused(url: str) -> None:
    with pytest.raises(EndpointInvalid):
        check_url(url)


def test_a_public_address_is_kept_as_it_was_written() -> None:
    assert check_url("https://hooks.example:8443/in?tenant=1") == "https://hooks.example:8443/in?tenant=1"
    longest = f"https://{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 61}/"
    assert check_url(longest) == longest
    assert check_url("http://hooks.example/", plain=True) == "http://hooks.example/"
