"""A discount for early payment, from the terms of a merchant over invoice, page and topic to the bank line that takes it; real PostgreSQL and Apache Kafka."""

import datetime
import urllib.request

import pytest
from conftest import make_world
from test_invoicing_http import Shop
from test_reconciliation_differences import IBAN, entry
from test_reconciliation_http import BY, Desk

TERMS = {"kind": "net_days", "days": 30, "discounts": [{"basis_points": 300, "days": 5}, {"basis_points": 200, "days": 20}]}


@pytest.fixture(scope="module")
def world(request):
    return make_world(request, "discount-terms", ("invoicing", "reconciliation"))


@pytest.fixture(scope="module")
def shop(world):
    shop = Shop(world, "nord")
    assert shop.post("/v1/merchants", {
        "name": "Nord GmbH", "zone": "Europe/Berlin", "currency": "EUR", "language": "en", "invoice_prefix": "R-", "credit_note_prefix": "CR-",
        "address": {"lines": ["Hafen 1"], "city": "Hamburg", "country": "DE"}, "transfer_accounts": [{"iban": IBAN}], "terms": TERMS})[0] == 201
    assert shop.get("/v1/merchant")[1]["terms"] == {**TERMS, "day": 0}
    status, customer = shop.post("/v1/customers", {"customer_ref": "c1", "name": "Sommer"})
    assert (status, customer["terms"]) == (201, {**TERMS, "day": 0})
    return shop


@pytest.fixture(scope="module")
def desk(world):
    desk = Desk(world, "nord")
    assert desk.post("/v1/bank-accounts", {"iban": IBAN, "currency": "EUR", "name": "Main", "zone": "Europe/Berlin"})[0] == 201
    desk.balance, desk.statements = 0, 0
    return desk


def sell(shop, desk, ref):
    """An invoice of 119.00, and reconciliation knows of it."""
    charge = shop.charge("c1", ref, 10000, when="at_once")[1]
    invoice = shop.get(f"/v1/invoices/{charge['invoice_id']}")[1]
    desk.world.until(lambda: item(desk, invoice)[-1:], (11900,))
    return invoice


def item(desk, invoice):
    """(allocated, credited, discounted, open), empty where reconciliation has none."""
    rows = [row for row in desk.get("/v1/open-items?customer_ref=c1")["open_items"] if row["invoice_number"] == invoice["number"]]
    return tuple(row[name]["minor"] for row in rows for name in ("allocated", "credited", "discounted", "open"))


def after(invoice, days):
    return (datetime.date.fromisoformat(invoice["issue_date"]) + datetime.timedelta(days=days)).isoformat()


def pay(desk, invoice, days, minor):
    """A statement of one line, so many days after the invoice was issued; the line."""
    desk.statements += 1
    day, then = after(invoice, days), desk.balance + minor
    balance = lambda code, amount: f"""<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount / 100:.2f}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"""
    document = f"""<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>D{desk.statements}</Id>
<FrToDt><FrDtTm>{day}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{balance('OPBD', desk.balance)}{balance('CLBD', then)}<Ntry>{entry(day, minor, invoice['number'], f'E-{desk.statements}')}</Ntry></Stmt></BkToCstmrStmt></Document>"""
    status, done = desk.call("POST", "/v1/statements", document.encode(), keyed=False)
    assert (status, [s["rule"] for s in done["statements"]]) == (201, [""]), done
    desk.balance = then
    desk.settled()
    return next(line for line in desk.get("/v1/lines?limit=1000")["lines"] if line["amount"]["minor"] == minor)


def holds(desk):
    (row,) = desk.get("/v1/proof")["currencies"]
    assert row["holds"], row


