"""The embedded Postgres starts, survives kill -9, and keeps to itself."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.ports import free_port
from runtime.embedded.postgres import EmbeddedPostgres

OWNER = """
import asyncio, sys
from pathlib import Path
from runtime.embedded.postgres import EmbeddedPostgres

async def main():
    server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
    await server.start()
    print(server.process.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def connect(server: EmbeddedPostgres, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(server.url(database).replace("+psycopg", "", 1), autocommit=True)


async def test_btree_gist_and_exclusion_constraints_are_available(postgres: EmbeddedPostgres) -> None:
    await postgres.create_database("with_gist")
    with connect(postgres, "with_gist") as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        connection.execute(
            "CREATE TABLE hold (connector int, during tstzrange,"
            " EXCLUDE USING gist (connector WITH =, during WITH &&))"
        )
        connection.execute("INSERT INTO hold VALUES (1, '[2030-01-01 10:00+00, 2030-01-01 11:00+00)')")
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute("INSERT INTO hold VALUES (1, '[2030-01-01 10:30+00, 2030-01-01 12:00+00)')")
    await postgres.drop_database("with_gist")


async def test_a_database_made_from_a_template_holds_its_rows(postgres: EmbeddedPostgres) -> None:
    await postgres.create_database("original")
    with connect(postgres, "original") as connection:
        connection.execute("CREATE TABLE site AS SELECT 'ber-1' AS id")
    await postgres.create_database("copied", template="original")
    with connect(postgres, "copied") as connection:
        assert connection.execute("SELECT id FROM site").fetchall() == [("ber-1",)]
    await postgres.drop_database("copied")
    await postgres.drop_database("original")


async def test_ensuring_a_database_twice_keeps_it(postgres: EmbeddedPostgres) -> None:
    assert await postgres.ensure_database("kept") == await postgres.ensure_database("kept")
    await postgres.drop_database("kept")


async def test_the_password_is_required(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://slotkeeper:guess@127.0.0.1:{postgres.port}/postgres")


async def test_two_servers_run_side_by_side() -> None:
    async with EmbeddedPostgres(durable=False) as one, EmbeddedPostgres(durable=False) as other:
        assert one.port != other.port
        with connect(one) as first, connect(other) as second:
            assert (
                first.execute("SHOW data_directory").fetchone()
                != second.execute("SHOW data_directory").fetchone()
            )


async def test_committed_rows_survive_kill_9_and_a_restart_on_the_same_folder(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg")
    await server.start()
    with connect(server) as connection:
        connection.execute("CREATE TABLE promise AS SELECT 1 AS kept")
    await server.process.kill()
    assert (tmp_path / "pg" / "cluster" / "postmaster.pid").exists()
    await server.stop()

    async with EmbeddedPostgres(tmp_path / "pg") as again:
        with connect(again) as connection:
            assert connection.execute("SELECT kept FROM promise").fetchall() == [(1,)]


async def test_a_stale_pid_file_naming_a_live_stranger_does_not_block_the_start(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "pg", durable=False):
        pass
    pid_file = tmp_path / "pg" / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{tmp_path}\n1\n5432\n\n\n\nready\n")
    async with EmbeddedPostgres(tmp_path / "pg", durable=False) as server:
        assert server.process.running
    assert psutil.pid_exists(os.getpid())


async def test_a_folder_in_use_is_refused_and_its_server_left_alone(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "pg", durable=False) as owner:
        with pytest.raises(EmbeddedServerFailed) as refused:
            await EmbeddedPostgres(tmp_path / "pg", durable=False).start()
        assert refused.value.code == "folder_in_use"
        with connect(owner) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


async def test_a_port_in_use_is_named(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(EmbeddedServerFailed) as refused:
        await EmbeddedPostgres(port=postgres.port, durable=False).start()
    assert refused.value.code == "port_in_use"
    assert str(postgres.port) in str(refused.value)


async def test_a_given_port_is_used() -> None:
    port = free_port()
    async with EmbeddedPostgres(port=port, durable=False) as server:
        assert server.port == port
        assert f":{port}/" in server.url()


async def test_data_of_another_major_version_is_refused(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "pg", durable=False):
        pass
    (tmp_path / "pg" / "cluster" / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedServerFailed) as refused:
        await EmbeddedPostgres(tmp_path / "pg", durable=False).start()
    assert refused.value.code == "other_version"


async def test_stop_leaves_no_process_and_no_temporary_folder() -> None:
    server = EmbeddedPostgres(durable=False)
    await server.start()
    with connect(server) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    await server.stop()
    assert not server.process.running
    assert not Path(str(row[0])).parent.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
async def test_the_server_stops_when_its_owner_is_killed(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(tmp_path / "pg"), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    postmaster = psutil.Process(int(await owner.stdout.readline()))
    owner.send_signal(signal.SIGKILL)
    await owner.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, [postmaster], timeout=30)
    assert not alive
    async with EmbeddedPostgres(tmp_path / "pg", durable=False) as again:
        assert again.process.running
