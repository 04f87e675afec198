"""Reminders through its doors: facts on the embedded broker, mail by SMTP with TLS into the sandbox's mailbox, HTTP. Every answer is one that
deploy/openapi/reminders.yaml describes."""

import datetime
import itertools
import os
import pathlib
import uuid

import pytest
from conftest import World
from openapi import Page

PAGE = Page("reminders")
READ = ("customers", "invoices", "payments", "ledger")
keys = (f"k{n}" for n in itertools.count())


class Town(World):
    """Reminders, a mailbox and a clock; the other services are the test."""

    def topics(self):
        return sorted({*super().topics(), *(f"dunlin.{t}.v1:4" for t in READ)})

    def say(self, *facts):
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self.brokers, "partitioner": "murmur2_random"})
        for m in facts:
            name = m.DESCRIPTOR.full_name
            producer.produce(".".join(name.split(".")[:3]), m.SerializeToString(), f"{m.merchant_id}:{m.customer_ref}", headers={
                "ce_specversion": "1.0", "ce_id": str(uuid.uuid4()), "ce_type": name, "ce_source": "dunlin/" + name.split(".")[1],
                "ce_time": datetime.datetime.now(datetime.timezone.utc).isoformat(), "content-type": "application/protobuf"})
        assert producer.flush(30) == 0
        return self

    def get(self, name, path):
        status, answer = self.call(name, "GET", path)
        assert status == 200, answer
        return answer

    def advance(self, days):
        """Business time goes on; everything that falls due on the way is done before it does."""
        status, answer = self.call("sandbox", "POST", "/sandbox/clock/advance", {"days": days})
        assert status in (200, 202), answer
        self.until(lambda: self.get("sandbox", "/sandbox/clock")["moving"], False)
        assert self.get("sandbox", "/sandbox/clock")["failed"] is None

    def mails(self, to):
        return self.get("sandbox", f"/sandbox/mail?to={to}")["mails"]

    def shop(self, method, path, body=None, merchant="nord"):
        status, answer = self.call("reminders", method, path, body, merchant=merchant, key=next(keys) if method == "POST" else None)
        PAGE.check(method, path, status, answer)
        return status, answer


@pytest.fixture(scope="module")
def town(request):
    town = Town(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "reminders", services=("reminders",), start_date="2026-03-02T08:00:00Z")
    request.addfinalizer(town.stop)
    town.start()
    return town.say(merchant())


def money(minor):
    from dunlin.type.v1 import type_pb2

    return type_pb2.Money(minor=minor, currency="EUR")


def day(text):
    from dunlin.type.v1 import type_pb2

    year, month, d = map(int, text.split("-"))
    return type_pb2.Date(year=year, month=month, day=d)


def invoice_id(n):
    return uuid.uuid5(uuid.NAMESPACE_URL, f"invoice {n}").bytes


def merchant():
    from dunlin.customers.v1 import customers_pb2 as pb

    return pb.MerchantDefined(merchant_id="nord", customer_ref="@merchant", revision=1, name="Nord GmbH", zone="Europe/Berlin", currency="EUR", language="de",
                              email="billing@nord.example", transfer_accounts=[pb.TransferAccount(iban="DE89370400440532013000")])


def customer(ref):
    from dunlin.customers.v1 import customers_pb2 as pb

    return pb.CustomerChanged(merchant_id="nord", customer_ref=ref, customer_id=uuid.uuid4().bytes, revision=1, name=f"Kundin {ref}",
                              emails=[f"{ref}@kunde.example"], language="de", zone="Europe/Berlin", currency="EUR")


def owed(ref, n, due, minor=11900):
    """The facts of an invoice that is open."""
    from dunlin.invoices.v1 import invoices_pb2 as pb

    return (pb.InvoiceIssued(merchant_id="nord", customer_ref=ref, invoice_id=invoice_id(n), revision=1, number=f"NORD-{n}", rf_reference="RF18539007547034",
                             currency="EUR", document_path=f"/i/{n}", parts=[pb.InvoicePart(part=1, due_date=day(due), amount=money(minor))]),
            open_item(ref, n, 1, minor, minor))


