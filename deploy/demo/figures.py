"""The figures of the story, by merchant and currency, from what Dunlin said on its topics; and what must hold between them."""

import collections
import datetime
import hashlib
import json
import re
import zoneinfo

from facts import text_id

AGES = (("not due", None, 0), ("1 to 30 days", 1, 30), ("31 to 60", 31, 60), ("61 to 90", 61, 90), ("over 90", 91, None))


def day_of(date):
    return datetime.date(date.year, date.month, date.day)


def enum_word(message, field, prefix):
    """The name of an enum's value, for people: EXCEPTION_KIND_UNMATCHED_LINE is `unmatched line`."""
    kind = message.DESCRIPTOR.fields_by_name[field].enum_type
    return kind.values_by_number[getattr(message, field)].name.removeprefix(prefix).replace("_", " ").lower()


class Tally:
    """How many, and how much."""

    def __init__(self):
        self.count = 0
        self.minor = 0

    def add(self, minor=0):
        self.count += 1
        self.minor += minor


def happened(facts, merchant):
    """What happened: name -> Tally, in the order in which people ask."""
    t = collections.OrderedDict()

    def tally(name):
        return t.setdefault(name, Tally())

    for m in facts.of("InvoiceIssued", merchant):
        tally("invoices issued").add(m.gross.minor)
    for m in facts.of("CreditNoteIssued", merchant):
        tally("credit notes").add(m.gross.minor)
    for m in facts.of("CommandRefused", merchant):
        tally("commands refused").add()
    for m in sorted(facts.of("ReminderSent", merchant), key=lambda m: m.level):
        tally("reminders before and on the due date" if m.level == 0 else f"reminders, level {m.level}").add(sum(x.minor for x in m.open))
    for m in facts.of("ReceiptSent", merchant):
        tally("payments confirmed by mail").add(m.amount.minor)
    for m in facts.of("NoticeFailed", merchant):
        tally("mails that did not arrive").add()
    for m in sorted(facts.of("HoldPlaced", merchant), key=lambda m: m.hold.kind):
        if m.revision == 1:
            tally(f"reminders held, {enum_word(m.hold, 'kind', 'HOLD_KIND_')}").add()
    for m in latest(facts.of("PaymentSucceeded", merchant)):
        tally("paid by card").add(m.attempt.captured.minor)
    for m in facts.of("PaymentFailed", merchant):
        tally("cards declined").add(m.attempt.amount.minor)
    for m in facts.of("PaymentRefunded", merchant):
        tally("refunded").add(m.amount.minor)
    for m in facts.of("PayoutPaid", merchant):
        tally("payouts of the provider").add(m.amount.minor)
    for m in receipts(facts, merchant):
        word = enum_word(m.receipt, "kind", "RECEIPT_KIND_")
        if word != "provider":
            tally("paid by transfer" if word == "bank" else "paid in cash").add(m.receipt.amount.minor)
    for m in open_items(facts, merchant):
        if m.allocated.minor and m.open.minor:
            tally("part paid, and something open").add(m.open.minor)
    for m in facts.credit.values():
        if m.merchant_id == merchant and m.unapplied.minor:
            tally("over-paid, customers' credit").add(m.unapplied.minor)
    return t


def latest(messages):
    """One of each attempt: the highest revision."""
    return {bytes(m.attempt_id): m for m in sorted(messages, key=lambda m: m.revision)}.values()


def receipts(facts, merchant):
    return [m for m in facts.receipts.values() if m.merchant_id == merchant]


def open_items(facts, merchant):
    return [m for m in facts.items.values() if m.merchant_id == merchant]


def for_a_person(facts, merchant):
    """What was returned to a person and why: (kind, how it ended) -> Tally."""
    t = collections.OrderedDict()
    for m in sorted(facts.exceptions.values(), key=lambda m: m.kind):
        if m.merchant_id != merchant:
            continue
        if m.DESCRIPTOR.name == "ExceptionOpened":
            end = "open"
        else:
            end = "settled by itself" if m.closed_by == "machine" else "settled by a person"
        t.setdefault((enum_word(m, "kind", "EXCEPTION_KIND_"), end), Tally()).add(abs(m.amount.minor))
    return t


def told_by_banks(facts, merchant):
    """Lines of statements, each once however often it was told: format -> Tally."""
    t = collections.OrderedDict()
    for m in sorted(facts.lines.values(), key=lambda m: facts.formats[text_id(m.account_id)]):
        if m.merchant_id == merchant:
            t.setdefault(facts.formats[text_id(m.account_id)], Tally()).add(m.amount.minor)
    return t


def ageing(facts, merchant, now):
    """Open items by days past due, in the merchant's zone: label -> Tally."""
    today = now.astimezone(zoneinfo.ZoneInfo(merchant.zone)).date()
    due = {(invoice, p.part): day_of(p.due_date) for invoice, m in facts.invoices.items() for p in m.parts}
    t = collections.OrderedDict((label, Tally()) for label, _, _ in AGES)
    for key, m in facts.items.items():
        if m.merchant_id != merchant.id or not m.open.minor:
            continue
        late = (today - due[key]).days
        for label, least, most in AGES:
            if (least is None or late >= least) and (most is None or late <= most):
                t[label].add(m.open.minor)
    return t


def sums(facts, merchant):
    """The terms of both sums (invoiced = ..., received = ...), each from another kind of fact than the one that it is compared with."""
    s = collections.Counter()
    for m in facts.of("InvoiceIssued", merchant):
        s["invoiced"] += m.gross.minor
    for m in facts.of("CreditNoteIssued", merchant):
        s["credit notes"] += m.gross.minor
    for m in open_items(facts, merchant):
        for term in ("allocated", "credited", "discounted", "written_off", "open"):
            s[term] += getattr(m, term).minor
    for m in receipts(facts, merchant):
        s["receipts"] += m.receipt.amount.minor
        s["receipts allocated"] += m.receipt.allocated.minor
        s["unapplied"] += m.receipt.unapplied.minor
        s["refunded"] += m.receipt.refunded.minor
        s["kept"] += m.receipt.kept.minor
    for m in facts.credit.values():
        if m.merchant_id == merchant:
            s["credit"] += m.unapplied.minor
    return s


def gapless(numbers):
    """True when the numbers, sorted, count up by one within each prefix, and none is there twice."""
    series = collections.defaultdict(list)
    for number in numbers:
        prefix, digits = re.fullmatch(r"(.*?)(\d+)", number).groups()
        series[prefix].append(int(digits))
    return all(sorted(n) == list(range(1, len(n) + 1)) for n in series.values())


def digest(facts, merchants, now):
    """A short name for all figures: equal where they are equal to the last minor unit."""
    figures = {}
    for merchant in merchants:
        figures[merchant.id] = {
            "happened": {k: [t.count, t.minor] for k, t in happened(facts, merchant.id).items()},
            "lines": {k: [t.count, t.minor] for k, t in told_by_banks(facts, merchant.id).items()},
            "for a person": {" ".join(k): [t.count, t.minor] for k, t in for_a_person(facts, merchant.id).items()},
            "ageing": {k: [t.count, t.minor] for k, t in ageing(facts, merchant, now).items()},
            "sums": dict(sums(facts, merchant.id)),
        }
    return hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()[:16]
