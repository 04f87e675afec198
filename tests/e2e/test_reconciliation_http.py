"""Reconciliation through its HTTP door and its verbs, on real PostgreSQL and without a broker. Every answer is one that its OpenAPI page describes."""

import csv
import io
import itertools
import subprocess
import time
import json
import urllib.parse
import uuid

import pytest
from conftest import HERE, reconciliation_alone
from openapi import Page

PAGE = Page("reconciliation")
DATA = HERE / "tests/data/camt053"
BY = {"who": "eve", "why": "she said so"}
keys = (f"k{n}" for n in itertools.count())


class Desk:
    """A merchant's clerk: calls, and checks each answer against the page."""

    def __init__(self, world, merchant, role="admin"):
        self.world, self.merchant, self.role = world, merchant, role

    def call(self, method, path, body=None, keyed=True):
        key = next(keys) if method == "POST" and keyed else None
        status, answer = self.world.call("reconciliation", method, path, body, merchant=self.merchant, role=self.role, key=key)
        if "format=csv" not in path:
            PAGE.check(method, path, status, answer)
        return status, answer

    def get(self, path):
        status, answer = self.call("GET", path)
        assert status == 200, answer
        return answer

    def post(self, path, body):
        return self.call("POST", path, body)

    def upload(self, name):
        return self.call("POST", "/v1/statements", (DATA / name).read_bytes(), keyed=False)

    def settled(self):
        """When nothing is staged or unposted any more."""
        deadline = time.monotonic() + 60
        while any(s["state"] in ("staged", "accepted") for s in self.get("/v1/statements")["statements"]):
            assert time.monotonic() < deadline, "statements stay undecided"
            time.sleep(0.05)
        return self


@pytest.fixture(scope="module")
def world(request):
    return reconciliation_alone(request, "reconciliation-http", "--roles=http,tick", "--http-threads=2")


@pytest.fixture(scope="module")
def nord(world):
    desk = Desk(world, "nord")
    assert desk.post("/v1/bank-accounts", {"iban": "DE02 1203 0000 0000 2020 51", "currency": "EUR", "name": "Main"})[0] == 201
    return desk


@pytest.fixture(scope="module")
def booked(nord):
    status, done = nord.upload("simple.xml")
    assert (status, done["is_new"], [s["rule"] for s in done["statements"]]) == (201, True, [""])
    return nord.settled()


def pages(desk, path, name):
    """All rows of a list, one a page."""
    rows, after = [], None
    while True:
        page = desk.get(f"{path}{'&' if '?' in path else '?'}limit=1{'&after=' + after if after else ''}")
        rows += page[name]
        if not (after := page["next"]):
            return rows


def test_a_list_is_the_same_page_by_page_whatever_it_is_asked_by(booked):
    lines, exceptions = (booked.get(f"/v1/{name}?limit=1000")[name] for name in ("lines", "exceptions"))
    assert lines and any(row["open"] for row in exceptions)
    assert pages(booked, "/v1/lines", "lines") == lines
    for statement in {row["statement_id"] for row in lines}:
        mine = sorted((row for row in lines if row["statement_id"] == statement), key=lambda row: row["number"])
        assert pages(booked, f"/v1/lines?statement_id={statement}", "lines") == mine
    for state in {row["state"] for row in lines} | {"waiting", "returned"}:
        assert pages(booked, f"/v1/lines?state={state}", "lines") == [row for row in lines if row["state"] == state]
    assert pages(booked, "/v1/exceptions?open=true", "exceptions") == [row for row in exceptions if row["open"]]
    for path in (f"receipts?source_id={lines[0]['id']}", f"receipts?id={lines[0]['id']}", "receipts?customer_ref=nobody", "open-items?customer_ref=nobody"):
        name = path.partition("?")[0].replace("-", "_")
        assert booked.get(f"/v1/{path}") == {name: [], "next": None}
    account = booked.get("/v1/bank-accounts")["bank_accounts"][0]
    assert booked.get(f"/v1/bank-accounts?id={account['id']}") == {"bank_accounts": [account], "next": None}


def test_a_statement_goes_in_and_its_lines_are_in_the_books(booked):
    account = booked.get("/v1/bank-accounts")["bank_accounts"][0]
    assert (account["balance"]["minor"], account["covered_to"]) == (21900, "2026-03-02")
    line = booked.get("/v1/lines")["lines"][0]
    whole = booked.get(f"/v1/lines/{line['id']}")
    assert (whole["state"], whole["amount"]["minor"], whole["structured_references"]) == ("waiting", 11900, "RF18539007547034")
    exceptions = booked.get("/v1/exceptions?open=true")["exceptions"]
    assert ("unmatched_line", line["id"]) in [(e["kind"], e["subject_id"]) for e in exceptions]


