"""What a payment lacks, through the HTTP door: policy, statement, settled with its account and reason, shown by why and proof, taken back by a person and by the bank."""

import json

import pytest
from conftest import reconciliation_alone
from test_reconciliation_http import BY, Desk

IBAN = "DE02120300000000202051"
POLICY = {**BY, "currency": "EUR", "short_most": 50, "discount_share": 200, "discount_days": 14}


def open_desk(request, name):
    """Reconciliation alone, with one bank account in EUR."""
    world = reconciliation_alone(request, name, "--roles=http,tick", "--http-threads=2")
    desk = Desk(world, "nord")
    assert desk.post("/v1/bank-accounts", {"iban": IBAN, "currency": "EUR", "name": "Main"})[0] == 201
    desk.balance, desk.day = 0, 1
    return desk


@pytest.fixture(scope="module")
def desk(request):
    return open_desk(request, "reconciliation-differences")


def owe(desk, n, minor, currency="EUR"):
    """An invoice of 1 March, as invoicing's event would have left it: a sixth of it is tax."""
    tax = minor // 6
    desk.world.query("reconciliation", f"""
        insert into customer (merchant_id, customer_ref, revision, name) values ('nord', 'c1', 1, '') on conflict do nothing;
        with i as (insert into invoice (merchant_id, invoice_id, customer_ref, issued, number, rf, currency, net, gross, parts, taxes, issued_on)
            values ('nord', gen_random_uuid(), 'c1', true, 'RE-2026-{n:04}', '', '{currency}', {minor - tax}, {minor}, 1, 'S {tax}', '2026-03-01') returning *),
        p as (insert into open_item (merchant_id, invoice_id, part, customer_ref, number, due_date, currency, amount, allocated, credited, discounted, written_off, open, revision)
            select merchant_id, invoice_id, 1, customer_ref, number, '2026-03-15', currency, gross, 0, 0, 0, 0, gross, 1 from i),
        r as (insert into reference (merchant_id, token, kind, target_id, customer_ref) select merchant_id, 'RE2026{n:04}', 'number', invoice_id, customer_ref from i)
        insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)
        select merchant_id, gen_random_uuid(), 'receivable', a.account, currency, a.minor, 'invoice', invoice_id, customer_ref, '2026-03-01', now()
        from i cross join lateral (values ('revenue', i.net), ('tax_payable:S', i.gross - i.net)) a (account, minor)""")


def entry(day, minor, text, ref, charges=None, returned=False, instructed=None):
    sign = "CRDT" if minor > 0 else "DBIT"
    kept = f'<Chrgs><Rcrd><Amt Ccy="EUR">{charges}</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>' if charges else ""
    paid = f'<AmtDtls><InstdAmt><Amt Ccy="{instructed[:3]}">{instructed[4:]}</Amt></InstdAmt></AmtDtls>' if instructed else ""
    back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if returned else ""
    return f"""<Amt Ccy="EUR">{abs(minor) / 100:.2f}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>{kept}<NtryDtls><TxDtls><Refs><EndToEndId>{ref}</EndToEndId></Refs>{paid}<RmtInf><Ustrd>{text}</Ustrd></RmtInf>{back}</TxDtls></NtryDtls>"""


def pay(desk, minor, text, ref, **more):
    """A statement of one line; the line."""
    desk.day += 1
    day = f"2026-03-{desk.day:02}"
    after = desk.balance + minor
    balance = lambda code, amount: f"""<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(amount) / 100:.2f}</Amt>
<CdtDbtInd>{'CRDT' if amount >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"""
    bytes = f"""<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>D{desk.day}</Id>
<FrToDt><FrDtTm>{day}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{balance('OPBD', desk.balance)}{balance('CLBD', after)}<Ntry>{entry(day, minor, text, ref, **more)}</Ntry></Stmt></BkToCstmrStmt></Document>""".encode()
    status, done = desk.call("POST", "/v1/statements", bytes, keyed=False)
    assert (status, [s["rule"] for s in done["statements"]]) == (201, [""]), done
    desk.balance = after
    desk.settled()
    return next(line for line in desk.get("/v1/lines?limit=1000")["lines"] if line["booking_date"] == day)


