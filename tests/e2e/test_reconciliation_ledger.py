"""The ledger as accountants use it, through HTTP and verbs, on real PostgreSQL and without a broker: its seal, its balances as of any day, its periods and exports."""

import collections
import concurrent.futures
import csv
import decimal
import io
import pathlib
import subprocess

import pytest
from conftest import reconciliation_alone
from stack import http
from test_reconciliation_http import Desk

CASH = {"customer_ref": "c1", "who": "eve", "why": "counter"}


@pytest.fixture(scope="module")
def world(request):
    return reconciliation_alone(request, "reconciliation-ledger", "--roles=http,tick", "--http-threads=2")


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


def test_of_closes_at_the_same_time_one_wins_and_all_are_told_the_same(world):
    desk = merchant(world, "race")
    assert desk.get("/v1/periods")["periods"] == []
    for month in ("2025-11", "2025-12", "2026-01"):
        post(desk, 100, f"{month}-05")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda who: close(desk, month, who=who), [f"clerk {n}" for n in range(8)]))
        assert {status for status, _ in answers} == {200} and all(answer == answers[0][1] for _, answer in answers)
    assert [p["month"] for p in desk.get("/v1/periods")["periods"]] == ["2025-11", "2025-12", "2026-01"]
    assert owner(world, "select count(*) from outbox where type = 'dunlin.ledger.v1.PeriodClosed' and payload like '%race%'::bytea") == "3"
    assert owner(world, "select count(*) from audit where act = 'close period' and subject like 'race/%'") == "3"


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


# ---- exports: read back by parsers of their own, and tied to the sealed trial balance ----

SKR03 = {"receivable": "1410", "revenue": "8200", "cash_in_hand": "1000", "tax_payable:S": "1770"}


def make(desk, target, **more):
    return desk.post("/v1/exports", {**BY, "target": target, **more})