def test_an_account_says_what_posts_by_itself_on_it_and_how_its_files_come(booked):
    account = {"other_id": "TRUST-1", "currency": "EUR", "name": "Careful"}
    said = {"trust_waits": ["learned", "payer_account"], "person_above": {"amount": "500.00", "currency": "EUR"}, "charset": "cp437", "format": "mt940",
            "profile": "bank"}

    def shown():
        [row] = [row for row in booked.get("/v1/bank-accounts")["bank_accounts"] if row["identifier"] == "TRUST-1"]
        return row

    assert booked.post("/v1/bank-accounts", account)[0] == 201
    assert (shown()["trust_waits"], shown()["person_above"], shown()["charset"], shown()["format"], shown()["profile"]) == ([], None, "auto", "", "")
    assert booked.post("/v1/bank-accounts", {**account, **said})[0] == 201
    # What is not said again stays: nobody loosens it by leaving it out.
    assert booked.post("/v1/bank-accounts", {**account, "name": "More careful"})[0] == 201
    assert (shown()["name"], shown()["trust_waits"], shown()["person_above"]["minor"]) == ("More careful", ["payer_account", "learned"], 50000)
    assert (shown()["charset"], shown()["format"], shown()["profile"]) == ("cp437", "mt940", "bank")


def test_the_same_file_again_is_known(booked):
    status, done = booked.upload("simple.xml")
    assert (status, done["is_new"]) == (200, False)


def test_a_notification_informs_of_its_line_and_posts_nothing(booked):
    before = booked.get("/v1/proof")
    status, done = booked.upload("camt054.xml")
    assert (status, done["informed"], done["statements"]) == (201, 1, [])
    notice = booked.get("/v1/notices?kind=notice")["notices"][0]
    line = booked.get(f"/v1/lines/{notice['line_id']}")
    assert (line["end_to_end"], line["amount"], [n["id"] for n in line["told"]]) == ("E-1", notice["amount"], [notice["id"]])
    assert booked.get("/v1/proof") == before


def test_a_file_that_cannot_be_read_names_rule_and_line(booked):
    for name, code, line in (("doctype.xml", "dtd_refused", 2), ("status_report.xml", "root_unknown", 1), ("cut_short.xml", "xml_malformed", None)):
        status, problem = booked.upload(name)
        assert (status, problem["code"]) == (422, code)
        assert line is None or problem["detail"].startswith(f"line {line}:")
    assert {f["rule"] for f in booked.get("/v1/statement-files?state=refused")["files"]} == {"dtd_refused", "root_unknown", "xml_malformed"}


def test_a_statement_that_breaks_a_rule_is_quarantined_with_every_broken_rule(booked):
    status, done = booked.upload("amount_digits.xml")
    assert (status, done["statements"][0]["rule"]) == (201, "amount_malformed")
    booked.settled()
    statement = booked.get(f"/v1/statements/{done['statements'][0]['id']}")
    assert (statement["state"], [b["rule"] for b in statement["broken"]]) == ("quarantined", ["amount_malformed"])
    assert booked.post(f"/v1/statements/{statement['id']}/accept", BY)[0] == 422


def test_a_person_books_a_line_elsewhere_and_takes_it_back(booked):
    line = booked.get("/v1/lines")["lines"][0]["id"]
    assert booked.post(f"/v1/lines/{line}/match", {**BY, "account": "revenue"})[1]["code"] == "account_not_by_hand"
    assert booked.post(f"/v1/lines/{line}/match", {**BY, "account": "not_collections"}) == (200, {"id": line, "state": "matched"})
    assert booked.get("/v1/proof")["holds"]
    assert booked.post(f"/v1/lines/{line}/unmatch", BY) == (200, {"id": line, "state": "waiting"})
    assert booked.post(f"/v1/lines/{line}/unmatch", BY)[0] == 409
    assert booked.get("/v1/proof")["holds"]
    assert booked.world.one("reconciliation", "select count(*) from audit where act = 'match line' and why = 'she said so'") == "1"


