"""The ledger as accountants use it, through HTTP and verbs, on real PostgreSQL and without a broker: its seal, its balances as of any day, its periods and exports."""

import csv
import io
import os
import pathlib
import subprocess

import pytest
from conftest import World
from test_reconciliation_http import Desk

CASH = {"customer_ref": "c1", "who": "eve", "why": "counter"}


@pytest.fixture(scope="module")
def world(request):
    world = World(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "reconciliation-ledger", services=("reconciliation",), sandbox=False, broker="127.0.0.1:9")
    request.addfinalizer(world.stop)
    world.start_database()
    world.start_broker()
    world.migrate()
    world.run("reconciliation", "--roles=http,tick", "--http-threads=2")
    world.wait_ready("reconciliation")
    return world


def cash(desk, minor, day, currency="EUR"):
    status, receipt = desk.post("/v1/receipts", {**CASH, "amount": {"minor": minor, "currency": currency}, "value_date": day})
    assert status == 201, receipt
    return receipt


def owner(world, sql):
    return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", world.databases["reconciliation"][1], "-c", sql], check=True, capture_output=True,
                          text=True).stdout.strip()


def post(desk, minor, day, currency="EUR", debit="receivable", credit="revenue"):
    """An entry of the journal that counts for a day."""
    owner(desk.world, f"""insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)
        values ('{desk.merchant}', gen_random_uuid(), '{debit}', '{credit}', '{currency}', {minor}, 'invoice', gen_random_uuid(), 'c1', '{day}', clock_timestamp())""")


def merchant(world, name):
    """A merchant with one customer, as other services would tell of them."""
    owner(world, f"insert into customer values ('{name}', 'c1', 1); insert into merchant values ('{name}', 'Europe/Berlin', 1)")
    return Desk(world, name)


def sealed(desk):
    desk.world.until(lambda: desk.get("/v1/ledger/head")["unsealed"], 0)
    return desk.get("/v1/ledger/head")


def test_what_is_posted_is_sealed_and_the_head_is_published(world):
    desk = merchant(world, "seal")
    assert desk.get("/v1/ledger/head") == {"block": 0, "head": "0" * 64, "last_entry": 0, "sealed_at": None, "unsealed": 0}
    cash(desk, 100, "2026-03-02")
    first = sealed(desk)
    cash(desk, 200, "2026-03-03")
    head = sealed(desk)
    assert (first["block"], head["block"]) == (1, 2) and first["head"] != head["head"] and first["last_entry"] < head["last_entry"]
    assert desk.get("/v1/proof")["ledger"] == head
    done = world.verb("reconciliation", "ledger", "verify", "seal", "--head", first["head"])
    assert f"seal: 2 blocks with 2 entries fit, 0 wait for their seal, head {head['head']}" in done.stdout
    assert world.verb("reconciliation", "ledger", "verify").returncode == 0


def test_the_verb_names_what_does_not_fit_and_exits_with_1(world):
    desk = merchant(world, "broken")
    for n in range(3):
        cash(desk, 100 + n, "2026-03-02")
    sealed(desk)
    entry = owner(world, "select min(entry) + 1 from journal where merchant_id = 'broken'")
    owner(world, f"update journal set amount = amount + 1 where entry = {entry}")
    done = world.verb("reconciliation", "ledger", "verify", check=False)
    assert done.returncode == 1 and f"broken: block 1, entry {entry} was sealed with other contents" in done.stdout, done.stdout
    owner(world, f"update journal set amount = amount - 1 where entry = {entry}")
    assert world.verb("reconciliation", "ledger", "verify", "broken").returncode == 0
    done = world.verb("reconciliation", "ledger", "verify", "broken", "--head", "ab" * 32, check=False)
    assert done.returncode == 1 and "no block has the head" in done.stdout
    for wrong in ((), ("look",), ("verify", "--head", "ab" * 32), ("verify", "broken", "--head", "xy")):
        assert world.verb("reconciliation", "ledger", *wrong, check=False).returncode == 2


