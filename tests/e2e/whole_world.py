"""The four services as one, on real PostgreSQL, real Apache Kafka and the real clock; and the story that they are told: customers, charges, a statement of
the bank, a payment by card. The bank, the provider and the mail system are the test.

A ref of the story's customers starts with `s-`: what a test does later, it does to customers of its own."""

import datetime
import json
import os
import pathlib
import re
import socketserver
import threading
import time
import uuid
from xml.sax.saxutils import escape

import confluent_kafka
import psycopg
import requests
from conftest import World, publisher
from confluent_kafka.admin import AdminClient, OffsetSpec
from payments_world import SECRET, Payments
from stack import SERVICES, http
from stripe_fake import FakeStripe

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
IBAN = {"nord": "DE89370400440532013000", "volt": "DE02120300000000202051"}
CURRENCY = {"nord": "EUR", "volt": "USD"}
OPENING = 100_000
# Net, in cents; 19 % tax comes on top.
STORY = {"s-rf": 10000, "s-text": 20000, "s-part": 30000, "s-over": 40000, "s-twin": 50000, "s-card": 70000, "s-credit": 13000, "s-refund": 90000,
         "s-open": 12000}
EARLIER = TODAY - datetime.timedelta(days=4)


def gross(net):
    return net * 119 // 100


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes every mail, and keeps it: [(recipients, text)]."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        self.mails = []
        super().__init__(("127.0.0.1", 0), SmtpTalk)
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class SmtpTalk(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 mailbox")
        recipients = []
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.server.mails.append((tuple(recipients), b"".join(iter(self.rfile.readline, b".\r\n")).decode()))
                recipients = []
            elif word == b"RCPT":
                recipients.append(re.search(rb"<(.*?)>", line)[1].decode())
            elif word == b"QUIT":
                return self.say("221 bye")
            self.say("250 mailbox" if word in (b"EHLO", b"HELO") else "250 fine")


# ---- the bank ----


def line(minor, rf=None, text=None, iban=None, name=None, day=EARLIER, ref=None):
    """One entry of a statement."""
    return {"minor": minor, "rf": rf, "text": text, "iban": iban, "name": name, "day": day, "ref": ref}


def money(minor):
    return f"{abs(minor) // 100}.{abs(minor) % 100:02}"


def entry(e, currency):
    sign = "DBIT" if e["minor"] < 0 else "CRDT"
    amount = f'<Amt Ccy="{currency}">{money(e["minor"])}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
    party = f'<Dbtr><Pty><Nm>{escape(e["name"])}</Nm></Pty></Dbtr>' if e["name"] else ""
    party += f'<DbtrAcct><Id><IBAN>{e["iban"]}</IBAN></Id></DbtrAcct>' if e["iban"] else ""
    info = f'<Ustrd>{escape(e["text"])}</Ustrd>' if e["text"] else ""
    info += f'<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{e["rf"]}</Ref></CdtrRefInf></Strd>' if e["rf"] else ""
    refs = f'<AcctSvcrRef>{e["ref"]}</AcctSvcrRef>' if e["ref"] else ""
    return (f'<Ntry>{amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{e["day"]}</Dt></BookgDt><ValDt><Dt>{e["day"]}</Dt></ValDt>'
            "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs>{refs}<EndToEndId>NOTPROVIDED</EndToEndId></Refs>{amount}"
            f"<RltdPties>{party}</RltdPties><RmtInf>{info}</RmtInf></TxDtls></NtryDtls></Ntry>\n")


def balance(code, minor, day, currency):
    return (f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{money(minor)}</Amt>'
            f'<CdtDbtInd>{"DBIT" if minor < 0 else "CRDT"}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n')


def statement(ident, opening, lines, merchant="nord", closing=None):
    """A camt.053 document of one statement; its lines are in the order of their days."""
    currency, first, last = CURRENCY[merchant], lines[0]["day"], lines[-1]["day"]
    closing = opening + sum(e["minor"] for e in lines) if closing is None else closing
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\n'
            f"<GrpHdr><MsgId>{ident}</MsgId><CreDtTm>{last}T22:00:00Z</CreDtTm></GrpHdr>\n<Stmt><Id>{ident}</Id><CreDtTm>{last}T22:00:00Z</CreDtTm>"
            f"<FrToDt><FrDtTm>{first}T00:00:00Z</FrDtTm><ToDtTm>{last}T23:59:59Z</ToDtTm></FrToDt>"
            f"<Acct><Id><IBAN>{IBAN[merchant]}</IBAN></Id><Ccy>{currency}</Ccy></Acct>\n"
            + balance("OPBD", opening, first, currency) + balance("CLBD", closing, last, currency)
            + "".join(entry(e, currency) for e in lines) + "</Stmt></BkToCstmrStmt></Document>\n").encode()


# ---- the world ----


