"""Webhooks at payments' door, signed by Stripe's own package; and what a payer sees meanwhile."""

import concurrent.futures
import hashlib
import hmac
import json
import time
import uuid

import pytest
import requests
import stripe

from conftest import make_world
from payments_world import SECRET, Payments, signed


@pytest.fixture(scope="module")
def payments(request):
    return Payments(request, make_world, "payments")


def by_package(body, header, secret):
    """What Stripe's own package says of it."""
    try:
        stripe.WebhookSignature.verify_header(body.decode(), header, secret, tolerance=300)
        return True
    except (stripe.SignatureVerificationError, ValueError):
        return False


# ---- signatures ----


def variants(body):
    now = int(time.time())
    good = signed(body)
    t, v1 = good.split(",")
    old, ahead = now - 400, now - 290
    wrong = "v1=" + "0" * 64
    mac = hmac.new(b"", f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "as it should be": good,
        "signature first": f"{v1},{t}",
        "several v1, the right one last": f"{t},{wrong},{v1}",
        "several v1, the right one first": f"{t},{v1},{wrong}",
        "with schemes of other times": f"{t},v0={v1[3:]},v9=x,{v1}",
        "another secret of the account": signed(body, "whsec_another"),
        "five minutes minus ten seconds old": signed(body, at=ahead),
        "no header": "",
        "only v0": f"{t},v0={v1[3:]}",
        "no time": v1,
        "no signature": t,
        "an empty signature": f"{t},v1=",
        "upper case": f"{t},v1={v1[3:].upper()}",
        "cut short": good[:-1],
        "another time": f"t={now - 1},{v1}",
        "stale": signed(body, at=old),
        "stale, with a fresh time beside it": f"t={now},{signed(body, at=old)}",
        "another secret": signed(body, "whsec_wrong"),
        "the empty secret": f"t={now},v1={mac}",
        "over other bytes": signed(body + " "),
        "not a number": f"t=soon,{v1}",
        "blanks": f"t={now}, {v1}",
        "nonsense": "Bearer of news",
        "commas": ",,,",
    }


@pytest.mark.parametrize("kind", variants("{}").keys())
def test_what_the_package_accepts_is_accepted_and_what_it_refuses_is_refused(payments, kind):
    body = payments.body("customer.updated", {"id": "cus_1"}, event=f"evt_{uuid.uuid4().hex}")
    header = variants(body)[kind]
    answer = payments.deliver(body, header or False)
    expected = by_package(body.encode(), header, SECRET) or by_package(body.encode(), header, "whsec_another")
    assert (answer.status_code == 200) == expected, answer.text
    assert expected or answer.status_code == 400
    stored = payments.one(f"select count(*) from webhook where event_id = '{json.loads(body)['id']}'")
    assert stored == ("1" if expected else "0")


def test_some_are_accepted_and_some_refused_or_the_test_above_says_nothing():
    verdicts = {kind: by_package(b"{}", header, SECRET) for kind, header in variants("{}").items()}
    assert sum(verdicts.values()) >= 6 and sum(not v for v in verdicts.values()) >= 12


def test_a_time_in_the_future_is_refused_too(payments):
    body = payments.body("customer.updated", {"id": "cus_1"})
    assert payments.deliver(body, signed(body, at=time.time() + 400)).status_code == 400
    assert payments.deliver(body, signed(body, at=time.time() + 200)).status_code == 200


def test_the_signature_is_over_the_raw_bytes(payments):
    odd = '{ "type":"customer.updated",\n\t"id":"evt_%s" ,"livemode" : false, "data":{"object":{"id":"cus_ü€","n":1.50}}, "created":1}' % uuid.uuid4().hex
    assert payments.deliver(odd).status_code == 200
    again = json.dumps(json.loads(odd))
    assert payments.deliver(again, signed(odd)).status_code == 400