def file(desk, target, number, currency="EUR", part=1):
    """The bytes of a file: texts pass through the client as UTF-8, so they are asked for by hand."""
    import urllib.request

    request = urllib.request.Request(
        f"{desk.world.url('reconciliation')}/v1/exports/file?target={target}&number={number}&currency={currency}&part={part}",
        headers={"Authorization": f"Bearer {desk.world.token('reconciliation', desk.merchant, desk.role)}"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def moved(desk, month, currency="EUR", code=lambda account: account):
    """Debits and credits of each code, as the sealed trial balance of a month has them."""
    sums = collections.Counter()
    for a in desk.get(f"/v1/periods/{month}/trial-balance")["accounts"]:
        if a["currency"] == currency:
            sums[code(a["account"]), "debit"] += a["debit"]["minor"]
            sums[code(a["account"]), "credit"] += a["credit"]["minor"]
    return +sums


def minor(text):
    return int(decimal.Decimal(text.replace(",", ".")) * 100)


def read_datev(data):
    """(header, rows) of a booking batch, as DATEV reads it: Windows-1252, semicolons, decimal comma."""
    head, columns, *rows = csv.reader(io.StringIO(data.decode("cp1252"), newline=""), delimiter=";")
    assert (head[0], head[1], head[2], head[3], head[4]) == ("EXTF", "700", "21", "Buchungsstapel", "9") and len(head) == 31
    assert len(columns) == 120 and columns[6:10] == ["Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum"] and columns[119] == "Land"
    assert columns[102] == "Buchungs GUID" and columns[113] == "Festschreibung" and all(len(row) == 120 for row in rows)
    return head, [dict(zip(columns, row)) for row in rows]


@pytest.fixture(scope="module")
def books(world):
    desk = merchant(world, "books")
    post(desk, 11900, "2026-01-05")
    post(desk, 1900, "2026-01-05", debit="revenue", credit="tax_payable:S")
    post(desk, 500, "2026-01-31", currency="CHF", debit="cash_in_hand", credit="receivable")
    assert close(desk, "2026-01")[0] == 200
    post(desk, 700, "2026-01-20", debit="cash_in_hand", credit="receivable")
    post(desk, 30, "2026-02-02")
    assert close(desk, "2026-02")[0] == 200
    return desk


def test_exports_take_the_closed_months_in_order_and_each_once(books):
    assert make(books, "csv", month="2026-02")[1]["code"] == "export_order"
    status, first = make(books, "csv")
    assert (status, first) == (201, {"target": "csv", "number": 1, "month": "2026-01", "entries": 3, "mapping": 0})
    assert make(books, "csv", month="2026-01") == (201, first)
    assert make(books, "csv")[1]["month"] == "2026-02"
    assert make(books, "csv")[1]["code"] == "nothing_to_export"
    seen = [row for number in (1, 2) for currency in ("EUR", "CHF") if (number, currency) != (2, "CHF")
            for row in csv.DictReader(io.StringIO(file(books, "csv", number, currency).decode(), newline=""))]
    journal = books.get("/v1/journal")["journal"]
    assert sorted(row["transfer_id"] for row in seen) == sorted(t["id"] for t in journal)
    assert {(row["transfer_id"], row["period"], row["date"]) for row in seen} == {(t["id"], t["period"], t["day"]) for t in journal}
    assert ("2026-02", "2026-01-20") in {(row["period"], row["date"]) for row in seen}
    for number, month in ((1, "2026-01"), (2, "2026-02")):
        sums = collections.Counter()
        for row in csv.DictReader(io.StringIO(file(books, "csv", number).decode(), newline="")):
            sums[row["debit_code"], "debit"] += minor(row["amount"])
            sums[row["credit_code"], "credit"] += minor(row["amount"])
        assert sums == moved(books, month)
    listed = [e for e in books.get("/v1/exports")["exports"] if e["target"] == "csv"]
    assert [[(f["currency"], f["parts"], f["entries"], f["sum"]["minor"]) for f in e["files"]] for e in listed] == [
        [("CHF", 1, 1, 500), ("EUR", 1, 2, 13800)], [("EUR", 1, 2, 730)]]
    status, problem = books.call("GET", "/v1/exports/file?target=csv&number=2&currency=CHF")
    assert (status, problem["code"]) == (404, "not_found")
    assert books.call("GET", "/v1/exports/file?target=csv&number=3&currency=EUR")[0] == 404
    assert books.call("GET", "/v1/exports/file?target=fax&number=1&currency=EUR")[0] == 400


def test_datev_takes_a_batch_that_sums_to_the_trial_balance_and_stays_the_same_to_the_byte(books):
    assert make(books, "datev")[1]["code"] == "mapping_missing"
    mapping = {**BY, "target": "datev", "consultant": 1001, "client": 7, "year_start": 7}
    assert books.post("/v1/exports/mappings", {**mapping, "base": "skr05"})[1]["field"] == "base"
    assert books.post("/v1/exports/mappings", {**mapping, "accounts": [{"account": "till", "code": "1000"}]})[1]["code"] == "account_unknown"
    assert books.post("/v1/exports/mappings", {**mapping, "accounts": [{"account": "cash", "code": "12"}]})[1]["code"] == "code_invalid"
    assert books.post("/v1/exports/mappings", mapping)[1] == {"target": "datev", "version": 1}
    status, problem = make(books, "datev")
    assert (status, problem["code"]) == (422, "accounts_unmapped")
    assert problem["detail"] == "no code for: cash_in_hand, receivable, revenue, tax_payable:S"
    assert books.post("/v1/exports/mappings", {**mapping, "base": "skr03"})[1]["version"] == 2
    assert make(books, "datev")[1]["mapping"] == 2
    assert make(books, "datev")[1]["number"] == 2
    data = [file(books, "datev", number) for number in (1, 2)]
    for number, month, last in ((1, "2026-01", "20260131"), (2, "2026-02", "20260228")):
        head, rows = read_datev(data[number - 1])
        assert head[10:18] == ["1001", "7", "20250701", "4", month.replace("-", "") + "01", last, f"Dunlin {number}", ""] and head[21] == "EUR" and head[26] == "03"
        sums = collections.Counter()
        for row in rows:
            assert row["Soll/Haben-Kennzeichen"] == "S" and row["WKZ Umsatz"] == "EUR" and row["Belegdatum"][2:] == month[5:]
            sums[row["Konto"], "debit"] += minor(row["Umsatz (ohne Soll/Haben-Kz)"])
            sums[row["Gegenkonto (ohne BU-Schlüssel)"], "credit"] += minor(row["Umsatz (ohne Soll/Haben-Kz)"])
        assert sums == moved(books, month, code=SKR03.get)
    assert [row["Belegdatum"] for row in rows if "of 2026-01-20" in row["Buchungstext"]] == ["0102"]
    post(books, 5, "2026-01-21")
    assert books.post("/v1/exports/mappings", {**mapping, "base": "skr04"})[1]["version"] == 3
    assert [file(books, "datev", number) for number in (1, 2)] == data
    assert [m["version"] for m in books.get("/v1/exports/mappings")["mappings"] if m["target"] == "datev"] == [1, 2, 3]


def test_xero_and_quickbooks_take_journals_that_balance(books):
    codes = [{"account": a, "code": f"{a}!"} for a in ("receivable", "revenue", "cash_in_hand", "tax_payable")]
    code = lambda account: account.partition(":")[0] + "!"  # noqa: E731
    for target in ("xero", "quickbooks"):
        assert books.post("/v1/exports/mappings", {**BY, "target": target, "accounts": codes})[0] == 201
        assert make(books, target)[1]["number"] == 1
        rows = list(csv.DictReader(io.StringIO(file(books, target, 1).decode(), newline="")))
        sums, journals = collections.Counter(), collections.Counter()
        for row in rows:
            if target == "xero":
                amount = minor(row["*Amount"])
                name, key = row["*AccountCode"], (row["*Narration"], row["*Date"])
                assert row["*Date"] == "05/01/2026" and row["*TaxRate"] == "Tax Exempt"
            else:
                amount = minor(row["*Debits"] or "0") - minor(row["*Credits"] or "0")
                name, key = row["*AccountName"], row["*JournalNo"]
                assert row["*JournalDate"] == "01/05/2026" and row["Currency"] == "EUR"
            sums[name, "debit" if amount > 0 else "credit"] += abs(amount)
            journals[key] += amount
        assert sums == moved(books, "2026-01", code=code) and set(journals.values()) == {0}


def test_the_verb_exports_and_writes_the_same_files(world, tmp_path):
    desk = merchant(world, "shelf")
    post(desk, 100, "2026-01-05")
    assert close(desk, "2026-01")[0] == 200
    assert '"number":1' in world.verb("reconciliation", "export", "make", "shelf", "csv", "eve").stdout
    assert world.verb("reconciliation", "export", "make", "shelf", "csv", "eve", check=False).returncode == 1
    out = world.verb("reconciliation", "export", "write", "shelf", "csv", "1", str(tmp_path)).stdout.split()
    assert [pathlib.Path(name).name for name in out] == ["csv-0001-2026-01-EUR-01.csv"]
    assert pathlib.Path(out[0]).read_bytes() == file(desk, "csv", 1)
    assert world.verb("reconciliation", "export", "write", "shelf", "csv", "1", str(tmp_path), check=False).returncode != 0
    assert world.verb("reconciliation", "export", "look", check=False).returncode == 2


def test_a_month_of_many_entries_is_several_files_and_all_of_them_are_everything(world):
    desk = merchant(world, "many")
    owner(world, """insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)
        select 'many', gen_random_uuid(), 'receivable', 'revenue', 'EUR', n, 'invoice', gen_random_uuid(), 'c1', '2026-01-05', clock_timestamp()
        from generate_series(1, 1201) n""")
    assert close(desk, "2026-01")[0] == 200
    codes = [{"account": a, "code": a} for a in ("receivable", "revenue")]
    assert desk.post("/v1/exports/mappings", {**BY, "target": "xero", "accounts": codes})[0] == 201
    assert make(desk, "xero")[0] == 201
    assert desk.get("/v1/exports")["exports"][0]["files"][0]["parts"] == 3
    rows = [row for part in (1, 2, 3) for row in csv.DictReader(io.StringIO(file(desk, "xero", 1, part=part).decode(), newline=""))]
    assert sorted(minor(row["*Amount"]) for row in rows if row["*AccountCode"] == "receivable") == list(range(1, 1202)) and len(rows) == 2402
    assert desk.call("GET", "/v1/exports/file?target=xero&number=1&currency=EUR&part=4")[0] == 404


def gauge(world, account):
    status, text = http(world.ops("reconciliation") + "/metrics")
    found = [line.split()[-1] for line in text.splitlines() if line.startswith(f'dunlin_unexplained_minor_units{{account="{account}"}}')]
    return float(found[0]) if status == 200 and found else None


def test_an_account_that_leaves_its_sub_ledger_shows_in_the_gauge(world):
    desk = merchant(world, "untied")
    before = gauge(world, "clearing") or 0
    post(desk, 77, "2026-01-05", debit="clearing:main", credit="unapplied_cash")
    world.until(lambda: gauge(world, "clearing"), before + 77, timeout=40)
    owner(world, "delete from journal where merchant_id = 'untied'")
    world.until(lambda: gauge(world, "clearing"), before, timeout=40)
