"""Invoicing through its HTTP door, on real PostgreSQL and without a broker. Every answer is one that deploy/openapi/invoicing.yaml describes."""

import concurrent.futures
import itertools
import json
import os
import pathlib
import urllib.request

import pytest
from conftest import World
from openapi import Page
from stack import http

PAGE = Page("invoicing")
keys = (f"k{n}" for n in itertools.count())


class Shop:
    """A merchant's client: calls, and checks each answer against the page."""

    def __init__(self, world, merchant, role="admin"):
        self.world, self.merchant, self.role = world, merchant, role

    def call(self, method, path, body=None, key=None):
        key = (key or next(keys)) if method == "POST" else None
        status, answer = self.world.call("invoicing", method, path, body, merchant=self.merchant, role=self.role, key=key)
        PAGE.check(method, path, status, answer)
        return status, answer

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body, key=None):
        return self.call("POST", path, body, key)

    def charge(self, customer, ref, minor=1000, **more):
        return self.post("/v1/charges", {"customer_ref": customer, "external_ref": ref, "description": f"Charge {ref}",
                                         "amount": {"minor": minor, "currency": "EUR"}, "tax_category": "S", "tax_rate": "19", **more})


def define(world, merchant, prefix):
    shop = Shop(world, merchant)
    assert shop.post("/v1/merchants", {
        "name": f"{merchant} GmbH", "zone": "Europe/Berlin", "currency": "EUR", "language": "de", "invoice_prefix": prefix, "credit_note_prefix": f"C{prefix}",
        "address": {"lines": ["Hafen 1"], "city": "Hamburg", "country": "DE"}, "transfer_accounts": [{"iban": "DE89370400440532013000"}]})[0] == 201
    return shop


@pytest.fixture(scope="module")
def world(request):
    world = World(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "invoicing-http", services=("invoicing",), sandbox=False, broker="127.0.0.1:9")
    request.addfinalizer(world.stop)
    world.start_database()
    world.start_broker()
    world.migrate()
    world.run("invoicing", "--roles=http,tick", "--http-threads=2")
    world.wait_ready("invoicing")
    return world


@pytest.fixture(scope="module")
def nord(world):
    shop = define(world, "nord", "R-")
    assert shop.post("/v1/customers", {"customer_ref": "c1", "name": "Sommer", "billing_day": 5, "emails": ["a@b.de"], "tax_id": "DE1"})[0] == 201
    return shop


@pytest.fixture(scope="module")
def volt(world):
    return define(world, "volt", "V-")


@pytest.fixture(scope="module")
def credited(nord):
    """An invoice of two lines with a credit note."""
    nord.charge("c1", "f-1", when="on_request")
    nord.charge("c1", "f-2", 500, tax_category="E", tax_rate="0", when="on_request")
    invoice = nord.post("/v1/invoices", {"customer_ref": "c1", "external_ref": "f"})[1]
    note = nord.post(f"/v1/invoices/{invoice['invoice_id']}/credit-notes", {
        "lines": [{"line_no": 1, "net": {"minor": 100, "currency": "EUR"}}], "reason": "wrong"})[1]
    return invoice, note


