"""The control surface from the outside: for tests in the same process and for the demo in another."""

from __future__ import annotations

from typing import Any

import httpx

from simulator.stripe_api.errors import StripeObject
from simulator.stripe_api.faults import FaultKind
from simulator.stripe_api.trust import trusted_roots

TIMEOUT_SECONDS = 60.0


class StripeApiControl:
    """Turns the knobs of a running stand-in. Raises `httpx.HTTPStatusError` when one is refused."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._client = httpx.AsyncClient(
            base_url=f"{base_url}/_simulator",
            timeout=TIMEOUT_SECONDS,
            verify=trusted_roots(),
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def set_webhook(self, url: str | None, secret: str) -> None:
        """Deliver to `url` from now on, signed with `secret`; None stops deliveries."""
        await self._send("PUT", "/webhook", {"url": url, "secret": secret})

    async def misbehave(
        self,
        *,
        duplicate: int = 0,
        delay_seconds: float = 0.0,
        reorder: int = 1,
        drop: int = 0,
        hold: bool = False,
    ) -> None:
        """Set how deliveries go wrong; without arguments, not at all. See Misbehaviour in `simulator.stripe_api`."""
        body = {
            "duplicate": duplicate,
            "delay_seconds": delay_seconds,
            "reorder": reorder,
            "drop": drop,
            "hold": hold,
        }
        await self._send("PUT", "/webhook/misbehaviour", body)

    async def webhook_attempts(self) -> list[StripeObject]:
        """`[{event, type, attempt, status}]`, oldest first; status None when there was no answer."""
        attempts: list[StripeObject] = await self._send("GET", "/webhook/attempts")
        return attempts

    async def webhooks_flushed(self) -> None:
        """Send what was collected: last first when it is reordered, in order when it was only held."""
        await self._send("POST", "/webhook/flush")

    async def webhooks_settled(self) -> bool:
        """Wait until every delivery has succeeded or been given up; False if that takes over 30 s."""
        settled: bool = (await self._send("POST", "/webhook/settle"))["settled"]
        return settled

    async def redeliver(self, event_id: str) -> None:
        """Send an event again."""
        await self._send("POST", f"/events/{event_id}/redeliver")

    async def fail_next(
        self,
        kind: FaultKind,
        *,
        path: str = "*",
        about: str = "",
        method: str = "POST",
        times: int = 1,
        status: int = 500,
        seconds: float = 0.0,
    ) -> None:
        """Let the next `times` requests that match go wrong. See `faults.FaultKind`."""
        body = {
            "kind": kind,
            "path": path,
            "about": about,
            "method": method,
            "times": times,
            "status": status,
            "seconds": seconds,
        }
        await self._send("POST", "/faults", body)

    async def clear_faults(self) -> None:
        """Disarm all faults and release what is held."""
        await self._send("DELETE", "/faults")

    async def wait_until_held(self, count: int = 1) -> None:
        """Wait until `count` requests have met a `FaultKind.HOLD`."""
        await self._send("POST", "/holds/wait", {"count": count})

    async def release_held(self) -> None:
        """Let held requests go on."""
        await self._send("POST", "/holds/release")

    async def pay(self, intent_id: str, payment_method: str = "pm_card_visa") -> StripeObject:
        """Pay as the driver's app would with the client secret; the intent after it, declined or not."""
        return await self._object("payment_intents", intent_id, "pay", {"payment_method": payment_method})

    async def finish_action(self, intent_id: str, *, succeed: bool = True) -> StripeObject:
        """End the issuer's challenge of an intent that `requires_action`; the intent after it."""
        return await self._object("payment_intents", intent_id, "action", {"outcome": _outcome(succeed)})

    async def save_method(self, setup_id: str, payment_method: str = "pm_card_visa") -> StripeObject:
        """Save a method as the driver's app would with a SetupIntent's client secret; the setup after it."""
        return await self._object("setup_intents", setup_id, "save", {"payment_method": payment_method})

    async def finish_setup(self, setup_id: str, *, succeed: bool = True) -> StripeObject:
        """End the issuer's challenge of a SetupIntent that `requires_action`; the setup after it."""
        return await self._object("setup_intents", setup_id, "action", {"outcome": _outcome(succeed)})

    async def lapse(self, intent_id: str) -> StripeObject:
        """Let one authorisation lapse now; the intent after it, `canceled`."""
        return await self._object("payment_intents", intent_id, "lapse", None)

    async def let_pass(self, seconds: float) -> int:
        """Be that much later: authorisations lapse, keys are forgotten. The stand-in's unix seconds then."""
        now: int = (await self._send("POST", "/time", {"seconds": int(seconds)}))["now"]
        return now

    async def dispute(
        self,
        intent_id: str,
        *,
        reason: str = "fraudulent",
        amount: int | None = None,
        inquiry: bool = False,
        days: int | None = 9,
    ) -> StripeObject:
        """The holder disputes what an intent took; `days` to respond, None when no response is allowed."""
        body = {"reason": reason, "amount": amount, "inquiry": inquiry, "days": days}
        return await self._object("payment_intents", intent_id, "dispute", body)

    async def decide_dispute(
        self, dispute_id: str, *, won: bool, returned: int = 0, rest_refundable: bool = False
    ) -> StripeObject:
        """The bank's last word; the dispute after it. `returned`: of one that is lost.

        `rest_refundable`: what of the payment was not lost can be refunded.
        """
        outcome = "won" if won else "lost"
        body = {"outcome": outcome, "returned": returned, "rest_refundable": rest_refundable}
        return await self._object("disputes", dispute_id, "decide", body)

    async def fail_refund(self, refund_id: str, reason: str = "expired_or_canceled_card") -> StripeObject:
        """The holder's bank sends a refund back; the refund after it."""
        return await self._object("refunds", refund_id, f"fail?reason={reason}", None)

    async def fail_payout(self, payout_id: str) -> StripeObject:
        """Our bank sends a payout back; the payout after it."""
        return await self._object("payouts", payout_id, "fail", None)

    async def refund_by_hand(
        self, intent_id: str, amount: int | None = None, reason: str | None = None
    ) -> StripeObject:
        """A refund made in the dashboard: minor units, all that is left without an amount."""
        body = {"payment_intent": intent_id, "amount": amount, "reason": reason}
        refund: StripeObject = await self._send("POST", "/dashboard/refunds", body)
        return refund

    async def cancel_by_hand(self, intent_id: str) -> StripeObject:
        """An intent cancelled in the dashboard."""
        return await self._object("dashboard/payment_intents", intent_id, "cancel", None)

    async def pay_out(self, currency: str, amount: int | None = None) -> StripeObject:
        """A payout: by hand of `amount` minor units, or an automatic one of all that is available."""
        body = {"currency": currency, "amount": amount}
        payout: StripeObject = await self._send("POST", "/dashboard/payouts", body)
        return payout

    async def adjust_balance(self, currency: str, amount: int) -> StripeObject:
        """A movement of the balance for a reason of the provider's own; the balance transaction."""
        body = {"currency": currency, "amount": amount}
        moved: StripeObject = await self._send("POST", "/dashboard/adjustments", body)
        return moved

    async def delete_customer_by_hand(self, customer_id: str) -> StripeObject:
        """A customer deleted in the dashboard, with the methods kept for them."""
        return await self._object("dashboard/customers", customer_id, "delete", None)

    async def subscribe(
        self,
        customer: str,
        product: str,
        price: str,
        *,
        days: int = 30,
        paid: bool = True,
        metadata: dict[str, str] | None = None,
    ) -> StripeObject:
        """A subscription is sold, and its first period paid or not."""
        body = {
            "customer": customer,
            "product": product,
            "price": price,
            "days": days,
            "paid": paid,
            "metadata": metadata or {},
        }
        sold: StripeObject = await self._send("POST", "/dashboard/subscriptions", body)
        return sold

    async def renew(self, subscription_id: str, *, paid: bool = True) -> StripeObject:
        """Its next period begins, and is paid or not."""
        return await self._object("dashboard/subscriptions", subscription_id, "renew", {"paid": paid})

    async def subscription_stands(self, subscription_id: str, status: str) -> StripeObject:
        """It is paid late (`active`), given up (`unpaid`, `canceled`), or so."""
        return await self._object("dashboard/subscriptions", subscription_id, "standing", {"status": status})

    async def end_with_period(self, subscription_id: str) -> StripeObject:
        """It does not renew."""
        return await self._object("dashboard/subscriptions", subscription_id, "end_with_period", None)

    async def correct_subscription(self, subscription_id: str, metadata: dict[str, str]) -> StripeObject:
        """Its metadata says something else from now on."""
        return await self._object(
            "dashboard/subscriptions", subscription_id, "metadata", {"metadata": metadata}
        )

    async def calls(self) -> dict[str, int]:
        """How often each route was asked, `POST /v1/payment_intents/*/capture` → 3, since the last reset."""
        counted: dict[str, int] = await self._send("GET", "/calls")
        return counted

    async def dump(self) -> StripeObject:
        """`{payment_intents: [...], setup_intents, charges, refunds, customers, ..., events, totals}`."""
        objects: StripeObject = await self._send("GET", "/dump")
        return objects

    async def reset(self) -> None:
        """Forget objects, keys, faults and misbehaviour; the webhook endpoint stays."""
        await self._send("POST", "/reset")

    async def _object(
        self, collection: str, object_id: str, verb: str, body: StripeObject | None
    ) -> StripeObject:
        changed: StripeObject = await self._send("POST", f"/{collection}/{object_id}/{verb}", body)
        return changed

    async def _send(self, method: str, path: str, body: StripeObject | None = None) -> Any:
        response = await self._client.request(method, path, json=body)
        response.raise_for_status()
        return response.json()


def _outcome(succeed: bool) -> str:
    return "succeed" if succeed else "fail"
