"""I7: the tables are the fold of the topics. I4: what is open follows from what was invoiced, credited and allocated. I2: each payment counts once.
I1: every account of the ledger is the sum of what it stands for, and all of them together are 0."""

import collections

from .report import name as show


def check(report, databases, fold):
    reconciliation(report, databases["reconciliation"], fold)
    items_elsewhere(report, databases, fold)
    open_amounts(report, fold)
    receipts(report, databases["reconciliation"], fold)
    payments(report, databases, fold)
    ledger(report, databases["reconciliation"], fold)


# ---- I7 ----

ITEM = ("revision", "customer_ref", "currency", "amount", "allocated", "credited", "discounted", "written_off", "open", "last_value_date", "number")
RECEIPT = ("revision", "customer_ref", "kind", "source_id", "value_date", "currency", "amount", "allocated", "unapplied", "refunded", "kept")


def reconciliation(report, db, fold):
    items = {k: (v[0], v[1], *v[3:]) for k, v in fold.items.items()}
    report.same("I7", "open item", items, db.table(
        "select merchant_id, uuid_send(invoice_id), part, revision, customer_ref, currency, amount, allocated, credited, discounted, written_off, open,"
        " last_value_date, number from open_item", 3), ITEM, "reconciliation.open_item")
    report.same("I7", "receipt", fold.receipts, db.table(
        "select merchant_id, uuid_send(receipt_id), revision, customer_ref, kind, uuid_send(source_id), value_date, currency, amount, allocated, unapplied,"
        " refunded, kept from receipt", 2), RECEIPT, "reconciliation.receipt")
    report.same("I7", "allocation", {k: tuple(v) for k, v in fold.allocations.items()}, db.table(
        "select merchant_id, uuid_send(allocation_id), uuid_send(receipt_id), uuid_send(invoice_id), part, amount from allocation", 2),
        ("receipt_id", "invoice_id", "part", "amount"), "reconciliation.allocation")
    report.same("I7", "credit", fold.credits, db.table(
        "select merchant_id, customer_ref, currency, revision, unapplied from customer_credit where revision > 0 or unapplied <> 0", 3),
        ("revision", "unapplied"), "reconciliation.customer_credit")
    report.same("I7", "invoice", {k: (i.customer, i.number, i.rf, i.currency, i.net, i.gross, len(i.parts), i.discounts) for k, i in fold.invoices.items()}, db.table(
        "select merchant_id, uuid_send(invoice_id), customer_ref, number, rf, currency, net, gross, parts, discounts from invoice where issued", 2),
        ("customer_ref", "number", "rf", "currency", "net", "gross", "parts", "discounts"), "reconciliation.invoice")
    report.same("I7", "credit note", {k: (n.invoice, n.customer, n.currency, n.net, n.gross, (n.invoice is not None)) for k, n in fold.notes.items()}, db.table(
        "select merchant_id, uuid_send(credit_note_id), uuid_send(invoice_id), customer_ref, currency, net, gross, applied from credit_note", 2),
        ("invoice_id", "customer_ref", "currency", "net", "gross", "applied"), "reconciliation.credit_note")
    report.same("I7", "refund", {k: v[:2] for k, v in fold.refunds.items()}, db.table(
        "select merchant_id, uuid_send(refund_id), uuid_send(receipt_id), amount from refund", 2), ("attempt_id", "amount"), "reconciliation.refund")
    report.same("I7", "payout line", {k: v for k, v in fold.payout_lines.items()}, db.table(
        "select l.merchant_id, uuid_send(l.payout_id), l.number, l.gross, l.fee, p.provider_account, l.currency from payout_line l"
        " join payout p using (merchant_id, payout_id)", 3), ("gross", "fee", "account", "currency"), "reconciliation.payout_line")
    report.same("I7", "payout", {k: v[:4] for k, v in fold.payouts.items()}, db.table(
        "select merchant_id, uuid_send(payout_id), amount, gross, fees, line_count from payout where paid", 2),
        ("amount", "gross", "fees", "line_count"), "reconciliation.payout")
    report.same("I7", "exception", {k: v[:2] for k, v in fold.exceptions.items()}, db.table(
        "select merchant_id, uuid_send(exception_id), revision, open from exception", 2), ("revision", "open"), "reconciliation.exception")
    report.same("I7", "bank account", fold.accounts, db.table(
        "select merchant_id, uuid_send(account_id), revision, currency, collecting from bank_account", 2), ("revision", "currency", "collecting"),
        "reconciliation.bank_account")
    report.same("I7", "customer", {k: v[:1] for k, v in fold.customers.items()}, db.table(
        "select merchant_id, customer_ref, revision from customer", 2), ("revision",), "reconciliation.customer")