def test_a_charge_becomes_an_invoice_and_is_credited(nord):
    status, charge = nord.charge("c1", "a-1", when="on_request")
    assert (status, charge["state"], charge["waits_for"]) == (201, "waiting", "request")
    assert nord.charge("c1", "a-2", 333, when="on_billing_day")[1]["waits_for"] == "billing_day"
    drafts = nord.get("/v1/customers/c1")[1]["drafts"]
    assert [d["waiting"]["charges"] for d in drafts] == [2] and drafts[0]["waiting"]["bill_on"]
    status, invoice = nord.post("/v1/invoices", {"customer_ref": "c1", "buyer_reference": "PO 1"})
    assert status == 201 and invoice["gross"] == {"minor": 1586, "currency": "EUR", "amount": "15.86"}
    whole = nord.get(f"/v1/invoices/{invoice['invoice_id']}")[1]
    assert [line["charge_ref"] for line in whole["lines"]] == ["a-1", "a-2"] and whole["buyer"]["tax_id"] == "DE1"
    path = f"/v1/invoices/{invoice['invoice_id']}/credit-notes"
    status, note = nord.post(path, {"lines": [{"line_no": 2, "net": {"minor": 33, "currency": "EUR"}}], "reason": "too much"})
    assert status == 201 and note["tax"]["minor"] == 6
    assert nord.post(path, {"whole": True, "reason": "all of it"})[1]["credited_after"] == invoice["gross"]
    assert nord.post(path, {"whole": True, "reason": "again"})[1]["code"] == "nothing_left"
    assert len(nord.get(f"/v1/invoices/{invoice['invoice_id']}")[1]["credit_notes"]) == 2
    assert nord.get(f"/v1/credit-notes/{note['credit_note_id']}")[1]["lines"][0]["net"]["minor"] == 33


def test_what_waits_can_be_thrown_away(nord):
    nord.charge("c1", "t-1", when="on_request")
    nord.charge("c1", "t-2", when="on_request")
    assert nord.post("/v1/drafts/cancel", {"customer_ref": "c1", "external_ref": "t-1"})[1]["state"] == "cancelled"
    assert nord.post("/v1/drafts/cancel", {"customer_ref": "c1", "reason": "no"})[1]["state"] == "void"
    assert nord.post("/v1/drafts/cancel", {"customer_ref": "c1"})[0] == 422


def test_the_same_key_gives_the_same_answer_for_ever(nord):
    body = {"customer_ref": "c1", "external_ref": "i-2", "description": "x", "amount": {"minor": 1, "currency": "EUR"}, "tax_category": "Z", "when": "at_once"}
    one, two = nord.post("/v1/charges", body, "same"), nord.post("/v1/charges", body, "same")
    assert one[0] == 201 and one == two
    assert nord.post("/v1/charges", dict(body, description="y"), "same")[1]["code"] == "idempotency_key_reused"
    assert nord.world.call("invoicing", "POST", "/v1/charges", body, merchant="nord", role="admin")[1]["code"] == "idempotency_key_missing"


def test_ten_at_once_under_one_key_are_one(nord):
    body = {"customer_ref": "c1", "external_ref": "ten", "description": "x", "amount": {"minor": 1, "currency": "EUR"}, "tax_category": "Z", "when": "at_once"}
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: nord.post("/v1/charges", body, "ten"), range(10)))
    assert [a for a in answers if a != answers[0]] == [] and answers[0][0] == 201


def test_numbers_are_gapless_under_parallel_requests(nord, world):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(s == 201 for s, _ in pool.map(lambda n: nord.charge("c1", f"par-{n}", when="at_once"), range(40)))
    assert world.one("invoicing", "select max(number_count) = count(*) and count(distinct number_count) = count(*) from invoice "
                                  "where merchant_id = 'nord' and state = 'issued'") == "t"


def test_lists_come_in_pages_and_whole(nord):
    for n in range(7):
        nord.post("/v1/customers", {"customer_ref": f"p{n}", "name": "P"})
    seen, after = [], ""
    while after is not None:
        page = nord.get(f"/v1/customers?limit=3&after={after}")[1]
        seen += [c["customer_ref"] for c in page["items"]]
        after = page["next"]
    assert seen == sorted(set(seen)) and {f"p{n}" for n in range(7)} <= set(seen)
    nord.charge("p1", "p1-1", when="at_once")
    nord.charge("p1", "p1-2", when="on_request")
    both = nord.get("/v1/invoices?customer_ref=p1")[1]["items"]
    assert [i["state"] for i in both] == ["draft", "issued"]
    first = nord.get("/v1/invoices?customer_ref=p1&limit=1")[1]
    assert nord.get(f"/v1/invoices?customer_ref=p1&limit=1&after={first['next']}")[1]["items"] == both[1:]
    assert nord.get("/v1/invoices?customer_ref=p1&state=issued")[1]["items"] == both[1:]
    assert nord.get("/v1/invoices?customer_ref=p1&state=settled")[1]["items"] == []