def test_a_forged_event_does_not_keep_the_true_one_out(payments):
    attempt = payments.checkout(payments.invoice())
    body = payments.body("checkout.session.completed", payments.fake.pay(payments.open(attempt)))
    assert payments.deliver(body, signed(body, "whsec_forged")).status_code == 400
    assert payments.deliver(body).status_code == 200
    assert payments.attempt(attempt)["state"] == "succeeded"


def test_a_secret_that_was_taken_away_signs_no_more_and_a_new_one_does_at_once(payments):
    account = {"account": "rolling", "provider": "stripe", "live": False, "api_key": "sk_test_5", "webhook_secrets": ["whsec_before"]}
    payments.api("POST", "/v1/provider-accounts", account, role="admin")
    body = payments.body("customer.updated", {"id": "cus_1"})
    assert payments.deliver(body, signed(body, "whsec_before"), "nord:rolling").status_code == 200
    payments.api("POST", "/v1/provider-accounts", account | {"webhook_secrets": ["whsec_after_it"]}, role="admin")
    for secret, verdict in ("whsec_after_it", 200), ("whsec_before", 400):
        body = payments.body("customer.updated", {"id": "cus_1"})
        payments.world.until(lambda: payments.deliver(body, signed(body, secret), "nord:rolling").status_code, verdict, 10)
    payments.api("POST", "/v1/provider-accounts", account | {"closed": True, "webhook_secrets": ["whsec_after_it"]}, role="admin")


def test_bad_bodies_and_addresses_are_refused_in_words(payments):
    for body in ("", "{", "[]", "null", '{"id":"evt_x"}', '{"id":"evt_x","type":"charge.succeeded","livemode":false,"data":{"object":{}}}',
                 '{"id":"evt_x","id":"evt_y","type":"a","livemode":false,"data":{"object":{}}}'):
        answer = payments.deliver(body)
        assert answer.status_code == 400 and answer.json()["code"], body
    assert payments.deliver(b'{"id":"\xff"}', "t=1,v1=00").status_code == 400
    assert payments.deliver("{}", account="nord:nobody").status_code == 404
    assert payments.deliver("{}", account="main").status_code == 404
    large = json.dumps({"id": "evt_large", "type": "customer.updated", "livemode": False, "data": {"object": {"x": "y" * 70000}}})
    assert payments.deliver(large).status_code == 413


# ---- effects ----


def test_the_same_event_ten_times_at_once_has_one_effect(payments):
    attempt = payments.checkout(payments.invoice())
    body = payments.body("checkout.session.completed", payments.fake.pay(payments.open(attempt)))
    header = signed(body)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: payments.deliver(body, header).status_code, range(10)))
    assert answers == [200] * 10
    assert payments.one(f"select count(*) from webhook where attempt_id = '{attempt['id']}'") == "1"
    said = f"select count(*) from outbox where type like '%PaymentSucceeded' and position(decode('{attempt['id'].replace('-', '')}', 'hex') in payload) > 0"
    assert payments.one(said) == "1"


def test_a_second_delivery_changes_nothing(payments):
    attempt, session = payments.paid()
    before = payments.attempt(attempt)
    body = payments.body("charge.updated", payments.fake.charge(session))
    for _ in range(2):
        assert payments.deliver(body).status_code == 200
    redelivered = body.replace('"pending_webhooks": 1', '"pending_webhooks": 0')
    assert redelivered != body and payments.deliver(redelivered).status_code == 200
    event = json.loads(body)["id"]
    assert payments.one(f"select count(*) from webhook where event_id = '{event}'") == "1"
    assert payments.one(f"select count(*) from alarm where subject = '{event}'") == "0"
    assert before["captured"] == payments.attempt(attempt)["captured"]


def test_an_event_again_with_other_content_is_an_alarm(payments):
    attempt, session = payments.paid()
    body = payments.body("charge.refunded", payments.fake.charge(session))
    assert payments.deliver(body).status_code == 200
    assert payments.deliver(json.dumps(json.loads(body) | {"created": 5})).status_code == 200
    event = json.loads(body)["id"]
    assert payments.one(f"select kind from alarm where subject = '{event}'") == "webhook_conflict"