def items_elsewhere(report, databases, fold):
    """invoicing, payments and reminders show what the ledger says, and do not make it up."""
    said = {k: (v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10]) for k, v in fold.items.items()}
    report.same("I7", "open item", said, databases["invoicing"].table(
        "select merchant_id, uuid_send(invoice_id), part, revision, customer_ref, state, currency, amount, allocated, credited, discounted, written_off, open,"
        " last_value_date from open_item", 3), ("revision", "customer_ref", "state", *ITEM[2:10]), "invoicing.open_item")
    parts = {(m, i, part): (invoice, amount, due) for (m, i), invoice in fold.invoices.items() for part, amount, due in invoice.parts}
    credited, newest = collections.Counter(), {}
    for (m, _), note in fold.notes.items():
        for part, _, after in note.parts:
            if note.revision > newest.get((m, note.invoice, part), 0):
                newest[m, note.invoice, part], credited[m, note.invoice, part] = note.revision, after
    opens = {k: (v[0], v[9]) for k, v in fold.items.items()}
    expected = {k: (invoice.customer, invoice.number, invoice.currency, amount, credited[k], newest.get(k, 0), due, *opens.get(k, (0, 0)))
                for k, (invoice, amount, due) in parts.items()}
    report.same("I7", "item", expected, databases["payments"].table(
        "select merchant_id, uuid_send(invoice_id), part, customer_ref, number, currency, amount, credited, invoice_revision, due, ledger_revision, open"
        " from item where issued", 3),
        ("customer_ref", "number", "currency", "amount", "credited", "invoice_revision", "due", "ledger_revision", "open"), "payments.item")
    expected = {k: (invoice.customer, invoice.number, invoice.rf, invoice.currency, amount, due, *opens.get(k, (0, 0)))
                for k, (invoice, amount, due) in parts.items()}
    report.same("I7", "item", expected, databases["reminders"].table(
        "select merchant_id, uuid_send(invoice_id), part, customer_ref, number, rf_reference, currency, amount, due_date, ledger_revision, open"
        " from item where is_issued", 3),
        ("customer_ref", "number", "rf_reference", "currency", "amount", "due_date", "ledger_revision", "open"), "reminders.item")


# ---- I4 ----


def open_amounts(report, fold):
    """Independent of what OpenItemChanged says: from invoices, credit notes and allocations; what was given up is the one term that is taken from it."""
    credited, allocated = collections.Counter(), collections.Counter()
    for (m, _), note in fold.notes.items():
        for part, amount, _ in note.parts:
            credited[m, note.invoice, part] += amount
    for (m, _), (_, invoice, part, amount) in fold.allocations.items():
        allocated[m, invoice, part] += amount
    for (m, i), invoice in fold.invoices.items():
        for part, amount, _ in invoice.parts:
            key = (m, i, part)
            item = fold.items.get(key)
            if item is None:
                report.add("I4", f"invoice {invoice.number} part {part}", "an open item", "none", "dunlin.ledger.v1")
                continue
            given_up = item[7] + item[8]
            report.equal("I4", f"open item {show(key)} ({invoice.number})",
                         (("amount", amount), ("credited", credited[key]), ("allocated", allocated[key]),
                          ("open", amount - credited[key] - allocated[key] - given_up)),
                         (("amount", item[4]), ("credited", item[6]), ("allocated", item[5]), ("open", item[9])), "invoices, credit notes and allocations")
    for key in fold.items.keys() - {(m, i, part) for (m, i), invoice in fold.invoices.items() for part, _, _ in invoice.parts}:
        report.add("I4", f"open item {show(key)}", "an invoice", "none", "dunlin.invoices.v1")


