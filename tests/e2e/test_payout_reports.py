"""Payouts three ways through the public doors: the provider's webhook and API tell payments, its report is uploaded, the bank's statement comes; in the formats of
several providers, in any order, and with a kill in between."""

import datetime
import time

import pytest
from openapi import Page

DAY = datetime.date.today() - datetime.timedelta(days=1)
STRIPE = ("automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,charge_id,created,currency,gross,fee,net,reporting_category\n"
          "{ref},{day},txn_{ref},ch_{ref},{day},eur,100.00,1.25,98.75,charge\n{ref},{day},adj_{ref},,{day},eur,-20.00,15.00,-35.00,dispute\n")
ADYEN = ("Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,"
         "Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),"
         "Interchange (NC),Batch Number\nCo,MA,ch_{ref},,visa,{day},CET,Settled,txn_{ref},EUR,,100.00,1,EUR,,98.75,1.00,0.25,0.00,0.00,{ref}\n"
         "Co,MA,adj_{ref},,visa,{day},CET,Chargeback,adj_{ref},EUR,20.00,,1,EUR,35.00,,15.00,0.00,0.00,0.00,{ref}\n")
GOCARDLESS = ("id,created_at,resource_type,action,credit_amount,debit_amount,currency,payments.id,payouts.id\n"
              "txn_{ref},{day}T01:00:00Z,payments,paid_out,98.75,,EUR,ch_{ref},{ref}\nadj_{ref},{day}T01:00:00Z,payments,chargeback_settled,,35.00,EUR,,{ref}\n")
GENERIC = ("date,currency,gross,fee,net,payment,payout,kind,id\n{day},EUR,100.00,1.25,98.75,ch_{ref},{ref},payment,txn_{ref}\n"
           "{day},EUR,-20.00,15.00,-35.00,,{ref},dispute,adj_{ref}\n")


@pytest.fixture(scope="module")
def page():
    return Page("reconciliation")


def tell(whole, story, ref):
    """Payments learn of the payout as they do of any: a charge, and a dispute that they call an adjustment."""
    lines = [{"id": f"txn_{ref}", "object": "balance_transaction", "type": "charge", "amount": 10000, "fee": 125, "net": 9875, "currency": "eur", "source": f"ch_{ref}"},
             {"id": f"adj_{ref}", "object": "balance_transaction", "type": "adjustment", "amount": -2000, "fee": 1500, "net": -3500, "currency": "eur", "source": None}]
    story.till.fake.lines[ref] = lines
    story.till.event("payout.paid", {"id": ref, "object": "payout", "livemode": False, "status": "paid", "currency": "eur", "amount": 6375,
                                     "arrival_date": int(time.time()), "statement_descriptor": f"STRIPE {ref}"})
    whole.until(lambda: whole.query("reconciliation", f"select count(*) from payout where provider_ref = '{ref}' and paid and lines_seen = 2")[0][0], "1")


def upload(whole, text, ref, merchant="nord"):
    status, answer = whole.call("reconciliation", "POST", "/v1/statements", text.format(ref=ref, day=DAY).encode(), merchant, "write")
    assert status in (200, 201), answer
    return answer


def get(whole, page, path, merchant="nord"):
    status, answer = whole.call("reconciliation", "GET", path, merchant=merchant, role="read")
    page.check("GET", path, status, answer)
    assert status == 200, answer
    return answer


def reports(whole, page, ref, merchant="nord"):
    return get(whole, page, f"/v1/payout-reports?payout_ref={ref}", merchant)["payout_reports"]


def compared(whole, page, ref):
    """The payout, whole, once its report is compared with it."""
    whole.until(lambda: [r["state"] != "waiting" for r in reports(whole, page, ref)], [True])
    report, = reports(whole, page, ref)
    return get(whole, page, f"/v1/payouts/{report['payout_id']}")


@pytest.mark.parametrize("provider, text", [("stripe", STRIPE), ("adyen", ADYEN), ("generic", GENERIC)], ids=["stripe", "adyen", "generic"])
@pytest.mark.parametrize("first", ["payments", "report"])
def test_a_report_of_any_provider_confirms_the_payout_and_says_what_an_adjustment_was(whole, story, page, provider, text, first):
    ref = f"po_{provider}_{first}"
    if first == "payments":
        tell(whole, story, ref)
    assert upload(whole, text, ref)["informed"] == 2
    if first == "report":
        assert [r["state"] for r in reports(whole, page, ref)] == ["waiting"]
        tell(whole, story, ref)
    payout = compared(whole, page, ref)
    assert (payout["report_state"], payout["seen"], payout["three_ways"], payout["unreported"]) == ("agrees", ["payments", "report"], "waiting", [])
    assert sorted((i["kind"], i["gross"]["minor"], i["fee"]["minor"], i["line"]["number"]) for i in payout["items"]) == \
        [("dispute", -2000, 1500, 2), ("payment", 10000, 125, 1)]
    posting, = payout["postings"]
    assert (posting["account"], posting["gross"]["minor"]) == ("disputed:main", -2000)
    # Once more, and in another file: nothing is posted twice.
    upload(whole, text, ref)
    upload(whole, text + "\n", ref)
    whole.until(lambda: [r["told"] for r in reports(whole, page, ref)], [2])
    assert compared(whole, page, ref)["postings"] == [posting]
    rows = whole.query("reconciliation", f"select count(*) from journal where cause = 'payout_report' and cause_id = '{payout['report']['id']}'")
    assert rows == [("1",)]
    why = get(whole, page, f"/v1/why/{payout['id']}")
    assert [r["state"] for r in why["payout_reports"]] == ["agrees"]
    assert [t["amount"]["minor"] for t in why["transfers"] if t["cause"] == "payout_report"] == [2000]


