"""The sandbox through its doors, with other people's clients: Stripe's own package, smtplib, xmllint, and a Kafka client. Nothing of ours linked."""
import calendar
import concurrent.futures
import email.message
import http.server
import json
import os
import pathlib
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
import threading
import time
import xml.etree.ElementTree as ElementTree

import pytest
import requests
import stripe

BIN = pathlib.Path(os.environ.get("DUNLIN_BIN", "build/release/bin"))
ROOT = pathlib.Path(__file__).resolve().parents[2]
CAMT = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
IBAN = "DE02120300000000202051"
SECRET = "whsec_a_secret_of_the_tests"


class Sandbox:
    """A sandbox of its own for each test."""

    def __init__(self, folder, **settings):
        self.folder = folder
        env = {"PATH": os.environ["PATH"], "SANDBOX_HTTP_ADDRESS": "127.0.0.1:0", "SANDBOX_SMTP_ADDRESS": "127.0.0.1:0",
               "SANDBOX_START": "2026-01-05T06:00:00Z", "SANDBOX_CA_FILE": str(folder / "ca.pem"), "SANDBOX_STALL_SECONDS": "20"}
        env |= {f"SANDBOX_{name.upper()}": str(value) for name, value in settings.items()}
        env |= {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
        self.process = subprocess.Popen([BIN / "sandbox", "run"], env=env, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            said = json.loads(line)
            if said["msg"] == "listening":
                break
        self.url = said["http"]
        self.smtp = said["smtp"].removeprefix("smtp://").split(":")
        self.http = requests.Session()
        self.rest = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.rest.start()

    def get(self, path, **query):
        answer = self.http.get(self.url + path, params=query, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, status=(200, 201, 202), **body):
        answer = self.http.post(self.url + path, json=body, timeout=60)
        assert answer.status_code in status, answer.text
        return answer.json()

    def advance(self, **how):
        """Moves the clock and waits until it has arrived."""
        self.post("/sandbox/clock/advance", **how)
        while (clock := self.get("/sandbox/clock"))["moving"]:
            time.sleep(0.005)
        assert clock["failed"] is None, clock
        return clock

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) == 0


@pytest.fixture
def sandbox(tmp_path):
    it = Sandbox(tmp_path)
    yield it
    it.stop()


class Receiver:
    """An HTTP server that writes down what it is sent, and answers what `answers` says next (200 when nothing is left)."""

    def __init__(self):
        outer = self
        self.requests, self.answers, self.lock = [], [], threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.do_POST()

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with outer.lock:
                    outer.requests.append((self.path, dict(self.headers), body))
                    status, text, headers = outer.answer(self.path, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, path, body):
        return (self.answers.pop(0) if self.answers else 200), b"{}", {}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    it = Receiver()
    yield it
    it.stop()


# ---- the provider ----

class Shop:
    """A merchant with Stripe's own package as its client, and an endpoint for webhooks."""

    def __init__(self, sandbox, receiver, key="sk_test_nord"):
        self.sandbox, self.receiver, self.key = sandbox, receiver, key
        self.client = stripe.StripeClient(key, base_addresses={"api": sandbox.url}, max_network_retries=0)
        if receiver:
            sandbox.post("/sandbox/webhook_endpoints", key=key, url=receiver.url + "/hook", secret=SECRET)

    def session(self, amount=11900, key=None, **more):
        params = {"mode": "payment", "success_url": "https://shop.example/done?s={CHECKOUT_SESSION_ID}", "cancel_url": "https://shop.example/no",
                  "client_reference_id": "attempt-1", "metadata": {"attempt_id": "a-1"},
                  "payment_intent_data": {"metadata": {"attempt_id": "a-1"}},
                  "line_items": [{"quantity": 1, "price_data": {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Invoice 2026-0001"}}}]}
        return self.client.v1.checkout.sessions.create(params | more, {"idempotency_key": key} if key else {})

    def act(self, session, **form):
        return requests.post(session.url, data=form, allow_redirects=False, timeout=30)

    def paid(self, **more):
        session = self.session(**more)
        self.act(session, action="pay")
        return self.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]})

    def events(self):
        """All webhooks so far, each verified by Stripe's own code; in the order of sending."""
        self.sandbox.advance(until_idle=True)
        return [stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET) for _, headers, body in self.receiver.requests]

    def types(self):
        return sorted(event.type for event in self.events())


@pytest.fixture
def shop(sandbox, receiver):
    return Shop(sandbox, receiver)


PAID = ["charge.succeeded", "charge.updated", "checkout.session.completed", "payment_intent.succeeded"]


def test_a_session_is_paid_on_its_page_and_says_so_everywhere(shop):
    session = shop.session()
    assert (session.status, session.payment_status, session.amount_total, session.currency) == ("open", "unpaid", 11900, "eur")
    assert session.payment_intent is None and session.metadata["attempt_id"] == "a-1" and session.livemode is False
    page = requests.get(session.url, timeout=30)
    assert "This is a test page. No money will be taken." in page.text and "EUR 119.00" in page.text
    answer = shop.act(session, action="pay")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"https://shop.example/done?s={session.id}")
    session = shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]})
    intent = session.payment_intent
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert (intent.status, intent.amount_received, intent.metadata["attempt_id"]) == ("succeeded", 11900, "a-1")
    fee = intent.latest_charge.balance_transaction
    assert (fee.amount, fee.fee, fee.net) == (11900, 178 + 25, 11900 - 203)  # 1.5 % is 178.5: half to even
    assert shop.types() == PAID
    assert "This has been paid" in requests.get(page.url, timeout=30).text


def test_webhooks_carry_the_object_and_the_reference(shop):
    session = shop.paid()
    events = {event.type: event for event in shop.events()}
    done = events["checkout.session.completed"].data.object
    assert (done.id, done.client_reference_id, done.payment_intent) == (session.id, "attempt-1", session.payment_intent.id)
    assert events["charge.succeeded"].data.object.balance_transaction is None
    assert events["charge.updated"].data.object.balance_transaction == session.payment_intent.latest_charge.balance_transaction.id
    assert events["payment_intent.succeeded"].data.object.metadata["attempt_id"] == "a-1"


