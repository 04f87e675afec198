"""One merchant's token and another's ids, on every route of every service; and what a role may do. The routes are those that the daemons print."""

import json
import uuid

import pytest
from stack import SERVICES, http
from test_payout_reports import STRIPE, tell, upload

BY = {"who": "Eve", "why": "curious"}


class Route:
    def __init__(self, row):
        self.method, self.path, self.access, self.command, _ = row.split("\t")

    def __str__(self):
        return f"{self.method} {self.path}"


@pytest.fixture(scope="module")
def routes(whole):
    return {name: [Route(row) for row in whole.verb(name, "routes").stdout.splitlines()] for name in whole.services}


@pytest.fixture(scope="module")
def ids(whole, story):
    """What stands for the braces of a path, all of it the merchant nord's: service -> path up to the first brace -> values."""
    whole.post("reminders", "/v1/holds", {"customer_ref": "s-open", "kind": "dispute", "reason": "Wrong goods"})
    doubt = story.till.checkout(story.invoices["s-open"]["invoice_id"])
    session = story.till.open(doubt)
    story.till.event("checkout.session.completed", story.till.fake.pay(session) | {"amount_total": 1})
    assert story.till.attempt(doubt)["state"] == "review"
    whole.post("reconciliation", "/v1/rule-sets", BY, role="admin")
    tell(whole, story, "po_tenancy")
    upload(whole, STRIPE, "po_tenancy")
    whole.until(lambda: whole.query("reconciliation", "select posted from payout_report where payout_ref = 'po_tenancy'"), [("t",)])
    assert whole.call("reconciliation", "POST", "/v1/uploads", {"name": "large.xml", "size": 1, "sha256": "0" * 64}, "nord", "write")[0] == 201
    profile = b"[tenant]\nhelp = x\ndelimiter = ;\nheader = Datum | Betrag\nbooking = Datum\ndate = dd.mm.yyyy\namount = Betrag\n"
    assert whole.call("reconciliation", "POST", "/v1/csv-profiles", profile, "nord", "admin")[0] == 201
    whole.query("reconciliation", "update statement_upload set preview = '{}'")
    whole.quiet()

    def row(service, sql):
        return list(whole.query(service, sql)[0])

    nord = "where merchant_id = 'nord' limit 1"
    return {
        "invoicing": {
            "/v1/customers/": ["s-open"],
            "/v1/invoices/": [story.invoices["s-open"]["invoice_id"]],
            "/v1/credit-notes/": row("invoicing", f"select credit_note_id from credit_note {nord}"),
        },
        "payments": {
            "/v1/attempts/": [doubt["id"]],
            "/v1/payments/": [story.attempt["id"]],
            "/v1/alarms/": row("payments", f"select kind, subject from alarm {nord}"),
            "/v1/webhooks/": ["main"] + row("payments", f"select event_id from webhook {nord}"),
        },
        "reminders": {
            "/v1/notices/": row("reminders", f"select notice_id from notice {nord}"),
            "/v1/holds/": row("reminders", f"select hold_id from hold {nord}"),
        },
        "reconciliation": {
            "/v1/bank-accounts/": row("reconciliation", f"select account_id from bank_account {nord}"),
            "/v1/statement-files/": row("reconciliation", f"select encode(sha256, 'hex') from statement_file {nord}"),
            "/v1/statements/": row("reconciliation", f"select statement_id from statement {nord}"),
            "/v1/csv-profiles/": ["tenant"],
            "/v1/uploads/": row("reconciliation", f"select upload_id from statement_upload {nord}"),
            "/v1/lines/": row("reconciliation", "select line_id from bank_line where merchant_id = 'nord' and state = 'waiting' limit 1"),
            "/v1/receipts/": row("reconciliation", "select receipt_id from receipt where merchant_id = 'nord' and unapplied > 0 limit 1"),
            "/v1/payouts/": row("reconciliation", "select payout_id from payout where provider_ref = 'po_tenancy'"),
            "/v1/payout-reports/": row("reconciliation", "select report_id from payout_report where payout_ref = 'po_tenancy'"),
            "/v1/why/": [story.invoices["s-open"]["invoice_id"]],
            "/v1/open-items/": [story.invoices["s-open"]["invoice_id"]],
            "/v1/rule-sets/": ["1"],
            "/v1/exceptions/": row("reconciliation", "select exception_id from exception where merchant_id = 'nord' and open limit 1"),
        },
    }


def body(command, story):
    """A good body of a command whose path names something; what it names itself is nord's too."""
    item = {"items": [{"invoice_id": story.invoices["s-open"]["invoice_id"]}]}
    return {
        "CreditInvoice": {"whole": True, "reason": "x"},
        "DismissAttempt": {"note": "x"},
        "RefundPayment": {"reason": "reopen"},
        "CloseAlarm": {"note": "x"},
        "ReleaseHold": {"reason": "x"},
        "MatchLine": BY | item,
        "UnmatchLine": BY,
        "AllocateReceipt": BY | item,
        "RequestRefund": BY | {"amount": {"minor": 1, "currency": "EUR"}},
        "WriteOff": BY,
        "CloseException": BY,
        "AssignException": BY | {"owner": "Eve"},
        "NoteException": {"who": "Eve", "note": "x"},
        "ParkException": BY | {"until": "2030-01-02"},
        "AcceptSuggestion": BY,
        "AcceptStatement": BY,
        "UndoStatement": BY,
        "ActivateRuleSet": BY | {"not_replayed": True},
        "-": {"who": "Eve"},
    }[command.rpartition(".")[2]]


