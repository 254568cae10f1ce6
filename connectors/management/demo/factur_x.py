"""An invoice as Factur-X, level BASIC: the page, and the same facts as XML inside it. Offline; checked against its schema."""

from __future__ import annotations

import re
from io import BytesIO
from typing import IO, TYPE_CHECKING
from xml.sax.saxutils import escape

from connectors.management.demo.invoice import VAT_RATE
from connectors.management.demo.invoice_pdf import draw_invoice
from connectors.management.demo.libraries import load

if TYPE_CHECKING:
    from connectors.management.demo.invoice import Invoice, InvoiceLine, Party

LEVEL = "basic"
GUIDELINE = "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic"

_NAMES = "urn:un:unece:uncefact:data:standard"
_INVOICE = f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="{_NAMES}:CrossIndustryInvoice:100"
 xmlns:ram="{_NAMES}:ReusableAggregateBusinessInformationEntity:100" xmlns:udt="{_NAMES}:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{GUIDELINE}</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{{number}}</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{{issued:%Y%m%d}}</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>{{lines}}
<ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty>{{seller}}</ram:SellerTradeParty>
<ram:BuyerTradeParty>{{buyer}}</ram:BuyerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:ApplicableTradeTax><ram:CalculatedAmount>{{vat}}</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>
<ram:BasisAmount>{{net}}</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>
<ram:RateApplicablePercent>{VAT_RATE}</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">{{due:%Y%m%d}}</udt:DateTimeString>
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>{{net}}</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>{{net}}</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">{{vat}}</ram:TaxTotalAmount>
<ram:GrandTotalAmount>{{gross}}</ram:GrandTotalAmount><ram:DuePayableAmount>{{gross}}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""

_LINE = f"""<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>{{position}}</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:Name>{{label}}</ram:Name></ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>{{price}}</ram:ChargeAmount>
</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">{{quantity}}</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode>
<ram:RateApplicablePercent>{VAT_RATE}</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{{amount}}</ram:LineTotalAmount>
</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"""

_PARTY = """<ram:Name>{name}</ram:Name>
<ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">{siren}</ram:ID></ram:SpecifiedLegalOrganization>
<ram:PostalTradeAddress><ram:PostcodeCode>37000</ram:PostcodeCode><ram:LineOne>1 rue de l'Exemple</ram:LineOne>
<ram:CityName>{town}</ram:CityName><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">{vat_number}</ram:ID></ram:SpecifiedTaxRegistration>"""


def invoice_xml(invoice: Invoice) -> bytes:
    """The invoice's facts in the Cross Industry Invoice of Factur-X 1.0."""
    lines = "".join(_line_xml(position, line) for position, line in enumerate(invoice.lines, start=1))
    return _INVOICE.format(
        number=escape(invoice.number),
        issued=invoice.issued,
        due=invoice.due,
        lines=lines,
        seller=_party_xml(invoice.seller),
        buyer=_party_xml(invoice.buyer),
        net=_amount(invoice.net),
        vat=_amount(invoice.vat),
        gross=_amount(invoice.gross),
    ).encode()


def write_factur_x(invoice: Invoice, file: IO[bytes]) -> None:
    """The page with its XML. The library stamps the present moment; the invoice's day takes its place, so that bytes stay the same."""
    page = BytesIO()
    draw_invoice(invoice, page)
    made: bytes = load("facturx").generate_from_binary(
        page.getvalue(), invoice_xml(invoice), flavor="factur-x", level=LEVEL, lang="fr-FR", xmp_compression=False
    )
    made = re.sub(rb"D(:|\\072)\d{14}", rb"D\g<1>" + f"{invoice.issued:%Y%m%d}080000".encode(), made)
    file.write(re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", f"{invoice.issued:%Y-%m-%d}T08:00:00".encode(), made))


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _line_xml(position: int, line: InvoiceLine) -> str:
    price, amount = _amount(line.unit_price), _amount(line.amount)
    return _LINE.format(position=position, label=escape(line.label), price=price, quantity=line.quantity, amount=amount)


def _party_xml(party: Party) -> str:
    return _PARTY.format(name=escape(party.name), siren=party.siren, town=escape(party.town), vat_number=party.vat_number)