def item(desk, n):
    (row,) = [row for row in desk.get("/v1/open-items?customer_ref=c1")["open_items"] if row["invoice_number"] == f"RE-2026-{n:04}"]
    return {name: row[name]["minor"] for name in ("allocated", "discounted", "written_off", "open")}


def kept_of(desk, line):
    (row,) = desk.get(f"/v1/receipts?source_id={line['id']}")["receipts"]
    return {name: row[name]["minor"] for name in ("amount", "allocated", "unapplied", "kept")}


def holds(desk):
    (row,) = desk.get("/v1/proof")["currencies"]
    assert row["holds"], row
    return row


def test_a_policy_is_said_shown_and_refused_where_it_cannot_be(desk):
    assert desk.get("/v1/differences/policies") == {"policies": [], "next": None}
    assert desk.post("/v1/differences/policies", POLICY)[0] == 200
    (row,) = desk.get("/v1/differences/policies")["policies"]
    assert (row["currency"], row["short_most"], row["short_share"], row["discount_share"], row["takes_charges"]) == ("EUR", 50, 10000, 200, True)
    assert desk.post("/v1/differences/policies", {**POLICY, "discount_share": 10000})[0] == 400
    assert Desk(desk.world, "volt").get("/v1/differences/policies")["policies"] == []


def test_the_verb_says_the_same_as_the_page(desk, tmp_path):
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({**BY, "currency": "JPY", "short_most": 1, "known_charges": ["500"]}))
    desk.world.verb("reconciliation", "differences", "define", "nord", str(file))
    (row,) = [row for row in desk.get("/v1/differences/policies")["policies"] if row["currency"] == "JPY"]
    assert (row["short_most"], row["known_charges"]) == (1, "500")
    file.write_text(json.dumps({**BY, "currency": "JPY", "short_most": -1}))
    assert desk.world.verb("reconciliation", "differences", "define", "nord", str(file), check=False).returncode == 2


def test_a_discount_in_time_is_posted_shown_and_goes_with_the_match(desk):
    owe(desk, 1, 12000)
    line = pay(desk, 11760, "RE-2026-0001 abzgl. 2% Skonto", "E-1")
    assert line["state"] == "matched"
    assert item(desk, 1) == {"allocated": 11760, "discounted": 240, "written_off": 0, "open": 0}
    chain = desk.get(f"/v1/why/{line['id']}")
    assert [(d["kind"], d["amount"]["minor"]) for d in chain["differences"]] == [("discount", 240)]
    assert {(t["debit"], t["amount"]["minor"]) for t in chain["transfers"] if t["cause"] == "discount"} == {("discounts", 200), ("tax_payable:S", 40)}
    assert "discount_taken" in desk.world.verb("reconciliation", "why", "nord", line["id"]).stdout
    assert holds(desk)["journal"]["discounted"]["minor"] == 240
    assert desk.post(f"/v1/lines/{line['id']}/unmatch", BY)[0] == 200
    assert item(desk, 1) == {"allocated": 0, "discounted": 0, "written_off": 0, "open": 12000}
    assert [(d["amount"]["minor"], d["undone"]["minor"]) for d in desk.get(f"/v1/why/{line['id']}")["differences"]] == [(0, 240)]
    assert holds(desk)["journal"]["discounted"]["minor"] == 0


def test_told_charges_and_a_tolerated_rest_come_back_with_the_bank_s_return(desk):
    owe(desk, 2, 12000)
    owe(desk, 3, 5000)
    charged = pay(desk, 11500, "RE-2026-0002", "E-2", charges="5.00")
    assert item(desk, 2) == {"allocated": 11500, "discounted": 0, "written_off": 500, "open": 0}
    pay(desk, 4970, "RE-2026-0003", "E-3")
    assert item(desk, 3) == {"allocated": 4970, "discounted": 0, "written_off": 30, "open": 0}
    assert [(d["kind"], d["amount"]["minor"]) for d in desk.get(f"/v1/why/{charged['id']}")["differences"]] == [("charges", 500)]
    given_up = {reason: sum["minor"] for reason, sum in holds(desk)["given_up"].items()}
    assert given_up == {"discount": 0, "tolerance": 30, "charges": 500, "write_off": 0}
    pay(desk, -11500, "Retoure", "E-2", returned=True)
    assert item(desk, 2) == {"allocated": 0, "discounted": 0, "written_off": 0, "open": 12000}
    accounts = {row["account"]: row["balance"]["minor"] for row in desk.get("/v1/trial-balance")["accounts"]}
    assert accounts.get("bank_charges", 0) == 0
    assert holds(desk)["journal"]["written_off"]["minor"] == 30