def filled(path, ids):
    """The path with nord's values in its braces."""
    before, _, _ = path.partition("{")
    for value in ids[before]:
        at, end = path.index("{"), path.index("}")
        path = path[:at] + value + path[end + 1 :]
    assert "{" not in path
    return path


def state(whole, name):
    """All but what a request leaves of itself."""
    return {t: d for t, d in whole.digest(name).items() if t not in ("inbox", "answer")}


@pytest.mark.parametrize("name", SERVICES)
def test_another_merchants_ids_are_unknown_on_every_route(whole, story, routes, ids, name):
    before, tried = state(whole, name), 0
    for route in routes[name]:
        if "{" not in route.path or "{month}" in route.path or route.access == "public":  # every merchant has the same months
            continue
        path = filled(route.path, ids[name])
        if route.method == "GET":
            assert http(whole.url(name) + path, token=whole.token(name, "nord", "admin"))[0] == 200, f"nord's own {path}"
        given = body(route.command, story) if route.method == "POST" else None
        status, answer = whole.call(name, route.method, path, given, "volt", "admin", str(uuid.uuid4()))
        assert status == 404, (str(route), status, answer)
        tried += 1
    assert tried >= 3 and state(whole, name) == before


@pytest.mark.parametrize("name", SERVICES)
def test_lists_show_a_merchant_only_its_own(whole, story, routes, ids, name):
    """Nothing that a list says to volt has an id of nord's in it."""
    own = [v for values in ids[name].values() for v in values if len(v) == 36] + [i["invoice_id"] for i in story.invoices.values()]
    for route in routes[name]:
        if route.method != "GET" or "{" in route.path or route.access == "public":
            continue
        for query in ("", "?customer_ref=s-open", "?customer_ref=s-open"):
            text = http(whole.url(name) + route.path + query, token=whole.token(name, "volt", "admin"))[1]
            assert not [v for v in own if v in text], (str(route), text)


def test_what_a_body_names_is_looked_for_in_the_tokens_merchant_alone(whole, story):
    invoice = story.invoices["s-open"]["invoice_id"]
    money = {"minor": 100, "currency": "USD"}
    before = whole.books()
    for service, path, given in (
            ("payments", "/v1/checkouts", {"invoice_id": invoice}),
            ("invoicing", "/v1/invoices", {"customer_ref": "s-open"}),
            ("invoicing", "/v1/drafts/cancel", {"customer_ref": "s-open"}),
            ("invoicing", "/v1/charges", {"customer_ref": "s-open", "external_ref": "x", "description": "x", "amount": money, "tax_category": "Z"}),
            ("reconciliation", "/v1/receipts", BY | {"customer_ref": "v-open", "amount": money, "value_date": "2026-01-02", "items": [{"invoice_id": invoice}]})):
        status, answer = whole.call(service, "POST", path, given, "volt", "write", str(uuid.uuid4()))
        assert status == 404, (path, status, answer)
    assert whole.books() == before


@pytest.mark.parametrize("name", SERVICES)
def test_a_role_may_do_what_its_routes_say_and_nobody_anything(whole, story, routes, ids, name):
    before, tried = state(whole, name), set()
    for route in routes[name]:
        if route.access == "public":
            continue
        path = filled(route.path.replace("{month}", "2026-01"), ids[name]) if "{" in route.path.replace("{month}", "") else route.path.replace("{month}", "2026-01")
        key = str(uuid.uuid4()) if route.method == "POST" else None
        given = {} if route.method == "POST" else None
        for headers in ({}, {"Authorization": "Bearer " + "0" * 43}, {"Authorization": "Basic YTpi"}):
            status, text = http(whole.url(name) + path, route.method, given, key=key, headers=headers)
            assert status == 401, (str(route), status, text)
        for role in {"read": (), "write": ("read",), "admin": ("read", "write")}[route.access]:
            status, answer = whole.call(name, route.method, path, given, "nord", role, key)
            assert (status, answer["status"]) == (403, 403), (str(route), role, status, answer)
            tried.add((route.access, role))
    assert ("write", "read") in tried and state(whole, name) == before


def test_a_token_that_was_taken_away_opens_nothing(whole, story):
    made = whole.verb("invoicing", "token", "create", "--client", "gone", "--merchant", "nord", "--role", "read").stdout.split()[-1]
    url = whole.url("invoicing") + "/v1/merchant"
    status, text = http(url, token=made)
    assert status == 200 and json.loads(text)["merchant_id"] == "nord"
    whole.verb("invoicing", "token", "revoke", "--client", "gone", "--merchant", "nord")
    whole.until(lambda: http(url, token=made)[0], 401)
