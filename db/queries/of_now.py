"""SQL of an open session: does what is known of it say anything of now? The rule: `domain.charging.presence`."""

from domain.charging.connector import IN_USE

_IN_USE = ", ".join(f"'{status.value}'" for status in sorted(IN_USE))


def of_now(session: str) -> str:
    """`session`: what the statement calls its row."""
    return f"""({session}.last_sign_live OR EXISTS (
        SELECT FROM connectors shown WHERE shown.id = {session}.connector_id AND shown.status IN ({_IN_USE})
    ))"""


OF_NOW = of_now("s")