def balances(desk, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = desk.get(f"/v1/trial-balance?{query}")
    return {(a["account"], a["currency"]): a["balance"]["minor"] for a in answer["accounts"]}


def test_the_trial_balance_is_that_of_any_day_and_as_it_was_known_at_any_instant(world):
    desk = merchant(world, "moments")
    post(desk, 100, "2026-03-02")
    known = owner(world, "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    post(desk, 20, "2026-03-01")
    post(desk, 3, "2026-03-03")
    assert balances(desk) == {("receivable", "EUR"): 123, ("revenue", "EUR"): -123}
    assert balances(desk, as_of="2026-03-02") == {("receivable", "EUR"): 120, ("revenue", "EUR"): -120}
    assert balances(desk, as_of="2026-03-02", known_at=known) == {("receivable", "EUR"): 100, ("revenue", "EUR"): -100}
    assert balances(desk, as_of="2026-03-01", known_at=known) == balances(desk, as_of="2026-02-28") == {}
    assert balances(desk, as_of="2026-03-01", account="receivable") == {("receivable", "EUR"): 20}
    out = world.verb("reconciliation", "trial-balance", "moments", "--as-of", "2026-03-02", "--known-at", known, "--account", "receivable", "--format", "csv").stdout
    assert out.split() == ["account,class,currency,debit,credit,balance", "receivable,asset,EUR,1.00,0.00,1.00"]
    for wrong in ("as_of=2026-02-30", "known_at=2026-03-01", "account=nothing"):
        assert desk.call("GET", f"/v1/trial-balance?{wrong}")[0] == 400


BY = {"who": "eve", "why": "month end"}


def close(desk, month, **more):
    return desk.post(f"/v1/periods/{month}/close", BY | more)


def test_a_month_is_closed_once_and_what_comes_later_is_in_the_next(world):
    desk = merchant(world, "closing")
    post(desk, 100, "2026-01-05")
    post(desk, 20, "2026-01-31", currency="CHF")
    assert close(desk, "2999-01")[1]["code"] == "period_not_over"
    assert close(desk, "2026-13")[0] == 404
    status, closed = close(desk, "2026-01")
    assert (status, closed["state"], closed["forced"], closed["warnings"]) == (200, "closed", False, [])
    assert close(desk, "2026-01", who="bob") == (200, closed)
    assert close(desk, "2026-03")[1]["code"] == "period_order"
    assert close(desk, "2025-12")[1]["code"] == "period_covered"
    post(desk, 3, "2026-01-06")
    assert {(t["day"], t["period"]) for t in desk.get("/v1/journal")["journal"]} == {("2026-01-05", "2026-01"), ("2026-01-31", "2026-01"), ("2026-01-06", "2026-02")}
    before = desk.get("/v1/periods/2026-01/trial-balance")
    assert {(a["account"], a["currency"], a["closing"]["minor"]) for a in before["accounts"]} == {
        ("receivable", "EUR", 100), ("revenue", "EUR", -100), ("receivable", "CHF", 20), ("revenue", "CHF", -20)}
    assert close(desk, "2026-02")[0] == 200
    assert desk.get("/v1/periods/2026-01/trial-balance") == before
    rows = list(csv.DictReader(io.StringIO(desk.call("GET", "/v1/periods/2026-02/trial-balance?format=csv")[1])))
    assert [(r["account"], r["currency"], r["opening"], r["debit"], r["credit"], r["closing"]) for r in rows] == [
        ("receivable", "CHF", "0.20", "0.00", "0.00", "0.20"), ("revenue", "CHF", "-0.20", "0.00", "0.00", "-0.20"),
        ("receivable", "EUR", "1.00", "0.03", "0.00", "1.03"), ("revenue", "EUR", "-1.00", "0.00", "0.03", "-1.03")]
    periods = desk.get("/v1/periods")["periods"]
    assert [(p["month"], p["state"], p["closed_by"].endswith("/eve")) for p in periods] == [("2026-01", "closed", True), ("2026-02", "closed", True)]
    assert desk.call("GET", "/v1/periods/2026-03/trial-balance")[0] == 404
    assert world.call("reconciliation", "POST", "/v1/periods/2026-03/close", BY, merchant="closing", role="write", key="k")[0] == 403


def test_a_sealed_trial_balance_that_was_changed_is_not_shown(world):
    desk = merchant(world, "tampered")
    post(desk, 100, "2026-01-05")
    assert close(desk, "2026-01")[0] == 200
    owner(world, "update period_balance set debit = debit + 1 where merchant_id = 'tampered' and account = 'receivable'")
    status, _ = world.call("reconciliation", "GET", "/v1/periods/2026-01/trial-balance", merchant="tampered", role="admin")
    assert status == 500


def test_what_is_open_warns_and_a_second_person_closes_by_force(world):
    desk = merchant(world, "warned")
    post(desk, 100, "2026-01-05")
    owner(world, """insert into exception (merchant_id, kind, subject_id, exception_id, stream, open, currency, amount, detail, opened_at, closed_at, closed_by, revision)
        values ('warned', 'unmatched_line', gen_random_uuid(), gen_random_uuid(), 'c1', true, 'EUR', 5, '', '2026-01-09', '2026-01-09', '', 1)""")
    assert close(desk, "2026-01", force=True)[1]["code"] == "close_not_asked"
    status, warned = close(desk, "2026-01")
    assert (status, warned["state"], warned["warning_count"]) == (202, "warned", 1)
    assert [(w["kind"], w["amount"]["minor"], w["detail"]) for w in warned["warnings"]] == [("open_exception", 5, "unmatched_line")]
    assert close(desk, "2026-01", force=True)[1]["code"] == "second_person_needed"
    status, closed = close(desk, "2026-01", force=True, who="bob")
    assert (status, closed["state"], closed["forced"]) == (200, "closed", True)
    assert owner(world, "select string_agg(act, ', ' order by act) from audit where subject = 'warned/2026-01'") == "ask to close period, close period"