def test_an_invoice_says_its_discounts_on_its_page_in_json_and_on_the_topic(shop, desk):
    invoice = sell(shop, desk, "said")
    steps = [(300, 5, after(invoice, 5), 357), (200, 20, after(invoice, 20), 238)]
    assert [(d["basis_points"], d["days"], d["last_day"], d["amount"]["minor"]) for d in invoice["discounts"]] == steps
    last = datetime.date.fromisoformat(after(invoice, 5))
    text = f"3\u00a0% discount of EUR\u00a03.57 if paid by {last.day} {last:%B %Y}. "
    assert invoice["terms_text"].startswith(text)
    page = urllib.request.urlopen(f"{shop.world.url('invoicing')}{invoice['document_path']}").read().decode()
    assert text in page and "2\u00a0% discount of EUR\u00a02.38 if paid by" in page and "Payable without deduction by" in page

    from dunlin.invoices.v1 import invoices_pb2

    told = [invoices_pb2.InvoiceIssued.FromString(value) for _, headers, value in shop.world.topic("dunlin.invoices.v1") if headers["ce_type"].endswith(".InvoiceIssued")]
    (event,) = [event for event in told if event.number == invoice["number"]]
    assert [(d.basis_points, d.days, f"{d.last_day.year}-{d.last_day.month:02}-{d.last_day.day:02}", d.amount.minor) for d in event.discounts] == steps
    assert event.terms_text == invoice["terms_text"]


def test_a_payer_in_time_settles_the_invoice_without_any_policy(shop, desk):
    invoice = sell(shop, desk, "in-time")
    line = pay(desk, invoice, 5, 11900 - 357)
    assert (line["state"], item(desk, invoice)) == ("matched", (11543, 0, 357, 0))
    holds(desk)
    why = desk.get(f"/v1/why/{line['id']}")
    terms = f"3 % until {after(invoice, 5)}, 2 % until {after(invoice, 20)}"
    assert [row["discount_terms"] for row in why["open_items"]] == [terms]
    assert [(d["kind"], d["amount"]["minor"]) for d in why["differences"]] == [("discount", 357)]
    assert f"discount_terms {terms}" in desk.world.verb("reconciliation", "why", "nord", invoice["number"]).stdout
    shop.world.until(lambda: shop.get(f"/v1/invoices/{invoice['invoice_id']}")[1]["payment"]["state"], "settled")


def test_a_credit_note_takes_its_part_of_the_discount_and_the_second_step_holds_until_its_day(shop, desk):
    invoice = sell(shop, desk, "credited")
    assert shop.post(f"/v1/invoices/{invoice['invoice_id']}/credit-notes", {
        "lines": [{"line_no": 1, "net": {"minor": 5000, "currency": "EUR"}}], "reason": "Half came back"})[0] == 201
    assert [d["amount"]["minor"] for d in shop.get(f"/v1/invoices/{invoice['invoice_id']}")[1]["discounts"]] == [178, 119]
    desk.world.until(lambda: item(desk, invoice), (0, 5950, 0, 5950))
    pay(desk, invoice, 20, 5950 - 119)
    assert item(desk, invoice) == (5831, 5950, 119, 0)
    holds(desk)


def test_a_discount_that_was_taken_too_late_waits_with_the_terms_until_the_policy_has_days_of_grace(shop, desk):
    late, graced = sell(shop, desk, "late"), sell(shop, desk, "graced")
    pay(desk, late, 21, 11900 - 238)
    assert item(desk, late) == (11662, 0, 0, 238)
    (row,) = [row for row in desk.get("/v1/queue")["queue"] if row["kind"] == "discount_disputed"]
    assert row["amount"]["minor"] == 238
    assert desk.get(f"/v1/exceptions/{row['id']}")["detail"].endswith(f"the invoice grants 3 % until {after(late, 5)}, 2 % until {after(late, 20)}")
    assert desk.post("/v1/differences/policies", {**BY, "currency": "EUR", "grace_days": 3})[0] == 200
    pay(desk, graced, 23, 11900 - 238)
    assert item(desk, graced) == (11662, 0, 238, 0)
    holds(desk)
