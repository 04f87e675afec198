"""H1: what was answered with 2xx has its effect, and one. H2: what was refused has none. H3: what nobody knows of has one or none, and the system knows
which. I3: a webhook that was taken has a row, an end, and its own payment. I8: what people did is in the audit."""

import collections
import hashlib

from .identity import made_by
from .report import name as show
from .rules_outbox import foreign_outcomes

# What a request says when it is done; None: it may say nothing.
SAYS = {
    "issue_invoice": "InvoiceIssued", "credit_invoice": "CreditNoteIssued", "credit_invoice_http": "CreditNoteIssued",
    "add_charge_http": "InvoiceIssued", "record_receipt": "ReceiptAllocated", "allocate_receipt": "ReceiptAllocated", "write_off": "OpenItemChanged",
    "match_line": "LineMatched", "unmatch_line": "LineUnmatched", "close_exception": "ExceptionClosed", "accept_statement": "StatementAccepted",
    "undo_statement": "StatementUndone",
    "place_hold": "HoldPlaced", "release_hold": "HoldReleased", "dismiss": "PaymentFailed",
}
REMEMBERED = {404, 409, 422}
FORGOTTEN = {400, 401, 403, 413, 429}
AUDITED = {"match_line": "match line", "unmatch_line": "unmatch line", "record_receipt": "record receipt", "allocate_receipt": "allocate receipt",
           "write_off": "write off", "close_exception": "close exception", "accept_statement": "accept statement",
           "undo_statement": "undo statement"}


class Books:
    """What the services keep of requests."""

    def __init__(self, databases, fold):
        self.fold = fold
        self.outcomes = {name: foreign_outcomes(db) for name, db in databases.items()}
        self.answers = {name: {(source, ident): (status, hashlib.sha256(body).hexdigest()) for source, ident, status, body in db.rows(
            "select source, id, status, body from answer")} for name, db in databases.items()}

    def made(self, service, source, ident):
        """The events that a request made: their short names."""
        return [kind.rpartition(".")[2] for kind in made_by(source, ident, self.fold.tails[f"dunlin/{service}"])]


def check(report, databases, fold, history):
    books = Books(databases, fold)
    lost = max((n["at"] for n in history.notes if n["what"] == "broker_lost"), default=None)
    for identity, tries in history.by_identity().items():
        report.count("requests", len(tries))
        door = tries[0].door
        if door == "http":
            http(report, books, identity, tries)
        elif door == "kafka":
            kafka(report, books, identity, tries, lost is not None and tries[0].at < lost)
        elif door == "webhook":
            taken(report, books, identity, tries)
    charges(report, databases["invoicing"], history, lost)
    commands_once(report, databases["invoicing"], fold)
    webhooks(report, databases["payments"], history)
    refunds(report, databases["payments"], history, books)
    world(report, databases["payments"], history)
    audit(report, databases["reconciliation"], history)


def told(tries):
    return "; ".join(f"{t} was {t.outcome}" + (f" {t.answer.get('status')}" if t.answer.get("status") else "") for t in tries)


# ---- HTTP ----


def http(report, books, identity, tries):
    service, first = tries[0].service, tries[0]
    outcome, answer = books.outcomes[service].get(identity), books.answers[service].get(identity)
    made = books.made(service, *identity)
    entity, where = f"{first} {show(identity)}", f"{service}.inbox, answer and outbox; {told(tries)}"
    done = [t for t in tries if t.outcome == "ok"]
    refused = [t for t in tries if t.outcome == "fail" and t.answer.get("status") in REMEMBERED]
    rule = "H1" if done else "H2" if refused else "H3"
    if done and refused:
        report.add("H1", entity, "the first answer again", "another", where)
    if done or refused:
        report.equal(rule, entity, 1 if done else 2, outcome, f"inbox: {where}")
    elif all(t.outcome == "fail" for t in tries):
        rule = "H2"
        report.equal(rule, entity, None, outcome, f"inbox: {where}")
    if (outcome in (1, 2)) != (answer is not None):
        report.add(rule, entity, "an answer where the request was claimed, and none elsewhere", f"outcome {outcome}, answer {answer and answer[0]}", where)
    for t in done + refused:
        report.equal(rule, f"{t} {show(identity)}", (t.answer["status"], t.answer["body_sha256"]), answer, f"answer: {where}")
    effects(report, rule, entity, first.f, outcome, answer, made, where)


def effects(report, rule, entity, f, outcome, answer, made, where):
    """One effect where the inbox says applied, none where it says anything else: the system knows."""
    if outcome == 1:
        says = SAYS.get(f)
        if f == "checkout":
            says = "AttemptCreated" if answer and answer[0] == 201 else None
        if f == "close_period" and (len(made) > 1 or (made and answer and answer[0] != 200)):
            report.add(rule, entity, "one PeriodClosed where it was closed by this", made, where)
        if says and made.count(says) != 1 and not (f in ("allocate_receipt", "write_off") and made.count(says) > 1):
            report.add(rule, entity, f"one {says}", f"{made.count(says)} among {made}", where)
    elif made and made != ["CommandRefused"]:
        report.add(rule, entity, "no effect", made, where)


