"""Plans of sites as answers."""

from dataclasses import asdict

from api.v1.schemas.site_plans import SitePlanOut
from domain.place.site_plan import SitePlan


def site_plan_out(plan: SitePlan) -> SitePlanOut:
    return SitePlanOut.model_validate(asdict(plan))
