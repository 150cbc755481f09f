"""Lists, page by page."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar

Asked = ParamSpec("Asked")
Item = TypeVar("Item")
Shown = TypeVar("Shown", covariant=True)


class Page(Protocol[Shown]):
    @property
    def items(self) -> Sequence[Shown]: ...

    @property
    def next_cursor(self) -> str | None: ...


async def each(
    ask: Callable[Asked, Awaitable[Page[Item]]], *args: Asked.args, **kwargs: Asked.kwargs
) -> AsyncIterator[Item]:
    """Every item of a list, e.g. `each(slotkeeper.list_reservations, limit=50)`: a page is fetched as it is needed."""
    asked: dict[str, Any] = dict(kwargs)
    while True:
        page = await ask(*args, **asked)
        for item in page.items:
            yield item
        if page.next_cursor is None:
            return
        asked["cursor"] = page.next_cursor
