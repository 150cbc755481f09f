"""Who signs in to the pages without the issuer, and is not let in."""

from domain.errors.raised import Explained


class PasskeyRefused(Explained):
    """It is none of ours, or what it says does not hold."""

    code = "passkey_refused"


class PasskeyCountsBack(Explained):
    """Its counter says that there are two of it."""

    code = "passkey_counts_back"


class TooManyPasskeys(Explained):
    code = "too_many_passkeys"


class UnknownPasskey(Explained):
    """Or not the caller's."""

    code = "passkey_unknown"


class SignInLinkOver(Explained):
    """It was used, or is too old, or never was."""

    code = "sign_in_link_over"
