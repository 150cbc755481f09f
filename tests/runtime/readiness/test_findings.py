"""Each thing that can be missing is named, and the command that is named mends it. On real servers."""

import asyncio
import os
import shlex
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from google.protobuf.duration_pb2 import Duration
from sqlalchemy import make_url, text
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.home import Home
from api.tokens.keys import JwksKeys
from contracts import search_attributes
from contracts.reconciliation import NamespaceIdentity
from db.engine import create_engine, create_sessions
from db.migrations import revisions
from runtime.embedded.ports import free_port
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.readiness.database import database_need
from runtime.readiness.findings import kind_of
from runtime.readiness.home import home_need
from runtime.readiness.payments import payments_need
from runtime.readiness.process import token_keys_need
from runtime.readiness.readiness import Need, Readiness, Report
from runtime.readiness.temporal import TemporalLink, temporal_needs
from runtime.stack.plan import REPOSITORY
from simulator.stripe_api.server import running_stripe_api
from tests.conftest import temporal_binary
from tests.factories.readiness import link_over
from workflows.client.namespace import NamespaceMemory


async def report_of(*needs: Need) -> Report:
    return await Readiness(needs).report()


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.missing]


# --- Postgres ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Need]:
    engine = create_engine(url, pool_size=1)
    yield database_need(engine, revisions())
    await engine.dispose()


async def test_a_migrated_database_is_ready(database_url: str) -> None:
    async with database(database_url) as need:
        assert (await report_of(need)).ready


async def test_an_empty_database_is_behind_until_the_named_command_has_run(
    postgres: EmbeddedPostgres,
) -> None:
    name = f"empty_{uuid.uuid4().hex}"
    url = await postgres.create_database(name)
    async with database(url) as need:
        before = await report_of(need)
        assert codes(before) == ["schema_behind"]
        await run(before.missing[0].mend, {"DATABASE_URL": url})
        assert (await report_of(need)).ready
    await postgres.drop_database(name)


async def test_a_database_of_an_older_program_is_behind_and_of_a_newer_one_is_not(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=1)
    need = database_need(engine, revisions())
    older = next(iter(revisions().known - {revisions().head}))
    for at, expected in ((older, ["schema_behind"]), ("of-a-newer-program", [])):
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": at})
        assert codes(await report_of(need)) == expected
    await engine.dispose()


async def test_a_refused_password_is_another_finding_than_a_server_that_is_away(database_url: str) -> None:
    address = make_url(database_url)
    wrong = address.set(password="a-wrong-one").render_as_string(hide_password=False)
    away = address.set(port=free_port()).render_as_string(hide_password=False)
    async with database(wrong) as refused, database(away) as nobody:
        told = await report_of(refused)
        assert codes(told) == ["database_refuses"]
        assert codes(await report_of(nobody)) == ["database_unreachable"]
    assert "a-wrong-one" not in str(told)


# --- Temporal ----------------------------------------------------------------------------------------------------


async def test_a_missing_namespace_and_then_its_search_attributes_are_made_by_the_named_commands(
    temporal_env: WorkflowEnvironment,
) -> None:
    client = client_of(temporal_env, f"made-{uuid.uuid4().hex[:8]}")
    needs = temporal_needs(link_over(client))
    before = await report_of(*needs)
    assert codes(before) == ["namespace_missing"]
    await run(before.missing[0].mend, temporal_variables(client))
    bare = await until(needs, ["search_attributes_missing"])
    for key in search_attributes.ALL:
        assert f"--name {key.name} --type {kind_of(key)}" in bare.missing[0].mend
    await run(bare.missing[0].mend, temporal_variables(client))
    assert (await until(needs, [])).ready


