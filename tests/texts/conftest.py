"""How properties are searched here: the same examples on every run and every machine, without a stopwatch."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "texts", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("texts")
