"""Fleets: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.shared import (
    NewWebhookEndpointOut,
    WebhookEndpointIn,
    WebhookEndpointOut,
    WebhookEndpointsOut,
    WebhookEventsOut,
    WebhookReplayIn,
    WebhookReplayOut,
    WebhookTestOut,
)
from slotkeeper_client.transport import Calls, part


class Fleets(Calls):
    async def list_webhook_endpoints(self) -> WebhookEndpointsOut:
        """List the fleet's webhook endpoints.

        In the order in which they were made.
        """
        answer: WebhookEndpointsOut = await self._ask(
            "GET", "/v1/webhook-endpoints", {200: WebhookEndpointsOut}
        )
        return answer

    async def add_webhook_endpoint(self, body: WebhookEndpointIn) -> NewWebhookEndpointOut:
        """Add a webhook endpoint.

        It hears of the fleet's reservations.

        Its secret is shown this once. Events are signed as Standard Webhooks has it.

        Raises EndpointInvalid, TooManyWebhookEndpoints.
        """
        answer: NewWebhookEndpointOut = await self._ask(
            "POST", "/v1/webhook-endpoints", {201: NewWebhookEndpointOut}, body=body
        )
        return answer

    async def read_webhook_endpoint(
        self, number: int, *, if_none_match: str | None = None
    ) -> WebhookEndpointOut | None:
        """Show a webhook endpoint.

        With how it answers.

        Raises WebhookEndpointUnknown.
        """
        answer: WebhookEndpointOut | None = await self._ask(
            "GET",
            f"/v1/webhook-endpoints/{part(number)}",
            {200: WebhookEndpointOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_webhook_endpoint(
        self, number: int, body: WebhookEndpointIn, *, if_match: str | None = None
    ) -> WebhookEndpointOut:
        """Change a webhook endpoint.

        As a whole; the secret stays. One that was paused is told again, if it is active.

        Raises ChangedMeanwhile, EndpointInvalid, WebhookEndpointUnknown.
        """
        answer: WebhookEndpointOut = await self._ask(
            "PUT",
            f"/v1/webhook-endpoints/{part(number)}",
            {200: WebhookEndpointOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def remove_webhook_endpoint(self, number: int, *, if_match: str | None = None) -> None:
        """Remove a webhook endpoint.

        Nothing is sent there any more, not even what waits.

        Raises ChangedMeanwhile, WebhookEndpointUnknown.
        """
        await self._ask(
            "DELETE", f"/v1/webhook-endpoints/{part(number)}", {204: None}, headers={"If-Match": if_match}
        )

    async def rotate_webhook_endpoint_secret(
        self, number: int, *, if_match: str | None = None
    ) -> NewWebhookEndpointOut:
        """Give a webhook endpoint another secret.

        It is shown this once. For a day events carry two signatures, by the new secret and by the one
        before; any older one is good no more. Asked for once more it is yet another one: with the `ETag` as
        `If-Match` it is changed once.

        Raises ChangedMeanwhile, WebhookEndpointUnknown.
        """
        answer: NewWebhookEndpointOut = await self._ask(
            "POST",
            f"/v1/webhook-endpoints/{part(number)}/rotate-secret",
            {200: NewWebhookEndpointOut},
            headers={"If-Match": if_match},
        )
        return answer

    async def test_webhook_endpoint(self, number: int) -> WebhookTestOut:
        """Send a test event.

        Of the kind `endpoint.tested`, whatever it hears of; what became of it is among its events.

        Raises WebhookEndpointTriedOften, WebhookEndpointUnknown.
        """
        answer: WebhookTestOut = await self._ask(
            "POST", f"/v1/webhook-endpoints/{part(number)}/test", {200: WebhookTestOut}
        )
        return answer

    async def replay_webhook_endpoint(self, number: int, body: WebhookReplayIn) -> WebhookReplayOut:
        """Send events once more.

        What was recorded from then on and not received, under the ids that it had.

        Raises WebhookEndpointNotListening, WebhookEndpointTriedOften, WebhookEndpointUnknown.
        """
        answer: WebhookReplayOut = await self._ask(
            "POST", f"/v1/webhook-endpoints/{part(number)}/replay", {200: WebhookReplayOut}, body=body
        )
        return answer

    async def list_webhook_endpoint_events(
        self, number: int, *, cursor: str | None = None, limit: int | None = None
    ) -> WebhookEventsOut:
        """List what an endpoint was told.

        The latest first, with what became of each.

        Raises WebhookEndpointUnknown.
        """
        answer: WebhookEventsOut = await self._ask(
            "GET",
            f"/v1/webhook-endpoints/{part(number)}/events",
            {200: WebhookEventsOut},
            query={"cursor": cursor, "limit": limit},
        )
        return answer
