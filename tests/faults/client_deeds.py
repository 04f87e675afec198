"""What the load client does: each deed is one request, or the first step of several. What it is about is chosen by `chance`, which is its own part of the
seed; where there is nothing yet to do it to, it sells something instead."""

import datetime
import importlib.util
import random
import time
import uuid

import client_months as months
import client_provider as provider
import client_races as races
import client_statements as statements
import client_uploads as uploads
from history import DONE
from history_world import HERE, Failed

spec = importlib.util.spec_from_file_location("dunlin_publisher", HERE / "deploy/examples/publisher.py")
publisher = importlib.util.module_from_spec(spec)
spec.loader.exec_module(publisher)
billing, types = publisher.load_messages(HERE / "proto")

BY = {"who": "Frieda", "why": "a test of faults"}
TERMS = (0, 7, 30)


def days(n):
    return datetime.timedelta(days=n)


# ---- before ----


def must(world, service, path, body, merchant):
    status, answer = world.call(service, "POST", path, body, merchant, "admin", str(uuid.uuid4()))
    if status >= 300:
        raise Failed(f"{service} {path}: {status} {answer}")
    return answer


def define_merchant(world, m):
    must(world, "invoicing", "/v1/merchants", {
        "name": f"{m['id'].capitalize()} GmbH", "zone": m.get("zone", "Europe/Berlin"), "currency": m["currency"], "language": "en", "invoice_prefix": f"{m['prefix']}-A",
        "credit_note_prefix": f"{m['prefix']}C-A", "address": {"lines": ["Hafen 1"], "city": "Hamburg", "country": "DE"},
        "transfer_accounts": [{"iban": m["iban"]}], "terms": {"kind": "net_days", "days": 30}}, m["id"])
    must(world, "payments", "/v1/provider-accounts", {
        "account": "main", "provider": "stripe", "live": False, "preferred": True, "api_key": m["api_key"], "webhook_secrets": [m["secret"]]}, m["id"])
    must(world, "reconciliation", "/v1/bank-accounts", {
        "iban": m["iban"], "name": "Current account", "zone": m.get("zone", "Europe/Berlin"), "currency": m["currency"], "collecting": True, "provider_accounts": ["main"]}, m["id"])
    world.outside("POST", "/sandbox/webhook_endpoints", {
        "key": m["api_key"], "url": f"{world.url('payments')}/webhooks/stripe/{m['id']}:main", "secret": m["secret"]})
    world.outside("POST", "/sandbox/bank/accounts", {
        "iban": m["iban"], "currency": m["currency"], "name": m["id"], "merchant": m["id"], "opening": 0})
    world.outside("POST", "/sandbox/payout_accounts", {"key": m["api_key"], "currency": m["currency"], "iban": m["iban"]})


def make_customers(chance, m, n):
    return [{"ref": f"{m['prefix']}-{k}", "net_days": chance.choice(TERMS), "iban": iban("DE", f"{chance.randrange(10**18):018}") if chance.random() < 0.5 else ""}
            for k in range(1, n + 1)]