def test_a_webhook_under_another_secret_is_not_valid(shop):
    shop.paid()
    shop.sandbox.advance(until_idle=True)
    _, headers, body = shop.receiver.requests[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET + "x")


def test_a_webhook_is_sent_until_it_is_taken(shop):
    shop.receiver.answers = [500, 404, 503]
    shop.paid()
    events = shop.events()
    assert len(events) == len(PAID) + 3 and sorted({event.type for event in events}) == PAID
    assert {delivery["state"] for delivery in shop.sandbox.get("/sandbox/webhooks")["deliveries"]} == {"delivered"}


def test_a_decline_leaves_the_session_open(shop):
    session = shop.session()
    answer = shop.act(session, action="decline", why="insufficient_funds")
    assert answer.status_code == 200 and "Your card has insufficient funds." in answer.text
    session = shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert session.status == "open" and session.payment_intent.status == "requires_payment_method"
    assert session.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    assert shop.types() == ["charge.failed", "payment_intent.payment_failed"]
    shop.act(session, action="pay")
    assert shop.client.v1.payment_intents.retrieve(session.payment_intent.id).status == "succeeded"


def test_who_leaves_goes_back_to_the_shop(shop):
    assert shop.act(shop.session(), action="leave").headers["Location"] == "https://shop.example/no"
    assert shop.types() == []


def test_the_same_key_gives_the_same_answer_and_other_parameters_under_it_are_refused(shop):
    first = shop.session(key="k-1")
    assert shop.session(key="k-1").id == first.id
    assert shop.session(key="k-2").id != first.id
    with pytest.raises(stripe.IdempotencyError):
        shop.session(key="k-1", amount=1)
    other = Shop(shop.sandbox, None, "sk_test_sued")
    assert other.session(key="k-1").id != first.id


