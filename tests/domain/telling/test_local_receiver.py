"""One address on this machine may be called, and nothing that only looks like it."""

import pytest

from domain.telling.local_receiver import LocalReceiver

HERE = LocalReceiver("http://127.0.0.1:8027")


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:8027/",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "https://127.0.0.1:8027",
        "http://localhost:8027",
        "http://10.0.0.1:8027",
        "http://169.254.169.254:80",
        "http://user@127.0.0.1:8027",
        "http://127.0.0.1:8027?x",
    ],
)
def test_it_is_on_the_loopback_interface_and_nowhere_else(origin: str) -> None:
    with pytest.raises(ValueError, match=r"local receiver|range"):
        LocalReceiver(origin)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8027",
        "http://127.0.0.1:80270/",
        "http://127.0.0.1:8027@evil.example/",
        "http://127.0.0.1:8028/",
        "http://127.0.0.1/",
        "https://127.0.0.1:8027/",
        "http://localhost:8027/",
        "http://127.0.0.1:8027\\@evil.example/",
        "http://127.0.0.1:8027/a b",
        "http://127.0.0.1:8027/\n",
    ],
)
def test_what_only_looks_like_it_is_not_there(url: str) -> None:
    assert not HERE.is_at(url)


def test_its_own_paths_are_there() -> None:
    assert HERE.is_at("http://127.0.0.1:8027/events?tenant=1")
