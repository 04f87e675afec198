"""Statements that the sandbox's bank writes, in each of its formats: read by reconciliation to the minor unit, by its verb from the file alone and by its door."""

import json
import subprocess

import pytest
from conftest import reconciliation_alone
from plot import iban as iban_of
from test_reconciliation_http import Desk
from test_sandbox import BIN, Sandbox, misbehave

FORMATS = {"camt.053": "xml", "mt940": "sta", "bai2": "bai", "ofx": "ofx", "csv": "csv"}
CURRENCIES = ("EUR", "JPY")
PAYER = {"payer_name": "Jürgen Müßig & Co, Straßenbau und <Tiefbau>", "payer_iban": "DE89370400440532013000"}
DAYS = ("2026-01-05", "2026-01-06", "2026-01-07")
OPENING = -5000
every_format = pytest.mark.parametrize("name, currency", [(name, currency) for name in FORMATS for currency in CURRENCIES])


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    it = Sandbox(tmp_path_factory.mktemp("bank"))
    it.accounts = 0
    yield it
    it.stop()


def open_account(bank, name, currency, merchant=""):
    """An account with every sort of line, over three days; overdrawn at first."""
    bank.accounts += 1
    iban = iban_of("DE", "12030000", f"{bank.accounts:010}")
    bank.post("/sandbox/bank/accounts", iban=iban, currency=currency, name="Nord & Söhne", merchant=merchant, format=name, opening=OPENING, opened="2026-01-02")
    money = lambda minor: {"minor": minor, "currency": currency}
    pay = lambda minor, day, **more: bank.post("/sandbox/bank/transfers", iban=iban, amount=money(minor), date=day, **{**PAYER, **more})["lines"]
    pay(11900, DAYS[0], structured_reference="RF18539007547034", end_to_end="E2E-1")
    pay(2050, DAYS[0], remittance='Invoice 2026-0002 <second>; "try" & thanks? für 7,5/')
    twins = pay(500, DAYS[1], times=2, no_reference=True)
    pay(300, DAYS[1], times=2, bare=True, value_date="2026-01-02")
    bank.post("/sandbox/bank/fees", iban=iban, amount=money(1234), text="Fees December", date=DAYS[1])
    bank.post("/sandbox/bank/returns", iban=iban, line=twins[0]["ref"], reason="AC04", date=DAYS[2])
    pay(100, DAYS[2], remittance="/x:-" * 75 + "ü", payer_name="/ Slash")
    return iban


def lines_of(bank, iban):
    return bank.get(f"/sandbox/bank/accounts/{iban}/lines")["lines"]


def checked(bank, iban, name, day, folder):
    """What `reconciliation check` says of a day's statement: (lines, statement)."""
    answer = bank.http.get(f"{bank.url}/sandbox/bank/accounts/{iban}/statements/{day}.{FORMATS[name]}", timeout=30)
    assert answer.status_code == 200, answer.text
    path = folder / f"{day}.{FORMATS[name]}"
    path.write_bytes(answer.content)
    done = subprocess.run([BIN / "reconciliation", "check", path, "--format", "json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return [x for x in said if x["is"] == "booking"], [x for x in said if x["is"] == "statement"]


@every_format
def test_a_statement_is_read_to_the_minor_unit(bank, tmp_path, name, currency):
    iban = open_account(bank, name, currency)
    balance = OPENING
    for day in DAYS:
        wanted = [line for line in lines_of(bank, iban) if line["booked"] == day]
        read, [statement] = checked(bank, iban, name, day, tmp_path)
        assert [(x["booking_date"], x["value_date"], x["amount"]["minor"]) for x in read] == [(x["booked"], x["value"], x["amount"]["minor"]) for x in wanted]
        assert (statement["account"], statement["opening"]["minor"]) == (iban, balance)
        balance += sum(x["amount"]["minor"] for x in wanted)
        assert statement["closing"]["minor"] == balance


# How much of a name a format has room for, and how it writes it; and where the structured reference stands.
NAMES = {"camt.053": PAYER["payer_name"], "mt940": PAYER["payer_name"], "bai2": None, "ofx": PAYER["payer_name"][:32], "csv": PAYER["payer_name"]}


@pytest.mark.parametrize("name", FORMATS)
def test_who_paid_and_what_for_survives_the_format(bank, tmp_path, name):
    iban = open_account(bank, name, "EUR")
    [first, second], _ = checked(bank, iban, name, DAYS[0], tmp_path)
    assert first.get("party_name") == NAMES[name]
    assert first.get("party_iban") == (None if name == "bai2" else PAYER["payer_iban"])
    told = " ".join(first.get("texts", []) + first.get("structured_references", []))
    assert "RF18539007547034" in told
    assert name != "bai2" or "Juergen Muessig & Co, Strassenbau u" in told
    wanted = {"mt940": "thanks. für 7,5/", "bai2": "thanks? fuer 7,5/"}.get(name, "thanks? für 7,5/")
    assert f'Invoice 2026-0002 <second>; "try" & {wanted}' in " ".join(second["texts"])
    assert (first.get("end_to_end"), second.get("end_to_end")) == (None if name == "ofx" else "E2E-1", None)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "ofx"])  # OFX has no type for it: a person sees the debit