async def test_exactly_the_missing_and_the_mistyped_search_attributes_are_named(
    temporal_env: WorkflowEnvironment,
) -> None:
    client = client_of(temporal_env, f"odd-{uuid.uuid4().hex[:8]}")
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace=client.namespace, workflow_execution_retention_period=Duration(seconds=86_400)
        )
    )
    needs = temporal_needs(link_over(client))
    await until(needs, ["search_attributes_missing"])
    missing, mistyped, *others = search_attributes.ALL
    request = AddSearchAttributesRequest(namespace=client.namespace)
    for key in others:
        request.search_attributes[key.name] = IndexedValueType.ValueType(key.indexed_value_type)
    request.search_attributes[mistyped.name] = IndexedValueType.INDEXED_VALUE_TYPE_INT
    await client.operator_service.add_search_attributes(request)
    told = await until(needs, ["search_attributes_missing", "search_attributes_mistyped"])
    lacks, odd = told.missing
    assert lacks.mend.endswith(f" --name {missing.name} --type {kind_of(missing)}")
    assert odd.mend.endswith(f" --name {mistyped.name} --type {kind_of(mistyped)}")
    for finding in told.missing:
        await run(finding.mend, temporal_variables(client))
    assert (await until(needs, [])).ready


async def test_another_namespace_than_that_of_the_reservations_is_a_finding(
    database_url: str, temporal_env: WorkflowEnvironment
) -> None:
    engine, client = create_engine(database_url, pool_size=1), client_of(temporal_env, "default")
    need, home = home_need(engine, link_over(client)), Home(create_sessions(engine))
    try:
        assert codes(await report_of(need)) == []
        await home.accept(await NamespaceMemory(client).identity())
        assert codes(await report_of(need)) == []
        await home.accept(
            NamespaceIdentity(id=str(uuid.uuid4()), name="elsewhere", retention=timedelta(days=1))
        )
        assert codes(await report_of(need)) == ["another_namespace"]
    finally:
        await engine.dispose()


async def test_a_temporal_that_is_away_is_one_finding() -> None:
    async def nobody() -> Client:
        return await Client.connect(f"127.0.0.1:{free_port()}")

    assert codes(await report_of(*temporal_needs(TemporalLink(nobody)))) == ["temporal_unreachable"]


# --- payments and tokens -----------------------------------------------------------------------------------------


async def test_a_refused_key_is_missing_and_a_provider_that_is_away_only_degrades() -> None:
    async with running_stripe_api(api_key="sk_test_right") as stripe:
        right, wrong = (StripeGateway(f"sk_test_{word}", stripe.base_url) for word in ("right", "wrong"))
        away = StripeGateway("sk_test_right", f"http://127.0.0.1:{free_port()}")
        accepted = await report_of(payments_need(right.use_key))
        refused = await report_of(payments_need(wrong.use_key))
        unknown = await report_of(payments_need(away.use_key))
        for gateway in (right, wrong, away):
            await gateway.aclose()
    assert (accepted.ready, accepted.degraded) == (True, ())
    assert codes(refused) == ["payment_key_refused"]
    assert unknown.ready
    assert [finding.code for finding in unknown.degraded] == ["payments_unreachable"]


async def test_without_any_key_for_tokens_it_is_not_ready() -> None:
    keys = JwksKeys(f"http://127.0.0.1:{free_port()}/jwks.json")
    assert codes(await report_of(token_keys_need(keys.available))) == ["token_keys_unreachable"]


# --- saying and mending ------------------------------------------------------------------------------------------


def client_of(environment: WorkflowEnvironment, namespace: str) -> Client:
    return Client(environment.client.service_client, namespace=namespace)


def temporal_variables(client: Client) -> dict[str, str]:
    return {"TEMPORAL_ADDRESS": client.service_client.config.target_host}


async def until(needs: Sequence[Need], expected: Sequence[str]) -> Report:
    """Ask until the server, which learns of a namespace and its attributes a moment later, says so."""
    async with asyncio.timeout(60):
        while codes(report := await report_of(*needs)) != list(expected):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.2)
    return report


async def run(commands: str, variables: Mapping[str, str]) -> None:
    """As an operator would: the words of `mend`, with the variables of the process. A server may need a moment."""
    for command in commands.split(" && "):
        async with asyncio.timeout(60):
            while (failed := await asyncio.to_thread(_run, command, variables)) is not None:
                if not command.startswith("temporal"):
                    pytest.fail(failed)
                await asyncio.sleep(0.2)


def _run(command: str, variables: Mapping[str, str]) -> str | None:
    name, *arguments = shlex.split(command)
    program = {"python": sys.executable, "temporal": temporal_binary()}[name]
    done = subprocess.run(
        [program, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return None if done.returncode == 0 else f"{command}: {done.stdout}{done.stderr}"
