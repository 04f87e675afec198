"""Every request that payments sends to Stripe is one that stripe-mock takes, which validates by Stripe's own OpenAPI description."""

import os
import pathlib
import socket
import subprocess
import time

import pytest

from conftest import make_world
from payments_world import Payments

MOCK = pathlib.Path(os.environ.get("B", "build")) / "gobin/stripe-mock"


@pytest.fixture(scope="module")
def witness(request):
    if not MOCK.exists():
        pytest.skip(f"{MOCK} is not there: make {MOCK.parent}/.done")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    mock = subprocess.Popen([MOCK, "-http-addr", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    request.addfinalizer(lambda: (mock.terminate(), mock.wait()))
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return f"http://127.0.0.1:{port}"
        except OSError:
            assert mock.poll() is None
            time.sleep(0.02)
    raise AssertionError("stripe-mock does not answer")


@pytest.fixture(scope="module")
def payments(request, witness):
    return Payments(request, make_world, "payments-mock", witness)


def paths(payments):
    return {(method, path.replace(part, "{id}") if (part := path.rsplit("/", 1)[1]).startswith(("cs_", "txn_")) else path)
            for method, path, *_ in payments.fake.requests}


def test_the_witness_refuses_what_stripe_would_refuse(payments, witness):
    """Otherwise none of the others could fail."""
    import urllib.error
    import urllib.request

    for body in (b"mode=barter", b"line_items[0][price_data][unit_amount]=much&mode=payment"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(witness + "/v1/checkout/sessions", data=body, headers={"Authorization": "Bearer sk_test_1"}))


def test_every_kind_of_call_is_taken(payments):
    fake = payments.fake
    attempt, session = payments.paid()
    payments.event("charge.updated", fake.charge(session))
    payments.until(f"select fee_known from attempt where attempt_id = '{attempt['id']}'", "t")
    payments.api("POST", f"/v1/payments/{attempt['id']}/refunds", {"reason": "reopen", "amount": {"minor": 1000, "currency": "EUR"}})
    payments.until(f"select refunded from attempt where attempt_id = '{attempt['id']}'", "1000")
    # More went back than we know of: which refunds are there?
    fake.make_refund({"amount": "500", "payment_intent": f"pi_{session['n']}"})
    payments.event("charge.refunded", fake.charge(session, refunded=1500))
    payments.wait("2 minutes")
    payments.until(f"select refunded from attempt where attempt_id = '{attempt['id']}'", "1500")
    fake.lines["po_1"] = [fake.transaction(session["n"])]
    payments.event("payout.paid", {"id": "po_1", "object": "payout", "livemode": False, "status": "paid", "currency": "eur",
                                   "amount": fake.lines["po_1"][0]["net"], "arrival_date": int(time.time()), "statement_descriptor": "STRIPE"})
    payments.until("select state from payout", "complete")
    # One that is replaced is ended at the provider; one whose answer is lost is searched for, and asked about by its id when it has run out.
    replaced = payments.checkout(payments.invoice())
    payments.open(replaced)
    part = {"invoice_id": replaced["items"][0]["invoice_id"], "part": 1, "amount": {"minor": 4000, "currency": "EUR"}}
    payments.api("POST", "/v1/checkouts", {"items": [part]})
    payments.until(f"select state from attempt where attempt_id = '{replaced['id']}'", "expired")
    fake.mood.append("silence")
    lost = payments.checkout(payments.invoice())
    payments.press(lost)
    payments.until(f"select state from attempt where attempt_id = '{lost['id']}'", "unknown")
    payments.wait("1 minute")
    payments.until(f"select state from attempt where attempt_id = '{lost['id']}'", "open")
    fake.sessions[payments.attempt(lost)["session"]]["status"] = "expired"
    payments.wait("1 day")
    payments.until(f"select state from attempt where attempt_id = '{lost['id']}'", "expired")
    assert fake.refused == []
    methods = {(method, path.split("/v1/")[1].split("/cs_")[0].split("/txn_")[0] + ("/expire" if path.endswith("/expire") else ""), bool(parts))
               for method, path, parts in [(m, p, "/cs_" in p or "/txn_" in p) for m, p, *_ in fake.requests]}
    assert methods == {
        ("POST", "checkout/sessions", False), ("POST", "checkout/sessions/expire", True), ("GET", "checkout/sessions", False),
        ("GET", "checkout/sessions", True), ("POST", "refunds", False), ("GET", "refunds", False), ("GET", "balance_transactions", False),
        ("GET", "balance_transactions", True)}


def test_what_changes_something_carries_its_own_key_and_every_call_names_the_version(payments):
    keys = [h.get("Idempotency-Key") for method, _, _, h in payments.fake.requests if method == "POST"]
    assert keys and all(keys)
    sessions = [(p, h) for method, path, p, h in payments.fake.requests if (method, path) == ("POST", "/v1/checkout/sessions")]
    assert all(h["Idempotency-Key"] == p["client_reference_id"] == p["metadata[attempt_id]"] == p["payment_intent_data[metadata][attempt_id]"] for p, h in sessions)
    assert all(h["Stripe-Version"] and h["Authorization"] == "Bearer sk_test_123" for *_, h in payments.fake.requests)