def test_a_return_is_one_in_every_format_that_can_say_so(bank, tmp_path, name):
    [back, _], _ = checked(bank, open_account(bank, name, "EUR"), name, DAYS[2], tmp_path)
    assert back["amount"]["minor"] == -500
    assert back["code"].endswith(("RRTN", "UPDD")) or back["return_reason"] == "AC04"


def test_a_day_without_lines_is_a_statement_unless_the_format_has_only_rows(bank, tmp_path):
    for name in FORMATS:
        iban = open_account(bank, name, "EUR")
        if name != "csv":
            assert checked(bank, iban, name, "2026-01-08", tmp_path)[0] == []
            continue
        answer = bank.http.get(f"{bank.url}/sandbox/bank/accounts/{iban}/statements/2026-01-08.csv", timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_lines")


def test_a_format_that_no_bank_writes_is_refused(bank):
    said = bank.post("/sandbox/bank/accounts", status=[400], iban="DE00000000000000000001", currency="EUR", name="Nord", format="qif")
    assert said["code"] == "format"


# ---- imported ----


@pytest.fixture(scope="module")
def world(request):
    return reconciliation_alone(request, "sandbox-statements", "--roles=http,tick", "--http-threads=2")


def delivered(bank, world, desk, iban, day):
    """The day's statement, uploaded by the bank itself; what reconciliation made of it is decided."""
    said = bank.post("/sandbox/bank/statements/deliver", date=day, iban=iban, to_url=world.url("reconciliation") + "/v1/statements",
                     token=world.token("reconciliation", desk.merchant, "write"))
    [upload] = said["uploads"]
    assert upload["status"] in (200, 201), upload
    desk.settled()


@every_format
def test_overlaps_and_repeats_add_nothing_and_the_account_closes(bank, world, name, currency):
    iban = open_account(bank, name, currency)
    desk = Desk(world, f"{name}-{currency}".replace(".", "").lower())
    assert desk.post("/v1/bank-accounts", {"iban": iban, "currency": currency, "name": "Main"})[0] == 201
    delivered(bank, world, desk, iban, DAYS[0])
    misbehave(bank, "statement_repeat", match=iban)
    delivered(bank, world, desk, iban, DAYS[1])
    misbehave(bank, "statement_overlap", match=iban)
    delivered(bank, world, desk, iban, DAYS[2])
    lines = lambda rows, booked, value: sorted((row[booked], row[value], row["amount"]["minor"]) for row in rows)
    said = desk.get("/v1/lines?limit=1000")["lines"]
    counted = [line for line in said if line["state"] != "known"]
    assert lines(counted, "booking_date", "value_date") == lines(lines_of(bank, iban), "booked", "value")
    assert len(said) - len(counted) == 5  # the second day, told again
    assert {s["state"] for s in desk.get("/v1/statements")["statements"]} <= {"posted", "known"}
    [account] = desk.get("/v1/bank-accounts")["bank_accounts"]
    assert (account["balance"]["minor"], account["open_gaps"]["minor"]) == (OPENING + sum(x["amount"]["minor"] for x in lines_of(bank, iban)), 0)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "ofx"])  # OFX says one balance: what was there before follows from it
