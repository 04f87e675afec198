"""Profiles of CSV files by HTTP: tried on a sample, defined, asked before those that come with Dunlin, and each merchant's own."""

import base64

import pytest
from conftest import reconciliation_alone
from test_reconciliation_http import Desk

PROFILE = """# the house bank's export
[house]
help = House bank
delimiter = ;
header = Day | Sum | Left | What
booking = Day
date = dd.mm.yyyy
decimal = ,
amount = Sum
balance = Left
texts = What
"""
SAMPLE = "Day;Sum;Left;What\n02.03.2026;10,00;110,00;rent of 7\n03.03.2026;-5,50;104,50;fee\n"
READ = "?account=DE02120300000000202051&currency=EUR&opening=100.00"


@pytest.fixture(scope="module")
def world(request):
    return reconciliation_alone(request, "reconciliation-profiles", "--roles=http,tick")


@pytest.fixture
def nord(world):
    return Desk(world, "nord")


def check(desk, sample, profiles=None, query=READ):
    body = {"sample": base64.b64encode(sample.encode()).decode()} | ({"profiles": profiles} if profiles else {})
    return desk.call("POST", f"/v1/csv-profiles/check{query}", body, keyed=False)


def define(desk, text):
    return desk.call("POST", "/v1/csv-profiles", text.encode(), keyed=False)


def test_a_profile_is_tried_on_a_sample_before_anybody_has_it(world, nord):
    status, found = check(nord, SAMPLE)
    assert (status, found["good"], found["rule"]) == (200, False, "format_unknown") and found["report"]
    status, found = check(nord, SAMPLE, PROFILE)
    assert (status, found["good"], found["format"], found["closing"], found["lines"]) == (200, True, "csv", 1, 2), found
    status, found = check(nord, SAMPLE.replace("104,50", "104,60"), PROFILE)
    assert (found["good"], found["quarantined"]) == (False, 1)
    assert any("line 3" in line and "running_balance" in line for line in found["report"]), found
    assert world.query("reconciliation", "select 1 from csv_profile") == []


@pytest.mark.parametrize("text, code, says", [
    (PROFILE.replace("decimal", "decimals"), "profile_key", "line 8"),
    (PROFILE.replace("[house]", "[the house]"), "profile_title", "line 2"),
    (PROFILE.replace("amount = Sum\n", ""), "profile_incomplete", "[house]"),
    ("# nothing\n", "profile_missing", "no profile")])
def test_what_is_no_profile_is_refused_with_line_and_reason_and_nothing_of_it_kept(world, nord, text, code, says):
    good = PROFILE.replace("[house]", "[before]")
    lines = good.count("\n")
    for status, problem in (define(nord, text), check(nord, SAMPLE, text)):
        assert (status, problem["code"]) == (400, code) and says in problem["detail"], problem
    if code != "profile_missing":
        status, problem = define(nord, good + text)
        assert (status, problem["code"]) == (400, code)
        assert "line" not in says or f"line {lines + int(says[5:])}" in problem["detail"]
    assert world.query("reconciliation", "select 1 from csv_profile") == []


def test_a_defined_profile_reads_its_merchants_files_and_nobody_elses(world, nord):
    volt = Desk(world, "volt")
    for desk in (nord, volt):
        assert desk.post("/v1/bank-accounts", {"iban": "DE02120300000000202051", "currency": "EUR"})[0] == 201
    status, done = define(nord, PROFILE)
    assert (status, [(p["name"], p["own"], p["has_balance"]) for p in done["profiles"]]) == (201, [("house", True, True)])
    assert define(nord, PROFILE.replace("House bank", "Our house bank"))[0] == 201
    own = [p for p in nord.get("/v1/csv-profiles")["profiles"] if p["own"]]
    assert [(p["name"], p["help"]) for p in own] == [("house", "Our house bank")]
    assert nord.get("/v1/csv-profiles/house")["text"].endswith("texts = What\n")
    assert nord.get("/v1/csv-profiles/sparkasse") | {"text": ""} == {"name": "sparkasse", "own": False, "text": ""}
    assert volt.call("GET", "/v1/csv-profiles/house")[0] == 404
    assert not [p for p in volt.get("/v1/csv-profiles")["profiles"] if p["own"]]
    status, problem = volt.call("POST", f"/v1/statements{READ}", SAMPLE.encode(), keyed=False)
    assert (status, problem["code"]) == (422, "format_unknown")
    status, done = nord.call("POST", f"/v1/statements{READ}", SAMPLE.encode(), keyed=False)
    assert (status, done["statements"][0]["line_count"], done["statements"][0]["rule"]) == (201, 2, "")
    assert check(nord, SAMPLE)[1]["good"]
