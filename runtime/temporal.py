"""How every process talks to Temporal: one data converter and one connect function, so they cannot drift."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig

DATA_CONVERTER = pydantic_data_converter


async def connect(address: str, namespace: str) -> Client:
    """Connect with TLS and API key from the TEMPORAL_* environment (the SDK's envconfig).

    Raises RuntimeError when the server cannot be reached.
    """
    config = ClientConfig.load_client_connect_config()
    config["target_host"] = address
    config["namespace"] = namespace
    return await Client.connect(**config, data_converter=DATA_CONVERTER)