def test_a_session_expires_on_request_and_by_business_time(shop):
    first, second = shop.session(), shop.session(expires_at=int(calendar.timegm((2026, 1, 5, 12, 0, 0, 0, 0, 0))))
    assert shop.client.v1.checkout.sessions.expire(first.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.checkout.sessions.expire(first.id)
    shop.sandbox.advance(to="2026-01-05T11:59:59Z")
    assert shop.client.v1.checkout.sessions.retrieve(second.id).status == "open"
    shop.sandbox.advance(to="2026-01-05T12:00:00Z")
    assert shop.client.v1.checkout.sessions.retrieve(second.id).status == "expired"
    assert "This page has expired" in requests.get(second.url or f"{shop.sandbox.url}/c/pay/{second.id}", timeout=30).text
    assert shop.types() == ["checkout.session.expired"] * 2


def test_refunds_add_up_and_never_exceed_the_charge(shop):
    intent = shop.paid().payment_intent
    part = shop.client.v1.refunds.create({"payment_intent": intent.id, "amount": 1900, "metadata": {"refund_id": "r-1"}})
    assert (part.status, part.amount, part.metadata["refund_id"], part.charge) == ("succeeded", 1900, "r-1", intent.latest_charge.id)
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.refunds.create({"charge": intent.latest_charge.id, "amount": 10001})
    shop.client.v1.refunds.create({"charge": intent.latest_charge.id})
    charge = shop.client.v1.charges.retrieve(intent.latest_charge.id)
    assert (charge.amount_refunded, charge.refunded) == (11900, True)
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        shop.client.v1.refunds.create({"charge": charge.id})
    listed = shop.client.v1.refunds.list({"payment_intent": intent.id}).data
    assert [refund.amount for refund in listed] == [10000, 1900]
    assert shop.types() == sorted(PAID + ["charge.refunded", "refund.created"] * 2)


def test_an_unknown_answer_can_be_asked_for_by_our_own_reference(shop):
    shop.paid(metadata={"attempt_id": "other"}, payment_intent_data={"metadata": {"attempt_id": "other"}})
    session = shop.paid()
    found = shop.client.v1.payment_intents.search({"query": "metadata['attempt_id']:'a-1'"}).data
    assert [intent.id for intent in found] == [session.payment_intent.id]
    listed = shop.client.v1.checkout.sessions.list({"payment_intent": session.payment_intent.id}).data
    assert [one.id for one in listed] == [session.id]
    at = int(calendar.timegm((2026, 1, 5, 6, 0, 0, 0, 0, 0)))
    assert len(shop.client.v1.checkout.sessions.list({"created": {"gte": at, "lte": at}}).data) == 2
    assert shop.client.v1.checkout.sessions.list({"created": {"gt": at}}).data == []


def test_lists_page_with_the_newest_first(shop):
    made = [shop.session().id for _ in range(7)]
    first = shop.client.v1.checkout.sessions.list({"limit": 3})
    assert [one.id for one in first.data] == made[:3:-1] and first.has_more
    assert [one.id for one in shop.client.v1.checkout.sessions.list({"limit": 3}).auto_paging_iter()] == made[::-1]


@pytest.mark.parametrize("change, words", [
    ({"line_items": []}, "Missing required param"), ({"mode": "subscription"}, "mode payment alone"), ({"expires_at": 1}, "expires_at"),
    ({"colour": "red"}, "unknown parameter"), ({"success_url": "shop"}, "Not a valid URL"), ({"metadata": {"k" * 41: "v"}}, "metadata"),
    ({"line_items": [{"quantity": 1, "price_data": {"currency": "eux", "unit_amount": 1, "product_data": {"name": "x"}}}]}, "Invalid currency"),
    ({"line_items": [{"quantity": 1, "price_data": {"currency": "eur", "unit_amount": "1.5", "product_data": {"name": "x"}}}]}, "Invalid integer"),
])
def test_a_wrong_parameter_is_named(shop, change, words):
    with pytest.raises(stripe.InvalidRequestError, match=words) as caught:
        shop.session(**change)
    assert caught.value.http_status == 400


def test_another_account_sees_nothing(shop):
    session = shop.paid()
    other = Shop(shop.sandbox, None, "sk_test_sued")
    for ask in (lambda: other.client.v1.checkout.sessions.retrieve(session.id), lambda: other.client.v1.charges.retrieve(session.payment_intent.latest_charge.id),
                lambda: other.client.v1.refunds.create({"payment_intent": session.payment_intent.id})):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            ask()
        assert caught.value.http_status == 404
    assert other.client.v1.checkout.sessions.list().data == []
    with pytest.raises(stripe.AuthenticationError):
        Shop(shop.sandbox, None, "nonsense").session()


def test_a_payout_brings_what_the_balance_says_to_the_bank(shop):
    shop.sandbox.post("/sandbox/bank/accounts", iban=IBAN, currency="EUR", name="Nord GmbH", opening=0)
    shop.sandbox.post("/sandbox/payout_accounts", key=shop.key, currency="EUR", iban=IBAN)
    first, second = shop.paid(), shop.paid(amount=5000)
    shop.client.v1.refunds.create({"payment_intent": second.payment_intent.id, "amount": 1000})
    shop.sandbox.advance(to="2026-01-08T12:00:00Z")
    payout = [event for event in shop.events() if event.type == "payout.paid"][0].data.object
    lines = shop.client.v1.balance_transactions.list({"payout": payout.id, "limit": 2, "expand": ["data.source"]})
    lines = list(lines.auto_paging_iter())
    assert sorted(line.type for line in lines) == ["charge", "charge", "payout", "refund"]
    assert sum(line.net for line in lines) == 0 and all(line.amount - line.fee == line.net for line in lines)
    assert payout.amount == sum(line.net for line in lines if line.type != "payout") == 11900 - 203 + 5000 - 100 - 1000
    assert {line.source.payment_intent for line in lines if line.type == "charge"} == {first.payment_intent.id, second.payment_intent.id}
    assert time.gmtime(payout.arrival_date)[:3] == (2026, 1, 8)  # made on the 6th, two bank days later
    line, = shop.sandbox.get(f"/sandbox/bank/accounts/{IBAN}/lines")["lines"]
    assert (line["amount"]["minor"], line["remittance"], line["booked"]) == (payout.amount, f"STRIPE {payout.id}", "2026-01-08")
    assert payout.statement_descriptor == line["remittance"]


def test_the_report_of_a_payout_is_read_as_a_settlement_that_sums_to_it(shop, tmp_path):
    shop.sandbox.post("/sandbox/bank/accounts", iban=IBAN, currency="EUR", name="Nord GmbH", opening=0)
    shop.sandbox.post("/sandbox/payout_accounts", key=shop.key, currency="EUR", iban=IBAN)
    first, second = shop.paid(), shop.paid(amount=5000)
    shop.client.v1.refunds.create({"payment_intent": second.payment_intent.id, "amount": 1000})
    shop.sandbox.advance(to="2026-01-08T12:00:00Z")
    payout = shop.client.v1.payouts.list().data[0]
    (tmp_path / "report.csv").write_text(shop.sandbox.http.get(f"{shop.sandbox.url}/sandbox/payouts/{payout.id}.csv", timeout=30).text)
    done = subprocess.run([BIN / "reconciliation", "check", tmp_path / "report.csv", "--format", "json"], capture_output=True, text=True)
    items = [said for said in map(json.loads, done.stdout.splitlines()) if said["is"] == "information"]
    assert {item["batch_ref"] for item in items} == {payout.id} and sum(item["amount"]["minor"] for item in items) == payout.amount
    assert sorted((item["transaction_ref"], item["amount"]["minor"], sum(c["amount"]["minor"] for c in item.get("charges", []))) for item in items) == sorted(
        [(first.payment_intent.id, 11900 - 203, 203), (second.payment_intent.id, 5000 - 100, 100), (second.payment_intent.id, -1000, 0)])
    assert shop.sandbox.http.get(f"{shop.sandbox.url}/sandbox/payouts/po_none.csv", timeout=30).status_code == 404


def test_a_balance_that_is_not_above_zero_is_not_paid_out(shop):
    intent = shop.paid().payment_intent
    shop.client.v1.refunds.create({"payment_intent": intent.id})
    shop.sandbox.advance(days=7)
    assert shop.client.v1.payouts.list().data == []
    shop.paid(amount=50000)
    shop.sandbox.advance(days=7)
    payout, = shop.client.v1.payouts.list().data
    assert payout.amount == 50000 - 775 - 203


# ---- the provider misbehaves ----

def misbehave(sandbox, what, **how):
    return sandbox.post("/sandbox/misbehave", what=what, **how)


def test_a_500_before_and_a_500_after_it_was_done(shop):
    misbehave(shop.sandbox, "provider_500")
    with pytest.raises(stripe.APIError):
        shop.session(key="k")
    assert shop.client.v1.checkout.sessions.list().data == []
    misbehave(shop.sandbox, "provider_500_late")
    with pytest.raises(stripe.APIError):
        shop.session(key="k")
    made, = shop.client.v1.checkout.sessions.list().data
    assert shop.session(key="k").id == made.id


@pytest.mark.parametrize("what, done", [("provider_no_answer", 1), ("provider_lost", 0)])
def test_no_answer_whether_it_was_done_or_not(shop, what, done):
    misbehave(shop.sandbox, what)
    with pytest.raises(stripe.APIConnectionError):
        shop.session(key="k")
    assert len(shop.client.v1.checkout.sessions.list().data) == done
    shop.session(key="k")
    assert len(shop.client.v1.checkout.sessions.list().data) == 1


def test_too_many_requests_and_a_slow_answer(shop):
    misbehave(shop.sandbox, "provider_429")
    with pytest.raises(stripe.RateLimitError):
        shop.session()
    misbehave(shop.sandbox, "provider_slow", value=1, match="/v1/checkout")
    assert shop.session().status == "open"
    assert shop.sandbox.get("/sandbox/misbehave")["provider_slow"] == 0


def test_webhooks_repeat_come_late_get_lost_and_are_forged(shop):
    misbehave(shop.sandbox, "webhook_repeat", match="payment_intent.succeeded")
    misbehave(shop.sandbox, "webhook_delay", match="charge.updated", value=5)
    misbehave(shop.sandbox, "webhook_lost", match="charge.succeeded")
    misbehave(shop.sandbox, "webhook_forge", match="checkout.session.completed")
    shop.paid()
    shop.sandbox.advance(until_idle=True)
    forged = 0
    types = []
    for _, headers, body in shop.receiver.requests:
        try:
            types.append(stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET).type)
        except stripe.SignatureVerificationError:
            forged += 1
    assert (forged, sorted(types)) == (1, ["checkout.session.completed", "payment_intent.succeeded", "payment_intent.succeeded"])
    shop.sandbox.advance(to="2026-01-05T11:00:00Z")
    assert json.loads(shop.receiver.requests[-1][2])["type"] == "charge.updated"


