"""What Prometheus reads: counted cheaply, with a bounded number of series."""

from prometheus_client.parser import text_string_to_metric_families

from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.wire.charger_actions import CHARGER_ACTIONS


def samples(metrics: GatewayMetrics) -> dict[tuple[str, tuple[str, ...]], float]:
    """Name and label values → value, as a scraper reads them."""
    return {
        (sample.name.removeprefix("slotkeeper_gateway_"), tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


def test_calls_are_counted_by_action_and_result_with_their_latencies() -> None:
    metrics = GatewayMetrics(CHARGER_ACTIONS)
    metrics.answered("Heartbeat", "answered", 0.0002)
    metrics.answered("Heartbeat", "answered", 0.03)
    metrics.answered("Heartbeat", "formation_violation", 20.0)
    seen = samples(metrics)
    assert seen["calls_total", ("Heartbeat", "answered")] == 2
    assert seen["calls_total", ("Heartbeat", "formation_violation")] == 1
    assert seen["call_seconds_bucket", ("Heartbeat", "0.00025")] == 1
    assert seen["call_seconds_bucket", ("Heartbeat", "10.0")] == 2
    assert seen["call_seconds_bucket", ("Heartbeat", "+Inf")] == 3
    assert seen["call_seconds_count", ("Heartbeat",)] == 3
    assert abs(seen["call_seconds_sum", ("Heartbeat",)] - 20.0302) < 1e-9


def test_chargers_cannot_make_up_series() -> None:
    metrics = GatewayMetrics(CHARGER_ACTIONS)
    for number in range(1000):
        metrics.answered(f"Invented{number}", "unknown_action", 0.001)
    seen = samples(metrics)
    assert seen["calls_total", ("unknown", "unknown_action")] == 1000
    assert not [labels for _, labels in seen if labels and labels[0].startswith("Invented")]


def test_connections_are_counted_by_version_and_shown_when_there_are_none() -> None:
    metrics = GatewayMetrics(CHARGER_ACTIONS)
    metrics.connected("2.1")
    metrics.connected("1.6")
    metrics.disconnected("1.6")
    seen = samples(metrics)
    assert {labels[0]: value for (name, labels), value in seen.items() if name == "connections"} == {
        "1.6": 0,
        "2.0.1": 0,
        "2.1": 1,
    }


def test_a_command_without_an_answer_has_no_round_trip() -> None:
    metrics = GatewayMetrics(CHARGER_ACTIONS)
    metrics.command("Reset", "accepted", 0.2)
    metrics.command("Reset", "no_response", None)
    seen = samples(metrics)
    assert seen["commands_total", ("Reset", "no_response")] == 1
    assert seen["command_seconds_count", ("Reset",)] == 1


def test_refusals_frames_deliveries_and_batches_are_counted() -> None:
    metrics = GatewayMetrics(CHARGER_ACTIONS)
    metrics.refused("password_wrong")
    metrics.unreadable("not_json")
    metrics.delivered("signalled", 0.4)
    metrics.batch("statuses", 30, 0.004)
    seen = samples(metrics)
    assert seen["refused_connections_total", ("password_wrong",)] == 1
    assert seen["unreadable_frames_total", ("not_json",)] == 1
    assert seen["deliveries_total", ("signalled",)] == 1
    assert seen["delivery_lag_seconds_bucket", ("0.5",)] == 1
    assert seen["batch_size_sum", ("statuses",)] == 30
    assert seen["batch_seconds_bucket", ("statuses", "0.005")] == 1


def test_gauges_are_read_when_asked_and_one_that_fails_hides_no_other() -> None:
    metrics = GatewayMetrics(CHARGER_ACTIONS)
    waiting = [3.0]
    metrics.watch("inbox_waiting", lambda: waiting[0], lane="statuses")
    metrics.watch("inbox_waiting", lambda: 1 / 0, lane="transactions")
    metrics.watch("commands_pending", lambda: 7)
    assert samples(metrics)["inbox_waiting", ("statuses",)] == 3
    waiting[0] = 4.0
    seen = samples(metrics)
    assert seen["inbox_waiting", ("statuses",)] == 4
    assert seen["commands_pending", ()] == 7