@pytest.mark.parametrize("wrong", [{"amount_total": 1}, {"amount_total": 10001}, {"currency": "usd"}, {"livemode": True}, {"client_reference_id": "c1"},
                                   {"amount_total": None}])
def test_a_success_that_is_not_what_was_asked_goes_to_review(payments, wrong):
    attempt = payments.checkout(payments.invoice())
    session = payments.fake.pay(payments.open(attempt)) | wrong
    payments.event("checkout.session.completed", session, livemode=session["livemode"])
    shown = payments.attempt(attempt)
    assert shown["state"] == "review" and shown["captured"]["minor"] == 0 and shown["question"]
    alarms = payments.api("GET", "/v1/alarms", role="read")["items"]
    assert [a["kind"] for a in alarms if a.get("attempt_id") == attempt["id"]] == ["mismatch"]
    assert "checking your payment" in payments.page(attempt).text
    dismissed = payments.api("POST", f"/v1/attempts/{attempt['id']}/dismiss", {"note": "looked at it"})
    assert dismissed["state"] == "failed"


def test_an_event_that_comes_before_what_it_names_is_joined(payments):
    attempt = payments.checkout(payments.invoice())
    session = payments.open(attempt)
    done = payments.fake.pay(session)
    charge = payments.fake.charge(session) | {"metadata": {}}
    payments.event("charge.succeeded", charge, event=f"evt_early_{attempt['id']}")
    assert payments.one(f"select state from webhook where event_id = 'evt_early_{attempt['id']}'") == "loose"
    payments.event("checkout.session.completed", done)
    assert payments.one(f"select state from webhook where event_id = 'evt_early_{attempt['id']}'") == "applied"
    payments.until(f"select fee_known from attempt where attempt_id = '{attempt['id']}'", "t")


def test_a_decline_is_told_and_the_payer_may_try_again(payments):
    attempt = payments.checkout(payments.invoice())
    session = payments.open(attempt)
    payments.event("payment_intent.payment_failed", {
        "id": f"pi_{session['n']}", "object": "payment_intent", "livemode": False, "status": "requires_payment_method", "amount": 10000, "currency": "eur",
        "metadata": {"attempt_id": attempt["id"]}, "last_payment_error": {"code": "card_declined", "decline_code": "insufficient_funds"}})
    assert payments.attempt(attempt)["decline_code"] == "insufficient_funds"
    page = payments.page(attempt, back="cancelled")
    assert page.status_code == 200 and "No money was taken" in page.text and session["id"] in page.text
    payments.event("checkout.session.completed", payments.fake.pay(session))
    assert payments.attempt(attempt)["state"] == "succeeded"


# ---- the payer ----


def test_a_payer_without_javascript_gets_to_the_provider_and_back(payments):
    attempt = payments.checkout(payments.invoice(12345, number="NORD-77"))
    calls = len(payments.fake.requests)
    page = payments.page(attempt)
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    assert "Invoice NORD-77" in page.text and "123.45" in page.text and "<form" in page.text and "<script" not in page.text and "card" not in page.text.split("<footer")[0]
    payments.page(attempt)
    assert len(payments.fake.requests) == calls, "looking is not paying"
    session = payments.open(attempt)
    assert session["amount"] == 12345
    payments.press(attempt)
    assert payments.one(f"select tries from intent where subject = '{attempt['id']}' and kind = 'open'") == "1"
    assert "You have not paid yet" in payments.page(attempt, back="cancelled").text
    assert "being confirmed" in payments.page(attempt, back="paid").text
    payments.event("checkout.session.completed", payments.fake.pay(session))
    assert "received your payment" in payments.page(attempt, back="paid").text