def test_webhooks_change_their_order(shop):
    misbehave(shop.sandbox, "webhook_reorder", match="charge.succeeded")
    shop.paid()
    types = [event.type for event in shop.events()]
    assert sorted(types) == PAID and types[0] != "charge.succeeded"


# ---- the bank ----

def euros(text):
    return {"amount": text, "currency": "EUR"}


@pytest.fixture
def bank(sandbox):
    sandbox.post("/sandbox/bank/accounts", iban=IBAN, currency="EUR", name="Nord & Söhne <GmbH>", merchant="nord", opening=100000, opened="2026-01-02")
    return sandbox


def statement(sandbox, day, iban=IBAN):
    answer = sandbox.http.get(f"{sandbox.url}/sandbox/bank/accounts/{iban}/statements/{day}.xml", timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.content


def balances(xml):
    root = ElementTree.fromstring(xml)
    out = {}
    for bal in root.iter(f"{CAMT}Bal"):
        sign = 1 if bal.findtext(f"{CAMT}CdtDbtInd") == "CRDT" else -1
        out[bal.findtext(f".//{CAMT}Cd")] = sign * round(float(bal.findtext(f"{CAMT}Amt")) * 100)
    lines = [(1 if ntry.findtext(f"{CAMT}CdtDbtInd") == "CRDT" else -1) * round(float(ntry.findtext(f"{CAMT}Amt")) * 100)
             for ntry in root.iter(f"{CAMT}Ntry")]
    return out["OPBD"], lines, out["CLBD"], int(root.find(f".//{CAMT}ElctrncSeqNb").text)


def fill(sandbox):
    """Every sort of line, over three days."""
    pay = lambda **more: sandbox.post("/sandbox/bank/transfers", iban=IBAN, payer_name="Ada & Co", payer_iban="DE89370400440532013000", **more)["lines"]
    pay(amount=euros("119.00"), structured_reference="RF18539007547034", date="2026-01-05", end_to_end="E2E-1")
    pay(amount=euros("20.50"), remittance="Invoice 2026-0002 <second> \"try\" & thanks", date="2026-01-05")
    twins = pay(amount=euros("5.00"), date="2026-01-06", times=2, no_reference=True)
    assert len({line["ref"] for line in twins}) == 2
    pay(amount=euros("3.00"), date="2026-01-06", times=2, bare=True)
    typo, = pay(amount=euros("7.00"), date="2026-01-06", remittance="RF18 5390 0754 7034", typo=True)
    assert typo["remittance"] == "RF18 5390 0754 7043"
    sandbox.post("/sandbox/bank/fees", iban=IBAN, amount=euros("12.34"), text="Fees December", date="2026-01-06")
    sandbox.post("/sandbox/bank/returns", iban=IBAN, line=twins[0]["ref"], reason="AC04", date="2026-01-07")
    pay(amount=euros("1.00"), remittance="x" * 300 + "ü", date="2026-01-07")
    return [statement(sandbox, f"2026-01-0{day}") for day in (5, 6, 7)]


def test_statements_close_and_follow_each_other(bank):
    first, second, third = (balances(xml) for xml in fill(bank))
    assert first == (100000, [11900, 2050], 113950, 2)
    assert second == (113950, [500, 500, 300, 300, 700, -1234], 115016, 3)
    assert third == (115016, [-500, 100], 114616, 4)


def test_statements_are_what_the_schema_asks_for(bank, tmp_path):
    corpus = os.environ.get("DUNLIN_CORPUS")
    schema = next(pathlib.Path(corpus).rglob("*camt.053.001.08.xsd"), None) if corpus else None
    for n, xml in enumerate(fill(bank) + [statement(bank, "2026-01-08")]):
        path = tmp_path / f"{n}.xml"
        path.write_bytes(xml)
        subprocess.run(["xmllint", "--noout", "--nonet", *(["--schema", schema] if schema else []), path], check=True, capture_output=True)
    root = ElementTree.fromstring((tmp_path / "0.xml").read_bytes())
    details = root.find(f".//{CAMT}TxDtls")
    assert details.findtext(f".//{CAMT}Strd//{CAMT}Ref") == "RF18539007547034"
    assert details.findtext(f"{CAMT}Refs/{CAMT}EndToEndId") == "E2E-1"
    assert details.findtext(f"{CAMT}RltdPties/{CAMT}Dbtr/{CAMT}Pty/{CAMT}Nm") == "Ada & Co"
    if not schema:
        pytest.skip("the corpus with the schema is not here (DUNLIN_CORPUS); the structure was looked at")


def test_twins_without_the_banks_reference_are_told_apart_by_nothing(bank):
    fill(bank)
    entries = [re.sub(rb"<NtryRef>\d+</NtryRef>", b"", line) for line in statement(bank, "2026-01-06").splitlines() if line.startswith(b"<Ntry>")]
    assert len(entries) == 6 and len(set(entries)) == 5



def test_lines_are_booked_on_days_on_which_banks_work(bank):
    line, = bank.post("/sandbox/bank/transfers", iban=IBAN, amount=euros("1.00"), date="2026-01-10")["lines"]
    assert line["booked"] == "2026-01-12"
    answer = bank.http.get(f"{bank.url}/sandbox/bank/accounts/{IBAN}/statements/2026-01-10.xml", timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_bank_day")


def test_a_delivered_day_is_final(bank, receiver):
    bank.post("/sandbox/bank/transfers", iban=IBAN, amount=euros("1.00"), date="2026-01-05")
    sent, = bank.post("/sandbox/bank/statements/deliver", date="2026-01-05", to_url=receiver.url + "/v1/statements", token="t-1")["uploads"]
    path, headers, body = receiver.requests[0]
    assert (sent["status"], path, headers["Authorization"], headers["Content-Type"]) == (200, "/v1/statements", "Bearer t-1", "application/xml")
    assert body == statement(bank, "2026-01-05")
    assert bank.post("/sandbox/bank/transfers", status=[422], iban=IBAN, amount=euros("1.00"), date="2026-01-05")["code"] == "day_closed"
    line, = bank.post("/sandbox/bank/transfers", iban=IBAN, amount=euros("1.00"))["lines"]
    assert line["booked"] == "2026-01-06"


def test_statements_overlap_repeat_and_are_damaged_on_request(bank, receiver):
    deliver = lambda day: bank.post("/sandbox/bank/statements/deliver", date=day, to_url=receiver.url, token="t")
    fill(bank)
    misbehave(bank, "statement_damage")
    deliver("2026-01-05")
    misbehave(bank, "statement_repeat")
    deliver("2026-01-06")
    misbehave(bank, "statement_overlap", match=IBAN)
    deliver("2026-01-07")
    damaged, second, again, overlapping = (body for _, _, body in receiver.requests)
    opening, lines, closing, _ = balances(damaged)
    assert closing == opening + sum(lines) + 1
    keys = [headers["Idempotency-Key"] for _, headers, _ in receiver.requests]
    assert second == again and len(set(keys)) == 4
    assert balances(overlapping) == (113950, [500, 500, 300, 300, 700, -1234, -500, 100], 114616, 4)


def test_statements_come_every_morning_of_a_bank_day(sandbox, receiver):
    sandbox.post("/sandbox/bank/accounts", iban=IBAN, currency="EUR", name="Nord", opening=0, deliver_to=receiver.url, token="t")
    receiver.answers = [503, 200]
    misbehave(sandbox, "statement_late", value=1, times=1, match="nobody")
    sandbox.advance(days=7)
    days = [ElementTree.fromstring(body).find(f".//{CAMT}FrDtTm").text[:10] for _, _, body in receiver.requests]
    assert days == ["2026-01-05", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09"]
    account, = sandbox.get("/sandbox/bank/accounts")["accounts"]
    assert account["statements_delivered"] == 5


@pytest.mark.parametrize("path, body, code", [
    ("transfers", {"iban": "DE00000000000000000000", "amount": euros("1.00")}, "not_found"),
    ("transfers", {"iban": IBAN, "amount": {"amount": "1.00", "currency": "CHF"}}, "currency"),
    ("transfers", {"iban": IBAN, "amount": euros("0.00")}, "amount"),
    ("transfers", {"iban": IBAN, "amount": euros("1.00"), "colour": "red"}, "field_unknown"),
    ("accounts", {"iban": IBAN, "currency": "EUR", "name": "again"}, "iban"),
    ("returns", {"iban": IBAN, "line": "B1", "reason": "AC04"}, "not_found"),
])
def test_the_bank_refuses_what_makes_no_sense(bank, path, body, code):
    assert bank.post(f"/sandbox/bank/{path}", status=[400, 404, 409, 422], **body)["code"] == code


# ---- the mailbox ----

def letter(to="ada@example.com", message_id="<1@dunlin.test>", subject="Zahlungserinnerung für Ada"):
    mail = email.message.EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "Nord <billing@nord.example>", to, subject, message_id
    mail.set_content("Guten Tag,\n.\n.. es sind 119,00 € offen.\n" + "Ein langer Satz. " * 20 + "\n")
    mail.add_alternative("<p>119,00&nbsp;€ sind <b>offen</b>.</p>\n", subtype="html")
    return mail


def connect(sandbox, tls=True):
    client = smtplib.SMTP(sandbox.smtp[0], int(sandbox.smtp[1]), timeout=30)
    if tls:
        client.starttls(context=ssl.create_default_context(cafile=sandbox.folder / "ca.pem"))
    return client


def test_a_mail_can_be_read_as_json_and_as_a_page(sandbox):
    with connect(sandbox) as client:
        client.login("anybody", "anything")
        client.send_message(letter())
    mail = sandbox.get("/sandbox/mail/1")
    assert (mail["subject"], mail["recipients"], mail["sender"]) == ("Zahlungserinnerung für Ada", ["ada@example.com"], "billing@nord.example")
    assert mail["text"].replace("\r\n", "\n") == letter().get_body(["plain"]).get_content()
    assert mail["html"].strip() == "<p>119,00&nbsp;€ sind <b>offen</b>.</p>"
    assert {header["name"] for header in mail["headers"]} >= {"from", "to", "subject", "message-id", "mime-version"}
    assert "Zahlungserinnerung für Ada" in sandbox.http.get(sandbox.url + "/mail").text
    page = sandbox.http.get(sandbox.url + "/mail/1").text
    assert ".. es sind 119,00 € offen." in page and "<iframe sandbox" in page
    assert "sandbox" in sandbox.http.get(sandbox.url + "/mail/1/html").headers["Content-Security-Policy"]


def test_mail_is_found_by_recipient_and_a_second_of_the_same_id_is_a_copy(sandbox):
    with connect(sandbox) as client:
        for to, message_id in [("ada@example.com", "<1@x>"), ("bob@example.com", "<2@x>"), ("ada@example.com", "<1@x>")]:
            client.send_message(letter(to, message_id))
    first, second = sandbox.get("/sandbox/mail", to="ada@example.com")["mails"]
    assert (first["n"], first["copies"], second["copy_of"]) == (1, 1, 1)
    assert [mail["n"] for mail in sandbox.get("/sandbox/mail", after=1)["mails"]] == [2, 3]


def test_no_mail_is_taken_in_clear_text(sandbox):
    with connect(sandbox, tls=False) as client:
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:
            client.send_message(letter())
    assert caught.value.smtp_code == 530 and sandbox.get("/sandbox/mail")["mails"] == []


def test_what_comes_before_the_handshake_is_thrown_away(sandbox):
    with socket.create_connection((sandbox.smtp[0], int(sandbox.smtp[1])), timeout=30) as raw:
        raw.recv(1000)
        raw.sendall(b"EHLO x\r\n")
        raw.recv(1000)
        raw.sendall(b"STARTTLS\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<a@example.com>\r\n")
        assert raw.recv(1000).startswith(b"220")
        with ssl.create_default_context(cafile=sandbox.folder / "ca.pem").wrap_socket(raw, server_hostname="localhost") as safe:
            safe.sendall(b"EHLO x\r\n")
            hello = b""
            while b"250 SIZE" not in hello:
                hello += safe.recv(1000)
            assert b"AUTH" in hello
            safe.sendall(b"RCPT TO:<a@example.com>\r\n")
            assert safe.recv(1000).startswith(b"503")


def test_a_lone_line_feed_ends_no_mail(sandbox):
    with connect(sandbox) as client:
        client.ehlo()
        client.mail("a@example.com")
        client.rcpt("b@example.com")
        client.docmd("DATA")
        client.send(b"Subject: one\r\n\r\nbody\n.\nMAIL FROM:<evil@example.com>\r\n.\r\n")
        assert client.getreply()[0] == 250
    assert len(sandbox.get("/sandbox/mail")["mails"]) == 1


def test_mail_is_deferred_rejected_lost_and_taken_without_a_word(sandbox):
    def send():
        with connect(sandbox) as client:
            client.send_message(letter())

    for what, code in [("smtp_defer", 451), ("smtp_reject", 550)]:
        misbehave(sandbox, what, match="ada@")
        with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
            send()
        assert caught.value.recipients["ada@example.com"][0] == code
    for what, kept in [("smtp_lost", 0), ("smtp_no_answer", 1)]:
        misbehave(sandbox, what)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send()
        assert len(sandbox.get("/sandbox/mail")["mails"]) == kept
    send()
    assert sandbox.get("/sandbox/mail/1")["copies"] == 1


def test_a_bounce_comes_back_to_the_sender(sandbox):
    misbehave(sandbox, "smtp_bounce")
    with connect(sandbox) as client:
        client.send_message(letter(), from_addr="bounce+7@nord.example")
    bounce = sandbox.get("/sandbox/mail/1")
    assert (bounce["recipients"], bounce["sender"]) == (["bounce+7@nord.example"], "")
    raw = sandbox.http.get(sandbox.url + "/sandbox/mail/1/raw").content
    report = email.message_from_bytes(raw)
    assert report.get_content_type() == "multipart/report"
    assert report.get_payload()[1].get_payload()[1]["Final-Recipient"] == "rfc822; ada@example.com"
    assert "<1@dunlin.test>" in raw.decode()


def test_many_at_once_are_all_kept(sandbox):
    def send(n):
        with connect(sandbox) as client:
            client.send_message(letter(message_id=f"<{n}@x>"))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(40)))
    assert {mail["message_id"] for mail in sandbox.get("/sandbox/mail")["mails"]} == {f"<{n}@x>" for n in range(40)}


# ---- the clock ----

class Service(Receiver):
    """What a service's ops port says in /idle; `plan` are instants (µs) at which it has something to do."""

    def __init__(self, plan=()):
        super().__init__()
        self.plan, self.seen, self.busy, self.counted = sorted(plan), [], 0, 0
        self.time = lambda: 0

    def answer(self, path, body):
        if path != "/idle":
            return 404, b"", {}
        now = self.time()
        while self.plan and self.plan[0] <= now:
            self.seen.append((self.plan.pop(0), now))
            self.busy = 3
        self.busy = max(0, self.busy - 1)
        self.counted += self.busy > 0
        said = {"idle": self.busy == 0, "backlog": 0, "lag": self.busy, "due": 0, "sending": 0, "parked": 0, "consumed": self.counted,
                "produced": 0, "next_due": self.plan[0] if self.plan else None}
        return 200, json.dumps(said).encode(), {}


def micros(text):
    return int(calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) * 1_000_000)