# ---- I2 ----


def receipts(report, db, fold):
    allocated = collections.Counter()
    for (m, _), (receipt, _, _, amount) in fold.allocations.items():
        allocated[m, receipt] += amount
    for key, (_, customer, kind, source, _, currency, amount, stands, unapplied, refunded, kept) in fold.receipts.items():
        where = "dunlin.ledger.v1"
        report.equal("I2", f"receipt {show(key)}", stands, allocated[key], f"{where}: sum of its allocations")
        report.equal("I2", f"receipt {show(key)}", amount, stands + unapplied + refunded + kept,
                     f"{where}: allocated, unapplied, refunded and kept")
        if kind == 2 and key not in fold.attempts:
            report.add("I2", f"receipt {show(key)}", f"a payment {show(source)}", "none", "dunlin.payments.v1")
    unapplied = collections.Counter()
    for (m, _), r in fold.receipts.items():
        unapplied[m, r[1], r[5]] += r[8]
    for key, (_, minor) in fold.credits.items():
        report.equal("I2", f"credit {show(key)}", minor, unapplied[key], "unapplied cash of its receipts")
        report.equal("I2", f"credit {show(key)}", minor, fold.credit_sums[key], "sum of its changes")
    twice = db.rows("select merchant_id, source_id::text, count(*) from receipt where kind = 2 group by 1, 2 having count(*) > 1")
    for merchant, source, n in twice:
        report.add("I2", f"payment {merchant}/{source}", "one receipt", n, "reconciliation.receipt")


def payments(report, databases, fold):
    """A payment is told once, received once, and given back at most once."""
    returned = collections.Counter()
    for (m, _), (attempt, amount, _, _) in fold.refunds.items():
        returned[m, attempt] += amount
    unexplained = collections.Counter()
    for (m, _), (_, _, kind, subject, amount) in fold.exceptions.items():
        if kind == 9 and (m, subject) in fold.refunds:
            unexplained[m, fold.refunds[m, subject][0]] += amount
    for key, (_, customer, state, currency, amount, captured, refunded, payment, account) in fold.attempts.items():
        where = "dunlin.payments.v1 and dunlin.ledger.v1"
        succeeded = fold.successes[key]
        report.equal("I2", f"payment {show(key)}", 1 if state == 3 else 0, succeeded, f"{where}: PaymentSucceeded")
        report.equal("I2", f"payment {show(key)}", amount if state == 3 else 0, captured, f"{where}: captured")
        receipt = fold.receipts.get(key)
        if state != 3:
            if receipt is not None:
                report.add("I2", f"payment {show(key)}", "no receipt: it has not succeeded", f"a receipt of {receipt[6]}", where)
            continue
        report.equal("I2", f"payment {show(key)}", (customer, currency, captured), receipt and (receipt[1], receipt[5], receipt[6]), f"{where}: its receipt")
        report.equal("I2", f"payment {show(key)}", refunded, returned[key], f"{where}: its refunds")
        if receipt:
            report.equal("I2", f"payment {show(key)}", returned[key], receipt[9] + unexplained[key], f"{where}: refunded of its receipt")
    attempts(report, databases["payments"], fold)


# How others see a state of payments.
STATES = {"unknown": 2, "review": 2, "declined": 4, "failed": 4, "expired": 5, "succeeded": 3}