def test_what_differs_is_said_item_by_item_and_nothing_is_posted(whole, story, page):
    ref = "po_gocardless"
    tell(whole, story, ref)
    upload(whole, GOCARDLESS, ref)  # its items have no fees: those are in the file of payouts
    payout = compared(whole, page, ref)
    assert (payout["report_state"], payout["three_ways"]) == ("differs", "differs")
    assert payout["differences"] == ["gross", "fee"] and payout["postings"] == []
    assert {i["item_ref"]: i["differences"] for i in payout["items"]} == {f"txn_{ref}": ["gross", "fee"], f"adj_{ref}": ["gross", "fee"]}
    opened = [e for e in get(whole, page, "/v1/exceptions?open=true&kind=report_differs")["exceptions"] if e["subject_id"] == payout["report"]["id"]]
    assert len(opened) == 1 and ref in opened[0]["detail"]


def test_another_merchants_report_says_nothing_of_our_payout(whole, story, page):
    ref = "po_elsewhere"
    tell(whole, story, ref)
    upload(whole, STRIPE, ref, "volt")
    upload(whole, STRIPE, "po_after", "volt")
    whole.until(lambda: [r["state"] for r in reports(whole, page, ref, "volt")], ["waiting"])
    assert reports(whole, page, ref) == []
    assert reports(whole, page, ref, "volt")[0]["payout_id"] is None


def test_a_kill_between_upload_and_comparison_loses_and_doubles_nothing(whole, story, page):
    ref = "po_killed"
    tell(whole, story, ref)
    upload(whole, STRIPE, ref)
    whole.kill("reconciliation")
    whole.run("reconciliation")
    whole.wait_ready("reconciliation")
    payout = compared(whole, page, ref)
    assert payout["report_state"] == "agrees" and len(payout["postings"]) == 1
    upload(whole, STRIPE, ref)
    assert len(compared(whole, page, ref)["postings"]) == 1
    assert whole.query("reconciliation", f"select count(*) from journal where cause_id = '{payout['report']['id']}'") == [("1",)]


def left_out(whole, page, attempt):
    asked = get(whole, page, "/v1/exceptions?open=true&kind=payment_not_paid_out")["exceptions"]
    return [(e["amount"]["minor"], e["detail"]) for e in asked if e["subject_id"] == attempt["id"]]


def test_a_payment_that_the_provider_leaves_out_is_asked_about_until_a_payout_names_it(whole, story, page):
    """Paid three weeks ago, by what the provider says of the charge."""
    ref, fake = "po_left_out", story.till.fake
    [invoice] = whole.sell({"p-left-out": 10000}).values()
    attempt = story.till.checkout(invoice["invoice_id"])
    session = story.till.open(attempt)
    paid = DAY - datetime.timedelta(days=20)
    fake.pay(session)
    noon = datetime.datetime.combine(paid, datetime.time(12), datetime.timezone.utc)
    charge = fake.charge(session) | {"created": int(noon.timestamp())}
    story.till.event("charge.succeeded", charge)
    detail = f"paid on {paid}, {charge['payment_intent']} was to be in a payout by {paid + datetime.timedelta(days=10)}"
    whole.until(lambda: left_out(whole, page, attempt), [(session["amount"], detail)])
    transaction = fake.transaction(session["n"]) | {"source": {k: charge[k] for k in ("id", "payment_intent", "metadata")}}
    fake.lines[ref] = [transaction]
    story.till.event("payout.paid", {"id": ref, "object": "payout", "livemode": False, "status": "paid", "currency": "eur", "amount": transaction["net"],
                                     "arrival_date": int(time.time()), "statement_descriptor": f"STRIPE {ref}"})
    whole.until(lambda: left_out(whole, page, attempt), [])
    why = get(whole, page, f"/v1/why/{attempt['id']}")
    assert [h["act"] for h in why["history"] if h["kind"] == "payment_not_paid_out"] == ["opened", "closed"]
    assert [p["provider_ref"] for p in why["payouts"]] == [ref]
