"""How somebody wants to be told, and where."""

from domain.errors.raised import Explained


class QuietHoursInvalid(Explained):
    """They are empty, or on the clock of no place."""

    code = "quiet_hours_invalid"


class ContactPointInvalid(Explained):
    """Nothing can be sent to this address, or not by this channel."""

    code = "contact_point_invalid"


class UnknownContactPoint(Explained):
    code = "contact_point_unknown"


class TooManyContactPoints(Explained):
    """One driver or fleet has no more than some."""

    code = "too_many_contact_points"


class ContactCodeInvalid(Explained):
    """It is another one than was sent, or it is over."""

    code = "contact_code_invalid"


class UnknownMessage(Explained):
    code = "message_unknown"


class MessageUnderWay(Explained):
    """It is being sent; nothing is gained by sending it once more."""

    code = "message_under_way"


class UnknownWebhookEndpoint(Explained):
    """Or not the caller's."""

    code = "webhook_endpoint_unknown"


class TooManyWebhookEndpoints(Explained):
    code = "too_many_webhook_endpoints"


class EndpointTriedOften(Explained):
    """Test events and replays of one endpoint, within a minute."""

    code = "webhook_endpoint_tried_often"


class EndpointNotListening(Explained):
    """Nothing is sent there: it is paused, or turned off."""

    code = "webhook_endpoint_not_listening"


class EndpointInvalid(Explained):
    """Nothing of ours is sent to this address."""

    code = "endpoint_invalid"