# ---- Kafka ----


def kafka(report, books, identity, tries, may_be_lost):
    outcome, made = books.outcomes["invoicing"].get(identity), books.made("invoicing", *identity)
    first = tries[0]
    entity, where = f"{first} {show(identity)}", f"invoicing.inbox and outbox; {told(tries)}"
    sent = any(t.outcome == "ok" for t in tries)
    rule = "H1" if sent else "H3"
    if sent and outcome is None and not may_be_lost:
        report.add(rule, entity, "done or refused: Kafka has it", "not in the inbox", where)
    if outcome == 2:
        report.equal("H2", entity, 1, books.fold.refusals.get(identity, 0), f"CommandRefused; {where}")
    if first.f == "mistake" and outcome == 1:
        report.add("H2", entity, "refused", "applied", where)
    f = first.f if first.f != "add_charge" else "" if first.when != 2 else "sold"
    effects(report, rule, entity, f, outcome, None, made, where)


def charges(report, db, history, lost):
    """Each charge once, at its price, whoever asked for it how often; none that was refused."""
    rows = db.table("""select c.merchant_id, c.external_ref, c.state, c.net, c.customer_ref, count(l.line_no), coalesce(sum(l.net), 0)::bigint from charge c
        left join invoice_line l on l.merchant_id = c.merchant_id and l.charge_ref = c.external_ref group by 1, 2, 3, 4, 5""", 2)
    outcomes = foreign_outcomes(db)
    wanted = collections.defaultdict(list)
    for r in history.of("add_charge", "add_charge_http", "mistake"):
        wanted[r.merchant, r.external_ref].append(r)
    for key, asked in wanted.items():
        applied = [r for r in asked if outcomes.get(r.identity) == 1]
        row, r = rows.pop(key, None), asked[0]
        entity, where = f"charge {show(key)}", f"invoicing.charge; {told(asked)}"
        minor = r.net if r.net is not None else r.value["amount"]["minor"]
        if not applied:
            if row is not None:
                report.add("H2", entity, "no charge: nothing asked for it was done", show(row), where)
            continue
        if row is None:
            report.add("H1", entity, f"a charge of {minor}", "none", where)
            continue
        state, net, customer, lines, line_net = row
        report.equal("H1", entity, (minor, r.customer), (net, customer), where)
        report.equal("H1", entity, (1, net) if state == "invoiced" else (0, 0), (lines, line_net), f"invoicing.invoice_line; {where}")
        if state != "invoiced" and r.when != 1:
            report.add("H1", entity, "invoiced", state, where)
    for key in rows:
        report.add("H1", f"charge {show(key)}", "somebody who asked for it", "nobody", "invoicing.charge against the history")


def commands_once(report, db, fold):
    dead = collections.Counter((source, ident) for source, ident in db.rows("select source, id from dead_letter"))
    for key in dead.keys() | fold.refusals.keys():
        if (dead[key], fold.refusals.get(key, 0)) != (1, 1):
            report.add("H2", f"command {show(key)}", "one dead letter and one CommandRefused", f"{dead[key]} and {fold.refusals.get(key, 0)}",
                       "invoicing.dead_letter and dunlin.invoices.v1")


# ---- webhooks ----


def taken(report, books, identity, tries):
    outcome = books.outcomes["payments"].get(identity)
    entity, where = f"{tries[0]} {show(identity)}", f"payments.inbox; {told(tries)}"
    if any(t.outcome == "ok" for t in tries):
        report.equal("I3", entity, 1, outcome, where)
    elif all(t.outcome == "fail" for t in tries) and outcome is not None:
        report.add("H2", entity, "no effect", f"outcome {outcome}", where)


ENDS = {"applied", "loose", "ignored", "repeated", "questioned"}


