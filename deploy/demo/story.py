#!/usr/bin/env python3
"""Dunlin's main job from end to end: other systems publish billing events, ninety days pass, and the books are shown to balance.

  story.py demo --folder DIR [--broker embedded|kafka] [--keep]   starts everything in DIR, tells the story, proves it, stops it
  story.py up   --folder DIR [--broker embedded|kafka]            starts everything, with the merchants and their customers, and leaves it
  story.py down --folder DIR
  story.py connected                                              the story over what runs already, at the addresses of the environment
  story.py load                                                   many charges and statements at once, over the same; nothing may be lost

Exit: 0 all of it holds, 1 something does not.
"""

import argparse
import collections
import datetime
import itertools
import pathlib
import random
import shutil
import sys
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "examples")]

import payouts  # noqa: E402
import plot  # noqa: E402
import proof  # noqa: E402
import report  # noqa: E402
from clerk import Clerk  # noqa: E402
from facts import Facts, Reader, text_id  # noqa: E402
from figures import ageing, digest, for_a_person, happened, told_by_banks  # noqa: E402
from stack import SERVICES, Connected, Failed, Stack, http, stop_saved  # noqa: E402

import publisher  # noqa: E402

SEED = 20260105
# Days on which clerks sit down to their work.
CLERK_DAYS = (50, 80)


