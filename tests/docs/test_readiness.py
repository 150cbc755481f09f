"""docs/operating.md lists each finding of readiness, each status of gRPC and each kind of event, with its meaning."""

import re

from temporalio.service import RPCStatusCode

from activities.money.stripe_events import HEARD
from contracts import search_attributes
from runtime.readiness import findings
from runtime.readiness.findings import Finding
from tests.docs.pages import OPERATING
from workflows.client.rpc import MEANING


def section(title: str) -> str:
    return OPERATING.read_text().partition(f"## {title}")[2].partition("\n## ")[0]


def test_every_finding_is_in_the_table_and_no_other() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", section("Ready or not"), re.MULTILINE)
    made = [
        findings.namespace_missing("default"),
        findings.another_namespace("default"),
        findings.search_attributes_missing("default", search_attributes.ALL),
        findings.search_attributes_mistyped("default", search_attributes.ALL),
    ]
    known = [value for value in vars(findings).values() if isinstance(value, Finding)] + made
    assert sorted(listed) == sorted(finding.code for finding in known)


def test_every_status_of_grpc_is_in_the_table_with_its_meaning() -> None:
    rows = re.findall(
        r"^\| ([^|]*`[A-Z_]+`[^|]*) \| `(\w+)` \|", section("When something is away"), re.MULTILINE
    )
    told = {status: meaning for names, meaning in rows for status in re.findall(r"`([A-Z_]+)`", names)}
    assert told == {status.name: MEANING[status].value for status in RPCStatusCode}


def test_every_kind_of_event_that_is_heard_is_in_the_table_and_no_other() -> None:
    rows = re.findall(r"^\| (`[^|]*) \|", section("What the payment provider has to send"), re.MULTILINE)
    assert sorted(re.findall(r"`([\w.]+)`", " ".join(rows))) == sorted(HEARD)