def attempts(report, db, fold):
    expected = {k: v[:7] + (v[8],) for k, v in fold.attempts.items()}
    found, states, payments = {}, {}, {}
    for merchant, ident, revision, customer, state, currency, amount, captured, refunded, payment, account in db.rows(
            "select merchant_id, uuid_send(attempt_id), revision, customer_ref, state, currency, amount, captured, refunded, payment, account from attempt"):
        key = (merchant, ident)
        told = expected.get(key)
        # What others can't act on is not told: such a state may be further than what was told last.
        shown = STATES.get(state, told[2] if told else 1)
        found[key] = (revision, customer, shown, currency, amount, captured, refunded, account)
        states[key], payments[key] = state, payment
        report.equal("I2", f"attempt {show(key)}", amount if state == "succeeded" else 0, captured, "payments.attempt: captured")
    report.same("I7", "attempt", expected, found, ("revision", "customer_ref", "state", "currency", "amount", "captured", "refunded", "account"),
                "payments.attempt")
    items = collections.defaultdict(list)
    for merchant, ident, invoice, part, amount in db.rows(
            "select merchant_id, uuid_send(attempt_id), uuid_send(invoice_id), part, amount from attempt_item order by 1, 2, 3, 4"):
        items[merchant, ident].append((invoice, part, amount))
    for key, told in fold.attempt_items.items():
        report.equal("I7", f"attempt {show(key)}", show(sorted(told)), show(items[key]), "payments.attempt_item")
    told = {k: v[:2] for k, v in fold.refunds.items()}
    report.same("I7", "refund", told, db.table("select merchant_id, uuid_send(refund_id), uuid_send(attempt_id), amount from refund where told", 2),
                ("attempt_id", "amount"), "payments.refund")
    told = {k: v[:4] for k, v in fold.payouts.items()}
    report.same("I7", "payout", told, db.table(
        "select merchant_id, uuid_send(payout_id), amount, gross, fees, line_count from payout where state = 'complete'", 2),
        ("amount", "gross", "fees", "line_count"), "payments.payout")
    report.same("I7", "payout line", {k: v[:2] for k, v in fold.payout_lines.items()}, db.table(
        "select l.merchant_id, uuid_send(l.payout_id), l.number, l.gross, l.fee from payout_line l join payout p using (merchant_id, payout_id)"
        " where p.state = 'complete'", 3), ("gross", "fee"), "payments.payout_line")
    live(report, db)


def live(report, db):
    """At most one attempt holds a part, and it is one that holds; what is taken is what succeeded and the ledger does not count."""
    for merchant, invoice, part, attempt, state in db.rows("""
            select i.merchant_id, i.invoice_id::text, i.part, i.live_attempt::text, coalesce(a.state, 'none') from item i
            left join attempt a on a.merchant_id = i.merchant_id and a.attempt_id = i.live_attempt
            where i.live_attempt is not null
                and coalesce(a.state, '') not in ('created', 'opening', 'unknown', 'open', 'declined', 'processing', 'review')"""):
        report.add("I2", f"item {merchant}/{invoice}/{part}", f"held by an attempt that holds, not {attempt}", state, "payments.item")
    for merchant, invoice, part, taken, succeeded in db.rows("""
            select i.merchant_id, i.invoice_id::text, i.part, i.taken, coalesce(s.amount, 0) from item i left join (
                select x.merchant_id, x.invoice_id, x.part, sum(x.amount)::bigint as amount from attempt_item x
                join attempt a using (merchant_id, attempt_id) where a.state = 'succeeded' and not a.ledgered group by 1, 2, 3) s
            using (merchant_id, invoice_id, part) where i.taken <> coalesce(s.amount, 0)"""):
        report.add("I2", f"item {merchant}/{invoice}/{part}", f"taken {succeeded}, by payments that the ledger does not count yet", taken, "payments.item")
    for merchant, attempt in db.rows("select merchant_id, attempt_id::text from attempt where state = 'succeeded' and not ledgered"):
        report.add("I7", f"attempt {merchant}/{attempt}", "counted by the ledger", "not ledgered", "payments.attempt")


# ---- I1 ----