class Story:
    def __init__(self, stack, seed=SEED, progress=None):
        self.stack = stack
        self.progress = progress or report.Progress()
        self.chance = random.Random(seed)
        self.customers, self.orders = plot.make(seed)
        self.billing, self.types = publisher.load_messages(HERE.parent.parent / "proto")
        self.publisher = publisher.Publisher(stack.brokers, "demo/shop")
        self.published = self.repeated = 0
        self.late_copies = []
        self.keys = 0
        self.facts = None
        self.clerk = Clerk(self)
        self.payouts = {}  # merchant -> what they came to three ways, when that was proven

    # ---- talking to the services ----

    def ask(self, name, method, path, body=None, merchant=None, role="write", expect=(200, 201, 202)):
        key = None
        if method == "POST" and merchant:
            self.keys += 1
            key = f"demo-{self.keys}"
        status, value = self.stack.call(name, method, path, body, merchant, role, key)
        if status not in expect:
            raise Failed(f"{name} answered {status} to {method} {path}: {value}")
        return value

    def sandbox(self, path, body):
        return self.ask("sandbox", "POST", path, body)

    def pages(self, name, path, field, merchant):
        """All of a list that comes in pages."""
        after = None
        while True:
            query = f"{'&' if '?' in path else '?'}after={after}" if after else ""
            page = self.ask(name, "GET", path + query, merchant=merchant, role="read")
            yield from page[field]
            after = page.get("next")
            if not after:
                return

    # ---- before the first day ----

    def set_up(self):
        for merchant in plot.MERCHANTS:
            self.define(merchant)
        self.sandbox("/sandbox/misbehave", {"what": "webhook_repeat", "times": 5})
        self.sandbox("/sandbox/misbehave", {"what": "webhook_reorder", "times": 3})
        self.sandbox("/sandbox/misbehave", {"what": "smtp_defer", "times": 2})
        for account in (account for merchant in plot.MERCHANTS for account in merchant.accounts):
            self.sandbox("/sandbox/misbehave", {"what": "statement_overlap", "times": 3, "match": account.iban})
            self.sandbox("/sandbox/misbehave", {"what": "statement_repeat", "times": 2, "match": account.iban})
        for customer in self.customers:
            self.publish(self.definition(customer))
            self.sandbox("/sandbox/behaviours", {
                "merchant": customer.merchant.id, "customer": customer.ref, "name": customer.name, "email": customer.email, "iban": customer.iban,
                "steps": plot.steps(customer.behaviour, customer.delay)})
        self.finish_publishing()

    def define(self, merchant):
        """The merchant where it belongs: invoicing has its documents, reconciliation its bank accounts, payments its account at the provider."""
        stack = self.stack
        self.ask("invoicing", "POST", "/v1/merchants", {
            "name": merchant.name, "address": merchant.address, "tax_id": merchant.tax_id, "zone": merchant.zone, "currency": merchant.currency,
            "language": merchant.language, "invoice_prefix": merchant.prefix, "credit_note_prefix": merchant.prefix + "C-",
            "transfer_accounts": [{"iban": account.iban, "bic": "SANDDEFFXXX", "currency": merchant.currency} for account in merchant.accounts],
            "terms": {"kind": "net_days", "days": 14}, "email": f"billing@{merchant.id}.example"}, merchant.id, "admin")
        for account in merchant.accounts:
            self.open_account(merchant, account)
        provider = self.ask("payments", "POST", "/v1/provider-accounts", {
            "account": merchant.provider, "provider": "stripe", "live": False, "preferred": True, "api_key": merchant.key,
            "webhook_secrets": [merchant.secret]}, merchant.id, "admin")
        self.sandbox("/sandbox/webhook_endpoints", {"key": merchant.key, "url": provider["webhook_url"], "secret": merchant.secret})
        self.sandbox("/sandbox/payout_accounts", {"key": merchant.key, "currency": merchant.currency, "iban": merchant.accounts[0].iban})
        self.sandbox("/sandbox/merchants", {
            "merchant": merchant.id, "payments_url": stack.inner("payments"), "payments_token": stack.token("payments", merchant.id, "write"),
            "reminders_url": stack.inner("reminders"), "reminders_token": stack.token("reminders", merchant.id, "write")})

    def open_account(self, merchant, account):
        """At the bank, which delivers its statements every morning, and where they are read."""
        self.ask("reconciliation", "POST", "/v1/bank-accounts", {
            "iban": account.iban, "name": f"{merchant.name}, {account.name}", "zone": merchant.zone, "currency": merchant.currency,
            "collecting": True, "provider_accounts": [merchant.provider] if account is merchant.accounts[0] else []}, merchant.id, "admin")
        self.sandbox("/sandbox/bank/accounts", {
            "iban": account.iban, "currency": merchant.currency, "name": merchant.name, "merchant": merchant.id, "format": account.format,
            "opening": account.opening, "deliver_to": self.stack.inner("reconciliation") + "/v1/statements",
            "token": self.stack.token("reconciliation", merchant.id, "write")})

    # ---- what other systems publish ----

    def publish(self, message, ce_id=None):
        """One event in ten goes out twice at once, one in twenty again on a later day: a publisher that is not sure repeats itself."""
        self.publisher.send(message, ce_id)
        self.published += 1
        chance = self.chance.random()
        if chance < 0.10:
            self.publisher.send(message, ce_id)
            self.repeated += 1
        elif chance < 0.15:
            self.late_copies.append((message, ce_id))

    def finish_publishing(self):
        if self.publisher.finish():
            raise Failed(f"the broker did not take all events: {self.publisher.trouble}")

    def definition(self, customer):
        merchant = customer.merchant
        m = self.billing.DefineCustomer(
            merchant_id=merchant.id, customer_ref=customer.ref, name=customer.name, emails=[customer.email], language=merchant.language,
            zone=merchant.zone, currency=merchant.currency, billing_day=customer.billing_day, ibans=[customer.iban] if customer.knows_iban else [])
        m.address.CopyFrom(self.types.Address(lines=[f"{customer.ref[2:]} High Street"], city="Somewhere", postal_code="12345", country="DE"))
        m.terms.CopyFrom(self.types.PaymentTerms(kind=self.types.TERMS_KIND_NET_DAYS, days=customer.net_days))
        return m

    def charge(self, order, charge):
        merchant = order.customer.merchant
        m = self.billing.AddCharge(
            merchant_id=merchant.id, customer_ref=order.customer.ref, external_ref=charge.ref, description=charge.text, unit=charge.unit,
            when=publisher.WHEN[order.when], tax_category=self.types.TAX_CATEGORY_STANDARD)
        m.tax_rate.CopyFrom(publisher.parse_decimal(self.types, str(charge.rate)))
        if charge.quantity:
            m.quantity.CopyFrom(publisher.parse_decimal(self.types, charge.quantity))
            m.unit_price.CopyFrom(publisher.parse_decimal(self.types, charge.price))
            m.currency = merchant.currency
        else:
            m.amount.CopyFrom(publisher.parse_money(self.types, charge.price, merchant.currency))
        return m

    def publish_order(self, order):
        for charge in order.charges:
            self.publish(self.charge(order, charge))
        if order.when == "on-request":
            self.publish(self.billing.IssueInvoice(merchant_id=order.customer.merchant.id, customer_ref=order.customer.ref, external_ref=order.ref))

    def publish_day(self, day):
        """An order of each merchant at a time: between customers Kafka keeps no order, and which invoice gets which number decides what a
        mistyped one looks like."""
        again, self.late_copies = self.late_copies, []
        for message, ce_id in again:
            self.publisher.send(message, ce_id)
            self.repeated += 1
        orders = self.orders.get(day, ())
        for order in orders:
            if order.when == "billing-day":
                self.publish_order(order)
        queues = [[o for o in orders if o.customer.merchant is m and o.when != "billing-day"] for m in plot.MERCHANTS]
        for i, together in enumerate(itertools.zip_longest(*queues)):
            if i:
                self.finish_publishing()
                self.advance({"until_idle": True})
            for order in filter(None, together):
                self.publish_order(order)
        if day == 10:
            self.publish_mistakes()
        self.finish_publishing()

    def publish_mistakes(self):
        """Charges for a customer whom nobody knows: refused, and their publisher is told so."""
        for merchant in plot.MERCHANTS:
            m = self.billing.AddCharge(merchant_id=merchant.id, customer_ref=f"{merchant.letter}-0", external_ref=f"{merchant.letter}-0-1",
                                       description="Nobody's", when=publisher.WHEN["at-once"], tax_category=self.types.TAX_CATEGORY_ZERO)
            m.amount.CopyFrom(publisher.parse_money(self.types, "100", merchant.currency))
            self.publish(m)

    # ---- days ----

    def clock(self):
        return self.ask("sandbox", "GET", "/sandbox/clock")

    def now(self):
        return datetime.datetime.fromisoformat(self.clock()["now"].replace("Z", "+00:00"))

    def advance(self, order):
        self.sandbox("/sandbox/clock/advance", order)
        while True:
            clock = self.clock()
            if clock["failed"]:
                raise Failed(f"business time has stopped at {clock['now']}: {clock['failed']}")
            if not clock["moving"]:
                return clock
            time.sleep(0.004)

    def pass_days(self):
        for day in range(plot.DAYS):
            date = plot.START.date() + datetime.timedelta(days=day)
            self.progress.tick(f"day {day + 1:2} of {plot.DAYS}, {date:%a %d %b %Y}: {self.published:,} events published, {self.repeated} of them twice")
            if day in CLERK_DAYS:
                self.clerk.work()
            self.publish_day(day)
            self.advance({"days": 1})

    # ---- what people do ----

    def read(self):
        if self.facts is None:
            self.facts = Facts(self.stack.brokers)
            for merchant in plot.MERCHANTS:
                formats = {account.iban: account.format for account in merchant.accounts}
                for row in self.pages("reconciliation", "/v1/bank-accounts", "bank_accounts", merchant.id):
                    self.facts.formats[row["id"]] = formats[row["identifier"]]
        self.facts.read()
        return self.facts

    def bank_lines(self, merchant):
        """What the bank has written on statements: lines of days that are over, each with the account that it is of."""
        today = f"{self.now():%Y-%m-%d}"
        for account in merchant.accounts:
            for line in self.ask("sandbox", "GET", f"/sandbox/bank/accounts/{account.iban}/lines")["lines"]:
                if line["booked"] < today:
                    yield {**line, "account": account.iban}

    # ---- proof ----

    def publish_everything_again(self):
        """The whole billing topic once more, to the byte."""
        reader = Reader(self.stack.brokers, [publisher.TOPIC])
        n = 0
        for record in list(reader.read()):
            self.publisher.producer.produce(record.topic(), value=record.value(), key=record.key(), headers=record.headers())
            n += 1
        reader.close()
        self.finish_publishing()
        return n

    def state(self):
        """All that could have changed: the figures, how many facts there are, and the trial balances."""
        facts = self.read()
        return digest(facts, plot.MERCHANTS, self.now()), facts.count(), [self.trial(m) for m in plot.MERCHANTS]

    def trial(self, merchant):
        return self.ask("reconciliation", "GET", "/v1/trial-balance", merchant=merchant.id, role="read")["accounts"]

    def prove(self):
        before = self.state()
        again = self.publish_everything_again()
        self.advance({"until_idle": True})
        after = self.state()
        facts = self.facts
        for merchant in plot.MERCHANTS:
            yield from self.prove_books(merchant)
        charged = collections.Counter(line.charge_ref for m in facts.of("InvoiceIssued") for line in m.lines)
        yield proof.Claim("events that were published twice changed nothing", max(charged.values()) == 1,
                          f"{self.repeated:,} of {self.published:,}; {len(charged):,} charges, each on one invoice")
        yield proof.Claim("the whole topic published again changed nothing", before == after, f"{again:,} events")
        yield from proof.mails(facts, self.ask("sandbox", "GET", "/sandbox/mail"))
        yield proof.Claim("nothing was set aside", not any(self.parked().values()), ", ".join(f"{k} {v}" for k, v in self.parked().items()))

    def prove_books(self, merchant):
        facts = self.facts
        yield from proof.ledger(merchant, self.trial(merchant), self.ask("reconciliation", "GET", "/v1/proof", merchant=merchant.id, role="read"))
        yield from proof.sums(facts, merchant)
        yield from proof.lines(facts, merchant, list(self.bank_lines(merchant)), self.trial(merchant))
        self.payouts[merchant.id] = list(payouts.of(self, merchant))
        yield payouts.claim(merchant, self.payouts[merchant.id])
        yield from proof.documents(facts, merchant)

    def parked(self):
        """From the metrics of each daemon."""
        out = {}
        for name in SERVICES:
            text = http(self.stack.ops(name) + "/metrics")[1]
            out[name] = sum(int(float(line.split()[-1])) for line in text.splitlines() if line.startswith("dunlin_parked"))
        return out

    # ---- load ----

    def load(self, charges=4000):
        """Many invoices at once, while daemons come, go and share the work; then twelve days in which they are paid. Nothing is lost or doubled."""
        facts = self.read()
        mark = f"load-{uuid.uuid4().hex[:8]}"
        known = [c for c in self.customers if c.behaviour in ("reference", "number", "card")]
        self.progress.step(f"{charges:,} charges to be invoiced at once")
        for n in range(charges):
            customer = known[n % len(known)]
            order = plot.Order(0, customer, mark, "at-once", [plot.Charge(f"{mark}-{n}", "Load", "", "", str(100 + n), 0)])
            charge = self.charge(order, order.charges[0])
            charge.tax_category = self.types.TAX_CATEGORY_ZERO
            self.publisher.send(charge)
            if n % 20 == 0:  # for some seconds, so that there is time for something to happen
                self.finish_publishing()
                time.sleep(0.02)
        self.finish_publishing()
        self.progress.step("published; until all of it is everywhere")
        self.advance_when_it_answers({"until_idle": True})
        self.progress.step("twelve days of payments")
        for _ in range(12):
            self.advance({"days": 1})
        facts = self.read()
        loaded = {text_id(m.invoice_id): m for m in facts.invoices.values() if m.lines[0].charge_ref.startswith(mark)}
        charged = collections.Counter(m.lines[0].charge_ref for m in loaded.values())
        paid = sum(not facts.items[invoice, 1].open.minor for invoice in loaded if (invoice, 1) in facts.items)
        yield proof.Claim("every charge is on one invoice", len(charged) == charges and max(charged.values()) == 1, f"{len(loaded):,} of {charges:,}")
        yield proof.Claim("every invoice is an open item", all((invoice, 1) in facts.items for invoice in loaded), f"{paid:,} of them paid since")
        for merchant in plot.MERCHANTS:
            yield from self.prove_books(merchant)
        yield proof.Claim("nothing was set aside", not any(self.parked().values()))

    def advance_when_it_answers(self, order, tries=5):
        """A daemon that was killed is waited for: whoever asked it for its state asks again."""
        for left in reversed(range(tries)):
            try:
                return self.advance(order)
            except Failed:
                if not left:
                    raise
                time.sleep(1)

    # ---- the end ----

    def tell(self):
        """What happened, for people."""
        facts, now = self.facts, self.now()
        for merchant in plot.MERCHANTS:
            customers = sum(c.merchant is merchant for c in self.customers)
            print(f"\n{merchant.name}, {customers} customers, {merchant.currency}, {merchant.zone}")
            for title, tallies in (("What happened", happened(facts, merchant.id)),
                                   ("Lines on statements, by format", told_by_banks(facts, merchant.id)),
                                   ("Returned to a person", for_a_person(facts, merchant.id)),
                                   ("Open, by age", ageing(facts, merchant, now))):
                print("\n".join(report.counts(title, tallies, merchant.currency)))
            if self.clerk.told[merchant.id]:
                print("\n".join(["What a clerk did", *("  " + text for text in self.clerk.told[merchant.id])]))
            print("\n".join(payouts.told(merchant, self.payouts[merchant.id])))

    def run(self):
        began = time.monotonic()
        self.progress.step("the merchants, their accounts and 200 customers")
        self.set_up()
        self.advance({"until_idle": True})
        self.pass_days()
        self.progress.step("the proof")
        claims = list(self.prove())
        self.progress.clear()
        self.tell()
        print("\nThe proof")
        bad = show_claims(claims)
        print(f"\nfigures {digest(self.facts, plot.MERCHANTS, self.now())} after {time.monotonic() - began:.0f} s, {plot.DAYS} days of business time")
        print("The books balance." if not bad else f"{bad} of {len(claims)} do NOT hold.")
        return 1 if bad else 0