def test_a_discount_that_is_not_due_waits_for_a_person_who_grants_it(desk):
    owe(desk, 5, 10000)
    line = pay(desk, 9700, "RE-2026-0005 abzgl. 3%", "E-5")
    assert (line["state"], item(desk, 5)["open"]) == ("matched", 300)
    (row,) = [row for row in desk.get("/v1/queue")["queue"] if row["kind"] == "discount_disputed"]
    assert (row["amount"]["minor"], row["suggestion"], row["stream"]) == (300, "grant_discount", "c1")
    assert desk.post(f"/v1/exceptions/{row['id']}/accept", BY)[0] == 200
    assert item(desk, 5) == {"allocated": 9700, "discounted": 300, "written_off": 0, "open": 0}
    assert not desk.get(f"/v1/exceptions/{row['id']}")["open"]
    assert [d["kind"] for d in desk.get(f"/v1/why/{line['id']}")["differences"]] == ["discount"]
    assert holds(desk)["given_up"]["discount"]["minor"] == 300
    assert desk.post(f"/v1/lines/{line['id']}/unmatch", BY)[0] == 200
    assert item(desk, 5) == {"allocated": 0, "discounted": 0, "written_off": 0, "open": 10000}
    holds(desk)


def test_what_no_policy_allows_stays_open(desk):
    owe(desk, 4, 12000)
    pay(desk, 11900, "RE-2026-0004", "E-4")
    assert item(desk, 4) == {"allocated": 11900, "discounted": 0, "written_off": 0, "open": 100}
    holds(desk)


def test_a_little_too_much_is_kept_shown_and_goes_with_the_match(desk):
    assert desk.post("/v1/differences/policies", {**POLICY, "over_most": 5, "over_share": 100})[0] == 200
    (policy,) = [row for row in desk.get("/v1/differences/policies")["policies"] if row["currency"] == "EUR"]
    assert (policy["over_most"], policy["over_share"]) == (5, 100)
    owe(desk, 6, 12000)
    line = pay(desk, 12004, "RE-2026-0006", "E-6")
    assert item(desk, 6) == {"allocated": 12000, "discounted": 0, "written_off": 0, "open": 0}
    assert kept_of(desk, line) == {"amount": 12004, "allocated": 12000, "unapplied": 0, "kept": 4}
    chain = desk.get(f"/v1/why/{line['id']}")
    assert [(d["kind"], d["amount"]["minor"]) for d in chain["differences"]] == [("over", 4)]
    assert [(t["debit"], t["credit"], t["amount"]["minor"]) for t in chain["transfers"] if t["cause"] == "over"] == [("unapplied_cash", "difference_income", 4)]
    assert "over_tolerated" in desk.world.verb("reconciliation", "why", "nord", line["id"]).stdout
    assert holds(desk)["journal"]["kept"]["minor"] == 4
    assert desk.post(f"/v1/lines/{line['id']}/unmatch", BY)[0] == 200
    assert kept_of(desk, line) == {"amount": 0, "allocated": 0, "unapplied": 0, "kept": 0}
    assert holds(desk)["journal"]["kept"]["minor"] == 0


def test_a_person_keeps_a_little_too_much_or_says_whose_it_is(desk):
    owe(desk, 7, 12000)
    owe(desk, 8, 12000)
    kept, theirs = pay(desk, 12005, "danke", "E-7"), pay(desk, 12005, "danke", "E-8")
    items = lambda n: {**BY, "items": [{"invoice_number": f"RE-2026-{n:04}"}]}
    assert desk.post(f"/v1/lines/{kept['id']}/match", items(7))[0] == 200
    assert kept_of(desk, kept) == {"amount": 12005, "allocated": 12000, "unapplied": 0, "kept": 5}
    assert desk.post(f"/v1/lines/{theirs['id']}/match", {**items(8), "customer_ref": "c1"})[0] == 200
    assert kept_of(desk, theirs) == {"amount": 12005, "allocated": 12000, "unapplied": 5, "kept": 0}
    assert holds(desk)["journal"]["kept"]["minor"] == 5