def test_the_clock_stops_wherever_anybody_has_something_to_do(sandbox):
    start = micros("2026-01-05T06:00:00Z")
    hour = 3_600_000_000
    services = [Service([start + 5 * hour, start + 30 * hour]), Service([start + 5 * hour, start + 7 * hour])]
    for service in services:
        service.time = lambda: micros(requests.get(sandbox.url + "/sandbox/clock", timeout=30).json()["now"].replace(".000000", ""))
    sandbox.post("/sandbox/clock/services", ops_urls=",".join(service.url for service in services))
    clock = sandbox.advance(days=1)
    assert (clock["now"], clock["moves"]) == ("2026-01-06T06:00:00.000000Z", 3)
    assert services[0].seen == [(start + 5 * hour,) * 2] and services[1].seen == [(start + 5 * hour,) * 2, (start + 7 * hour,) * 2]
    sandbox.advance(days=1)
    assert services[0].seen[-1] == (start + 30 * hour,) * 2
    for service in services:
        service.stop()


class Restless(Service):
    """Says at once that it is idle, but goes on consuming for some rounds."""

    asked, moved_at = 0, None

    def answer(self, path, body):
        status, text, headers = super().answer(path, body)
        self.asked += 1
        if self.moved_at is None and self.time() > micros("2026-01-05T06:00:00Z"):
            self.moved_at = self.asked
        return status, json.dumps(json.loads(text) | {"consumed": min(self.asked, 6)}).encode(), headers