def test_books_come_as_json_and_as_csv(booked):
    balance = booked.get("/v1/trial-balance")
    assert all(t["balances"] for t in balance["totals"])
    rows = list(csv.DictReader(io.StringIO(booked.call("GET", "/v1/trial-balance?format=csv")[1])))
    assert {(r["account"], r["balance"]) for r in rows} == {(a["account"], a["balance"]["amount"]) for a in balance["accounts"]}
    for what in ("journal", "exceptions", "lines", "open-items"):
        name = what.replace("-", "_")
        shown = booked.get(f"/v1/{what}")[name]
        rows = list(csv.DictReader(io.StringIO(booked.call("GET", f"/v1/{what}?format=csv")[1])))
        assert [r["id"] for r in rows] == [s["id"] for s in shown]


def test_lists_go_on_where_the_page_before_ended(booked):
    seen, after = [], ""
    while after is not None:
        page = booked.get(f"/v1/journal?limit=1{after and '&after=' + after}")
        seen += [t["id"] for t in page["journal"]]
        after = page["next"]
    assert seen == [t["id"] for t in booked.get("/v1/journal")["journal"]] and len(seen) > 1


def test_what_makes_no_sense_is_refused_and_says_where(booked):
    for path, body, field in (
        ("/v1/bank-accounts", {"iban": "DE00", "currency": "EUR"}, "iban"),
        ("/v1/bank-accounts", {"currency": "EUR"}, "iban"),
        ("/v1/bank-accounts", {"other_id": "X", "currency": "EUR", "trust_waits": ["hope"]}, "trust_waits"),
        ("/v1/bank-accounts", {"other_id": "X", "currency": "EUR", "charset": "ebcdic"}, "charset"),
        ("/v1/receipts", {**BY, "customer_ref": "c1", "amount": {"minor": 0, "currency": "EUR"}, "value_date": "2026-03-01"}, "amount"),
        ("/v1/receipts", {**BY, "customer_ref": "c1", "amount": {"minor": 1, "currency": "EUR"}, "value_date": "2026-02-30"}, "value_date"),
    ):
        status, problem = booked.post(path, body)
        assert (status, problem.get("field")) == (400, field), problem
    assert booked.call("GET", "/v1/lines?limit=0")[0] == 400
    assert booked.call("GET", "/v1/journal?after=x")[0] == 400
    assert booked.call("GET", "/v1/lines?statement_id=x")[0] == 400
    assert booked.call("GET", "/v1/open-items?id=x")[0] == 400
    assert booked.call("GET", "/v1/payouts?format=csv")[0] == 400


def test_what_is_another_merchants_is_not_there(booked):
    volt = Desk(booked.world, "volt")
    line = booked.get("/v1/lines")["lines"][0]["id"]
    statement = booked.get("/v1/statements")["statements"][0]["id"]
    account = booked.get("/v1/bank-accounts")["bank_accounts"][0]["id"]
    exception = booked.get("/v1/exceptions")["exceptions"][0]["id"]
    for path in (f"/v1/lines/{line}", f"/v1/statements/{statement}", f"/v1/bank-accounts/{account}", f"/v1/receipts/{uuid.uuid4()}",
                 f"/v1/open-items/{uuid.uuid4()}"):
        assert volt.call("GET", path)[0] == 404, path
    for path, body in ((f"/v1/lines/{line}/match", {**BY, "account": "bank_charges"}), (f"/v1/lines/{line}/unmatch", BY),
                       (f"/v1/statements/{statement}/accept", BY), (f"/v1/exceptions/{exception}/close", BY)):
        assert volt.post(path, body)[0] == 404, path
    assert volt.get("/v1/lines")["lines"] == volt.get("/v1/journal")["journal"] == []


