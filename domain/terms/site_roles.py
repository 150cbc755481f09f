"""What a person may do at a site of an installation that several operators share: by role, each more than the next."""

from enum import StrEnum


class SiteRole(StrEnum):
    """What a token says of its holder at a site (`sites`); one without that claim is the whole installation's."""

    OWNER = "owner"
    OPERATOR = "operator"
    SUPPORT = "support"
    AUDITOR = "auditor"


READ = (SiteRole.OWNER, SiteRole.OPERATOR, SiteRole.SUPPORT, SiteRole.AUDITOR)
"""See what is there and what happened: chargers, sessions, reservations, bills, rules."""
SERVE = (SiteRole.OWNER, SiteRole.OPERATOR, SiteRole.SUPPORT)
"""Help drivers: steer reservations, start and stop charging, say whose a transaction was."""
RUN = (SiteRole.OWNER, SiteRole.OPERATOR)
"""Keep the place going: chargers, their settings and credentials, bays, opening hours, trouble."""
RULE = (SiteRole.OWNER,)
"""Say who may come and what it costs."""

EVERYWHERE = "*"
"""In place of a site's id: of every site that is not named."""
