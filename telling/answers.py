"""What a channel's other side may say for good, whichever channel it is."""


class Bounced(Exception):
    """The address takes nothing any more, and its owner is shown so. `why`: the other side's codes, no address."""

    code = "message_bounced"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Gone(Exception):
    """The address was given up by whoever had it: there is nothing that its owner could mend."""

    code = "address_gone"


class Refused(Exception):
    """This message is refused for good, and the address is not."""

    code = "message_refused"
