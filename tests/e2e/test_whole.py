"""The main job through every door of the four services: charges by Kafka, a statement of the bank, payers by card, a clerk; and at the end the books."""

import concurrent.futures
import datetime
import time
import uuid

import pytest
from payments_world import signed
from whole_world import OPENING, TODAY, gross, line, statement

LATER = TODAY - datetime.timedelta(days=3)
BY = {"who": "Frieda", "why": "asked by telephone"}


@pytest.fixture(scope="module", autouse=True)
def proven(whole, story):
    """Whatever the tests did: nothing was set aside, and both sums hold."""
    yield
    whole.quiet()
    for merchant in ("nord", "volt"):
        check_books(whole, merchant)
    for name in whole.services:
        assert whole.query(name, "select topic, key, code, reason from parked where state = 'parked'") == []
        assert whole.query(name, "select code, field, reason from dead_letter") == []


def check_books(whole, merchant):
    trial = whole.get("reconciliation", "/v1/trial-balance", merchant)
    assert trial["accounts"] and all(t["balances"] for t in trial["totals"])
    for currency in {a["currency"] for a in trial["accounts"]}:
        assert sum(a["balance"]["minor"] for a in trial["accounts"] if a["currency"] == currency) == 0
    proof = whole.get("reconciliation", "/v1/proof", merchant)
    assert proof["currencies"] and all(c["holds"] for c in proof["currencies"]), proof
    assert all(a["holds"] for a in proof["bank_accounts"]), proof


def waiting(whole):
    return whole.get("reconciliation", "/v1/lines?state=waiting")["lines"]


def uploaded(whole, ident):
    """The newest statement of that name."""
    return [s for s in whole.get("reconciliation", "/v1/statements")["statements"] if s["bank_ref"] == ident][0]


# ---- what the story came to ----


def test_a_payment_by_reference_settles_its_invoice(whole, story):
    assert whole.paid("s-rf") == "settled" and whole.parts("s-rf") == (gross(10000), 0, 0)


def test_a_payment_that_names_the_number_in_free_text_settles_its_invoice(whole, story):
    assert whole.paid("s-text") == "settled" and whole.parts("s-text") == (gross(20000), 0, 0)


def test_a_part_payment_leaves_the_rest_open(whole, story):
    assert whole.paid("s-part") == "part_paid" and whole.parts("s-part") == (10000, 0, gross(30000) - 10000)


def test_what_was_paid_too_much_is_the_customers_credit(whole, story):
    assert whole.paid("s-over") == "settled" and whole.parts("s-over") == (gross(40000), 0, 0)
    [receipt] = whole.get("reconciliation", "/v1/receipts?customer_ref=s-over")["receipts"]
    assert (receipt["amount"]["minor"], receipt["unapplied"]["minor"]) == (gross(40000) + 3100, 3100)