def iban(country, account):
    """With check digits that hold (ISO 13616)."""
    number = int("".join(str(int(c, 36)) for c in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02}{account}"


# ---- by Kafka ----


def customer_message(m, customer, email=True):
    message = billing.DefineCustomer(merchant_id=m["id"], customer_ref=customer["ref"], name=f"Customer {customer['ref']}", language="en",
                                     emails=[f"{customer['ref'].lower()}@example.com"] if email else [], ibans=[customer["iban"]] if customer["iban"] else [])
    message.terms.kind, message.terms.days = types.TERMS_KIND_NET_DAYS, customer["net_days"]
    return message


def publish_customer(c, m, customer, who, intended=None):
    c.publisher.send("define_customer", customer_message(m, customer), str(uuid.uuid4()), who, intended=intended)


def define_customer(c, chance, who, intended):
    m = chance.choice(c.merchants)
    publish_customer(c, m, chance.choice(c.customers[m["id"]]), who, intended)


def charge_message(c, chance, m, when, ref=None):
    customer = chance.choice(c.customers[m["id"]])
    message = billing.AddCharge(merchant_id=m["id"], customer_ref=customer["ref"], external_ref=ref or f"o-{uuid.UUID(int=chance.getrandbits(128))}",
                                description="Goods", tax_category=types.TAX_CATEGORY_STANDARD, when=when)
    message.amount.minor, message.amount.currency = chance.randrange(100, 100_000), m["currency"]
    message.tax_rate.unscaled = chance.choice((7, 19))
    return message


def send_charge(c, f, message, who, intended, ce_id=None, **more):
    return c.publisher.send(f, message, ce_id or f"{message.external_ref}/{more.get('n', 0)}", who, intended=intended, external_ref=message.external_ref,
                            net=message.amount.minor, currency=message.amount.currency, rate=message.tax_rate.unscaled, when=message.when, **more)


def sell(c, chance, who, intended):
    """A charge that is invoiced at once; now and then published twice, by a publisher that did not hear the first time."""
    message = charge_message(c, chance, chance.choice(c.merchants), billing.CHARGE_WHEN_AT_ONCE)
    op = send_charge(c, "add_charge", message, who, intended)
    if chance.random() < 0.08:
        send_charge(c, "add_charge", message, who, intended, retry_of=op)
    elif chance.random() < 0.05:
        send_charge(c, "add_charge", message, who, intended, n=1)  # the same charge under another identity


def wait_with_charge(c, chance, who, intended):
    send_charge(c, "add_charge", charge_message(c, chance, chance.choice(c.merchants), billing.CHARGE_WHEN_ON_REQUEST), who, intended)


def issue(c, chance, who, intended):
    """The draft of some customer, if there is one: by Kafka or by HTTP."""
    m = chance.choice(c.merchants)
    customer = chance.choice(c.customers[m["id"]])["ref"]
    ref = f"i-{uuid.UUID(int=chance.getrandbits(128))}"
    if chance.random() < 0.5:
        c.publisher.send("issue_invoice", billing.IssueInvoice(merchant_id=m["id"], customer_ref=customer, external_ref=ref), ref, who, intended=intended,
                         external_ref=ref)
    else:
        c.doors.command("issue_invoice", "invoicing", "/v1/invoices", {"customer_ref": customer, "external_ref": ref}, m["id"], who=who, intended=intended,
                        external_ref=ref, customer=customer)


def cancel(c, chance, who, intended):
    m = chance.choice(c.merchants)
    ref = f"x-{uuid.UUID(int=chance.getrandbits(128))}"
    c.publisher.send("cancel_draft", billing.CancelDraft(merchant_id=m["id"], customer_ref=chance.choice(c.customers[m["id"]])["ref"], external_ref=ref,
                                                         reason="Not wanted"), ref, who, intended=intended, external_ref=ref)


def mistake(c, chance, who, intended):
    """A command that can't be done: it is refused, and says so."""
    m = chance.choice(c.merchants)
    message = charge_message(c, chance, m, billing.CHARGE_WHEN_AT_ONCE)
    if chance.random() < 0.5:
        message.customer_ref = "nobody-knows"
    else:
        message.amount.currency = "JPY"
    send_charge(c, "mistake", message, who, intended)


# ---- invoicing by HTTP ----


def sell_by_http(c, chance, who, intended):
    m = chance.choice(c.merchants)
    customer, ref = chance.choice(c.customers[m["id"]])["ref"], f"h-{uuid.UUID(int=chance.getrandbits(128))}"
    minor = chance.randrange(100, 100_000)
    body = {"customer_ref": customer, "external_ref": ref, "description": "Goods", "when": "at_once", "tax_category": "S", "tax_rate": "19",
            "amount": {"minor": minor, "currency": m["currency"]}}
    if chance.random() < 0.1:
        body["tax_rate"] = "0"  # refused: the standard rate is above 0
    double(c, chance, lambda key, **more: c.doors.command(
        "add_charge_http", "invoicing", "/v1/charges", body, m["id"], key=key, who=who, intended=intended, external_ref=ref, customer=customer, **more))


def double(c, chance, send):
    """Sends it; now and then a second time under the same key, as after a double click."""
    key = str(uuid.UUID(int=chance.getrandbits(128)))
    answer = send(key)
    if chance.random() < 0.1:
        send(key, retry_of=answer.op)
    return answer


def credit(c, chance, who, intended):
    """An invoice is taken back: in whole, or by its first line in part; open or paid."""
    m = chance.choice(c.merchants)
    found = c.eyes.invoice(chance, m["id"], chance.random() < 0.7)
    if not found:
        return sell(c, chance, who, intended)
    invoice, told, _ = found
    ref = f"c-{uuid.UUID(int=chance.getrandbits(128))}"
    net = chance.randrange(1, told.lines[0].net.minor + 1)
    whole = chance.random() < 0.4
    if chance.random() < 0.5:
        message = billing.CreditInvoice(merchant_id=m["id"], customer_ref=told.customer_ref, external_ref=ref, invoice_id=told.invoice_id, whole=whole,
                                        reason="Came back")
        if not whole:
            line = message.lines.add(line_no=1)
            line.net.minor, line.net.currency = net, m["currency"]
        c.publisher.send("credit_invoice", message, ref, who, intended=intended, external_ref=ref, invoice=invoice)
    else:
        body = {"external_ref": ref, "reason": "Came back"}
        body |= {"whole": True} if whole else {"lines": [{"line_no": 1, "net": {"minor": net, "currency": m["currency"]}}]}
        double(c, chance, lambda key, **more: c.doors.command(
            "credit_invoice_http", "invoicing", "/v1/invoices/{id}/credit-notes", body, m["id"], path=f"/v1/invoices/{invoice}/credit-notes", key=key, who=who,
            intended=intended, external_ref=ref, invoice=invoice, **more))


# ---- reconciliation by hand ----


def cash(c, chance, who, intended):
    """Somebody pays at the counter: all of it, a part, or more than is owed."""
    m = chance.choice(c.merchants)
    found = c.eyes.invoice(chance, m["id"])
    if not found:
        return sell(c, chance, who, intended)
    invoice, told, left = found
    minor = chance.choice((left, left, max(1, left // 3), left + 500))
    item = {"invoice_id": invoice} | ({"amount": {"minor": minor, "currency": m["currency"]}} if minor < left else {})
    body = BY | {"customer_ref": told.customer_ref, "amount": {"minor": minor, "currency": m["currency"]}, "value_date": str(c.world.now().date()),
                 "items": [item] if chance.random() < 0.85 else []}
    watched = body["items"] and minor >= left and owed_to_reminders(c, m["id"], told.customer_ref, invoice)
    answer = double(c, chance, lambda key, **more: c.doors.command(
        "record_receipt", "reconciliation", "/v1/receipts", body, m["id"], key=key, who=who, intended=intended, customer=told.customer_ref, minor=minor, **more))
    if answer and watched:
        c.follow(0.2, watch_paid, chance, merchant=m["id"], customer=told.customer_ref, invoice=invoice, tries=0)


def owed_to_reminders(c, merchant, customer, invoice):
    """What reminders shows as open of the invoice; None where it does not answer."""
    plan = c.doors.get("reminders", f"/v1/plan?customer_ref={customer}", merchant)
    items = {i["invoice_id"]: i["open"]["minor"] for i in (plan or {}).get("items", [])}
    return None if plan is None else items.get(invoice, 0)


def watch_paid(c, chance, who, intended, merchant, customer, invoice, tries):
    """Looks until reminders, which has shown that something is open, shows that nothing is: from then on nobody may be reminded of the invoice."""
    if owed_to_reminders(c, merchant, customer, invoice) == 0:
        c.note("paid_known", merchant=merchant, customer=customer, invoice=invoice, business=int(c.world.now().timestamp() * 1e6))
    elif tries < 50:
        c.follow(0.4, watch_paid, chance, merchant=merchant, customer=customer, invoice=invoice, tries=tries + 1)


def allocate(c, chance, who, intended):
    m = chance.choice(c.merchants)
    key = c.eyes.pick(chance, c.eyes.receipts, m["id"], lambda r: r.receipt.unapplied.minor > 0)
    found = c.eyes.invoice(chance, m["id"])
    if not key or not found:
        return cash(c, chance, who, intended)
    receipt = c.eyes.receipts[key]
    own = [(i, item) for (merchant, i, _), item in list(c.eyes.items.items())
           if merchant == m["id"] and item.customer_ref == receipt.customer_ref and item.open.minor]
    invoice, left = (own[0][0], own[0][1].open.minor) if own else (found[0], found[2])
    body = BY | {"items": [{"invoice_id": invoice, "amount": {"minor": min(left, receipt.receipt.unapplied.minor), "currency": m["currency"]}}]}
    double(c, chance, lambda k, **more: c.doors.command(
        "allocate_receipt", "reconciliation", "/v1/receipts/{id}/allocate", body, m["id"], path=f"/v1/receipts/{key[1]}/allocate", key=k, who=who,
        intended=intended, receipt=key[1], invoice=invoice, **more))


def write_off(c, chance, who, intended):
    m = chance.choice(c.merchants)
    found = c.eyes.invoice(chance, m["id"])
    if not found:
        return sell(c, chance, who, intended)
    invoice, _, left = found
    body = dict(BY) | ({} if chance.random() < 0.5 else {"amount": {"minor": chance.randrange(1, left + 2), "currency": m["currency"]}})
    double(c, chance, lambda key, **more: c.doors.command(
        "write_off", "reconciliation", "/v1/open-items/{id}/write-off", body, m["id"], "admin", path=f"/v1/open-items/{invoice}/write-off", key=key, who=who,
        intended=intended, invoice=invoice, minor=body.get("amount", {}).get("minor", 0), **more))


def close_exception(c, chance, who, intended):
    m = chance.choice(c.merchants)
    key = c.eyes.pick(chance, c.eyes.exceptions, m["id"], lambda e: e.DESCRIPTOR.name == "ExceptionOpened")
    if key:
        c.doors.command("close_exception", "reconciliation", "/v1/exceptions/{id}/close", BY, m["id"], path=f"/v1/exceptions/{key[1]}/close", who=who,
                        intended=intended, exception=key[1])


# ---- reminders ----


def hold(c, chance, who, intended):
    m = chance.choice(c.merchants)
    found = c.eyes.invoice(chance, m["id"])
    if not found:
        return sell(c, chance, who, intended)
    invoice, told, _ = found
    body = {"kind": "dispute", "invoice_id": invoice, "reason": "Wrong goods"}
    if chance.random() < 0.4:
        body = {"kind": "promise", "customer_ref": told.customer_ref, "until": str(c.world.now().date() + days(chance.choice((3, 10)))), "reason": "On the phone"}
    answer = double(c, chance, lambda key, **more: c.doors.command(
        "place_hold", "reminders", "/v1/holds", body, m["id"], key=key, who=who, intended=intended, customer=told.customer_ref, **more))
    if answer and "id" in answer.value:
        c.holds.append((m["id"], answer.value["id"]))


def release(c, chance, who, intended):
    if not c.holds:
        return hold(c, chance, who, intended)
    merchant, ident = chance.choice(c.holds)
    c.doors.command("release_hold", "reminders", "/v1/holds/{id}/release", {"reason": "Settled"}, merchant, path=f"/v1/holds/{ident}/release", who=who,
                    intended=intended, hold=ident)


# ---- what there is, and how often ----

WEIGHTS = {
    sell: 22, sell_by_http: 6, wait_with_charge: 5, issue: 4, cancel: 1, define_customer: 2, mistake: 2, credit: 4,
    cash: 7, allocate: 3, write_off: 1, close_exception: 1, hold: 2, release: 1,
    provider.pay_at_provider: 7, provider.pay_by_webhook: 8, provider.refund: 2, provider.refund_outside: 1, provider.nonsense: 1, provider.dismiss: 1,
    statements.transfer: 14, statements.close_day: 3, statements.again: 1, statements.overlap: 1, statements.damaged: 1, statements.match: 5,
    statements.unmatch: 2, statements.accept: 1, statements.undo: 1,
    uploads.in_parts: 1, uploads.preview: 1, months.close_month: 1, months.export: 1,
    races.race_match: 3, races.race_unmatch: 2, races.race_undo: 1, races.race_close: 1, races.race_export: 1,
}
DEEDS, CHANCES = list(WEIGHTS), list(WEIGHTS.values())


def choose(chance):
    return chance.choices(DEEDS, CHANCES)[0]


# ---- afterwards ----


def again(c, r):
    """An uncertain request once more: the same identity, the same bytes."""
    said, first = r.said, r.said.get("retry_of") or r.op
    kept = {k: v for k, v in said.items() if k not in ("t", "op", "f", "door", "at", "p", "retry_of", "intended", "source", "id")}
    if r.door == "kafka":
        op = c.writer.invoke(r.f, "kafka", p="again", retry_of=first, source=said["source"], id=said["id"], **kept)
        c.publisher.produce(op, said["merchant"], said["customer"], said["type"], bytes.fromhex(said["payload"]), said["id"])
    elif r.door == "webhook":
        for name in ("service", "route"):
            kept.pop(name)
        account, event = kept.pop("account"), kept.pop("value")
        merchant = kept.pop("merchant")
        kept.pop("event")
        provider.deliver(c, r.f, merchant, event, "again", retry_of=first, account=account, **kept)
    elif r.door == "upload":
        m, document, value, _ = c.documents[r.value["ident"], r.f if r.f != "upload_again" else "upload"]
        c.doors.upload(r.f, document, m["id"], r.value, "again", retry_of=first)
    else:
        known = {k: kept.pop(k) for k in ("service", "route", "path", "merchant", "role", "key")}
        kept.pop("client")
        c.doors.command(r.f, known["service"], known["route"], kept.pop("value"), known["merchant"], known["role"], known["key"], known["path"], "again",
                        first, **kept)


def pass_days(c, n):
    """The banks say what came until yesterday, payouts among it, and then n days pass."""
    c.world.move_clock(days=n)
    c.note("clock", days=n, skew=int(c.world.skew.total_seconds() * 1e6))
    time.sleep(0.2)
    statements.catch_up(c, random.Random(f"{c.seed}/{n}"), (c.world.now() - days(1)).date())


def what_the_world_knows(c):
    known = {"mails": [m["message_id"].strip("<>") for m in c.world.outside("GET", "/sandbox/mail")["mails"]], "charges": [], "refunds": [], "payouts": []}
    for m in c.merchants:
        for name in ("charges", "refunds", "payouts"):
            known[name] += [dict(x, merchant=m["id"]) for x in c.world.provider(f"/v1/{name}", m["api_key"])]
    known["webhooks"] = c.world.outside("GET", "/sandbox/webhooks")["deliveries"]
    known["banks"] = {m: [{"ident": d[0], "lines": len(d[4])} for d in bank.days] for m, bank in c.banks.items()}
    return known


__all__ = ["DONE", "choose"]
