"""What an archive PDF says of itself (XMP): its title, when it was made, its form, and the invoice within it.

The namespace and the four properties of an embedded invoice: Factur-X 1.0, "XMP extension schema"; how an extension is
declared: ISO 19005-3, 6.6.2.3.
"""

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from texts.documents.characters import in_xml

_INVOICE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = {
    "DocumentFileName": "Name of the embedded XML invoice",
    "DocumentType": "INVOICE",
    "Version": "Version of the XML invoice's schema",
    "ConformanceLevel": "Profile of the XML invoice",
}


def metadata_of(*, title: str, language: str, made_at: datetime, invoice: str = "") -> str:
    """`invoice`: name of the embedded file that is one by EN 16931; empty: there is none."""
    at = quoteattr(made_at.isoformat(timespec="seconds"))
    described = (
        f'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
        f'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmp:CreateDate={at} xmp:ModifyDate={at} '
        f'xmp:MetadataDate={at} pdf:Producer="Slotkeeper">'
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(in_xml(title))}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language></rdf:Description>"
    )
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"{described}{_of_invoice(invoice) if invoice else ''}</rdf:RDF></x:xmpmeta>"
    )


def _of_invoice(file_name: str) -> str:
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"
        for name, about in _PROPERTIES.items()
    )
    return (
        f'<rdf:Description rdf:about="" xmlns:fx="{_INVOICE}"><fx:DocumentType>INVOICE</fx:DocumentType>'
        f"<fx:DocumentFileName>{escape(file_name)}</fx:DocumentFileName><fx:Version>1.0</fx:Version>"
        "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>"
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
        'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
        'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{_INVOICE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag>"
        "</pdfaExtension:schemas></rdf:Description>"
    )
