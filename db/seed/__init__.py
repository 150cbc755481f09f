"""What is installed where: plain data, checked, written into the database. `python -m db.seed --help`."""

from db.seed.checks import SeedInvalid
from db.seed.plan import BaySeed, ChargerSeed, ConnectorSeed, DriverSeed, PoolSeed, Seed, SiteSeed
from db.seed.sowing import Sown, seed

__all__ = [
    "BaySeed",
    "ChargerSeed",
    "ConnectorSeed",
    "DriverSeed",
    "PoolSeed",
    "Seed",
    "SeedInvalid",
    "SiteSeed",
    "Sown",
    "seed",
]