def webhooks(report, db, history):
    """Every event that was taken has one row, in an end state, joined to its own payment; right ones have moved it, wrong ones have not."""
    rows = {(m, e): (state, a) for m, e, state, a in db.rows("select merchant_id, event_id, state, attempt_id::text from webhook")}
    attempts = {(m, a): (state, payment, amount) for m, a, state, payment, amount in db.rows(
        "select merchant_id, attempt_id::text, state, payment, amount from attempt")}
    events = collections.defaultdict(list)
    for r in history.requests.values():
        if r.door == "webhook":
            events[r.merchant, r.event].append(r)
    for key, tries in events.items():
        state, joined = rows.pop(key, (None, None))
        r, entity = tries[0], f"webhook {show(key)}"
        where = f"payments.webhook; {told(tries)}"
        if not any(t.outcome == "ok" for t in tries):
            if state is not None and all(t.outcome == "fail" for t in tries):
                report.add("H2", entity, "no row: it was refused", state, where)
            continue
        if state not in ENDS:
            report.add("I3", entity, "a row with an end", state, where)
            continue
        if not r.attempt:
            report.equal("I3", entity, "ignored" if r.f == "webhook_unfollowed" else "loose", state, where)
            continue
        report.equal("I3", entity, r.attempt, joined, f"payments.webhook: whose it is; {where}")
        attempt, payment, amount = attempts.get((r.merchant, r.attempt), (None, None, None))
        if r.wrong:
            report.equal("I3", entity, "questioned", state, where)
            if attempt == "succeeded":
                report.add("I3", f"attempt {r.merchant}/{r.attempt}", "not paid: the amount is another", attempt, where)
        else:
            report.equal("I3", f"attempt {r.merchant}/{r.attempt}", ("succeeded", "pi_" + r.attempt.replace("-", ""), r.minor or amount),
                         (attempt, payment, amount), where)


def refunds(report, db, history, books):
    """A refund that was asked for and taken is one refund of that amount."""
    rows = db.table("select merchant_id, refund_id::text, attempt_id::text, amount, state from refund", 2)
    tails = {bytes.fromhex(ident.replace("-", ""))[6:]: key for key in rows for ident in [key[1]]}
    for identity, tries in history.by_identity().items():
        r = tries[0]
        if r.f != "refund":
            continue
        made = made_by(*identity, tails)
        entity, where = f"{r} {show(identity)}", f"payments.refund; {told(tries)}"
        if books.outcomes["payments"].get(identity) == 1:
            report.equal("H1", entity, [(r.attempt, r.minor)], [rows[key][:2] for key in made], where)
        elif made:
            report.add("H2", entity, "no refund", made, where)


def world(report, db, history):
    """What the provider knows is what payments knows: each of its payments and refunds, once, and no other."""
    if "charges" not in history.end:
        return
    payments = {(m, p): (state, amount) for m, p, state, amount in db.rows("select merchant_id, payment, state, amount from attempt where payment <> ''")}
    own = {(r.merchant, "pi_" + r.attempt.replace("-", "")) for r in history.requests.values() if r.door == "webhook" and r.attempt}
    there = set()
    for charge in history.end["charges"]:
        if charge["status"] != "succeeded":
            continue
        key = (charge["merchant"], charge["payment_intent"])
        there.add(key)
        report.equal("I2", f"payment {show(key)} at the provider", ("succeeded", charge["amount"]), payments.get(key), "payments.attempt against the provider")
    for key, (state, amount) in payments.items():
        if state == "succeeded" and key not in there and key not in own:
            report.add("I2", f"payment {show(key)}", "a payment at the provider", "none", "payments.attempt against the provider")
    known = {(m, p): (state, amount, is_told) for m, p, state, amount, is_told in db.rows(
        "select merchant_id, provider_refund, state, amount, told from refund where provider_refund <> ''")}
    for refund in history.end["refunds"]:
        if refund["status"] == "succeeded":
            key = (refund["merchant"], refund["id"])
            report.equal("I2", f"refund {show(key)} at the provider", ("succeeded", refund["amount"], True), known.pop(key, None),
                         "payments.refund against the provider")
    for key, row in known.items():
        report.add("I2", f"refund {show(key)}", "a refund at the provider", show(row), "payments.refund against the provider")
    for event in history.end.get("webhooks", ()):
        if event["state"] == "delivered" and db.one("select count(*) from webhook where event_id = %s", event["event"]) != 1:
            report.add("I3", f"webhook {event['event']}", "a row: it was taken", "none", "payments.webhook against the provider")


# ---- people ----


def audit(report, db, history):
    found = collections.Counter()
    for act, subject in db.rows("select act, subject from audit"):
        if act in AUDITED.values():
            found[act, subject] += 1
    must, may = collections.Counter(), collections.Counter()
    for tries in history.by_identity().values():
        r = tries[0]
        if r.f not in AUDITED:
            continue
        done = next((t for t in tries if t.outcome == "ok"), None)
        if r.f == "record_receipt":
            subject = f"{r.merchant}/{done.answer['answer'].get('id', '')}" if done else None
        else:
            named = r.line or r.receipt or r.exception or r.statement or r.invoice
            subject = f"{r.merchant}/{named}" + ("/1" if r.f == "write_off" else "")
        if subject and done:
            must[AUDITED[r.f], subject] += 1
        elif subject and any(t.outcome == "info" for t in tries):
            may[AUDITED[r.f], subject] += 1
    for key in must.keys() | found.keys():
        if key not in must and (key[0] == "record receipt" or may[key]):
            continue  # of a receipt that nobody knows of its id is not known either
        if not must[key] <= found[key] <= must[key] + may[key]:
            report.add("I8", f"audit of {show(key)}", must[key], found[key], "reconciliation.audit against the history")
