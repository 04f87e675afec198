"""All topics, folded from scratch into what the books must be: the latest of each aggregate by its revision, and the sums that only all of them make. It
knows the messages and the rules of proto/README.md, and nothing of the daemons."""

import collections
import datetime
import importlib

from .report import name as show

ITEM_STATES = {1: "open", 2: "part_paid", 3: "settled"}


def message_type(name, cache={}):  # noqa: B006  (it is meant to last)
    if name not in cache:
        package, _, message = name.rpartition(".")
        try:
            cache[name] = getattr(importlib.import_module(f"{package}.{package.split('.')[-2]}_pb2"), message, None)
        except ImportError:
            cache[name] = None
    return cache[name]


def day(date):
    return datetime.date(date.year, date.month, date.day) if date.year else None


class Fold:
    def __init__(self, report, keep_tails=False):
        self.report, self.keep_tails = report, keep_tails
        self.seen = {}  # event id -> (topic, partition, offset, digest)
        self.tails = collections.defaultdict(dict)  # source -> {last ten bytes of the id: type}
        self.newest = {}  # (compacted topic, key) -> id
        self.revisions = {}  # aggregate -> [how many, highest]
        self.foreign = []  # billing: (partition, offset, source, id, type, key)
        self.read_by = collections.defaultdict(list)  # topic -> [(partition, offset, id, type)]
        self.merchants, self.customers, self.invoices, self.notes, self.refusals = {}, {}, {}, {}, {}
        self.items, self.opens, self.receipts, self.allocations, self.credits = {}, {}, {}, {}, {}
        self.account_facts, self.matched, self.of_statement, self.undone = {}, {}, collections.Counter(), set()
        self.line_steps = collections.defaultdict(list)  # line -> [(revision, matched | waiting | taken back | undone)]
        self.credit_sums, self.lines, self.exceptions, self.accounts, self.statements = collections.Counter(), {}, {}, {}, {}
        self.attempts, self.attempt_items, self.successes, self.refunds, self.payouts, self.payout_lines = {}, {}, collections.Counter(), {}, {}, {}
        self.reminded, self.confirmed, self.notices, self.holds = collections.Counter(), collections.Counter(), {}, {}
        self.periods = {}
        self.paid_receipts = {}  # what reminders confirms: (merchant, source, id) -> (customer, amount)

    # ---- records ----

    def take(self, topics):
        for record in topics:
            self.report.count("events")
            if record.topic == "dunlin.billing.v1":
                self.foreign.append((record.partition, record.offset, record.source, record.id, record.type, record.key))
            else:
                self.take_own(record)
        return self

    def take_own(self, r):
        self.read_by[r.topic].append((r.partition, r.offset, r.id, r.type))
        digest = hash((r.key, r.type, r.value))
        known = self.seen.get(r.id)
        where = f"{r.topic}/{r.partition}@{r.offset}"
        if known is not None:
            if known[3] != digest or known[0] != r.topic or known[1] != r.partition:
                self.report.add("O3", f"event {r.id}", "the same bytes each time", "others", where)
            self.report.count("repeated")
            return
        self.seen[r.id] = (r.topic, r.partition, r.offset, digest)
        if r.topic == "dunlin.customers.v1":
            self.newest[r.key] = r.id
        if self.keep_tails and len(r.id) == 36 and not r.topic.endswith(".dlq"):
            self.tails[r.source][bytes.fromhex(r.id.replace("-", ""))[6:]] = r.type
        kind = message_type(r.type)
        if kind is None or r.value is None:
            return
        m = kind.FromString(r.value)
        if f"{m.merchant_id}:{m.customer_ref}" != r.key:
            self.report.add("T1", f"event {r.id} {r.type}", f"the key {m.merchant_id}:{m.customer_ref}", r.key, where)
        getattr(self, "see_" + r.type.rpartition(".")[2], self.pass_over)(m)

    def pass_over(self, m):
        pass

    def latest(self, kind, key, m, table, value):
        """Keeps the value under its key where its revision is the highest; counts the revisions."""
        self.count_revision((kind, key), m.revision)
        known = table.get(key)
        if known is None or known[0] < m.revision:
            table[key] = (m.revision, *value)

    def count_revision(self, aggregate, revision):
        kept = self.revisions.get(aggregate)
        if kept is None:
            self.revisions[aggregate] = [1, revision]
        else:
            kept[0] += 1
            kept[1] = max(kept[1], revision)

    def check_revisions(self):
        """Each aggregate's facts count from 1 without a gap, and none of them is told in two ways."""
        for (kind, key), (count, highest) in self.revisions.items():
            if count != highest:
                self.report.add("O5", f"{kind} {show(key)}", f"revisions 1 to {highest}, each once", f"{count} events", "the topics")

    # ---- customers ----

    def see_MerchantDefined(self, m):
        self.latest("merchant", m.merchant_id, m, self.merchants, (m.name, m.zone, m.currency))

    def see_CustomerChanged(self, m):
        self.latest("customer", (m.merchant_id, m.customer_ref), m, self.customers,
                    (m.name, "\n".join(m.emails), m.currency, m.terms.kind, m.terms.days, m.billing_day, "\n".join(m.ibans), discounts(m.terms)))

    # ---- invoices ----

    def see_InvoiceIssued(self, m):
        self.count_revision(("invoice", (m.merchant_id, m.invoice_id)), m.revision)
        self.invoices[m.merchant_id, m.invoice_id] = Invoice(m)

    def see_CreditNoteIssued(self, m):
        self.count_revision(("invoice", (m.merchant_id, m.invoice_id)), m.revision)
        self.notes[m.merchant_id, m.credit_note_id] = Note(m)

    def see_CommandRefused(self, m):
        self.refusals[m.command_source, m.command_id] = self.refusals.get((m.command_source, m.command_id), 0) + 1

    # ---- the ledger ----

    def see_OpenItemChanged(self, m):
        key = (m.merchant_id, m.invoice_id, m.part)
        self.latest("open item", key, m, self.items, (
            m.customer_ref, ITEM_STATES.get(m.state, "?"), m.amount.currency, m.amount.minor, m.allocated.minor, m.credited.minor, m.discounted.minor,
            m.written_off.minor, m.open.minor, day(m.last_value_date), m.invoice_number))
        self.opens.setdefault(key, []).append((m.revision, m.open.minor, m.business_time))
        parts = m.allocated.minor + m.credited.minor + m.discounted.minor + m.written_off.minor + m.open.minor
        if parts != m.amount.minor:
            self.report.add("I4", f"open item {show(key)} revision {m.revision}", f"parts that make {m.amount.minor}", parts, "dunlin.ledger.v1")

    def see_receipt(self, m):
        key, r = (m.merchant_id, m.receipt_id), m.receipt
        self.latest("receipt", key, m, self.receipts, (
            m.customer_ref, r.kind, r.source_id, day(r.value_date), r.amount.currency, r.amount.minor, r.allocated.minor, r.unapplied.minor, r.refunded.minor,
            r.kept.minor))

    def step(self, m, allocations, sign):
        for a in allocations:
            kept = self.allocations.setdefault((m.merchant_id, a.allocation_id), [m.receipt_id, a.invoice_id, a.part, 0])
            kept[3] += sign * a.amount.minor

    def see_ReceiptAllocated(self, m):
        self.see_receipt(m)
        if m.statement_id:
            self.of_statement[m.merchant_id, m.statement_id] += 1
        self.step(m, m.made, 1)
        if m.revision == 1 and m.receipt.kind != 2:
            self.paid_receipts[m.merchant_id, "receipt", m.receipt_id] = (m.customer_ref, m.receipt.amount.minor)

    def see_AllocationReversed(self, m):
        self.see_receipt(m)
        self.step(m, m.reversed, -1)

    def see_UnappliedChanged(self, m):
        key = (m.merchant_id, m.customer_ref, m.unapplied.currency)
        self.latest("credit", key, m, self.credits, (m.unapplied.minor,))
        self.credit_sums[key] += m.change.minor

    def account(self, m, of, currency):
        """Definitions and statements of an account count together; how it collects is told by both."""
        key = (m.merchant_id, m.account_id)
        self.latest("bank account", key, m, self.accounts, (currency, m.collecting))
        last = self.account_facts.setdefault(key, {})
        last[of] = max(last.get(of, 0), m.revision)

    def see_AccountDefined(self, m):
        self.account(m, "defined", m.currency)

    def see_StatementAccepted(self, m):
        self.account(m, "cover", m.closing.currency)
        self.statements[m.merchant_id, m.statement_id] = (m.account_id, m.line_count, m.line_new, m.opening.minor, m.closing.minor)

    def see_StatementMatched(self, m):
        if (m.merchant_id, m.statement_id) in self.matched:
            self.report.add("I6", f"statement {show((m.merchant_id, m.statement_id))}", "matched once", "told again", "dunlin.ledger.v1")
        self.matched[m.merchant_id, m.statement_id] = m.receipt_count

    def see_StatementUndone(self, m):
        self.account(m, "cover", m.closing.currency)
        if (m.merchant_id, m.statement_id) in self.undone:
            self.report.add("I6", f"statement {show((m.merchant_id, m.statement_id))}", "undone once", "told again", "dunlin.ledger.v1")
        self.undone.add((m.merchant_id, m.statement_id))

    def line(self, m, what):
        key = (m.merchant_id, m.line_id)
        self.count_revision(("line", key), m.revision)
        kept = self.lines.setdefault(key, [0, None, None, "waiting"])
        if what:
            self.line_steps[key].append((m.revision, what))
            if m.revision > kept[0]:
                kept[0], kept[3] = m.revision, "waiting" if what == "taken back" else what
        else:
            kept[0] = max(kept[0], m.revision)
            kept[1], kept[2] = m.account_id, m.amount.minor

    def see_LineAccepted(self, m):
        self.line(m, None)

    def see_LineMatched(self, m):
        self.line(m, "matched" if m.posted else "waiting")

    def see_LineUnmatched(self, m):
        self.line(m, "taken back")

    def see_LineUndone(self, m):
        self.line(m, "undone")

    def see_ExceptionOpened(self, m):
        self.latest("exception", (m.merchant_id, m.exception_id), m, self.exceptions, (True, m.kind, m.subject_id, m.amount.minor))

    def see_ExceptionClosed(self, m):
        self.latest("exception", (m.merchant_id, m.exception_id), m, self.exceptions, (False, m.kind, m.subject_id, m.amount.minor))

    def see_RefundRequested(self, m):
        self.count_revision(("receipt", m.merchant_id, m.receipt_id), m.revision)

    def see_PeriodClosed(self, m):
        self.latest("period", (m.merchant_id, m.period), m, self.periods, (m.last_entry, m.seal, m.forced, {
            (b.opening.currency, b.account): (b.opening.minor, b.debit.minor, b.credit.minor) for b in m.balances}))

    # ---- payments ----

    def attempt(self, m):
        key, a = (m.merchant_id, m.attempt_id), m.attempt
        self.latest("attempt", key, m, self.attempts, (m.customer_ref, a.state, a.amount.currency, a.amount.minor, a.captured.minor, a.refunded.minor,
                                                       a.provider_payment, a.provider_account))
        self.attempt_items.setdefault(key, tuple((i.invoice_id, i.part, i.amount.minor) for i in a.items))

    see_AttemptCreated = see_PaymentFailed = see_PaymentExpired = see_PaymentUnknown = see_PaymentFeeKnown = attempt

    def see_PaymentSucceeded(self, m):
        self.attempt(m)
        self.successes[m.merchant_id, m.attempt_id] += 1
        self.paid_receipts[m.merchant_id, "payment", m.attempt_id] = (m.customer_ref, m.attempt.captured.minor)

    def see_PaymentRefunded(self, m):
        self.attempt(m)
        key = (m.merchant_id, m.refund_id)
        if key in self.refunds:
            self.report.add("I2", f"refund {show(key)}", "told once", "told again", "dunlin.payments.v1")
        self.refunds[key] = (m.attempt_id, m.amount.minor, m.attempt.provider_account, m.amount.currency)

    def see_PayoutLines(self, m):
        self.count_revision(("payout", (m.merchant_id, m.payout_id)), m.revision)
        for line in m.lines:
            self.payout_lines[m.merchant_id, m.payout_id, line.line_no] = (line.gross.minor, line.fee.minor, m.provider_account, line.gross.currency)

    def see_PayoutPaid(self, m):
        self.count_revision(("payout", (m.merchant_id, m.payout_id)), m.revision)
        self.payouts[m.merchant_id, m.payout_id] = (m.amount.minor, m.gross.minor, m.fees.minor, m.line_count, m.provider_payout)

    # ---- reminders ----

    def see_ReminderSent(self, m):
        self.latest("notice", (m.merchant_id, m.notice_id), m, self.notices, ("reminder", m.message_id))
        for i in m.items:
            self.reminded[m.merchant_id, i.invoice_id, i.part, i.step] += 1
            self.notices.setdefault("items", []).append((m.merchant_id, m.notice_id, i.invoice_id, i.part, i.step, i.open.minor))

    def see_ReceiptSent(self, m):
        self.latest("notice", (m.merchant_id, m.notice_id), m, self.notices, ("receipt", m.message_id))
        self.confirmed[m.merchant_id, "payment" if m.source == 1 else "receipt", m.source_id] += 1

    def see_NoticeFailed(self, m):
        self.latest("notice", (m.merchant_id, m.notice_id), m, self.notices, ("failed", m.message_id))

    def see_HoldPlaced(self, m):
        self.latest("hold", (m.merchant_id, m.hold_id), m, self.holds, ("active",))

    def see_HoldReleased(self, m):
        self.latest("hold", (m.merchant_id, m.hold_id), m, self.holds, ("expired" if m.expired else "released",))


