"""A credit note that is deducted by name, through the HTTP door: matched, shown with what stands beside it, and taken back whole."""

import pytest
from test_reconciliation_differences import holds, item, open_desk, owe, pay
from test_reconciliation_http import BY


@pytest.fixture(scope="module")
def desk(request):
    return open_desk(request, "reconciliation-credit")


def credit(desk, n, minor, note):
    """A credit note of a paid invoice, as invoicing's event would have left it: what it takes off is the customer's."""
    tax = minor // 6
    desk.world.query("reconciliation", f"""
        with c as (insert into credit_note (merchant_id, credit_note_id, invoice_id, customer_ref, applied, currency, net, gross, day, taxes, parts, token)
            select merchant_id, gen_random_uuid(), invoice_id, customer_ref, true, currency, {minor - tax}, {minor}, '2026-03-02', 'S {tax}', '1 {minor}', '{note}'
            from invoice where number = 'RE-2026-{n:04}' returning *),
        r as (insert into reference (merchant_id, token, kind, target_id, customer_ref) select merchant_id, token, 'credit_note', invoice_id, customer_ref from c),
        i as (update open_item o set allocated = allocated - {minor}, credited = credited + {minor} from c where o.invoice_id = c.invoice_id),
        a as (update allocation a set amount = amount - {minor} from c where a.invoice_id = c.invoice_id returning a.receipt_id),
        p as (update receipt r set allocated = allocated - {minor}, unapplied = unapplied + {minor} from a where r.receipt_id = a.receipt_id),
        u as (update customer_credit t set unapplied = unapplied + {minor} from c where t.customer_ref = c.customer_ref and t.currency = c.currency)
        insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)
        select merchant_id, gen_random_uuid(), x.debit, x.credit, currency, x.minor, 'credit_note', credit_note_id, customer_ref, day, now()
        from c cross join lateral (values ('revenue', 'receivable', c.net), ('tax_payable:S', 'receivable', c.gross - c.net),
            ('receivable', 'unapplied_cash', c.gross)) x (debit, credit, minor)""")


def unapplied(desk):
    return sum(row["unapplied"]["minor"] for row in desk.get("/v1/receipts?customer_ref=c1")["receipts"])


def test_a_credit_note_that_is_named_is_deducted_and_goes_back_with_the_match(desk):
    owe(desk, 41, 12000)
    pay(desk, 12000, "RE-2026-0041", "E-41")
    credit(desk, 41, 3000, "GS20260007")
    assert (holds(desk)["journal"]["unapplied"]["minor"], unapplied(desk)) == (3000, 3000)
    owe(desk, 42, 20000)
    line = pay(desk, 17000, "RE-2026-0042 abzgl. GS-2026-0007", "E-42")
    assert line["state"] == "matched"
    assert item(desk, 42) == {"allocated": 20000, "discounted": 0, "written_off": 0, "open": 0}
    assert (holds(desk)["journal"]["unapplied"]["minor"], unapplied(desk)) == (0, 0)
    chain = desk.get(f"/v1/why/{line['id']}")
    chosen = [(c["kind"], c["rule"], c["amount"]["minor"]) for c in chain["looks"] if c["chosen"] and c["line_id"] == line["id"]]
    assert chosen == [("invoice", "numbers_less_credit", 20000), ("credit_note", "numbers_less_credit", -3000)]
    (own,) = desk.get(f"/v1/receipts?source_id={line['id']}")["receipts"]
    beside = [(a["amount"]["minor"], a["beside"]) for a in chain["allocations"] if a["beside"]]
    assert beside == [(3000, own["id"])]
    assert desk.post(f"/v1/lines/{line['id']}/unmatch", BY)[0] == 200
    assert item(desk, 42)["open"] == 20000
    assert (holds(desk)["journal"]["unapplied"]["minor"], unapplied(desk)) == (3000, 3000)


def test_an_amount_that_is_something_else_too_waits(desk):
    owe(desk, 43, 3000)
    line = pay(desk, 20000, "RE-2026-0042 RE-2026-0043 abzgl. GS-2026-0007", "E-43")
    assert (line["state"], line["verdict"]) == ("waiting", "ambiguous")
    assert (item(desk, 42)["open"], unapplied(desk)) == (20000, 3000)
    holds(desk)