def test_the_clock_waits_for_two_equal_rounds(sandbox):
    service = Restless()
    service.time = lambda: micros(requests.get(sandbox.url + "/sandbox/clock", timeout=30).json()["now"].replace(".000000", ""))
    sandbox.post("/sandbox/clock/services", ops_urls=service.url)
    sandbox.advance(days=1)
    assert service.moved_at == 8  # asks 6 and 7 were equal
    service.stop()


def test_a_clock_that_cannot_go_on_says_for_whom_it_waits(tmp_path):
    it = Sandbox(tmp_path, stall_seconds=1, ops_urls="http://127.0.0.1:1")
    it.post("/sandbox/clock/advance", days=1)
    assert it.post("/sandbox/clock/advance", status=[409], days=1)["code"] == "clock_moving"
    while (clock := it.get("/sandbox/clock"))["moving"]:
        time.sleep(0.01)
    assert "127.0.0.1:1 does not answer" in clock["failed"] and clock["now"] == "2026-01-05T06:00:00.000000Z"
    it.stop()


def test_the_clock_never_goes_back(sandbox):
    assert sandbox.post("/sandbox/clock/advance", status=[422], to="2026-01-05T05:59:59Z")["code"] == "clock_back"


# ---- on Kafka ----

@pytest.fixture
def broker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("broker")
    script = ROOT / "tests/env/broker"
    env = os.environ | {"DUNLIN_BIN": str(BIN.resolve())}
    topics = "dunlin.clock.v1:12,dunlin.invoices.v1:12"
    url = subprocess.run([script, "start", folder, topics], env=env, check=True, capture_output=True, text=True).stdout.strip()
    yield url
    subprocess.run([script, "kill", folder], env=env, check=True)


