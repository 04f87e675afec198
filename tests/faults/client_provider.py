"""Deeds about payments by card: through the sandbox's provider (pay link, hosted page, its webhooks), and by webhooks that the client signs itself, early,
late, twice and at once."""

import threading
import time
import uuid

from client_doors import DONE


def start_checkout(c, chance, who, intended):
    """(merchant, invoice, answer) of a pay link for something open; None where nothing is."""
    m = chance.choice(c.merchants)
    found = c.eyes.invoice(chance, m["id"])
    if not found:
        return None
    key = str(uuid.UUID(int=chance.getrandbits(128)))
    answer = c.doors.command("checkout", "payments", "/v1/checkouts", {"invoice_id": found[0]}, m["id"], key=key, who=who, intended=intended, invoice=found[0])
    if not answer:
        return None
    with c.lock:  # the same link again is the same attempt: whoever was first pays it
        if c.ways.setdefault(answer.value["id"], key) != key:
            return None
    return m, found[0], answer


# ---- by the provider ----


def pay_at_provider(c, chance, who, intended):
    made = start_checkout(c, chance, who, intended)
    if made:
        m, _, answer = made
        press(c, chance, who, intended, m, answer.value["id"], answer.value["pay_url"], 0)


def press(c, chance, who, intended, m, attempt, url, tries):
    """Pressed until somebody answers, as a payer does."""
    if c.doors.press(m["id"], attempt, url, who).kind == DONE:
        c.follow(0.05, follow_link, chance, m=m, attempt=attempt, url=url, tries=0)
    elif tries < 20:
        c.follow(0.5, press, chance, m=m, attempt=attempt, url=url, tries=tries + 1)


def follow_link(c, chance, who, intended, m, attempt, url, tries):
    where = c.doors.look(url)
    if not where:
        if tries < 60:
            c.follow(0.1 if tries < 20 else 0.5, follow_link, chance, m=m, attempt=attempt, url=url, tries=tries + 1)
        return
    action = chance.choices(({"action": "pay"}, {"action": "decline", "why": "card_declined"}, {"action": "leave"}), (8, 1, 1))[0]
    status = c.doors.at_provider("/c/pay/" + where.rsplit("/", 1)[1], action)
    c.note("at_provider", merchant=m["id"], attempt=attempt, session=where.rsplit("/", 1)[1], did=action["action"], status=status)
    if action["action"] == "pay":
        with c.lock:
            c.attempts[attempt] = (m, "provider")


# ---- by webhooks of the client's own ----


def event(kind, thing, ident=None):
    return {"id": ident or f"evt_{uuid.uuid4().hex}", "object": "event", "type": kind, "livemode": False, "created": int(time.time()), "data": {"object": thing}}


def deliver(c, f, merchant, told, who, retry_of=None, account="main", **more):
    secret = next(m["secret"] for m in c.merchants if m["id"] == merchant)
    return c.doors.webhook(f, merchant, account, secret, told, who, **({"retry_of": retry_of} if retry_of else {}), **more)


def pay_by_webhook(c, chance, who, intended):
    """The provider's events about one payment, in any order, some of them several times and at once."""
    made = start_checkout(c, chance, who, intended)
    if not made:
        return
    m, invoice, answer = made
    attempt, amount = answer.value["id"], answer.value["amount"]
    ident = attempt.replace("-", "")
    common = {"livemode": False, "currency": amount["currency"].lower(), "metadata": {"attempt_id": attempt}}
    session = common | {"id": f"cs_{ident}", "object": "checkout.session", "status": "complete", "payment_status": "paid", "amount_total": amount["minor"],
                        "client_reference_id": attempt, "payment_intent": f"pi_{ident}", "expires_at": int(time.time()) + 3600, "url": None}
    intent = common | {"id": f"pi_{ident}", "object": "payment_intent", "status": "succeeded", "amount": amount["minor"], "amount_received": amount["minor"],
                       "latest_charge": f"ch_{ident}"}
    told = [event("checkout.session.completed", session), event("payment_intent.succeeded", intent)]
    wrong = chance.random() < 0.06
    if wrong:  # another amount than was asked for: a person decides
        told = [event("checkout.session.completed", session | {"amount_total": amount["minor"] + chance.choice((-1, 1, 1000))})]
    chance.shuffle(told)
    told += [e for e in told if chance.random() < 0.25]
    if chance.random() < 0.15:
        at_once(c, m, told[0], who, intended=intended, attempt=attempt, invoice=invoice, minor=amount["minor"], wrong=wrong)
    for e in told:
        deliver(c, "webhook", m["id"], e, who, intended=intended, attempt=attempt, invoice=invoice, minor=amount["minor"], wrong=wrong)
    with c.lock:
        c.attempts[attempt] = (m, "wrong" if wrong else "webhook")