def test_a_page_says_when_nothing_can_be_paid(payments):
    gone = payments.checkout(payments.invoice())
    payments.wait("31 days")
    payments.until(f"select state from attempt where attempt_id = '{gone['id']}'", "expired")
    assert "has expired" in payments.page(gone).text
    payments.fake.mood.append("refuse")
    refused = payments.checkout(payments.invoice())
    payments.press(refused)
    payments.until(f"select state from attempt where attempt_id = '{refused['id']}'", "failed")
    assert "No money was taken" in payments.page(refused).text


def test_a_link_of_another_key_leads_nowhere(payments):
    attempt = payments.checkout(payments.invoice())
    for token in ("x", attempt["pay_url"].rsplit("/", 1)[1][:-1] + "_", attempt["id"]):
        page = requests.get(f"{payments.url}/pay/{token}", timeout=10)
        assert page.status_code == 404 and "leads nowhere" in page.text
        assert requests.post(f"{payments.url}/pay/{token}", timeout=10).status_code == 404


def test_an_answer_that_never_comes_leaves_it_unknown_until_the_provider_has_been_asked(payments):
    payments.fake.mood.append("silence")
    attempt = payments.checkout(payments.invoice())
    payments.press(attempt)
    payments.until(f"select state from attempt where attempt_id = '{attempt['id']}'", "unknown")
    assert "not be charged twice" in payments.page(attempt).text
    sessions = len(payments.fake.sessions)
    payments.wait("1 minute")
    payments.until(f"select state from attempt where attempt_id = '{attempt['id']}'", "open")
    assert len(payments.fake.sessions) == sessions, "it was found, not made again"
    payments.event("checkout.session.completed", payments.fake.pay(payments.open_session(attempt)))
    assert payments.attempt(attempt)["state"] == "succeeded"


def test_money_goes_back_once_and_never_more_than_came(payments):
    attempt, session = payments.paid()
    path = f"/v1/payments/{attempt['id']}/refunds"
    body = {"reason": "reopen", "amount": {"minor": 6000, "currency": "EUR"}}
    key = str(uuid.uuid4())
    first = payments.api("POST", path, body, key=key)
    assert payments.api("POST", path, body, key=key) == first
    assert payments.api("POST", path, body, status=None)["code"] == "refund_exceeds_captured"
    payments.until(f"select refunded from attempt where attempt_id = '{attempt['id']}'", "6000")
    made = [r for r in payments.fake.refunds.values() if r["payment_intent"] == f"pi_{session['n']}"]
    assert [r["amount"] for r in made] == [6000]
    payments.event("refund.created", made[0])
    assert payments.attempt(attempt)["refunded"]["minor"] == 6000


# ---- tenancy ----


def test_another_merchants_ids_are_unknown_on_every_route(payments):
    attempt, _ = payments.paid()
    invoice = attempt["items"][0]["invoice_id"]
    event = payments.one("select event_id from webhook where merchant_id = 'nord' limit 1")
    tries = [
        ("GET", f"/v1/attempts/{attempt['id']}", None), ("POST", f"/v1/attempts/{attempt['id']}/dismiss", {"note": "x"}),
        ("POST", f"/v1/payments/{attempt['id']}/refunds", {"reason": "reopen"}), ("POST", "/v1/checkouts", {"invoice_id": invoice}),
        ("GET", f"/v1/webhooks/main/{event}", None), ("POST", f"/v1/alarms/mismatch/{attempt['id']}/close", {"note": "x"})]
    for method, path, body in tries:
        status, _ = payments.world.call("payments", method, path, body, "volt", "admin", str(uuid.uuid4()) if body else None)
        assert status == 404, (method, path, status)
    for path in ("/v1/attempts", "/v1/webhooks", "/v1/alarms", "/v1/payouts"):
        assert payments.api("GET", path, merchant="volt", role="read")["items"] == []
    accounts = payments.api("GET", "/v1/provider-accounts", merchant="volt", role="admin")["items"]
    assert [a["webhook_url"].rsplit("/", 1)[1] for a in accounts] == ["volt:main"]