def clock_messages(broker, want):
    import confluent_kafka
    from dunlin.clock.v1 import clock_pb2

    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker, "group.id": "test", "enable.auto.commit": False})
    consumer.assign([confluent_kafka.TopicPartition("dunlin.clock.v1", n, confluent_kafka.OFFSET_BEGINNING) for n in range(12)])
    out = []
    until = time.monotonic() + 30
    while len(out) < want and time.monotonic() < until:
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            assert message.key() == b"sandbox:@clock"
            headers = dict(message.headers())
            assert headers["ce_type"] == b"dunlin.clock.v1.ClockMoved" and headers["content-type"] == b"application/protobuf"
            out.append(clock_pb2.ClockMoved.FromString(message.value()))
    consumer.close()
    return out


def test_every_move_is_said_and_a_new_start_goes_on_where_the_topic_ends(broker, tmp_path):
    it = Sandbox(tmp_path, brokers=broker)
    it.post("/sandbox/bank/accounts", iban=IBAN, currency="EUR", name="Nord", opening=0)
    it.advance(days=2)
    it.stop()
    it = Sandbox(tmp_path, brokers=broker)
    assert it.get("/sandbox/clock")["now"] == "2026-01-07T06:00:00.000000Z"
    it.advance(days=1)
    it.stop()
    said = clock_messages(broker, 4)
    assert [moved.revision for moved in said] == [1, 2, 3, 4]
    assert [moved.business_time for moved in said] == [micros(f"2026-01-0{day}T06:00:00Z") for day in (5, 7, 7, 8)]
    assert [moved.business_time_before for moved in said] == [0, micros("2026-01-05T06:00:00Z"), 0, micros("2026-01-07T06:00:00Z")]


class World:
    """A merchant's invoices on Kafka, and what their payers do."""

    def __init__(self, sandbox, broker):
        import confluent_kafka
        self.sandbox = sandbox
        self.producer = confluent_kafka.Producer({"bootstrap.servers": broker, "partitioner": "murmur2_random"})
        self.count = 0

    def invoice(self, customer, gross=11900, due=(2026, 1, 19), mails=()):
        from dunlin.invoices.v1 import invoices_pb2
        self.count += 1
        number = f"2026-{self.count:04}"
        issued = invoices_pb2.InvoiceIssued(merchant_id="nord", customer_ref=customer, invoice_id=self.count.to_bytes(16, "big"), revision=1,
                                            business_time=micros("2026-01-05T06:00:00Z"), number=number, rf_reference="RF18539007547034",
                                            currency="EUR")
        issued.gross.minor, issued.gross.currency = gross, "EUR"
        issued.due_date.year, issued.due_date.month, issued.due_date.day = due
        self.say("InvoiceIssued", issued)
        return number

    def say(self, name, message):
        self.producer.produce("dunlin.invoices.v1", message.SerializeToString(), key=f"nord:{message.customer_ref}",
                              headers={"ce_type": f"dunlin.invoices.v1.{name}"})
        assert self.producer.flush(30) == 0
        self.sandbox.advance(until_idle=True)

    def behave(self, customer, *steps, **more):
        return self.sandbox.post("/sandbox/behaviours", merchant="nord", customer=customer, name=f"{customer} Ltd", steps=list(steps), **more)

    def lines(self):
        return self.sandbox.get(f"/sandbox/bank/accounts/{IBAN}/lines")["lines"]


@pytest.fixture
def world(broker, tmp_path):
    it = Sandbox(tmp_path, brokers=broker)
    it.post("/sandbox/bank/accounts", iban=IBAN, currency="EUR", name="Nord", merchant="nord", opening=0)
    yield World(it, broker)
    it.stop()


@pytest.mark.parametrize("step, expected", [
    ({"reference": "rf"}, [(11900, "", "RF18539007547034")]),
    ({"reference": "rf_text"}, [(11900, "RF18 5390 0754 7034", "")]),
    ({"reference": "number"}, [(11900, "Invoice 2026-0001", "")]),
    ({"reference": "typo"}, [(11900, "RF18 5390 0754 7043", "")]),
    ({"reference": "none"}, [(11900, "Thank you", "")]),
    ({"percent": 40}, [(4760, "", "RF18539007547034")]),
    ({"percent": 110}, [(13090, "", "RF18539007547034")]),
    ({"times": 2}, [(11900, "", "RF18539007547034")] * 2),
    ({"payers": 2}, [(5950, "", "RF18539007547034")] * 2),
])
def test_a_payer_transfers_as_he_is_told(world, step, expected):
    world.behave("C-1", {"does": "transfer", "days": 3} | step)
    world.invoice("C-1")
    world.sandbox.advance(to="2026-01-08T09:00:00Z")
    assert world.lines() == []
    world.sandbox.advance(days=1)
    lines = world.lines()
    assert [(line["amount"]["minor"], line["remittance"], line["reference"]) for line in lines] == expected
    assert {line["booked"] for line in lines} == {"2026-01-08"}
    assert len({line["party_iban"] for line in lines}) == step.get("payers", 1)


def test_a_payer_always_pays_to_the_same_of_several_accounts(world):
    other = "DE75512108001245126199"
    world.sandbox.post("/sandbox/bank/accounts", iban=other, currency="EUR", name="Nord", merchant="nord", opening=0, format="mt940")
    for n in range(12):
        world.behave(f"C-{n}", {"does": "transfer", "days": 1})
        world.invoice(f"C-{n}")
        world.invoice(f"C-{n}")
    world.sandbox.advance(days=3)
    here, there = (sorted(line["party_name"] for line in lines) for lines in
                   (world.lines(), world.sandbox.get(f"/sandbox/bank/accounts/{other}/lines")["lines"]))
    assert len(here) + len(there) == 24 and here and there and not set(here) & set(there)
    assert here[::2] == here[1::2] and there[::2] == there[1::2]