def ledger(report, db, fold):
    found, by_customer, causes = collections.Counter(), collections.Counter(), {}
    for merchant, account, currency, minor in db.rows("""
            select merchant_id, account, currency, sum(amount)::bigint from (
                select merchant_id, debit as account, currency, amount from journal union all
                select merchant_id, credit, currency, -amount from journal) x group by 1, 2, 3"""):
        found[merchant, account, currency] = minor
    for merchant, account, customer, currency, minor in db.rows("""
            select merchant_id, account, customer_ref, currency, sum(amount)::bigint from (
                select merchant_id, debit as account, customer_ref, currency, amount from journal where debit in ('receivable', 'unapplied_cash') union all
                select merchant_id, credit, customer_ref, currency, -amount from journal where credit in ('receivable', 'unapplied_cash')) x
            group by 1, 2, 3, 4"""):
        by_customer[merchant, account, customer, currency] = minor
    for cause, merchant, ident, minor in db.rows("""
            select cause, merchant_id, uuid_send(cause_id), sum(minor)::bigint from (
                select cause, merchant_id, cause_id, debit as account, amount as minor from journal union all
                select cause, merchant_id, cause_id, credit, -amount from journal) x
            where (cause in ('invoice', 'credit_note') and (account = 'revenue' or account like 'tax_payable:%%'))
                or (cause in ('payment', 'refund') and account like 'clearing:%%') or (cause = 'line' and account like 'cash:%%')
                or (cause = 'payout' and account like 'payouts_in_transit:%%') or (cause = 'receipt' and account = 'cash_in_hand')
            group by 1, 2, 3""".replace("%%", "%")):
        causes[cause, merchant, ident] = minor
    totals = collections.Counter()
    for (merchant, _, currency), minor in found.items():
        totals[merchant, currency] += minor
    for key, minor in totals.items():
        report.equal("I1", f"ledger {show(key)}", 0, minor, "reconciliation.journal: sum of all accounts")
    compare(report, "account", expected_accounts(db, fold), found)
    compare(report, "customer's account", expected_customers(fold), by_customer)
    compare(report, "cause", expected_causes(fold), causes)
    kept(report, db)


def kept(report, db):
    """The sums that the database keeps as rows change are those that counting gives."""
    report.same("I1", "kept sum", *({row[:6]: row[6:] for row in db.rows(
        f"select merchant_id, kind, currency, debit, credit, cause, amount from {view} where amount <> 0")} for view in ("counted_sum", "kept_sum")),
        ("amount",), "reconciliation.kept_sum against counted_sum")


def compare(report, what, expected, found):
    for key in expected.keys() | found.keys():
        if expected.get(key, 0) != found.get(key, 0):
            report.add("I1", f"{what} {show(key)}", expected.get(key, 0), found.get(key, 0), "reconciliation.journal")


def expected_customers(fold):
    expected = collections.Counter()
    for (merchant, _, _), v in fold.items.items():
        expected[merchant, "receivable", v[1], v[3]] += v[9]
    for (merchant, customer, currency), (_, minor) in fold.credits.items():
        expected[merchant, "unapplied_cash", customer, currency] -= minor
    return expected


def expected_causes(fold):
    expected = collections.Counter()
    for (merchant, ident), invoice in fold.invoices.items():
        expected["invoice", merchant, ident] = -invoice.gross
    for (merchant, ident), note in fold.notes.items():
        expected["credit_note", merchant, ident] = note.gross
    for (merchant, ident), v in fold.attempts.items():
        expected["payment", merchant, ident] = v[5]
    for (merchant, ident), (_, amount, _, _) in fold.refunds.items():
        expected["refund", merchant, ident] = -amount
    for (merchant, ident, _), (gross, fee, _, _) in fold.payout_lines.items():
        expected["payout", merchant, ident] += gross - fee
    for (merchant, ident), (_, _, amount, _) in fold.lines.items():
        expected["line", merchant, ident] = amount
    for (merchant, ident), r in fold.receipts.items():
        if r[2] == 3:
            expected["receipt", merchant, ident] = r[6]
    return expected


