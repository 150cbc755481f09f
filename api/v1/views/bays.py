"""Bays as JSON."""

from collections.abc import Mapping
from dataclasses import asdict

from api.v1.schemas.bays import BayOfSiteOut, BayShapeOut, BaysOut
from domain.place.fit import BayShape


def bays_out(found: Mapping[str, BayShape]) -> BaysOut:
    return BaysOut(items=[BayOfSiteOut(label=label, **asdict(shape)) for label, shape in found.items()])


def shape_out(shape: BayShape) -> BayShapeOut:
    return BayShapeOut(**asdict(shape))
