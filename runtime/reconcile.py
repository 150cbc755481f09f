"""`python -m runtime.reconcile`: what the reconciler sees, and a person's word where it must not decide by itself."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.forgetting import forget_versions
from activities.reconciliation.freeing import Freed, Freeing
from activities.reconciliation.home import Doubt, Home
from activities.reconciliation.reconciler import FREED_AT_MOST, Survey, survey_of
from activities.reconciliation.settling import Ended
from contracts.reconciliation import NOT_FOUND, NamespaceIdentity
from db.engine import Sessions, create_engine, create_sessions
from db.migrations import revisions
from domain.errors import InvalidReservationCode
from domain.reservation.code import parse_reservation_code
from runtime.logging import configure_logging
from runtime.readiness.database import DATABASE, database_need
from runtime.readiness.readiness import Need, Readiness
from runtime.readiness.temporal import TEMPORAL, TemporalLink, temporal_needs
from runtime.settings import DatabaseSettings, StripeSettings, TemporalSettings, WorkerSettings
from runtime.start import CannotStart, database_url, run
from runtime.temporal import connect
from workflows.client.ended import EndedReservations
from workflows.client.failures import CallFailed
from workflows.client.namespace import NamespaceMemory

SHOWN = 50

_HELP = """Shows what the reconciler sees: the Temporal namespace, and each reservation that has a connector or money
open although its workflow is gone. Changes nothing without --yes.

