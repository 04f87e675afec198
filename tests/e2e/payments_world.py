"""Payments alone, on real PostgreSQL and Kafka, between a provider that the test is and facts that the test publishes."""

import json
import re
import time
import uuid

import confluent_kafka
import requests
import stripe

from openapi import Page
from stripe_fake import FakeStripe

PAGE = Page("payments")
SECRET = "whsec_payments_of_the_tests"
KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"


def signed(body, secret=SECRET, at=None):
    """The header that Stripe's own package makes and verifies."""
    t = int(time.time() if at is None else at)
    return f"t={t},v1=" + stripe.WebhookSignature._compute_signature(f"{t}.{body}", secret)


class Payments:
    def __init__(self, request, make_world, name, witness=None):
        self.fake = FakeStripe(witness)
        request.addfinalizer(self.fake.close)
        self.world = make_world(request, name, ("payments",), settings={"payments": {
            "SECRET_KEY": KEY, "STRIPE_URL": self.fake.url, "CALL_TIMEOUT_MS": "3000"}})
        self.url = self.world.url("payments")
        self.http = requests.Session()
        self.producer = confluent_kafka.Producer({"bootstrap.servers": self.world.brokers, "partitioner": "murmur2_random"})
        self.events = 0
        for merchant in ("nord", "volt"):
            self.api("POST", "/v1/provider-accounts", {"account": "main", "provider": "stripe", "live": False, "preferred": True, "api_key": "sk_test_123",
                                                       "webhook_secrets": [SECRET, "whsec_another"]}, merchant=merchant, role="admin")

    def api(self, method, path, body=None, merchant="nord", role="write", key=None, status=(200, 201)):
        got, value = self.world.call("payments", method, path, body, merchant, role, key or (str(uuid.uuid4()) if method == "POST" else None))
        assert status is None or got in status, (got, value)
        PAGE.check(method, path, got, value)
        return value

    def one(self, sql):
        return self.world.one("payments", sql)

    def until(self, sql, value, timeout=30):
        self.world.until(lambda: self.one(sql), value, timeout)

    def script(self, sql):
        self.world.query("payments", sql)

    def wait(self, interval):
        """Business time passes."""
        self.script(f"update clock set skew = skew + interval '{interval}' returning 1")

    # ---- facts ----

    def publish(self, topic, key, message):
        from google.protobuf import message as base

        assert isinstance(message, base.Message)
        self.producer.produce(topic, key=key, value=message.SerializeToString(), headers={
            "ce_id": str(uuid.uuid4()), "ce_type": message.DESCRIPTOR.full_name, "ce_source": "dunlin/test", "ce_time": "2026-11-22T12:00:00Z",
            "ce_specversion": "1.0", "content-type": "application/protobuf"})
        assert self.producer.flush(30) == 0

    def invoice(self, minor=10000, currency="EUR", customer="c1", merchant="nord", number=None):
        """An invoice that payments knows of; its id."""
        from dunlin.invoices.v1 import invoices_pb2

        issued = invoices_pb2.InvoiceIssued(merchant_id=merchant, customer_ref=customer, invoice_id=uuid.uuid4().bytes, revision=1,
                                            number=number or f"NORD-{uuid.uuid4().hex[:6]}", currency=currency)
        part = issued.parts.add(part=1)
        part.amount.minor, part.amount.currency = minor, currency
        part.due_date.year, part.due_date.month, part.due_date.day = 2026, 12, 31
        self.publish("dunlin.invoices.v1", f"{merchant}:{customer}", issued)
        invoice = str(uuid.UUID(bytes=issued.invoice_id))
        self.until(f"select count(*) from item where invoice_id = '{invoice}'", "1")
        return invoice

    # ---- attempts ----

    def checkout(self, invoice):
        return self.api("POST", "/v1/checkouts", {"invoice_id": invoice})

    def attempt(self, attempt):
        return self.api("GET", f"/v1/attempts/{attempt['id']}", role="read")

    def page(self, attempt, **query):
        return self.http.get(attempt["pay_url"], params=query, allow_redirects=False, timeout=10)

    def press(self, attempt):
        answer = self.http.post(attempt["pay_url"], allow_redirects=False, timeout=10)
        assert answer.status_code == 303 and answer.headers["Location"] == attempt["pay_url"], answer.text
        return answer

    def open(self, attempt):
        """As a browser without JavaScript: press, then reload as the page says until it leads to the provider; the session there."""
        self.press(attempt)
        for _ in range(600):
            page = self.page(attempt)
            if page.status_code == 303:
                return self.fake.sessions[page.headers["Location"].rsplit("/", 1)[1]]
            assert re.search(r'<meta http-equiv="refresh" content="\d+">', page.text), page.text
            time.sleep(0.02)
        raise AssertionError("the page never leads to the provider")

    def open_session(self, attempt):
        return self.fake.sessions[self.attempt(attempt)["session"]]

    # ---- webhooks ----

    def body(self, kind, object, event=None, livemode=False):
        self.events += 1
        return json.dumps({"id": event or f"evt_{self.events}", "object": "event", "type": kind, "livemode": livemode, "created": int(time.time()),
                           "pending_webhooks": 1, "data": {"object": object}})

    def deliver(self, body, header=None, account="nord:main"):
        body = body if isinstance(body, bytes) else body.encode()
        headers = {"Content-Type": "application/json"}
        if header is not False:
            headers["Stripe-Signature"] = header or signed(body.decode())
        return requests.post(f"{self.url}/webhooks/stripe/{account}", data=body, headers=headers, timeout=30)

    def event(self, kind, object, **more):
        answer = self.deliver(self.body(kind, object, **more))
        assert answer.status_code == 200, answer.text

    def paid(self, minor=10000):
        """An attempt that has succeeded; and its session."""
        attempt = self.checkout(self.invoice(minor))
        session = self.open(attempt)
        self.event("checkout.session.completed", self.fake.pay(session))
        assert self.attempt(attempt)["state"] == "succeeded"
        return attempt, session