def at_once(c, m, told, who, **more):
    """The same event five times in the same moment."""
    together = [threading.Thread(target=deliver, args=(c, "webhook", m["id"], told, f"{who}.{n}"), kwargs=more) for n in range(5)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()


def nonsense(c, chance, who, intended):
    """What is not the provider's moves nothing: forged, stale, about somebody unknown, of a kind that is not followed."""
    m = chance.choice(c.merchants)
    told = event("customer.created", {"id": f"cus_{uuid.uuid4().hex[:12]}", "object": "customer"})
    what = chance.choice(("forged", "stale", "unfollowed", "unknown"))
    if what == "unknown":
        told = event("charge.succeeded", {
            "id": f"ch_{uuid.uuid4().hex[:12]}", "object": "charge", "livemode": False, "status": "succeeded", "captured": True, "paid": True, "amount": 100,
            "amount_captured": 100, "amount_refunded": 0, "currency": m["currency"].lower(), "payment_intent": f"pi_{uuid.uuid4().hex[:12]}", "metadata": {},
            "balance_transaction": None, "created": int(time.time())})
    deliver(c, "webhook_" + what, m["id"], told, who, intended=intended, forged=what == "forged", at=time.time() - 900 if what == "stale" else None)


# ---- money back ----


def pick_paid(c, chance, how=None):
    with c.lock:
        known = [(a, m) for a, (m, by) in c.attempts.items() if how in (None, by)]
    paid = [(a, m) for a, m in known if a in c.eyes.paid and c.eyes.paid[a].attempt.captured.minor > c.eyes.paid[a].attempt.refunded.minor]
    return chance.choice(paid) if paid else None


def refund(c, chance, who, intended):
    picked = pick_paid(c, chance, "provider")
    if not picked:
        return pay_at_provider(c, chance, who, intended)
    attempt, m = picked
    left = c.eyes.paid[attempt].attempt.captured.minor - c.eyes.paid[attempt].attempt.refunded.minor
    body = {"reason": chance.choice(("reopen", "unapplied")), "amount": {"minor": chance.choice((left, max(1, left // 2), left + 1)), "currency": m["currency"]}}
    key = str(uuid.UUID(int=chance.getrandbits(128)))
    answer = c.doors.command("refund", "payments", "/v1/payments/{id}/refunds", body, m["id"], path=f"/v1/payments/{attempt}/refunds", key=key, who=who,
                             intended=intended, attempt=attempt, minor=body["amount"]["minor"])
    if chance.random() < 0.2:
        c.doors.command("refund", "payments", "/v1/payments/{id}/refunds", body, m["id"], path=f"/v1/payments/{attempt}/refunds", key=key, who=who,
                        retry_of=answer.op, intended=intended, attempt=attempt, minor=body["amount"]["minor"])


def refund_outside(c, chance, who, intended):
    """Somebody gives money back at the provider's own pages: only webhooks tell of it."""
    picked = pick_paid(c, chance, "provider")
    if not picked:
        return pay_at_provider(c, chance, who, intended)
    attempt, m = picked
    told = c.eyes.paid[attempt].attempt
    left = told.captured.minor - told.refunded.minor
    minor = max(1, left // 3)
    kind, status, text, _, _ = c.doors.http.send(
        c.world.url("sandbox"), "POST", "/v1/refunds", f"payment_intent={told.provider_payment}&amount={minor}".encode(),
        {"Authorization": f"Bearer {m['api_key']}", "Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": str(uuid.UUID(int=chance.getrandbits(128)))})
    c.note("refund_outside", merchant=m["id"], attempt=attempt, minor=minor, status=status)


def dismiss(c, chance, who, intended):
    with c.lock:
        wrong = [(a, m) for a, (m, by) in c.attempts.items() if by == "wrong"]
    if not wrong:
        return pay_by_webhook(c, chance, who, intended)
    attempt, m = chance.choice(wrong)
    c.doors.command("dismiss", "payments", "/v1/attempts/{id}/dismiss", {"note": "No payment of ours"}, m["id"], path=f"/v1/attempts/{attempt}/dismiss", who=who,
                    intended=intended, attempt=attempt)
