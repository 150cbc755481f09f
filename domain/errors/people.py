"""Who somebody is, belongs to, and how much they may have booked."""

from domain.errors.raised import Explained


class MembershipRequired(Explained):
    """Only members book here."""

    code = "membership_required"


class UnknownDriverGroup(Explained):
    """Of drivers."""

    code = "driver_group_unknown"


class DriverGroupTaken(Explained):
    """A group of that id is another site's, or the installation's."""

    code = "driver_group_taken"


class SiteForbidden(Explained):
    """The caller's role at the site does not allow it, or they have none there."""

    code = "site_forbidden"


class UnknownInvitation(Explained):
    code = "invitation_unknown"


class InvitationExpired(Explained):
    code = "invitation_expired"


class InvitationRevoked(Explained):
    code = "invitation_revoked"


class InvitationUsed(Explained):
    """By this very driver, who was taken out of the group since."""

    code = "invitation_used"


class InvitationUsedUp(Explained):
    """By others, as often as it may be."""

    code = "invitation_used_up"


class EmailUnverified(Explained):
    """The caller's token does not say that their e-mail address is theirs."""

    code = "email_unverified"


class TooManyAttempts(Explained):
    """At codes, within an hour."""

    code = "too_many_attempts"


class UnknownPerson(Explained):
    code = "person_unknown"


class UnknownMembership(Explained):
    code = "membership_unknown"


class UnknownGroupMember(Explained):
    code = "group_member_unknown"


class DriverBlocked(Explained):
    """The operator has blocked the driver's account."""

    code = "driver_blocked"


class TooManyReservations(Explained):
    code = "too_many_reservations"


class WeeklyHoursUsed(Explained):
    """One person may have so much booked in a week, by the site's policy."""

    code = "weekly_hours_used"


class StayTooLong(Explained):
    """Slots of one person that follow one another at a site may last so long, by its policy."""

    code = "stay_too_long"


class CoolingOff(Explained):
    """Who misses too many bookings has to wait, by the site's policy."""

    code = "cooling_off"


class DriverBookedAlready(Explained):
    """The driver has another reservation within the slot, and the site's policy allows one at a time."""

    code = "driver_booked_already"


class DriverTaken(Explained):
    """Whom a fleet would enter is known here already, and none of its own."""

    code = "driver_taken"


class TooManyNewDrivers(Explained):
    """A fleet has entered as many drivers today as it may."""

    code = "too_many_new_drivers"


class UnknownDriver(Explained):
    code = "driver_unknown"


class UnknownCard(Explained):
    """Of a driver; with a driver who asks, also somebody else's."""

    code = "card_unknown"


class CardTaken(Explained):
    """The card is another driver's, or no card at all."""

    code = "card_taken"


class ErasureNotNow(Explained):
    """A driver has something that is not over."""

    code = "erasure_not_now"
