"""Sites and what is installed there: what there is not, opening hours and maintenance that cannot be."""

from domain.errors.raised import Explained


class MaintenanceSpanInvalid(Explained):
    """The window does not end after it begins."""

    code = "maintenance_span_invalid"


class MaintenanceInPast(Explained):
    """The window has begun already."""

    code = "maintenance_in_past"


class MaintenanceTooLong(Explained):
    code = "maintenance_too_long"


class MaintenanceOverlaps(Explained):
    """Another window closes the same place in that time."""

    code = "maintenance_overlaps"


class MaintenanceOver(Explained):
    """A window that is over cannot be cancelled."""

    code = "maintenance_over"


class UnknownMaintenance(Explained):
    code = "maintenance_unknown"


class OpeningHoursInvalid(Explained):
    """They cannot be read, or ask for what is not known."""

    code = "opening_hours_invalid"


class SitePlanInvalid(Explained):
    """A plan of a site that cannot be: what lies on something else, or nowhere on it."""

    code = "site_plan_invalid"


class UnknownSitePlan(Explained):
    code = "site_plan_unknown"


class UnknownSite(Explained):
    code = "site_unknown"


class UnknownPool(Explained):
    code = "pool_unknown"


class UnknownVehicle(Explained):
    code = "vehicle_unknown"


class UnknownBay(Explained):
    code = "bay_unknown"


class UnknownConnector(Explained):
    code = "connector_unknown"


class ConnectorLesser(Explained):
    """The connector has another plug or less power than was booked, and nobody said that this will do."""

    code = "connector_lesser"


class BerthPromisedTwice(Explained):
    """Connectors cannot become one berth while both are promised for the same time."""

    code = "berth_promised_twice"


class InstalledElsewhere(Explained):
    """A pool or charger of that id stands at another site."""

    code = "installed_elsewhere"


class PromisedOtherwise(Explained):
    """Open reservations stand by what is there now."""

    code = "promised_otherwise"