def test_a_damaged_statement_is_for_a_person(bank, world, name):
    iban = open_account(bank, name, "EUR")
    desk = Desk(world, f"{name}-damaged".replace(".", ""))
    assert desk.post("/v1/bank-accounts", {"iban": iban, "currency": "EUR", "name": "Main"})[0] == 201
    misbehave(bank, "statement_damage", match=iban)
    delivered(bank, world, desk, iban, DAYS[0])
    assert [s["state"] for s in desk.get("/v1/statements")["statements"]] == ["quarantined"]
    assert desk.get("/v1/lines")["lines"] == []


# ---- what others read in them ----


def statement(bank, iban, name, day):
    answer = bank.http.get(f"{bank.url}/sandbox/bank/accounts/{iban}/statements/{day}.{FORMATS[name]}", timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.content


def test_other_peoples_mt940_reader_reads_the_same(bank):
    import mt940
    iban = open_account(bank, "mt940", "EUR")
    for day in DAYS:
        read = mt940.parse(statement(bank, iban, "mt940", day).decode("cp1252"), options=mt940.Options(reversal_sign=True, applicant_iban=True))
        wanted = [line for line in lines_of(bank, iban) if line["booked"] == day]
        assert [int(t.data["amount"].amount * 100) for t in read] == [x["amount"]["minor"] for x in wanted]
        assert [t.data["applicant_iban"] for t in read if t.data["status"] != "D"] == [x["party_iban"] for x in wanted if x["party_iban"]]
        assert read[0].data["applicant_name"].startswith(wanted[0]["party_name"][:27].strip())
        assert int(read.data["final_closing_balance"].amount.amount * 100) - int(read.data["final_opening_balance"].amount.amount * 100) == sum(
            x["amount"]["minor"] for x in wanted)


def test_the_control_totals_of_bai2_are_those_of_its_records(bank):
    """X9.121: 49 has the sum of all amounts of its account, summaries included, and the number of its records; 98 and 99 likewise."""
    misbehave(bank, "statement_overlap", match=(iban := open_account(bank, "bai2", "EUR")))
    rows = [line.rstrip("/").split(",") for line in statement(bank, iban, "bai2", DAYS[2]).decode("ascii").splitlines()]
    account, group, file = [], [], []
    sums = {"account": 0, "groups": 0}
    for n, row in enumerate(rows, 1):
        if row[0] == "03":
            account, sums["account"] = [], int(row[4]) + int(row[8])
        elif row[0] == "88" and account[-1][0] == "03":
            sums["account"] += int(row[2]) + int(row[6])
        elif row[0] == "16":
            sums["account"] += int(row[2])
        elif row[0] == "02":
            group = []
        for part in (account, group, file):
            part.append(row)
        if row[0] == "49":
            assert row[1:] == [str(sums["account"]), str(len(account))]
        elif row[0] == "98":
            assert row[1:] == [str(sums["account"]), "1", str(len(group))]
            sums["groups"] += sums["account"]
    assert file[-1] == ["99", str(sums["groups"]), "2", str(n)]


def test_the_csv_is_one_to_any_reader_of_csv_and_its_balances_run(bank):
    import csv
    import io
    iban = open_account(bank, "csv", "EUR")
    rows = [row for day in DAYS for row in csv.DictReader(io.StringIO(statement(bank, iban, "csv", day).decode("cp1252")))]
    minor = lambda text: int(text.replace(",", ""))
    balance = OPENING
    for row, line in zip(rows, lines_of(bank, iban), strict=True):
        balance += line["amount"]["minor"]
        assert (minor(row["Bedrag"]), minor(row["Saldo na trn"]), row["Naam tegenpartij"]) == (line["amount"]["minor"], balance, line["party_name"])
    assert len({row["Volgnr"] for row in rows}) == len(rows)


def test_every_transaction_of_an_ofx_file_has_an_id_of_its_own(bank):
    iban = open_account(bank, "ofx", "JPY")
    texts = [statement(bank, iban, "ofx", day).decode("cp1252") for day in DAYS]
    ids = [line.partition(">")[2] for text in texts for line in text.splitlines() if line.startswith("<FITID>")]
    assert len(ids) == len(set(ids)) == len(lines_of(bank, iban))
    for text in texts:  # SGML: leaves have no end, aggregates have one
        for tag in ("OFX", "STMTRS", "BANKACCTFROM", "BANKTRANLIST", "STMTTRN", "BANKACCTTO", "LEDGERBAL"):
            assert text.count(f"<{tag}>") == text.count(f"</{tag}>") > 0, tag
        assert "& " not in text and "<second>" not in text