def test_the_work_queue_is_paged_filtered_owned_parked_and_kept_as_history(booked):
    first = booked.get("/v1/queue")["queue"]
    line = next(row for row in first if row["kind"] == "unmatched_line")
    assert pages(booked, "/v1/queue", "queue") == first
    for name, value in (("kind", line["kind"]), ("stream", line["stream"]), ("currency", "EUR"), ("owner", "-"), ("least", 1), ("opened_before", "2999-01-01")):
        assert line in booked.get(f"/v1/queue?{name}={value}")["queue"], name
    for name, value in (("kind", "overpayment"), ("owner", "eve"), ("most", 0), ("opened_before", "2020-01-01"), ("parked", "true"), ("rule", "reference")):
        assert booked.get(f"/v1/queue?{name}={value}")["queue"] == [], name
    for wrong in ("least=x", "opened_before=monday", "parked=maybe"):
        assert booked.call("GET", f"/v1/queue?{wrong}")[0] == 400
    at = f"/v1/exceptions/{line['id']}"
    assert booked.post(f"{at}/assign", {**BY, "owner": "eve"})[0] == 200
    assert [row["id"] for row in booked.get("/v1/queue?owner=eve")["queue"]] == [line["id"]]
    assert booked.post(f"{at}/note", {"who": "eve", "note": "the customer calls back"})[0] == 200
    assert booked.post(f"{at}/park", {**BY, "until": "2999-01-01"})[0] == 200
    assert booked.post(f"{at}/park", {**BY, "until": "2020-01-01"})[1]["code"] == "day_not_to_come"
    assert line["id"] not in [row["id"] for row in booked.get("/v1/queue")["queue"]]
    assert [row["id"] for row in booked.get("/v1/queue?parked=true")["queue"]] == [line["id"]]
    whole = booked.get(at)
    assert [(s["act"], s["who"].split("/")[-1]) for s in whole["history"]][-3:] == [("assigned", "eve"), ("noted", "eve"), ("parked", "eve")]
    assert [s["number"] for s in whole["history"]] == list(range(1, len(whole["history"]) + 1))
    rows = list(csv.DictReader(io.StringIO(booked.call("GET", "/v1/queue?format=csv")[1])))
    assert [r["id"] for r in rows] == [row["id"] for row in booked.get("/v1/queue")["queue"]]


def test_an_exception_shows_its_candidates_as_its_line_does(booked):
    row = next(row for parked in ("false", "true") for row in booked.get(f"/v1/queue?parked={parked}")["queue"] if row["kind"] == "unmatched_line")
    booked.world.query("reconciliation", f"""insert into bank_line_candidate (merchant_id, line_id, look, number, rule, lost, kind, target_id, customer_ref, label, open,
        signs, chosen, amount) select merchant_id, line_id, looks, 99, 'none', '', 1, gen_random_uuid(), 'c1', 'R-1', amount, 0, false, 0
        from bank_line where merchant_id = 'nord' and line_id = '{row["subject_id"]}'""")
    seen = booked.get(f"/v1/exceptions/{row['id']}")["candidates"]
    assert "R-1" in [candidate["label"] for candidate in seen]
    assert seen == booked.get(f"/v1/lines/{row['subject_id']}")["looked_at"]


def test_many_suggestions_are_accepted_in_one_call_each_with_its_own_outcome(booked):
    line = booked.get("/v1/queue?parked=true")["queue"][0]["id"]
    nothing = str(uuid.uuid4())
    body = {**BY, "rule": "payer_amount", "ids": [line, nothing]}
    outcomes = booked.post("/v1/exceptions/accept", body)[1]["outcomes"]
    assert [(o["id"], o["accepted"], o["code"]) for o in outcomes] == [(line, False, "suggestion_changed"), (nothing, False, "exception_unknown")]
    assert booked.post("/v1/exceptions/accept", {**body, "ids": ["x"]})[0] == 400
    volt = Desk(booked.world, "volt")
    assert [o["code"] for o in volt.post("/v1/exceptions/accept", body)[1]["outcomes"]] == ["exception_unknown"] * 2
    for act, more in (("assign", {"owner": "eve"}), ("park", {"until": "2999-01-01"}), ("accept", {})):
        assert volt.post(f"/v1/exceptions/{line}/{act}", {**BY, **more})[0] == 404
    assert volt.call("GET", f"/v1/exceptions/{line}")[0] == 404


def test_a_preview_says_what_an_import_would_do_and_does_nothing(booked):
    before = [booked.get(f"/v1/{what}")[what.replace("-", "_").removeprefix("statement_")] for what in ("statements", "lines", "statement-files", "journal")]
    overlap = (DATA / "simple.xml").read_bytes().replace(b"<Id>S1</Id>", b"<Id>S1-again</Id>")
    status, seen = booked.call("POST", "/v1/statements/preview", overlap, keyed=False)
    assert (status, seen["is_new"]) == (200, True)
    assert [(s["would_be"], s["placement"], s["new"]) for s in seen["statements"]] == [("posted", "overlap", 0)]
    assert booked.call("POST", "/v1/statements/preview", (DATA / "doctype.xml").read_bytes(), keyed=False)[1]["code"] == "dtd_refused"
    assert before == [booked.get(f"/v1/{what}")[what.replace("-", "_").removeprefix("statement_")] for what in ("statements", "lines", "statement-files", "journal")]