def show_claims(claims):
    """How many do not hold."""
    print("\n".join(report.table([("ok" if c.holds else "FAILS", c.text, c.detail) for c in claims], "<<<")))
    return sum(not c.holds for c in claims)


# ---- verbs ----


def fresh(folder):
    """An empty folder; what an earlier run left running there is ended first."""
    if folder.exists():
        stop_saved(folder)
        data = folder / "postgres" / "data"
        if data.is_symlink():  # where PostgreSQL's user could not reach the folder
            shutil.rmtree(data.resolve(), ignore_errors=True)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def started(args, progress):
    fresh(args.folder)
    progress.step(f"starting PostgreSQL, {'Apache Kafka' if args.broker == 'kafka' else 'the embedded broker'}, the sandbox and four daemons")
    return Stack(args.folder, broker=args.broker, start_date=f"{plot.START:%Y-%m-%dT%H:%M:%SZ}", settings={"sandbox": {"SEED": SEED}})


def show_doors(stack):
    print("\nIt is up; `make down` stops it.")
    rows = [(name, stack.url(name)) for name in (*SERVICES, "sandbox")] + [("mailbox", stack.url("sandbox") + "/mail"), ("Kafka", stack.brokers)]
    print("\n".join(report.table(rows, "<<")))
    for merchant in plot.MERCHANTS:
        print(f"A token of {merchant.id}, to read:")
        print("\n".join(report.table([(name, stack.token(name, merchant.id, "read")) for name in SERVICES], "<<")))
    merchant = plot.MERCHANTS[0].id
    print(f"For example: curl -H 'Authorization: Bearer {stack.token('reconciliation', merchant, 'read')}' {stack.url('reconciliation')}/v1/trial-balance")


