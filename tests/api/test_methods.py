"""HEAD, OPTIONS and Allow of every address, and what web pages of other origins may do."""

import httpx
import pytest
from pydantic import ValidationError

from api.app import create_app
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import LocalKey
from runtime.settings import ApiSettings
from tests.api.stage import NOW, WEBHOOK_SECRET, Stage
from tests.factories.readiness import readiness_over

PAGE = "https://book.example"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def named(header: str) -> set[str]:
    return {one.strip() for one in header.split(",")}


async def test_every_address_says_what_it_takes_whichever_way_it_is_asked(stage: Stage) -> None:
    paths = (await stage.http.get("/openapi.json")).json()["paths"]
    for path, operations in paths.items():
        taken = {method.upper() for method in operations}
        expected = taken | {"OPTIONS"} | ({"HEAD"} if "GET" in taken else set())
        options = await stage.http.options(path)
        assert (options.status_code, named(options.headers["allow"])) == (204, expected), path
        for method in set(METHODS) - taken:
            refused = await stage.http.request(method, path)
            assert refused.status_code == 405, f"{method} {path}"
            assert named(refused.headers["allow"]) == expected, f"{method} {path}"


async def test_what_is_no_address_has_no_methods(stage: Stage) -> None:
    assert (await stage.http.options("/v1/nowhere")).status_code == 404
    assert (await stage.http.head("/v1/nowhere")).status_code == 404


async def test_head_says_what_get_would_say_but_the_body(stage: Stage) -> None:
    got = await stage.http.get("/v1/sites", headers=stage.driver())
    head = await stage.http.head("/v1/sites", headers=stage.driver())
    own = {"x-request-id", "date"}
    assert {k: v for k, v in got.headers.items() if k not in own} == {
        k: v for k, v in head.headers.items() if k not in own
    }
    assert (head.status_code, head.content) == (200, b"")
    assert (await stage.http.head("/v1/sites")).status_code == 401


async def test_scripts_of_other_pages_may_call_only_where_the_operator_says_so(stage: Stage) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in (await stage.http.get("/v1/sites", headers=asked)).headers
    app = create_app(
        sessions=stage.sessions,
        temporal=stage.temporal,
        tokens=TokenVerifier(
            LocalKey(stage.issuer.public_key_file), issuer="slotkeeper", audience="slotkeeper-api"
        ),
        stripe_webhook_secret=WEBHOOK_SECRET,
        readiness=readiness_over(stage.sessions, stage.temporal),
        clock=lambda: NOW,
        origins=(PAGE,),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        wanted = {**asked, "Access-Control-Request-Headers": "authorization, idempotency-key, content-type"}
        preflight = await http.options("/v1/reservations", headers=wanted)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == PAGE
        assert {"authorization", "idempotency-key"} <= named(
            preflight.headers["access-control-allow-headers"].lower()
        )
        refused = await http.get("/v1/sites", headers={"Origin": PAGE})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, PAGE)
        assert "X-Request-Id" in named(refused.headers["access-control-expose-headers"])
        stranger = await http.options(
            "/v1/reservations", headers={**wanted, "Origin": "https://evil.example"}
        )
        assert "access-control-allow-origin" not in stranger.headers


def test_origins_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOTKEEPER_API_ORIGINS", f"{PAGE}, http://localhost:3000")
    assert ApiSettings().origins == (PAGE, "http://localhost:3000")


@pytest.mark.parametrize("said", ["*", "book.example", f"{PAGE}/", f"{PAGE}/page", "null"])
def test_what_is_no_origin_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("SLOTKEEPER_API_ORIGINS", said)
    with pytest.raises(ValidationError):
        ApiSettings()
