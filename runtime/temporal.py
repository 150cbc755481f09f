"""How every process talks to Temporal: one data converter and one connect function, so they cannot drift."""

import functools

from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import ServiceClient


class SharedPydanticConverter(CompositePayloadConverter):
    """The SDK's pydantic converter with one cache of type adapters for the process.

    The SDK makes a converter for every workflow run, and each would build its adapters anew: 13 ms for a
    HoldDecision alone, a fifth of the CPU time of a booking (`make bench`).
    """

    def __init__(self) -> None:
        super().__init__(
            *(
                _json() if isinstance(converter, JSONPlainPayloadConverter) else converter
                for converter in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


@functools.cache
def _json() -> PydanticJSONPlainPayloadConverter:
    return PydanticJSONPlainPayloadConverter()


DATA_CONVERTER = DataConverter(payload_converter_class=SharedPydanticConverter)


async def connect(address: str, namespace: str, *, runtime: Runtime | None = None) -> Client:
    """Connect with TLS and API key from the TEMPORAL_* environment (the SDK's envconfig).

    Raises RuntimeError when the server cannot be reached.
    """
    config = ClientConfig.load_client_connect_config()
    config["target_host"] = address
    config["namespace"] = namespace
    return await Client.connect(**config, data_converter=DATA_CONVERTER, runtime=runtime)


async def connected_anew(client: Client) -> Client:
    """The same client over a connection of its own. Raises RuntimeError when the server cannot be reached."""
    service = await ServiceClient.connect(client.service_client.config)
    config = client.config()
    config["service_client"] = service
    return Client(**config)


def metrics_runtime(port: int | None) -> Runtime | None:
    """The SDK's own metrics for Prometheus on `port` (all interfaces of a container); None: the default runtime."""
    if port is None:
        return None
    metrics = PrometheusConfig(bind_address=f"0.0.0.0:{port}", durations_as_seconds=True)
    return Runtime(telemetry=TelemetryConfig(metrics=metrics))