def test_one_transfer_pays_two_bills_less_what_was_credited(world):
    from dunlin.invoices.v1 import invoices_pb2
    world.behave("C-1", {"does": "transfer", "after": "due", "days": -2, "together": 2})
    first = world.invoice("C-1", due=(2026, 1, 12))
    world.sandbox.advance(to="2026-01-14T06:00:00Z")
    assert world.lines() == []
    second = world.invoice("C-1", 5000, due=(2026, 1, 21))
    credit = invoices_pb2.CreditNoteIssued(merchant_id="nord", customer_ref="C-1", invoice_id=(2).to_bytes(16, "big"), revision=2)
    credit.credited_after.minor, credit.credited_after.currency = 1000, "EUR"
    world.say("CreditNoteIssued", credit)
    world.sandbox.advance(days=30)
    line, = world.lines()
    assert (line["amount"]["minor"], line["remittance"]) == (15900, f"{first}, {second}")


def test_a_second_reminder_moves_a_payer_and_a_receipt_does_not(world):
    number = world.invoice("C-1")
    world.behave("C-1", {"does": "transfer", "after": "mail", "mails": 2, "days": 1}, email="ada@example.com")
    for n, text in enumerate(["reference RF18 5390 0754 7034", "thank you", "reference RF18539007547034"]):
        world.sandbox.advance(days=10 if n != 1 else 0)
        assert world.lines() == []
        mail = letter(message_id=f"<{n}@x>")
        mail.get_body(["plain"]).set_content(f"Invoice {number}: {text}")
        with connect(world.sandbox) as client:
            client.send_message(mail)
    world.sandbox.advance(days=3)
    assert [line["booked"] for line in world.lines()] == ["2026-01-26"]


class Payments(Receiver):
    """A payments service as payers see it: pay links, a page with a button, a page that waits, then the provider's."""

    def __init__(self, shop):
        super().__init__()
        self.shop, self.waits, self.session = shop, 2, None

    def answer(self, path, body):
        if path == "/v1/checkouts":
            return 201, json.dumps({"pay_url": f"{self.url}/pay/t0ken"}).encode(), {}
        if path == "/pay/t0ken" and not body:
            return 200, b'<form action="/search"></form><form method="post" action="/pay/t0ken/open?a=1&amp;b=2"><input type="hidden" name="x" value="1&amp;2"><button>Pay</button></form>', {}
        if path == "/pay/t0ken/open?a=1&b=2":
            assert body == b"x=1%262"
            return 303, b"", {"Location": "/wait"}
        if path == "/wait" and self.waits:
            self.waits -= 1
            return 200, b'<meta http-equiv="refresh" content="1; url=/wait">', {}
        if path == "/wait":
            self.session = self.shop.session()
            return 303, b"", {"Location": self.session.url}
        return 201, b"{}", {}


@pytest.mark.parametrize("does, status", [("card", "complete"), ("card_declined", "open")])
def test_a_payer_pays_by_card_through_the_pay_link(world, does, status):
    payments = Payments(Shop(world.sandbox, None))
    world.sandbox.post("/sandbox/merchants", merchant="nord", payments_url=payments.url, payments_token="t-1")
    world.behave("C-1", {"does": does, "days": 1})
    world.invoice("C-1")
    world.sandbox.advance(days=2)
    path, headers, body = payments.requests[0]
    assert (path, headers["Authorization"], json.loads(body)) == ("/v1/checkouts", "Bearer t-1", {"invoice_id": "00000000-0000-0000-0000-000000000001"})
    assert headers["Idempotency-Key"]
    session = payments.shop.client.v1.checkout.sessions.retrieve(payments.session.id, {"expand": ["payment_intent"]})
    assert session.status == status and session.payment_intent is not None
    payments.stop()


def test_a_payer_disputes_a_bill_and_promises_to_pay_another(world, receiver):
    world.sandbox.post("/sandbox/merchants", merchant="nord", reminders_url=receiver.url, reminders_token="t-2")
    world.behave("C-1", {"does": "dispute", "days": 1}, {"does": "promise", "days": 2, "until": 10})
    world.invoice("C-1")
    receiver.answers = [503]
    world.sandbox.advance(days=4)
    first, again, promise = ((path, json.loads(body)) for path, _, body in receiver.requests)
    assert first == again and first[0] == "/v1/holds" and first[1]["kind"] == "dispute"
    assert (promise[1]["kind"], promise[1]["until"]) == ("promise", "2026-01-17")


# ---- all of it ----

def test_the_same_seed_gives_the_same_world(tmp_path):
    def story(folder):
        it = Sandbox(folder)
        shop = Shop(it, None)
        out = [shop.paid().id, shop.session().id]
        it.post("/sandbox/bank/accounts", iban=IBAN, currency="EUR", name="Nord", opening=0)
        out.append(it.post("/sandbox/bank/transfers", iban=IBAN, amount=euros("1.00"))["lines"][0]["ref"])
        it.stop()
        return out

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert story(tmp_path / "a") == story(tmp_path / "b")


def test_every_door_is_on_the_front_page_and_unknown_ones_are_refused(sandbox):
    page = sandbox.http.get(sandbox.url + "/", timeout=30).text
    for path in ("/sandbox/clock/advance", "/sandbox/misbehave", "/sandbox/bank/transfers", "/v1/"):
        assert path in page
    assert sandbox.http.get(sandbox.url + "/sandbox/nothing", timeout=30).status_code == 404
    assert sandbox.http.get(sandbox.url + "/sandbox/misbehave/", timeout=30).status_code == 404
    answer = sandbox.http.post(sandbox.url + "/sandbox/misbehave", data=b"{", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("name, value", [("start", "yesterday"), ("http_address", "here"), ("fee_percent", "-1"), ("fee_fixed", "x"), ("colour", "red")])
def test_a_setting_that_cannot_work_stops_it_at_the_start(name, value):
    env = {"PATH": os.environ["PATH"], f"SANDBOX_{name.upper()}": value}
    done = subprocess.run([BIN / "sandbox", "run"], env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and name in done.stderr.lower()


def test_metrics_are_what_prometheus_reads(shop):
    shop.paid()
    shop.sandbox.advance(days=1)
    text = shop.sandbox.http.get(shop.sandbox.url + "/metrics", timeout=30).text
    assert 'dunlin_sandbox_webhooks_total{state="delivered"} 4' in text
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr
    for path in ("/livez", "/readyz", "/version", "/idle"):
        shop.sandbox.get(path)