def open_item(ref, n, revision, minor, left):
    from dunlin.ledger.v1 import ledger_pb2 as pb

    return pb.OpenItemChanged(merchant_id="nord", customer_ref=ref, invoice_id=invoice_id(n), revision=revision, part=1, invoice_number=f"NORD-{n}",
                              amount=money(minor), open=money(left))


def paid(ref, n, minor):
    from dunlin.payments.v1 import payments_pb2 as pb

    item = pb.PaymentItem(invoice_id=invoice_id(n), part=1, invoice_number=f"NORD-{n}", amount=money(minor))
    return pb.PaymentSucceeded(merchant_id="nord", customer_ref=ref, attempt_id=uuid.uuid4().bytes, revision=2,
                               attempt=pb.Attempt(state=3, captured=money(minor), amount=money(minor), items=[item]))


def subjects(town, ref):
    return [m["subject"] for m in town.mails(f"{ref}@kunde.example")]


def test_a_customer_is_reminded_until_the_money_comes(town):
    now = town.get("sandbox", "/sandbox/clock")["now"]
    town.say(customer("a1"), *owed("a1", 1, "2026-03-12"))
    town.advance(20)
    assert subjects(town, "a1") == ["Rechnung NORD-1 ist am 12. März 2026 fällig", "Rechnung NORD-1 ist heute fällig",
                                    "Erinnerung: Rechnung NORD-1 ist überfällig"], now
    town.say(paid("a1", 1, 11900), open_item("a1", 1, 2, 11900, 0))
    town.advance(20)
    assert subjects(town, "a1")[3:] == ["Wir haben Ihre Zahlung über 119,00\u00a0EUR erhalten"]
    events = [headers["ce_type"].rsplit(".", 1)[1] for key, headers, _ in town.topic("dunlin.reminders.v1") if key == "nord:a1"]
    assert events == ["ReminderSent"] * 3 + ["ReceiptSent"]


def test_the_mail_is_what_the_notice_says(town):
    notice = town.shop("GET", "/v1/notices?customer_ref=a1&limit=1")[1]["notices"][0]
    full = town.shop("GET", f"/v1/notices/{notice['id']}")[1]
    mail = town.get("sandbox", f"/sandbox/mail/{town.mails('a1@kunde.example')[-1]['n']}")
    assert full["subject"] == mail["subject"]
    assert mail["message_id"] == f"<{full['message_id']}>"
    assert mail["text"].splitlines() == full["text"].splitlines()
    status, html = town.shop("GET", f"/v1/notices/{notice['id']}/page")
    assert status == 200 and full["subject"] in html


def misbehave(town, what, **more):
    status, answer = town.call("sandbox", "POST", "/sandbox/misbehave", {"what": what, "times": 1, **more})
    assert status in (200, 201), answer


def receipt_of(town, ref, n):
    """A receipt is sent at once, at any hour."""
    town.say(customer(ref), paid(ref, n, 500))
    town.until(lambda: len(town.shop("GET", f"/v1/notices?customer_ref={ref}")[1]["notices"]), 1)


def state_of(town, ref):
    return [n["state"] for n in town.shop("GET", f"/v1/notices?customer_ref={ref}")[1]["notices"]]


@pytest.mark.parametrize("what, ref, copies", [("smtp_lost", "b1", 0), ("smtp_no_answer", "b4", 1)])
def test_a_mail_of_which_nobody_knows_is_sent_once_more_as_the_same_mail(town, what, ref, copies):
    misbehave(town, what)
    receipt_of(town, ref, 21)
    town.until(lambda: state_of(town, ref), ["sent"])
    mails = town.mails(f"{ref}@kunde.example")
    assert len({m["message_id"] for m in mails}) == 1
    assert mails[0]["copies"] == copies
    assert town.shop("GET", f"/v1/notices?customer_ref={ref}")[1]["notices"][0]["tries"] == 2