def test_true_twins_are_two_payments(whole, story):
    assert whole.paid("s-twin") == "settled"
    assert [r["allocated"]["minor"] for r in whole.get("reconciliation", "/v1/receipts?customer_ref=s-twin")["receipts"]] == [gross(50000) // 2] * 2


def test_a_line_without_a_reference_stays_for_a_person(whole, story):
    [left] = [x for x in waiting(whole) if x["amount"]["minor"] == 7777]
    assert left["verdict"] == "none"
    assert left["id"] in {e["subject_id"] for e in whole.get("reconciliation", "/v1/exceptions?open=true")["exceptions"]}


def test_a_payment_by_card_settles_the_invoice_everywhere(whole, story):
    assert story.till.attempt(story.attempt)["state"] == "succeeded"
    assert whole.paid("s-card") == "settled" and whole.parts("s-card") == (gross(70000), 0, 0)
    [receipt] = whole.get("reconciliation", "/v1/receipts?customer_ref=s-card")["receipts"]
    assert (receipt["kind"], receipt["source_id"], receipt["amount"]["minor"]) == ("provider", story.attempt["id"], gross(70000))


def test_what_was_credited_is_not_owed_and_what_was_given_back_is_owed_again(whole, story):
    assert whole.paid("s-credit") == "settled" and whole.parts("s-credit") == (0, gross(13000), 0)
    assert whole.paid("s-refund") == "part_paid" and whole.parts("s-refund") == (gross(90000) - 5000, 0, 5000)


def test_each_payment_is_confirmed_once_by_mail(whole, story):
    mails = [to for (to,), _ in whole.mailbox.mails]
    for ref, times in {"s-rf": 1, "s-text": 1, "s-part": 1, "s-over": 1, "s-twin": 2, "s-card": 1, "s-refund": 1, "s-open": 0, "s-credit": 0}.items():
        notices = whole.get("reminders", f"/v1/notices?customer_ref={ref}")["notices"]
        assert [(n["kind"], n["state"]) for n in notices] == [("receipt", "sent")] * times, ref
        assert mails.count(f"{ref}@example.com") == times


def test_what_is_owed_is_the_same_in_every_service(whole, story):
    open_items = {i["id"]: i["open"]["minor"] for i in whole.get("reconciliation", "/v1/open-items")["open_items"]}
    assert {i["invoice_id"] for i in story.invoices.values()} <= set(open_items)
    for name, table in (("invoicing", "open_item"), ("payments", "item"), ("reminders", "item")):
        rows = dict(whole.query(name, f"select invoice_id, open from {table} where merchant_id = 'nord'"))
        assert {k: int(v) for k, v in rows.items()} == open_items, name


# ---- the statement again ----


def test_the_same_file_again_adds_nothing(whole, story):
    before = whole.books()
    status, answer = whole.upload(story.document)
    assert status in (200, 201, 202), answer
    assert whole.books() == before


def test_an_overlapping_statement_adds_what_is_new_and_nothing_else(whole, story):
    [late] = whole.sell({"o-late": 8000}).values()
    before = len(whole.lines())
    rows = story.lines + [line(gross(8000), rf=late["rf_reference"], day=LATER)]
    whole.upload(statement("S-2", OPENING, rows))
    assert uploaded(whole, "S-2")["state"] == "posted" and uploaded(whole, "S-2")["line_new"] == 1
    assert len(whole.lines()) == before + 1 and whole.paid("o-late") == "settled"
    again = whole.books()
    whole.upload(statement("S-3", OPENING, rows))
    assert whole.books() == again


def closing(whole):
    [account] = [a for a in whole.get("reconciliation", "/v1/bank-accounts")["bank_accounts"]]
    return account["balance"]["minor"]


@pytest.mark.parametrize("spoil, state", [
    (lambda x, n: x.replace(b"<Ntry>", b"<Ntry><NtryRef>", 1), "refused"),
    (lambda x, n: x[: len(x) // 2], "refused"),
    (lambda x, n: b'<!DOCTYPE Document [<!ENTITY a "b">]>' + x[x.index(b"<Document") :], "refused"),
    (lambda x, n: x.replace(f"<Amt Ccy=\"EUR\">{n}".encode(), f"<Amt Ccy=\"EUR\">9{n}".encode()), "quarantined"),
    (lambda x, n: x.replace(b"<Ccy>EUR</Ccy>", b"<Ccy>USD</Ccy>"), "quarantined"),
], ids=["not closed", "cut off", "doctype", "does not add up", "another currency"])
def test_a_damaged_statement_posts_nothing_and_says_which_rule_on_which_line(whole, story, spoil, state):
    before = {t: d for t, d in whole.books().items() if t != "exception"}
    good = statement(f"S-bad-{uuid.uuid4().hex[:6]}", closing(whole), [line(4321, text="x", day=TODAY - datetime.timedelta(days=2))])
    document = spoil(good, "43.21")
    assert document != good
    status, answer = whole.upload(document)
    assert {t: d for t, d in whole.books().items() if t != "exception"} == before, answer
    if state == "refused":
        assert status in (400, 422) or "refused" in str(answer), (status, answer)
        [said, *_] = whole.get("reconciliation", "/v1/statement-files?state=refused")["files"]
    else:
        [said, *_] = [s for s in whole.get("reconciliation", "/v1/statements?state=quarantined")["statements"]]
    assert said["rule"] and said["line"] > 0 and said["reason"], said


# ---- a clerk ----


def test_a_person_matches_a_line_and_takes_it_back(whole, story):
    [invoice] = whole.sell({"h-hand": 6000}).values()
    whole.upload(statement("S-hand", closing(whole), [line(gross(6000), text="for the goods", day=TODAY - datetime.timedelta(days=1))]))
    [left] = [x for x in waiting(whole) if x["amount"]["minor"] == gross(6000)]
    given = BY | {"items": [{"invoice_id": invoice["invoice_id"]}]}
    for _ in range(2):
        whole.post("reconciliation", f"/v1/lines/{left['id']}/match", given)
        whole.until(lambda: whole.paid("h-hand"), "settled")
        check_books(whole, "nord")
        whole.post("reconciliation", f"/v1/lines/{left['id']}/unmatch", BY)
        whole.until(lambda: whole.paid("h-hand"), "open")
        assert left["id"] in {x["id"] for x in waiting(whole)}
        check_books(whole, "nord")
    whole.post("reconciliation", f"/v1/lines/{left['id']}/match", given)
    whole.until(lambda: whole.paid("h-hand"), "settled")
    assert whole.one("reconciliation", f"select count(*) from audit where subject like '%{left['id']}%' and who like '%Frieda%'") == "5"


def test_cash_is_recorded_by_hand_and_once(whole, story):
    [invoice] = whole.sell({"h-cash": 5000}).values()
    given = BY | {"customer_ref": "h-cash", "amount": {"minor": gross(5000), "currency": "EUR"}, "value_date": str(TODAY),
                  "items": [{"invoice_id": invoice["invoice_id"]}]}
    key = str(uuid.uuid4())
    answers = [whole.call("reconciliation", "POST", "/v1/receipts", given, "nord", "write", key) for _ in range(3)]
    assert answers[0][0] in (200, 201) and answers[1] == answers[2] == answers[0]
    whole.until(lambda: whole.paid("h-cash"), "settled")
    assert len(whole.get("reconciliation", "/v1/receipts?customer_ref=h-cash")["receipts"]) == 1
    given["why"] = "another body under the same key"
    assert whole.call("reconciliation", "POST", "/v1/receipts", given, "nord", "write", key)[0] == 422


# ---- webhooks, and what they come to at the other end ----


@pytest.fixture
def payer(whole, story):
    """A payer in front of the provider's page: customer, attempt and session."""
    ref = f"w-{uuid.uuid4().hex[:8]}"
    [invoice] = whole.sell({ref: 10000}).values()
    attempt = story.till.checkout(invoice["invoice_id"])
    return ref, attempt, story.till.open(attempt)


def receipts(whole, ref):
    return [r["amount"]["minor"] for r in whole.get("reconciliation", f"/v1/receipts?customer_ref={ref}")["receipts"]]


def test_a_webhook_ten_times_at_once_and_once_more_is_one_payment(whole, story, payer):
    ref, _, session = payer
    body = story.till.body("checkout.session.completed", story.till.fake.pay(session))
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        assert list(pool.map(lambda _: story.till.deliver(body).status_code, range(10))) == [200] * 10
    whole.until(lambda: whole.paid(ref), "settled")
    assert story.till.deliver(body).status_code == 200
    story.till.event("checkout.session.completed", story.till.fake.pay(session))  # another event that says the same
    whole.quiet()
    assert receipts(whole, ref) == [gross(10000)] and whole.parts(ref) == (gross(10000), 0, 0)


@pytest.mark.parametrize("header", [lambda body: signed(body, "whsec_forged"), lambda body: signed(body, at=time.time() - 400), lambda body: signed(body + " "),
                                    lambda body: False], ids=["forged", "stale", "of other bytes", "unsigned"])
def test_a_webhook_that_is_not_the_providers_moves_nothing(whole, story, payer, header):
    ref, attempt, session = payer
    body = story.till.body("checkout.session.completed", story.till.fake.pay(session))
    assert story.till.deliver(body, header(body)).status_code == 400
    assert story.till.attempt(attempt)["state"] == "open"
    assert story.till.deliver(body).status_code == 200  # and it does not keep the true one out
    whole.until(lambda: whole.paid(ref), "settled")
    assert receipts(whole, ref) == [gross(10000)]


@pytest.mark.parametrize("wrong", [{"amount_total": gross(10000) - 1}, {"amount_total": gross(10000) * 10}, {"currency": "usd"}],
                         ids=["less", "more", "another currency"])
def test_a_success_of_another_amount_or_currency_posts_nothing(whole, story, payer, wrong):
    ref, attempt, session = payer
    story.till.event("checkout.session.completed", story.till.fake.pay(session) | wrong)
    whole.quiet()
    assert story.till.attempt(attempt)["state"] == "review"
    assert whole.paid(ref) == "open" and receipts(whole, ref) == []


def test_a_webhook_before_the_providers_answer_is_joined(whole, story):
    """The provider made the session and its answer was lost: the webhook is the first that we hear of it."""
    [invoice] = whole.sell({"w-early": 10000}).values()
    attempt = story.till.checkout(invoice["invoice_id"])
    sessions = set(story.till.fake.sessions)
    story.till.fake.mood.append("silence")
    story.till.press(attempt)
    whole.until(lambda: len(set(story.till.fake.sessions) - sessions), 1)
    [made] = set(story.till.fake.sessions) - sessions
    story.till.event("checkout.session.completed", story.till.fake.pay(story.till.fake.sessions[made]))
    whole.until(lambda: whole.paid("w-early"), "settled")
    assert receipts(whole, "w-early") == [gross(10000)]
    assert story.till.attempt(attempt)["state"] == "succeeded"


def test_a_webhook_that_names_what_is_not_known_yet_waits_for_it(whole, story, payer):
    ref, _, session = payer
    done = story.till.fake.pay(session)
    event = f"evt_{uuid.uuid4().hex}"
    story.till.event("charge.succeeded", story.till.fake.charge(session) | {"metadata": {}}, event=event)
    assert whole.one("payments", f"select state from webhook where event_id = '{event}'") == "loose"
    story.till.event("checkout.session.completed", done)
    whole.until(lambda: whole.one("payments", f"select state from webhook where event_id = '{event}'"), "applied")
    whole.until(lambda: whole.paid(ref), "settled")
    assert receipts(whole, ref) == [gross(10000)]