def test_what_the_ledger_says_is_shown(nord, world, credited):
    invoice = credited[0]
    gross = invoice["gross"]["minor"]
    world.query("invoicing", f"insert into open_item values ('nord', '{invoice['invoice_id']}', 1, 'c1', 3, 'part_paid', 'EUR', {gross}, 1000, 119, 0, 0, "
                             f"{gross - 1119}, '2026-03-01')")
    payment = nord.get(f"/v1/invoices/{invoice['invoice_id']}")[1]["payment"]
    assert payment["state"] == "part_paid" and payment["parts"][0]["open"]["minor"] == gross - 1119
    found = nord.get("/v1/invoices?state=part_paid")[1]["items"]
    assert [i["invoice_id"] for i in found] == [invoice["invoice_id"]]


def test_pages_are_for_whoever_has_their_address(nord, world, credited):
    for document, word in zip(credited, ("Rechnung", "Rechnungskorrektur")):
        with urllib.request.urlopen(world.url("invoicing") + document["document_path"]) as answer:
            html, headers = answer.read().decode(), answer.headers
        assert word in html and document["number"] in html and "<html lang=\"de\">" in html
        assert headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in headers["Content-Security-Policy"] and headers["Referrer-Policy"] == "no-referrer"
    assert nord.get(f"/v1/invoices/{credited[0]['invoice_id']}/page")[1].startswith("<!doctype html>")
    assert nord.get(f"/v1/credit-notes/{credited[1]['credit_note_id']}/page")[0] == 200
    for path in ("/i/" + "A" * 32, "/c/" + credited[0]["document_path"][3:], "/i/x", "/i/%00"):
        status, text = http(world.url("invoicing") + path)
        assert status in (400, 404), path
        assert "nord" not in text


def test_what_is_another_merchants_is_not_there(nord, volt, credited):
    """On every route that names something."""
    invoice, note = credited
    tried = 0
    for (method, path), operation, parameters in PAGE.operations():
        if operation["x-dunlin-role"] == "public" or not any(p["in"] == "path" for p in parameters):
            continue
        there = path.replace("{ref}", "c1").replace("{id}", note["credit_note_id"] if path.startswith("/v1/credit") else invoice["invoice_id"])
        status, answer = volt.call(method, there, {"whole": True, "reason": "x"} if method == "POST" else None)
        assert status == 404, there
        tried += 1
    assert tried >= 6
    for path, body in (("/v1/charges", {"customer_ref": "c1", "external_ref": "x", "description": "x", "amount": {"minor": 1, "currency": "EUR"},
                                        "tax_category": "Z"}),
                       ("/v1/invoices", {"customer_ref": "c1"}), ("/v1/drafts/cancel", {"customer_ref": "c1"})):
        assert volt.post(path, body)[0] == 404, path
    assert volt.get("/v1/customers")[1]["items"] == [] and volt.get("/v1/invoices")[1]["items"] == []
    assert volt.get("/v1/merchant")[1]["merchant_id"] == "volt"


def test_a_token_opens_what_its_role_may_do(nord, world):
    for role, status in (("read", 403), ("write", 201)):
        assert world.call("invoicing", "POST", "/v1/customers", {"customer_ref": f"r-{role}", "name": "x"}, merchant="nord", role=role, key=f"r-{role}")[0] == status
        assert world.call("invoicing", "GET", "/v1/customers/c1", merchant="nord", role=role)[0] == 200
        assert world.call("invoicing", "POST", "/v1/merchants", {}, merchant="nord", role=role, key="m")[0] == 403
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        assert http(world.url("invoicing") + "/v1/customers", headers=headers)[0] == 401


CHARGE = {"customer_ref": "c1", "external_ref": "bad", "description": "x", "amount": {"minor": 1, "currency": "EUR"}, "tax_category": "Z"}


def spoil(**changes):
    return {k: v for k, v in {**CHARGE, **changes}.items() if v is not None}