class Whole(World):
    def __init__(self, folder, services=SERVICES):
        self.fake, self.mailbox, self.admin, self.connections = FakeStripe(), Mailbox(), None, {}
        super().__init__(folder, services=services, sandbox=False, broker="kafka", settings={
            "payments": {"STRIPE_URL": self.fake.url, "CALL_TIMEOUT_MS": "3000"},
            "reminders": {"SMTP_URL": self.mailbox.url, "SMTP_TLS_REQUIRED": "false"}})

    def query(self, name, sql):
        """As psql -At prints it, over one connection that stays."""
        if name not in self.connections:
            self.connections[name] = psycopg.connect(self.databases[name][1], autocommit=True)
        result = self.connections[name].pgconn.exec_(sql.encode())
        assert result.status in (psycopg.pq.ExecStatus.TUPLES_OK, psycopg.pq.ExecStatus.COMMAND_OK), result.error_message.decode()
        return [tuple((result.get_value(row, column) or b"").decode() for column in range(result.nfields)) for row in range(result.ntuples)]

    def stop(self):
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()
        super().stop()
        self.fake.close()
        self.mailbox.close()

    def get(self, service, path, merchant="nord", role="read"):
        status, answer = self.call(service, "GET", path, merchant=merchant, role=role)
        assert status == 200, (path, status, answer)
        return answer

    def post(self, service, path, body, merchant="nord", role="write", status=(200, 201, 202)):
        got, answer = self.call(service, "POST", path, body, merchant, role, str(uuid.uuid4()))
        assert got in status, (path, got, answer)
        return answer

    # ---- when everything is quiet ----

    def ends(self):
        """(topic, partition): where it ends."""
        admin = self.admin = self.admin or AdminClient({"bootstrap.servers": self.brokers})
        there = admin.list_topics(timeout=30).topics
        ask = {confluent_kafka.TopicPartition(topic, p): OffsetSpec.latest() for topic in there if topic.startswith("dunlin.") for p in there[topic].partitions}
        return {(at.topic, at.partition): end.result().offset for at, end in admin.list_offsets(ask).items()}

    def behind(self):
        """What is not done, from the databases and the broker."""
        ends, left = self.ends(), []
        for name in self.services:
            sql = """select topic, part, next_offset from consumer_position
                union all select 'outbox', 0, -1 where coalesce((select max(seq) from outbox), 0) > coalesce((select max(last_seq) from relay_cursor), 0)"""
            if name == "reconciliation":
                sql += " union all select 'statement', 0, -1 from statement where state in ('staged', 'accepted')"
            if name == "reminders":
                sql += " union all select 'notice', 0, -1 from notice where state in ('planned', 'sending')"
            rows = self.query(name, sql)
            left += [f"{name} {topic} {part}" for topic, part, at in rows if int(at) < ends.get((topic, int(part)), 0)]
            if not rows:
                left.append(f"{name} has not begun")
        return left

    def quiet(self):
        """Until nothing is left to do, twice in a row."""
        while True:
            self.until(self.behind, [])
            if self.behind() == []:
                return

    # ---- what merchants do ----

    def define(self, merchant):
        prefix = merchant[0].upper()
        self.post("invoicing", "/v1/merchants", {
            "name": f"{merchant.capitalize()} GmbH", "zone": "Europe/Berlin", "currency": CURRENCY[merchant], "language": "en",
            "invoice_prefix": f"{prefix}-", "credit_note_prefix": f"{prefix}C-", "address": {"lines": ["Hafen 1"], "city": "Hamburg", "country": "DE"},
            "transfer_accounts": [{"iban": IBAN[merchant]}], "terms": {"kind": "net_days", "days": 30}}, merchant, "admin")

    def define_bank_account(self, merchant):
        self.post("reconciliation", "/v1/bank-accounts", {
            "iban": IBAN[merchant], "name": "Current account", "zone": "Europe/Berlin", "currency": CURRENCY[merchant], "collecting": True,
            "provider_accounts": ["main"]}, merchant, "admin")

    def define_provider(self, merchant):
        self.post("payments", "/v1/provider-accounts", {
            "account": "main", "provider": "stripe", "live": False, "preferred": True, "api_key": "sk_test_123",
            "webhook_secrets": [SECRET, "whsec_another"]}, merchant, "admin")

    def order(self, nets, merchant="nord"):
        """A customer for each ref, with one invoice of that net amount, by Kafka."""
        from dunlin.billing.v1 import billing_pb2

        p = publisher.Publisher(self.brokers, "shop", timeout=60)
        for ref, net in nets.items():
            p.send(billing_pb2.DefineCustomer(merchant_id=merchant, customer_ref=ref, name=f"Customer {ref}", emails=[f"{ref}@example.com"]))
            charge = billing_pb2.AddCharge(merchant_id=merchant, customer_ref=ref, external_ref=f"order-{ref}", description="Goods", tax_category=1, when=2)
            charge.amount.minor, charge.amount.currency = net, CURRENCY[merchant]
            charge.tax_rate.unscaled = 19
            p.send(charge)
        assert p.finish() == 0

    def sell(self, nets, merchant="nord"):
        """The same, and everybody knows of it; ref: the invoice as invoicing shows it."""
        self.order(nets, merchant)
        refs = ", ".join(f"'{ref}'" for ref in nets)
        for service, sql in (("reconciliation", f"select count(*) from open_item where merchant_id = '{merchant}' and customer_ref in ({refs})"),
                             ("payments", f"select count(*) from item where merchant_id = '{merchant}' and issued and customer_ref in ({refs})")):
            if service in self.services:
                self.until(lambda: int(self.one(service, sql)), len(nets))
        return {ref: self.invoice(ref, merchant) for ref in nets}

    def invoice(self, ref, merchant="nord"):
        [invoice] = self.get("invoicing", f"/v1/invoices?customer_ref={ref}", merchant)["items"]
        return invoice

    def paid(self, ref):
        """How invoicing says that the customer's invoice stands."""
        return self.invoice(ref)["payment"]["state"]

    def parts(self, ref):
        """allocated, credited and open of the customer's invoice."""
        [part] = self.invoice(ref)["payment"]["parts"]
        return tuple(part[k]["minor"] for k in ("allocated", "credited", "open"))

    # ---- what the bank does ----

    def upload(self, document, merchant="nord"):
        """(status, answer) of a statement's upload, after all of it was posted."""
        answer = self.call("reconciliation", "POST", "/v1/statements", document, merchant, "write", str(uuid.uuid4()),
                           headers={"Content-Type": "application/xml"})
        self.quiet()
        return answer

    def lines(self, where="true"):
        return self.query("reconciliation", f"select amount, state, is_what, verdict from bank_line where state not in ('staged', 'known') and {where} order by 1, 2")

    def books(self):
        """Every table of the books that must not change: name -> digest."""
        tables = ("open_item", "receipt", "allocation", "bank_line where state not in ('staged', 'known')", "statement_gap", "journal", "exception",
                  "customer_credit")
        return {t: self.one("reconciliation", f"select md5(coalesce(string_agg(x::text, '|' order by x::text), '')) from (select * from {t}) x") for t in tables}

    # ---- replay ----

    def digest(self, name):
        """Every table but those that count the work itself: name -> digest."""
        tables = self.query(name, """select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and not c.relispartition and c.relname not in ('consumer_position', 'relay_cursor', 'audit', 'key', 'token', 'rematch_cause', 'running_sum', 'sum_change',
            'recount', 'ledger_block') order by 1""")
        return {t: self.one(name, f"select md5(coalesce(string_agg(x::text, '|' order by x::text), '')) from {t} x") for (t,) in tables}


