"""Lists: newest first, cursor pages (docs.stripe.com/api/pagination), and expansion of ids into objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy

from simulator.stripe_api.errors import StripeApiError, StripeObject, invalid_parameter, no_such
from simulator.stripe_api.form import Params
from simulator.stripe_api.store import Store

PAGE_PARAMS = ("limit", "starting_after", "ending_before", "created")
DEFAULT_LIMIT = 10
MAX_LIMIT = 100

EXPANDABLE: Mapping[str, str] = {
    "latest_charge": "charges",
    "charge": "charges",
    "payment_intent": "payment_intents",
    "payment_method": "payment_methods",
    "customer": "customers",
    "balance_transaction": "balance_transactions",
    "failure_balance_transaction": "balance_transactions",
}

SOURCE = "source"
"""Of a balance transaction: an object of one of several kinds, told by its prefix."""
SOURCES: Mapping[str, str] = {
    "ch": "charges",
    "re": "refunds",
    "du": "disputes",
    "po": "payouts",
}


def page(objects: Iterable[StripeObject], params: Params, url: str) -> StripeObject:
    """One page of `objects`, which come oldest first."""
    newest_first = [item for item in objects if _created_matches(item, params)][::-1]
    limit = params.integer("limit") or DEFAULT_LIMIT
    if limit > MAX_LIMIT:
        raise invalid_parameter(f"This value must be less than or equal to {MAX_LIMIT}.", "limit")
    after, before = params.text("starting_after"), params.text("ending_before")
    if after is not None and before is not None:
        message = "You may only specify one of these parameters: starting_after, ending_before."
        raise invalid_parameter(message, "ending_before", "parameters_exclusive")
    ids = [item["id"] for item in newest_first]
    if before is not None:
        candidates = newest_first[: _position(ids, before, "ending_before")]
        data = candidates[-limit:]
    else:
        start = 0 if after is None else _position(ids, after, "starting_after") + 1
        candidates = newest_first[start:]
        data = candidates[:limit]
    return {"object": "list", "data": data, "has_more": len(candidates) > len(data), "url": url}


def _position(ids: list[str], cursor: str, param: str) -> int:
    if cursor not in ids:
        raise no_such("object", cursor, param, status=400)
    return ids.index(cursor)


def _created_matches(item: StripeObject, params: Params) -> bool:
    if "created" not in params:
        return True
    created = item["created"]
    if not params.is_mapping("created"):
        return bool(created == params.integer("created", minimum=0))
    bounds = Params(params.mapping("created") or {}).only("gt", "gte", "lt", "lte")
    limits = {name: bounds.integer(name, minimum=0) for name in ("gt", "gte", "lt", "lte")}
    return (
        (limits["gt"] is None or created > limits["gt"])
        and (limits["gte"] is None or created >= limits["gte"])
        and (limits["lt"] is None or created < limits["lt"])
        and (limits["lte"] is None or created <= limits["lte"])
    )


def check_expand(params: Params) -> None:
    """Refuse, before anything is executed, what no object could expand."""
    for path in params.strings("expand"):
        if any(part not in EXPANDABLE and part != SOURCE for part in path.removeprefix("data.").split(".")):
            raise invalid_parameter(f"This property cannot be expanded ({path}).", "expand")


def expand(answer: StripeObject, params: Params, store: Store) -> StripeObject:
    """A copy of `answer` with the fields named by `expand` replaced by the objects they name.

    Raises 400 for a field that cannot be expanded, as Stripe does.
    """
    expanded = deepcopy(answer)
    for path in params.strings("expand"):
        parts = path.split(".")
        targets = expanded["data"] if parts[0] == "data" and "data" in expanded else [expanded]
        for target in targets:
            _expand_path(target, parts[1:] if parts[0] == "data" else parts, path, store)
    return expanded


def _expand_path(target: StripeObject, parts: list[str], path: str, store: Store) -> None:
    for part in parts:
        if part not in target:
            raise StripeApiError(400, f"This property cannot be expanded ({path}).", param="expand")
        value = target[part]
        if value is None:
            return
        if isinstance(value, str):
            kind = SOURCES[value.partition("_")[0]] if part == SOURCE else EXPANDABLE[part]
            target[part] = deepcopy(store.get(kind, value))
        target = target[part]