def demo(args, progress):
    stack = started(args, progress)
    keep = args.keep
    try:
        stack.start()
        stack.save()
        code = Story(stack, progress=progress).run()
        if keep:
            show_doors(stack)
            stack.save()
        return code
    except BaseException:
        progress.clear()
        keep = False
        raise
    finally:
        if not keep:
            stack.stop()


def up(args, progress):
    stack = started(args, progress)
    try:
        stack.start()
        story = Story(stack, progress=progress)
        progress.step("the merchants, their accounts and 200 customers")
        story.set_up()
        progress.clear()
        show_doors(stack)
        stack.save()
    except BaseException:
        stack.stop()
        raise
    return 0


def down(args, progress):
    stopped = stop_saved(args.folder)
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing is up")
    return 0


def connected(args, progress):
    stack = Connected()
    stack.wait_ready()
    return Story(stack, progress=progress).run()


def load(args, progress):
    stack = Connected()
    stack.wait_ready()
    return 1 if show_claims(list(Story(stack, progress=progress).load())) else 0


def main():
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = {"demo": demo, "up": up, "down": down, "connected": connected, "load": load}
    top.add_argument("verb", choices=verbs)
    top.add_argument("--folder", type=pathlib.Path, default=HERE.parent.parent / "build/demo")
    top.add_argument("--broker", choices=("embedded", "kafka"), default="embedded")
    top.add_argument("--keep", action="store_true")
    args = top.parse_args()
    progress = report.Progress()
    try:
        return verbs[args.verb](args, progress)
    except Failed as error:
        progress.clear()
        print(f"demo: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