def expected_accounts(db, fold):
    """What each account stands for, from facts; of lines that wait or were booked by hand, from the lines."""
    e = collections.Counter()
    taxes, given_up = collections.Counter(), collections.Counter()
    for (m, _), invoice in fold.invoices.items():
        e[m, "revenue", invoice.currency] -= invoice.net
        taxes[m, invoice.currency] += invoice.tax
    for (m, _), note in fold.notes.items():
        e[m, "revenue", note.currency] += note.net
        taxes[m, note.currency] -= note.tax
    for (m, _, _), v in fold.items.items():
        e[m, "receivable", v[3]] += v[9]
        given_up[m, v[3]] += v[7] + v[8]
    for (m, _, currency), (_, minor) in fold.credits.items():
        e[m, "unapplied_cash", currency] -= minor
    for (m, _), v in fold.attempts.items():
        e[m, f"clearing:{v[8]}", v[3]] += v[5]
    for (m, _), (_, amount, account, currency) in fold.refunds.items():
        e[m, f"clearing:{account}", currency] -= amount
    for (m, _, _), (gross, fee, account, currency) in fold.payout_lines.items():
        e[m, f"clearing:{account}", currency] -= gross
        e[m, f"payouts_in_transit:{account}", currency] += gross - fee
        e[m, f"provider_fees:{account}", currency] += fee
    for (m, _), r in fold.receipts.items():
        if r[2] == 3:
            e[m, "cash_in_hand", r[5]] += r[6]
        if r[2] == 4:
            e[m, "fx_position", r[5]] += r[6]
        e[m, "difference_income", r[5]] -= r[10]
    for (m, _), (_, _, kind, _, amount) in fold.exceptions.items():
        if kind == 9:
            e[m, "unidentified_payments", currency_of(fold, m)] += amount
    bank_accounts(db, e)
    # A write-off and a discount take their share of tax with them: together they are what is known.
    for merchant, currency in taxes.keys() | given_up.keys():
        spread_tax(db, merchant, currency, e, given_up[merchant, currency] - taxes[merchant, currency])
    return e


def currency_of(fold, merchant):
    return fold.merchants[merchant][3] if merchant in fold.merchants else ""


def spread_tax(db, merchant, currency, e, together):
    """Of tax and what was given up only the sum is known: the last of them takes the difference."""
    rows = list(db.rows("""select account, sum(amount)::bigint from (
        select debit as account, amount, cause from journal where merchant_id = %s and currency = %s union all
        select credit, -amount, cause from journal where merchant_id = %s and currency = %s) x
        where account in ('write_off', 'discounts') or account like 'tax_payable:%%' or (account = 'bank_charges' and cause = 'charges')
        group by 1 order by 1""", merchant, currency, merchant, currency))
    for n, (account, minor) in enumerate(rows):
        part = minor if n < len(rows) - 1 else together
        e[merchant, account, currency] += part
        together -= part
    if not rows and together:
        e[merchant, "tax_payable", currency] += together


def bank_accounts(db, e):
    for m, account, currency, opening, lines in db.rows(
            "select merchant_id, account_id::text, currency, chain_opening, chain_line_sum from bank_account where chain_started"):
        e[m, f"cash:{account}", currency] += opening + lines
        e[m, "opening_balance", currency] -= opening
    for m, currency, state, what, booked_to, minor, account in db.rows("""
            select l.merchant_id, l.currency, l.state, l.is_what, l.booked_to, sum(case when l.amount > 0 then l.amount - l.returned else l.amount end)::bigint,
                coalesce(p.provider_account, '')
            from bank_line l left join payout p on p.merchant_id = l.merchant_id and p.payout_id = l.counterpart_id and l.is_what = 'payout'
            where l.state in ('waiting', 'matched') group by 1, 2, 3, 4, 5, 7, l.amount > 0"""):
        if state == "waiting":
            e[m, "unidentified_receipts" if minor > 0 else "unidentified_payments", currency] -= minor
        elif what == "payout":
            e[m, f"payouts_in_transit:{account}", currency] -= minor
        elif what == "exchanged":
            e[m, "fx_position", currency] -= minor
        elif what == "booked":
            e[m, booked_to, currency] -= minor