def test_a_mail_system_that_defers_is_asked_again_and_one_that_rejects_is_not(town):
    misbehave(town, "smtp_defer")
    receipt_of(town, "b2", 22)
    town.until(lambda: [n["tries"] for n in town.shop("GET", "/v1/notices?customer_ref=b2")[1]["notices"]], [1])
    town.advance(1)
    assert state_of(town, "b2") == ["sent"]
    misbehave(town, "smtp_reject")
    receipt_of(town, "b3", 23)
    town.until(lambda: state_of(town, "b3"), ["failed"])
    failed = town.shop("GET", "/v1/notices?customer_ref=b3")[1]["notices"][0]
    assert failed["failure"] == "refused" and failed["code"].startswith("5")
    assert town.mails("b3@kunde.example") == []


def test_a_promise_holds_until_its_day_is_over(town):
    today = datetime.date.fromisoformat(town.get("sandbox", "/sandbox/clock")["now"][:10])
    until = str(today + datetime.timedelta(days=5))
    town.say(customer("c1"), *owed("c1", 31, "2026-02-02"))
    town.until(lambda: town.call("reminders", "GET", "/v1/plan?customer_ref=c1", merchant="nord")[0], 200)
    assert town.shop("POST", "/v1/holds", {"kind": "promise", "customer_ref": "c1", "until": until, "reason": "pays on Friday"})[0] == 201
    before = len(subjects(town, "c1"))
    town.advance(4)
    assert len(subjects(town, "c1")) == before
    assert town.shop("GET", "/v1/plan?customer_ref=c1")[1]["items"][0]["waits_for"] == "hold"
    town.advance(8)
    assert len(subjects(town, "c1")) == before + 1
    assert [h["state"] for h in town.shop("GET", "/v1/holds?customer_ref=c1")[1]["holds"]] == ["expired"]


def test_what_is_another_merchants_is_not_there(town):
    hold = town.shop("POST", "/v1/holds", {"kind": "dispute", "customer_ref": "c1", "reason": "wrong goods"})[1]
    notice = town.shop("GET", "/v1/notices?limit=1")[1]["notices"][0]
    for method, path, body in (("GET", f"/v1/notices/{notice['id']}", None), ("GET", f"/v1/notices/{notice['id']}/page", None),
                               ("GET", "/v1/plan?customer_ref=c1", None), ("POST", f"/v1/holds/{hold['id']}/release", {"reason": "x"}),
                               ("POST", "/v1/holds", {"kind": "dispute", "customer_ref": "c1", "reason": "x"}),
                               ("POST", "/v1/holds", {"kind": "dispute", "invoice_id": str(uuid.UUID(bytes=invoice_id(1))), "reason": "x"})):
        assert town.shop(method, path, body, merchant="volt")[0] == 404, path
    assert town.shop("GET", "/v1/notices", merchant="volt")[1] == {"notices": [], "next": None}
    assert town.shop("GET", "/v1/holds", merchant="volt")[1] == {"holds": [], "next": None}
    assert town.shop("POST", f"/v1/holds/{hold['id']}/release", {"reason": "settled"})[1]["state"] == "released"
    assert town.shop("POST", f"/v1/holds/{hold['id']}/release", {"reason": "again"})[0] == 409


@pytest.mark.parametrize("path, status", [
    ("/v1/notices?limit=0", 400), ("/v1/notices?limit=x", 400), ("/v1/notices?before=x", 400), ("/v1/holds?limit=1000", 400), ("/v1/plan", 400),
    ("/v1/plan?customer_ref=nobody", 404), ("/v1/notices/x", 404), (f"/v1/notices/{uuid.UUID(int=7)}", 404), (f"/v1/notices/{uuid.UUID(int=7)}/page", 404),
    ("/v1/policies", 200)])