def test_a_limit_of_write_offs_is_the_merchants(booked):
    assert booked.post("/v1/limits", {**BY, "write_off": {"minor": 5000, "currency": "EUR"}})[0] == 200
    assert booked.post("/v1/limits", {**BY, "write_off": {"minor": -1, "currency": "EUR"}})[0] == 400
    assert [(row["currency"], row["write_off"]["minor"]) for row in booked.get("/v1/limits")["limits"]] == [("EUR", 5000)]
    assert Desk(booked.world, "volt").get("/v1/limits")["limits"] == []


def test_a_rule_set_is_replayed_before_it_goes_live(booked):
    assert booked.get("/v1/rule-sets") == {"rule_sets": []}
    assert booked.post("/v1/rule-sets", {**BY, "waits": ["guess"]})[1]["code"] == "rule_unknown"
    assert booked.post("/v1/rule-sets", {**BY, "waits": ["reference", "number"], "selection_most": 3}) == (201, {"version": 1, "state": "draft"})
    status, seen = booked.call("POST", "/v1/rule-sets/1/replay", {"who": "eve", "months": 36}, keyed=False)
    assert status == 200 and len(seen["cases"]) == min(seen["changes"], 200)
    assert booked.post("/v1/rule-sets/1/activate", BY)[1]["code"] == "replay_unsaid"
    assert booked.post("/v1/rule-sets/1/activate", {**BY, "replay": "00" * 32})[1]["code"] == "replay_unknown"
    printed = booked.world.verb("reconciliation", "rules", "replay", "nord", "--set", "1", "--months", "36").stdout
    assert seen["digest"] in printed
    assert booked.post("/v1/rule-sets/1/activate", {**BY, "replay": seen["digest"]}) == (200, {"version": 1, "state": "live"})
    shown = booked.get("/v1/rule-sets/1")
    assert (shown["state"], shown["waits"], shown["replay"], shown["replays"][0]["months"]) == ("live", ["reference", "number"], seen["digest"], 36)
    assert booked.call("GET", "/v1/rule-sets/7")[0] == 404
    assert booked.post("/v1/rule-sets/0/activate", {**BY, "not_replayed": True})[0] == 200
    assert [s["state"] for s in booked.get("/v1/rule-sets")["rule_sets"]] == ["retired"]
    assert Desk(booked.world, "volt").get("/v1/rule-sets") == {"rule_sets": []}