@pytest.mark.parametrize("body, status, code, field", [
    ("{", 400, "json_malformed", None),
    ("[]", 400, "json_malformed", None),
    ('{"customer_ref":"c1","customer_ref":"c2"}', 400, "json_malformed", None),
    (b'{"description":"\xff"}', 400, "json_malformed", None),
    (spoil(amount={"minor": 1.5, "currency": "EUR"}), 400, "field_type", "amount.minor"),
    (spoil(amount={"minor": "1", "currency": "EUR"}), 400, "field_type", "amount.minor"),
    (spoil(amount={"minor": 2**53, "currency": "EUR"}), 400, "field_invalid", "amount.minor"),
    (spoil(amount={"minor": 2**64, "currency": "EUR"}), 400, None, None),
    (spoil(amount={"minor": -1, "currency": "EUR"}), 400, "field_invalid", "amount"),
    (spoil(amount={"minor": 1, "currency": "EUX"}), 400, "currency_unknown", "amount.currency"),
    (spoil(amount={"minor": 1, "currency": "USD"}), 422, "currency_differs", "amount.currency"),
    (spoil(amount=None, quantity="1.0000000000001", unit_price="1"), 400, None, "quantity"),
    (spoil(amount=None, quantity="1e3", unit_price="1"), 400, None, "quantity"),
    (spoil(customer_ref="c@1"), 400, "field_invalid", "customer_ref"),
    (spoil(customer_ref="nobody"), 404, "customer_unknown", "customer_ref"),
    (spoil(business_time="1999-12-31T23:59:59Z"), 400, "field_invalid", "business_time"),
    (spoil(business_time="2101-01-01T00:00:00Z"), 400, "field_invalid", "business_time"),
    (spoil(period_from="2026-02-30"), 400, "field_invalid", "period_from"),
    (spoil(period_from="1999-01-01"), 400, "field_invalid", "period_from"),
    (spoil(description="4111 1111 1111 1111"), 400, "card_number", "description"),
    (spoil(description="x" * 501), 400, "field_invalid", "description"),
    (spoil(description=None), 400, "field_missing", "description"),
    (spoil(tax_category="X"), 400, "field_invalid", "tax_category"),
    (spoil(surprise=1), 400, "field_unknown", "surprise"),
    (spoil(description="x" * 70000), 413, None, None),
])
def test_bad_input_says_what_and_where(nord, world, body, status, code, field):
    raw = body if isinstance(body, (str, bytes)) else json.dumps(body)
    got, text = http(world.url("invoicing") + "/v1/charges", "POST", raw, world.token("invoicing", "nord", "admin"), next(keys),
                     {"Content-Type": "application/json"})
    problem = json.loads(text)
    assert got == problem["status"] == status, text
    assert code is None or problem["code"] == code, text
    assert field is None or problem.get("field") == field, text
    assert world.one("invoicing", "select count(*) from charge where external_ref = 'bad'") == "0"


def test_the_verb_defines_a_merchant_by_the_same_road(world):
    merchant = {"name": "Süd", "zone": "Europe/Vienna", "currency": "EUR", "invoice_prefix": "S", "credit_note_prefix": "SC"}
    path = world.folder / "sud.json"
    path.write_text(json.dumps(merchant))
    assert json.loads(world.verb("invoicing", "merchant", "define", "sud", str(path)).stdout)["revision"] == 1
    assert json.loads(world.verb("invoicing", "merchant", "define", "sud", str(path)).stdout)["revision"] == 1
    assert json.loads(world.verb("invoicing", "merchant", "show", "sud").stdout)["name"] == "Süd"
    assert world.one("invoicing", "select count(*) from outbox where part_key = 'sud:@merchant'") == "1"
    path.write_text(json.dumps(dict(merchant, zone="Mars/Olympus")))
    done = world.verb("invoicing", "merchant", "define", "sud", str(path), check=False)
    assert done.returncode == 2 and done.stderr.startswith("zone: ")
    assert world.verb("invoicing", "merchant", "show", "nobody", check=False).returncode == 1
