"""I9: numbers of documents are gapless and unique. What invoicing keeps is what it said, and what is owed adds up. T1: nobody's rows are another's."""

from .report import name as show


def check(report, databases, fold):
    db = databases["invoicing"]
    numbers(report, db)
    invoices(report, db, fold)
    customers(report, databases, fold)


def numbers(report, db):
    for table, document in (("invoice", "invoice"), ("credit_note", "credit_note")):
        where = "where state = 'issued'" if table == "invoice" else ""
        found = db.table(f"select merchant_id, series, number_year, min(number_count), max(number_count), count(distinct number_count), count(*)"
                         f" from {table} {where} group by 1, 2, 3", 3)
        series = db.table("select merchant_id, series, year, last_count from number_series where document = %s", 3, document)
        for key in found.keys() | series.keys():
            low, high, distinct, count = found.get(key, (0, 0, 0, 0))
            last = series.get(key, (0,))[0]
            if (low, high, distinct, count) != (1, last, last, last):
                missing = db.rows(
                    f"select n from generate_series(1, %s) n where not exists (select from {table} where merchant_id = %s and series = %s and number_year = %s"
                    f" and number_count = n) limit 5", max(last, high), *key)
                report.add("I9", f"{document} series {show(key)}", f"1 to {last}, each once",
                           f"{count} documents, {low} to {high}, missing {[n for n, in missing]}", f"invoicing.{table} and number_series")


def invoices(report, db, fold):
    credited, revision = {}, {}
    for (m, _), note in fold.notes.items():
        credited[m, note.invoice] = credited.get((m, note.invoice), 0) + note.gross
        revision[m, note.invoice] = max(revision.get((m, note.invoice), 1), note.revision)
    expected = {k: (i.customer, i.number, i.rf, i.currency, i.net, i.tax, i.gross, i.issued, i.due, i.external_ref, credited.get(k, 0), revision.get(k, 1), i.discounts)
                for k, i in fold.invoices.items()}
    report.same("I7", "invoice", expected, db.table(
        "select merchant_id, uuid_send(invoice_id), customer_ref, number, rf_reference, currency, net, tax, gross, issue_date, due_date, external_ref,"
        " credited, revision, discounts from invoice where state = 'issued'", 2),
        ("customer_ref", "number", "rf_reference", "currency", "net", "tax", "gross", "issue_date", "due_date", "external_ref", "credited", "revision",
         "discounts"), "invoicing.invoice")
    report.same("I7", "credit note", {k: (n.invoice, n.customer, n.number, n.net, n.tax, n.gross, n.revision, n.credited_after) for k, n in fold.notes.items()},
                db.table("select merchant_id, uuid_send(credit_note_id), uuid_send(invoice_id), customer_ref, number, net, tax, gross, revision, credited_after"
                         " from credit_note", 2),
                ("invoice_id", "customer_ref", "number", "net", "tax", "gross", "revision", "credited_after"), "invoicing.credit_note")
    lines = {(m, ref): (i, net) for (m, i), invoice in fold.invoices.items() for ref, net in zip(invoice.charges, invoice.lines)}
    if len(lines) != sum(len(i.charges) for i in fold.invoices.values()):
        report.add("I9", "charges", "each on one invoice line", "one is on two", "dunlin.invoices.v1")
    report.same("I7", "charge", lines, db.table(
        "select merchant_id, external_ref, uuid_send(invoice_id), net from charge where state = 'invoiced'", 2), ("invoice_id", "net"), "invoicing.charge")
    for (m, i), invoice in fold.invoices.items():
        parts = sum(amount for _, amount, _ in invoice.parts)
        if (sum(invoice.lines), invoice.net + invoice.tax, parts) != (invoice.net, invoice.gross, invoice.gross):
            report.add("I4", f"invoice {invoice.number}", "lines that make the net, net and tax and parts that make the gross",
                       f"lines {sum(invoice.lines)} net {invoice.net} tax {invoice.tax} gross {invoice.gross} parts {parts}", "dunlin.invoices.v1")


def customers(report, databases, fold):
    report.same("I7", "customer", fold.customers, databases["invoicing"].table(
        "select merchant_id, customer_ref, revision, name, emails, currency, terms_kind, terms_days, billing_day, ibans, terms_discounts"
        " from customer", 2),
        ("revision", "name", "emails", "currency", "terms_kind", "terms_days", "billing_day", "ibans", "terms_discounts"), "invoicing.customer")
    report.same("I7", "customer", {k: (v[0], v[1], v[2].split("\n")[0]) for k, v in fold.customers.items()}, databases["reminders"].table(
        "select merchant_id, customer_ref, revision, name, email from customer where revision > 0", 2), ("revision", "name", "email"), "reminders.customer")
    report.same("I7", "merchant", fold.merchants, databases["invoicing"].table("select merchant_id, revision, name, zone, currency from merchant", 1),
                ("revision", "name", "zone", "currency"), "invoicing.merchant")
    for name in ("payments", "reconciliation", "reminders"):
        report.same("I7", "merchant", {k: v[:1] for k, v in fold.merchants.items()}, databases[name].table("select merchant_id, revision from merchant", 1),
                    ("revision",), f"{name}.merchant")
    for db in databases.values():
        owners(report, db, fold)


def owners(report, db, fold):
    """Every row that names a customer names one of its own merchant."""
    tables = [t for t, in db.rows("""
        select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and (select count(*) from pg_attribute a where a.attrelid = c.oid and a.attname in ('merchant_id', 'customer_ref') and not a.attisdropped) = 2""")]
    for table in sorted(tables):
        for merchant, ref in db.rows(f"select distinct merchant_id, customer_ref from {table} where customer_ref <> '' and customer_ref not like '@%'"):
            if (merchant, ref) not in fold.customers:
                report.add("T1", f"{table} of {merchant}:{ref}", "a customer of that merchant", "none", f"{db.name}.{table}")
