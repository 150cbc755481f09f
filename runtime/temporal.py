"""How every process talks to Temporal: one data converter and one connect function, so they cannot drift."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

DATA_CONVERTER = pydantic_data_converter


async def connect(address: str, namespace: str, *, runtime: Runtime | None = None) -> Client:
    """Connect with TLS and API key from the TEMPORAL_* environment (the SDK's envconfig).

    Raises RuntimeError when the server cannot be reached.
    """
    config = ClientConfig.load_client_connect_config()
    config["target_host"] = address
    config["namespace"] = namespace
    return await Client.connect(**config, data_converter=DATA_CONVERTER, runtime=runtime)


def metrics_runtime(port: int | None) -> Runtime | None:
    """The SDK's own metrics for Prometheus on `port` (all interfaces of a container); None: the default runtime."""
    if port is None:
        return None
    metrics = PrometheusConfig(bind_address=f"0.0.0.0:{port}", durations_as_seconds=True)
    return Runtime(telemetry=TelemetryConfig(metrics=metrics))