def test_what_is_asked_wrongly_is_answered_so(town, path, status):
    assert town.shop("GET", path)[0] == status


def test_pages_go_on_where_the_one_before_ended(town):
    seen, before = [], ""
    while True:
        page = town.shop("GET", f"/v1/notices?limit=2{before}")[1]
        seen += [n["id"] for n in page["notices"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == int(town.one("reminders", "select count(*) from notice"))


def account(revision):
    from dunlin.ledger.v1 import ledger_pb2 as pb

    return pb.AccountDefined(merchant_id="nord", customer_ref=f"@account:{ACCOUNT}", account_id=ACCOUNT.bytes, revision=revision, currency="EUR",
                             collecting=True)


def statement(n, revision, covered_to):
    from dunlin.ledger.v1 import ledger_pb2 as pb

    return pb.StatementAccepted(merchant_id="nord", customer_ref=f"@account:{ACCOUNT}", account_id=ACCOUNT.bytes, revision=revision,
                                statement_id=invoice_id(f"statement {n}"), closing=money(0), covered_to=day(covered_to), collecting=True, matched_follows=True)


def matched(n, receipts):
    from dunlin.ledger.v1 import ledger_pb2 as pb

    return pb.StatementMatched(merchant_id="nord", customer_ref=f"@account:{ACCOUNT}", account_id=ACCOUNT.bytes, revision=1,
                               statement_id=invoice_id(f"statement {n}"), receipt_count=receipts)


def allocated(ref, n, minor, of):
    from dunlin.ledger.v1 import ledger_pb2 as pb

    paid_for = pb.Allocation(allocation_id=uuid.uuid4().bytes, invoice_id=invoice_id(n), part=1, invoice_number=f"NORD-{n}", amount=money(minor))
    return pb.ReceiptAllocated(merchant_id="nord", customer_ref=ref, receipt_id=uuid.uuid4().bytes, revision=1, statement_id=invoice_id(f"statement {of}"),
                               receipt=pb.Receipt(kind=1, source_id=uuid.uuid4().bytes, account_id=ACCOUNT.bytes, amount=money(minor),
                                                  allocated=money(minor), allocations=[paid_for]), made=[paid_for])


ACCOUNT = uuid.uuid5(uuid.NAMESPACE_URL, "an account of nord")


def test_nobody_is_reminded_while_a_payment_of_the_statement_has_not_been_read(town):
    """What the statement says of itself comes at once; the payment in it stands under its customer's key, and comes days later."""
    today = datetime.date.fromisoformat(town.get("sandbox", "/sandbox/clock")["now"][:10])
    due, covered_to = str(today - datetime.timedelta(days=20)), str(today + datetime.timedelta(days=60))
    before = str(today - datetime.timedelta(days=30))
    town.say(account(1), statement(1, 2, before), matched(1, 0))
    town.until(lambda: town.one("reminders", "select max(covered_to) from account"), before)
    town.say(customer("v1"), customer("v2"), *owed("v1", 41, due), *owed("v2", 42, due))
    town.advance(3)
    assert town.shop("GET", "/v1/plan?customer_ref=v1")[1]["items"][0]["waits_for"] == "statement"
    town.say(statement(2, 3, covered_to), matched(2, 2), allocated("v9", 49, 500, 2))
    town.advance(5)
    assert subjects(town, "v1") == subjects(town, "v2") == []
    town.say(open_item("v1", 41, 2, 11900, 0), allocated("v1", 41, 11900, 2))
    town.advance(5)
    assert subjects(town, "v1") == ["Wir haben Ihre Zahlung über 119,00\u00a0EUR erhalten"]
    assert subjects(town, "v2") == ["Erinnerung: Rechnung NORD-42 ist überfällig"]
