"""A stack that people can look at: chargers with cars, a driver who gets mail, an engineer who hears of everything."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from runtime.embedded.ports import LOOPBACK
from runtime.stack.chargers import UpChargers
from runtime.stack.fixtures import CARDS, CHARGERS, seed_for_up
from runtime.stack.forecourt_page import ForecourtPage
from runtime.stack.hearing import let_receiver_hear
from runtime.stack.past import KeptPast, has_past, let_past_be_told, past_to_tell
from runtime.stack.plan import StackPlan
from runtime.stack.shell import write_tokens
from runtime.stack.stack import Stack
from runtime.stack.told import let_driver_be_told

_PATIENCE_S = 120.0


@asynccontextmanager
async def inhabited(
    plan: StackPlan, *, say: Callable[[str], None] = lambda _: None
) -> AsyncIterator[tuple[Stack, dict[str, Path]]]:
    """The running stack, and the files of its tokens by whose they are.

    Raises EmbeddedServerFailed, httpx.HTTPError, TimeoutError.
    """
    kept = KeptPast(plan.past)
    async with (
        Stack(plan, seed_for_up(), say=say) as stack,
        UpChargers(
            CHARGERS,
            stack.gateway_url,
            pages=stack.pages_url,
            cards=CARDS,
            past=await past_to_tell(kept, partial(has_past, stack), datetime.now(UTC)),
        ) as chargers,
        ForecourtPage(chargers.forecourt, plan.ports.forecourt),
    ):
        tokens = write_tokens(stack, plan.folder)
        await let_driver_be_told(stack, tokens["driver"].read_text())
        await let_receiver_hear(stack)
        await let_past_be_told(kept, chargers.past_is_told, say, _PATIENCE_S)
        yield stack, tokens


def forecourt_url(plan: StackPlan) -> str:
    """The page of the virtual chargers."""
    return f"http://{LOOPBACK}:{plan.ports.forecourt}"