def test_rule_sets_are_defined_shown_and_go_live_by_verb_as_by_http(booked, tmp_path):
    def rules(*args, code=0):
        done = booked.world.verb("reconciliation", "rules", *args, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    file = tmp_path / "set.json"
    file.write_text(json.dumps({**BY, "waits": ["mended"], "selection_most": 2}))
    drafted = json.loads(rules("define", "nord", str(file)))
    version = str(drafted["version"])
    assert drafted["state"] == "draft" and json.loads(rules("list", "nord")) == booked.get("/v1/rule-sets")
    assert json.loads(rules("show", "nord", version)) == booked.get(f"/v1/rule-sets/{version}")
    person = ("--who", "eve", "--why", "fewer guesses")
    assert "name the digest of a replay" in rules("activate", "nord", version, *person, code=1)
    digest = rules("replay", "nord", "--set", version).rpartition("digest ")[2].strip()
    assert json.loads(rules("activate", "nord", version, *person, "--replay", digest)) == {"version": drafted["version"], "state": "live"}
    shown = booked.get(f"/v1/rule-sets/{version}")
    assert (shown["state"], shown["activated_by"], shown["replay"]) == ("live", "verb/eve", digest)
    assert json.loads(rules("activate", "nord", "0", *person, "--not-replayed"))["state"] == "live"
    assert "there is no rule set 77" in rules("show", "nord", "77", code=1)
    assert "usage" in rules("activate", "nord", code=2)
    file.write_text(json.dumps({**BY, "waits": ["guess"]}))
    assert "guess" in rules("define", "nord", str(file), code=2)


def test_what_is_known_of_payers_is_shown_page_by_page(booked):
    marks = ("DE89370400440532013000", "@name:TREUHAND WINKELMAN", "@mandate:M-1:7", "@form:KD4711")
    rows = ", ".join(f"('nord', '{m}', 'c{i % 2}', {i == 0}, '{uuid.uuid4()}', 'desk/eve', now(), {i}, 1)" for i, m in enumerate(marks))
    booked.world.query("reconciliation", f"""insert into payer
        (merchant_id, iban, customer_ref, told, learned_of, taught_by, taught_at, right_count, wrong) values {rows}""")
    payers = booked.get("/v1/payers")["payers"]
    assert {(p["kind"], p["mark"], p["right_count"]) for p in payers} == {
        ("account", marks[0], 0), ("name", "TREUHAND WINKELMAN", 1), ("mandate", "M-1:7", 2), ("form", "KD4711", 3)}
    assert [p["taught_at"] is None for p in payers if p["told"]] == [True]
    walked, after = [], ""
    while after is not None:
        page = booked.get(f"/v1/payers?limit=1&after={urllib.parse.quote(after)}")
        walked, after = walked + page["payers"], page["next"]
    assert walked == payers
    assert {p["customer_ref"] for p in booked.get("/v1/payers?customer_ref=c1")["payers"]} == {"c1"}
    assert Desk(booked.world, "volt").get("/v1/payers")["payers"] == []


def test_why_a_line_is_what_it_is_goes_from_the_file_to_the_transfers(booked):
    line = booked.get("/v1/lines")["lines"][0]["id"]
    assert booked.post(f"/v1/lines/{line}/match", {**BY, "account": "bank_charges"})[0] == 200
    chain = booked.get(f"/v1/why/{line}")
    assert (chain["id"], chain["kind"], [f["name"] for f in chain["statement_files"]]) == (line, "line", ["upload"])
    assert [row["id"] for row in chain["lines"]] == [line] and chain["statements"][0]["accepted_by"] == "machine"
    cause = booked.get(f"/v1/journal?cause_id={line}")["journal"]
    assert {t["id"] for t in chain["transfers"]} == {t["id"] for t in cause} and cause
    assert (chain["history"][-1]["act"], chain["history"][-1]["detail"]) == ("closed", "she said so")
    assert chain["events"][0]["revision"] > 0
    text = booked.world.verb("reconciliation", "why", "nord", line).stdout
    assert text.startswith(f"line {line}\nthe file that came\n") and "bank_charges" in text and "she said so" in text
    assert booked.world.verb("reconciliation", "why", "nord", "nothing", check=False).returncode != 0
    assert booked.call("GET", f"/v1/why/{line}?format=csv")[0] == 400
    for nobody in (Desk(booked.world, "volt").call("GET", f"/v1/why/{line}"), booked.call("GET", f"/v1/why/{uuid.uuid4()}")):
        assert nobody[0] == 404
    assert booked.post(f"/v1/lines/{line}/unmatch", BY)[0] == 200


def test_watch_takes_statements_from_a_folder(booked, tmp_path):
    settings = {"RECONCILIATION_STATEMENT_FOLDERS": f"nord={tmp_path}", "RECONCILIATION_STATEMENT_SETTLE_SECONDS": "0"}
    watch = lambda **more: subprocess.run([str(booked.world.bin / "reconciliation"), "watch", "--once"], capture_output=True, text=True,
                                          env={**booked.world.environment("reconciliation"), **settings, **more})
    (tmp_path / "known.xml").write_bytes((DATA / "simple.xml").read_bytes())
    (tmp_path / "broken.xml").write_bytes((DATA / "doctype.xml").read_bytes())
    (tmp_path / "coming.xml.part").write_bytes(b"<")
    done = watch()
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}: 1 taken, 1 failed\n"), done.stderr
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == [
        "coming.xml.part", "done/known.xml", "failed/broken.xml", "failed/broken.xml.reason"]
    assert "dtd_refused" in (tmp_path / "failed/broken.xml.reason").read_text()
    assert watch().stdout == ""
    assert watch(RECONCILIATION_STATEMENT_FOLDERS="").returncode == 2
    assert watch(RECONCILIATION_STATEMENT_FOLDERS="nord=relative").returncode != 0


def test_the_verbs_do_and_print_the_same(booked, tmp_path):
    def verb(*args, code=0):
        done = booked.world.verb("reconciliation", *args, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    assert '"holds":true' in verb("proof", "nord")
    assert verb("trial-balance", "nord", "--format=csv").startswith("account,class,currency")
    assert len(verb("journal", "nord").splitlines()) == len(booked.get("/v1/journal")["journal"])
    assert "imported before" in verb("import", "nord", str(DATA / "simple.xml"))
    assert "does_not_close" in verb("import", "nord", str(DATA / "does_not_close.xml"), code=1)
    assert "line 2: dtd_refused" in verb("import", "nord", str(DATA / "doctype.xml"), code=1)
    booked.settled()
