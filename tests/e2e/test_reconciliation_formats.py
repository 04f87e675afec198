"""Statements of any format through the door and the verbs of reconciliation: what the file does not say, the request does; profiles of CSV files are data."""

import pytest
from conftest import reconciliation_alone
from test_reconciliation_http import Desk

ACCOUNT = "DE02120300000000202051"
OFX = ("OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>DE02120300000000202051</BANKACCTFROM><BANKTRANLIST><DTSTART>20260302<DTEND>20260302"
       "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302<TRNAMT>7.00<FITID>1<MEMO>BY OFX</STMTTRN></BANKTRANLIST>"
       "<LEDGERBAL><BALAMT>107.00<DTASOF>20260302</LEDGERBAL></STMTRS></OFX>")
CSV = "Day;What;Sum;Left\n03.03.2026;BY CSV;-2,00;105,00\n"
PROFILE = """# how Nordbank writes
[nordbank]
header = Day | What | Sum | Left
delimiter = ;
booking = Day
date = dd.mm.yyyy
decimal = ,
amount = Sum
balance = Left
texts = What
"""


@pytest.fixture(scope="module")
def world(request):
    return reconciliation_alone(request, "reconciliation-formats", "--roles=http,tick", "--http-threads=2")


@pytest.fixture(scope="module")
def nord(world):
    desk = Desk(world, "nord")
    assert desk.post("/v1/bank-accounts", {"iban": ACCOUNT, "currency": "EUR", "name": "Main"})[0] == 201
    return desk


def verb(world, *args, code=0):
    done = world.verb("reconciliation", *args, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def send(desk, text, query=""):
    return desk.call("POST", f"/v1/statements{query}", text.encode(), keyed=False)


def test_a_profile_of_ones_own_is_checked_defined_and_read_by_the_next_upload(world, nord, tmp_path):
    own, bad, export = tmp_path / "own.profile", tmp_path / "bad.profile", tmp_path / "export.csv"
    own.write_text(PROFILE)
    bad.write_text(PROFILE.replace("date =", "dates ="))
    export.write_text(CSV)
    assert "line 6: not KEY = VALUE" in verb(world, "profile", "check", str(bad), code=1)
    assert "1 profile, whole" in verb(world, "profile", "check", str(own))
    assert "1 close" in verb(world, "check", str(export), "--profiles", str(own), "--account", ACCOUNT, "--currency", "EUR")
    assert send(nord, OFX)[0] == 201
    query = f"?account={ACCOUNT}&currency=EUR"
    status, refused = send(nord, CSV, query)
    assert (status, refused["code"]) == (422, "format_unknown")
    assert "1 profile of nord" in verb(world, "profile", "define", "nord", str(own))
    assert send(nord, CSV, query)[0] == 201
    account = nord.settled().get("/v1/bank-accounts")["bank_accounts"][0]
    assert (account["balance"]["minor"], account["covered_to"]) == (10500, "2026-03-03")


def test_a_file_without_balances_is_taken_with_those_that_a_person_read_off(nord):
    file = "Date,Label,Currency,Amount,Amount Currency,Partner Name,Bank Account\n03/04/2026,BY SHEET,EUR,3.00,,,\n"
    query = f"?account={ACCOUNT}"
    for said, rule in (("", "opening_missing"), ("&opening=105.00&closing=109.00", "does_not_close"), ("&opening=105.00&closing=108.00", "")):
        assert [s["rule"] for s in send(nord, file, query + said)[1]["statements"]] == [rule]
        nord.settled()
    assert nord.settled().get("/v1/bank-accounts")["bank_accounts"][0]["balance"]["minor"] == 10800


def test_what_a_request_says_of_a_file_must_be_possible(nord):
    for query in ("?currency=EURO", "?charset=ebcdic", f"?account={'x' * 65}"):
        status, refused = send(nord, CSV, query)
        assert (status, refused["code"]) == (400, "field_invalid"), refused


def test_the_profiles_that_come_with_dunlin_are_listed_and_shown(world):
    listed = verb(world, "profile", "list")
    assert len(listed.splitlines()) >= 20 and "stripe_payout" in listed
    assert "balance = Running Balance" in verb(world, "profile", "show", "wise")
    assert verb(world, "profile", "show", listed.splitlines()[-1].split()[0]).startswith("[")
    assert "no profile bogus" in verb(world, "profile", "show", "bogus", code=1)
    assert "the gate" in verb(world, "profile", "keys")
    verb(world, "profile", code=2)


def ofx_in(charset, memo, day):
    """A statement in OFX that says that it is in that set: one line of 7.00 each day."""
    file = OFX.replace("OFXHEADER:100", f"OFXHEADER:100\nENCODING:USASCII\nCHARSET:{charset}").replace(ACCOUNT, "DE75512108001245126199")
    file = file.replace("20260302", f"202603{day:02}").replace("107.00", f"{100 + 7 * day}.00")
    return file.encode().replace(b"BY OFX", memo)


def test_texts_of_ofx_are_in_the_set_that_its_header_or_a_person_names(nord):
    status, account = nord.post("/v1/bank-accounts", {"iban": "DE75512108001245126199", "currency": "EUR", "name": "Second"})
    assert status == 201, account
    for day, (charset, memo, query, rule) in enumerate((("ISO-8859-15", "10 € MÜLLER".encode("iso8859-15"), "", ""),
                                                        ("1252", "€ MÜLLER".encode(), "", ""),
                                                        ("KOI8-R", "ПЛАТЕЖ".encode("koi8-r"), "", "charset_unknown"),
                                                        ("KOI8-R", "ПЛАТЕЖ".encode("cp1251"), "?charset=cp1251", "")), 1):
        status, done = nord.call("POST", f"/v1/statements{query}", ofx_in(charset, memo, day if day < 4 else 3), keyed=False)
        assert (status, [s["rule"] for s in done["statements"]]) == (201, [rule])
        nord.settled()
    lines = [line for line in nord.get("/v1/lines?limit=1000")["lines"] if line["account_id"] == account["id"]]
    booked = sorted((line["booking_date"], line["id"]) for line in lines if line["state"] != "quarantined")
    assert [nord.get(f"/v1/lines/{line}")["remittance"] for _, line in booked] == ["10 € MÜLLER", "€ MÜLLER", "ПЛАТЕЖ"]