When the reconciler has stopped (reconciler_view_implausible in the worker's log), find out first why the namespace
does not know the reservations. TEMPORAL_ADDRESS or TEMPORAL_NAMESPACE may be wrong: correct it, and all goes on.
If the server's data is really lost, accept the namespace, and free what it does not know. If it was restored from a
backup, forget the versions that reservations had reached since."""


@dataclass(frozen=True, slots=True)
class Wish:
    accept: bool
    free: tuple[str, ...]
    free_unknown: bool
    yes: bool
    forget_since: datetime | None = None


def parse(arguments: Sequence[str] | None = None) -> Wish:
    """Exits with 2 for a code that is none."""
    parser = argparse.ArgumentParser(
        prog="python -m runtime.reconcile",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Settings as the worker's: DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE; to free, STRIPE_API_KEY.",
    )
    parser.add_argument(
        "--accept-namespace",
        action="store_true",
        help="from now on this namespace is where reservations live",
    )
    parser.add_argument(
        "--free", nargs="+", default=[], metavar="CODE", help="free these, if no workflow of theirs runs"
    )
    parser.add_argument(
        "--free-unknown", action="store_true", help="free all that this namespace does not know"
    )
    parser.add_argument(
        "--forget-versions-since",
        type=_instant,
        metavar="TIME",
        help="Temporal was restored from a backup of this instant (ISO 8601 with zone): what reservations have asked "
        "for since keeps nothing from being asked for again",
    )
    parser.add_argument("--yes", action="store_true", help="do it, instead of saying what would be done")
    given = parser.parse_args(arguments)
    try:
        codes = tuple(parse_reservation_code(code) for code in given.free)
    except InvalidReservationCode as error:
        parser.error(str(error))
    return Wish(given.accept_namespace, codes, given.free_unknown, given.yes, given.forget_versions_since)


def _instant(text: str) -> datetime:
    """Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant


@dataclass(frozen=True, slots=True)
class Desk:
    sessions: Sessions
    stripe: StripeGateway | None
    """None: nothing can be freed, only looked at."""
    namespace: NamespaceMemory
    ended: Ended


async def reconcile(desk: Desk, wish: Wish) -> int:
    """The exit status: 0; 1 when something that was wished could not be done. Raises CallFailed."""
    identity = await desk.namespace.identity()
    if wish.forget_since is not None:
        count = await forget_versions(desk.sessions, wish.forget_since, only_looking=not wish.yes)
        _say(f"versions of {count} reservations {'' if wish.yes else 'would be '}forgotten")
    if not await _accepted(desk, identity, wish) and (wish.free or wish.free_unknown):
        _say("nothing is freed by the word of another namespace than ours; --accept-namespace makes it ours")
        return 1
    before = datetime.now(UTC) - WorkerSettings().orphan_after
    survey = await survey_of(desk.sessions, desk.namespace, before)
    _say(
        f"{survey.examined} reservations have something open; the namespace does not know {survey.unknown} of them"
    )
    for code, ended_as in list(survey.gone.items())[:SHOWN]:
        _say(f"  {code} {ended_as}")
    if len(survey.gone) > SHOWN:
        _say(f"  and {len(survey.gone) - SHOWN} more; {FREED_AT_MOST} are freed in one run at most")
    wished = await _wished(desk, wish, survey)
    if not wished:
        return 0
    if wish.yes and desk.stripe is not None:
        return await _free(desk.namespace, Freeing(desk.sessions, desk.stripe, desk.ended), wished)
    _say(f"would be freed: {', '.join(wished)}\nNothing was changed; with --yes it is done.")
    return 0


async def _accepted(desk: Desk, identity: NamespaceIdentity, wish: Wish) -> bool:
    """Is it ours, or to become so?"""
    home = Home(desk.sessions)
    doubt = await home.doubt(desk.namespace, only_looking=True)
    _say(f"namespace {identity.name}, {identity.id}: {doubt or 'ours'}")
    if wish.accept and wish.yes:
        await home.accept(identity)
        _say("accepted")
    elif wish.accept:
        _say("would be accepted")
    return wish.accept or doubt is not Doubt.ANOTHER_NAMESPACE


async def _wished(desk: Desk, wish: Wish, survey: Survey) -> dict[str, str]:
    """Code → how its workflow ended; None of them runs."""
    wished = {code: end for code, end in survey.gone.items() if wish.free_unknown and end == NOT_FOUND}
    for code in wish.free:
        ended_as = await desk.namespace.ended_as(code)
        if ended_as is None:
            _say(f"{code} is left alone: its workflow runs")
        else:
            wished[code] = ended_as
    return wished


async def _free(namespace: NamespaceMemory, freeing: Freeing, wished: dict[str, str]) -> int:
    now, failed = datetime.now(UTC), 0
    for code, ended_as in wished.items():
        if await namespace.ended_as(code) != ended_as:
            _say(f"{code} is left alone: something was begun for it meanwhile")
            continue  # the survey took its time
        await freeing.connector(code, ended_as, now)
        freed, _ = await freeing.money(code, ended_as, now)
        failed += freed is Freed.FAILED
        _say(_told(code, freed))
    return min(failed, 1)


def _told(code: str, freed: Freed) -> str:
    match freed:
        case Freed.SETTLED:
            return f"{code} freed and settled"
        case Freed.WAITS:
            return f"{code}: connector freed; its session goes on, and is settled when it has ended"
        case Freed.FAILED:
            return f"{code}: connector freed, money not; run it again"
        case _:
            return f"{code} freed"


async def _main(wish: Wish) -> int:
    database, temporal = DatabaseSettings(), TemporalSettings()
    stripe = StripeSettings() if wish.yes and (wish.free or wish.free_unknown) else None
    async with AsyncExitStack() as cleanup:
        engine = create_engine(database_url(database), pool_size=2)
        cleanup.push_async_callback(engine.dispose)
        link = TemporalLink(lambda: connect(temporal.address, temporal.namespace))
        await _check([database_need(engine, revisions()), *temporal_needs(link)])
        gateway = None
        if stripe is not None:
            gateway = StripeGateway(stripe.api_key.get_secret_value(), stripe.api_base)
            cleanup.push_async_callback(gateway.aclose)
        desk = Desk(
            create_sessions(engine), gateway, NamespaceMemory(link.client), EndedReservations(link.client)
        )
        try:
            return await reconcile(desk, wish)
        except CallFailed as error:
            raise CannotStart(f"Temporal, namespace {temporal.namespace}: {error.message}") from error


async def _check(needs: list[Need]) -> None:
    """A person waits for the answer: what is away is told at once. Raises CannotStart."""
    for finding in await Readiness(needs).lacking((DATABASE, TEMPORAL)):
        raise CannotStart(f"{finding.detail}: {finding.mend}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> None:
    wish, status = parse(), 0
    configure_logging(log_format="console", process="reconcile")

    def work() -> None:
        nonlocal status
        status = asyncio.run(_main(wish))

    run("reconcile", work)
    sys.exit(status)


if __name__ == "__main__":
    main()