class Till(Payments):
    """The payers who pay by card, in a world that is there already."""

    def __init__(self, world):
        self.world, self.fake, self.url, self.http, self.events = world, world.fake, world.url("payments"), requests.Session(), 0

    def body(self, kind, object, event=None, livemode=False):
        return super().body(kind, object, event or f"evt_{uuid.uuid4().hex}", livemode)

    def pay(self, invoice):
        """A payment by card from the checkout to the webhook; the attempt, and the session at the provider."""
        attempt = self.checkout(invoice["invoice_id"])
        session = self.open(attempt)
        self.event("checkout.session.completed", self.fake.pay(session))
        return attempt, session


class Story:
    """What happened, and what the tests ask about it."""

    def __init__(self, world):
        self.world, self.till = world, Till(world)
        for merchant in ("nord", "volt"):
            world.define(merchant)
            world.define_bank_account(merchant)
            world.define_provider(merchant)
        self.invoices = world.sell(STORY)
        self.foreign = world.sell({"v-open": 5000}, "volt")
        inv = self.invoices
        self.lines = [
            line(gross(10000), rf=inv["s-rf"]["rf_reference"]),
            line(gross(20000), text=f"Rechnung {inv['s-text']['number']} vielen Dank", name="Customer s-text"),
            line(10000, rf=inv["s-part"]["rf_reference"]),
            line(gross(40000) + 3100, rf=inv["s-over"]["rf_reference"]),
            line(gross(50000) // 2, rf=inv["s-twin"]["rf_reference"], name="Twin"),
            line(gross(50000) // 2, rf=inv["s-twin"]["rf_reference"], name="Twin"),
            line(7777, text="Danke", name="Nobody we know"),
        ]
        self.document = statement("S-1", OPENING, self.lines)
        self.uploaded = world.upload(self.document)
        self.attempt, self.session = self.till.pay(inv["s-card"])
        self.refunded, _ = self.till.pay(inv["s-refund"])
        world.post("invoicing", f"/v1/invoices/{inv['s-credit']['invoice_id']}/credit-notes", {"whole": True, "reason": "Returned"})
        world.until(lambda: world.paid("s-refund"), "settled")
        world.post("payments", f"/v1/payments/{self.refunded['id']}/refunds", {"reason": "reopen", "amount": {"minor": 5000, "currency": "EUR"}})
        world.until(lambda: world.one("payments", "select sum(refunded) from attempt"), "5000")
        world.quiet()


def make_whole(request):
    world = Whole(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "whole")
    request.addfinalizer(world.stop)
    return world.start()