def discounts(m):
    """The steps of a discount for early payment, as databases keep them."""
    return "\n".join(f"{step.basis_points} {step.days}" for step in m.discounts)


class Invoice:
    __slots__ = ("customer", "number", "rf", "currency", "net", "tax", "gross", "issued", "due", "parts", "charges", "external_ref", "lines",
                 "discounts")

    def __init__(self, m):
        self.discounts = discounts(m)
        self.customer, self.number, self.rf, self.currency = m.customer_ref, m.number, m.rf_reference, m.currency
        self.net, self.tax, self.gross = m.net.minor, m.tax.minor, m.gross.minor
        self.issued, self.due, self.external_ref = day(m.issue_date), day(m.due_date), m.external_ref
        self.parts = tuple((p.part, p.amount.minor, day(p.due_date)) for p in m.parts)
        self.charges = tuple(line.charge_ref for line in m.lines)
        self.lines = tuple(line.net.minor for line in m.lines)


class Note:
    __slots__ = ("invoice", "customer", "number", "currency", "net", "tax", "gross", "revision", "credited_after", "parts", "external_ref")

    def __init__(self, m):
        self.invoice, self.customer, self.number, self.currency = m.invoice_id, m.customer_ref, m.number, m.currency
        self.net, self.tax, self.gross, self.revision = m.net.minor, m.tax.minor, m.gross.minor, m.revision
        self.credited_after, self.external_ref = m.credited_after.minor, m.external_ref
        self.parts = tuple((p.part, p.amount.minor, p.credited_after.minor) for p in m.parts)

