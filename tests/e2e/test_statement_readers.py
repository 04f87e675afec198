"""The readers of statement files against other people's: what the mt-940 of PyPI reads, field by field, and what the collectors of the corpus
expect of their samples. Each difference is explained here; any other fails."""

import ast
import csv
import pathlib

import mt940
import pytest
from read_statements import CORPUS, lines_of, plain, told

HERE = pathlib.Path(__file__).resolve().parent.parent.parent

# Why mt-940 5.1.1 can't read a sample that we read, by what it says of it.
THEY_REFUSE = {
    "StatementNumber": "a statement number that goes on in the next line; it is no part of a line",
    "Statement object": "a customer reference beyond SWIFT's 16 characters: the bank writes the other side's IBAN there",
}
# A line whose currency nothing says is left out by us, and the statement quarantined; mt-940 tells it with no currency.
NO_CURRENCY = "currency_unknown"


def samples():
    own = sorted((HERE / "tests/data/mt940").iterdir())
    return own + (sorted(p for p in pathlib.Path(CORPUS, "mt940").iterdir() if p.suffix != ".yml") if CORPUS else [])


def ours(line):
    return {"amount": plain(line["amount"]["amount"]), "currency": line["amount"]["currency"], "value": line["value_date"], "booking": line["booking_date"],
            "type": line.get("bank_code", ""), "bank_ref": line.get("bank_ref", "")}


def theirs(transaction):
    data = transaction.data
    reference = data.get("bank_reference") or ""
    return {"amount": plain(data["amount"].amount), "currency": data["amount"].currency, "value": str(data["date"]),
            "booking": str(data.get("entry_date") or data["date"]), "type": (data.get("id") or "").strip(),
            "bank_ref": "" if reference.upper() == "NONREF" else reference.strip()}


def explained(mine, other, line, closes):
    """Fields that may differ, each with its reason."""
    reasons = {}
    # RC takes a credit back (SWIFT, field 61 subfield 3): mt-940 counts it as money that came. The statement closes with our sign alone.
    if line["reversal"] and mine["amount"] == -other["amount"] < 0 and closes:
        reasons["amount"] = "RC has the wrong sign with them"
    # A blank before the type makes it part of the reference with them.
    if mine["type"] and not other["type"]:
        reasons["type"] = reasons["bank_ref"] = "a type behind a blank, which they don't see"
    # An entry date has no year: of the two that may be meant we take the nearer one, mt-940 that of the value date or the next.
    if mine["booking"] != other["booking"] and mine["booking"][5:] == other["booking"][5:]:
        reasons["booking"] = "another year"
    return reasons


def compare(path):
    objects = told(path)
    mine = lines_of(objects)
    try:
        other = [t for t in mt940.parse(path.read_bytes().decode(errors="replace")).transactions if "amount" in t.data]
    except RuntimeError as error:
        return next((f"they refuse: {why}" for what, why in THEY_REFUSE.items() if what in str(error)), f"NOT EXPLAINED: they refuse: {error}")
    if len(mine) != len(other) and any(NO_CURRENCY == b["rule"] for o in objects if o["is"] == "statement" for b in o["broken"]):
        return "a fragment without currency, which we leave out"
    assert len(mine) == len(other), f"{path.name}: {len(mine)} lines, they have {len(other)}"
    notes = set()
    closes = all(o["verdict"] == "closes" for o in objects if o["is"] == "statement")
    for line, a, b in zip(mine, map(ours, mine), map(theirs, other)):
        reasons = explained(a, b, line, closes)
        different = {f: (a[f], b[f]) for f in a if a[f] != b[f] and f not in reasons}
        assert not different, f"{path.name}: ours and theirs: {different}"
        notes |= set(reasons.values())
    return f"{len(mine)} lines are the same" + "".join(f"; {n}" for n in sorted(notes))


def test_mt940_of_pypi_reads_the_same_lines():
    table = {path.name: compare(path) for path in samples()}
    for name, outcome in table.items():
        print(f"{name:66} {outcome}")
    assert not [name for name, outcome in table.items() if "NOT EXPLAINED" in outcome]
    assert table["dialects.sta"].startswith("5 lines are the same")


def expected_of(manifest):
    with open(manifest, newline="") as rows:
        return [(pathlib.Path(row["local file"]).name, pathlib.Path(row["expected-output file if any"]).name, row["format"])
                for row in csv.DictReader(rows, delimiter="\t") if (row["expected-output file if any"] or "").endswith(".pydata")]


# Expectations that stand next to a sample and are of another one, by what the two of them say.
OTHER_SAMPLE = {
    "OCA-bank-statement-import__camt053.xml": "the expectation is of a statement of account NL77ABNA0574908765, the sample of NL12ABCD3456789012",
}


@pytest.mark.skipif(not CORPUS, reason="DUNLIN_CORPUS is not set: no real files to read")
def test_samples_say_what_their_collectors_expect():
    compared = 0
    for sample, expectation, folder in expected_of(pathlib.Path(CORPUS, "MANIFEST.tsv")):
        source, result = pathlib.Path(CORPUS, folder, sample), pathlib.Path(CORPUS, folder, expectation)
        if not source.exists() or not result.exists():
            continue
        if sample in OTHER_SAMPLE:
            print(f"{sample}: not compared: {OTHER_SAMPLE[sample]}")
            continue
        _, account, statements = ast.literal_eval(result.read_text())
        objects = told(source)
        if not statements:
            assert not lines_of(objects)
            continue
        wanted = [t for s in statements for t in s["transactions"]]
        assert {o["account"] for o in lines_of(objects)} == {account}
        # Their amounts are floats: compared as what they print.
        assert [plain(line["amount"]["amount"]) for line in lines_of(objects)] == [plain(str(t["amount"])) for t in wanted], sample
        assert [line["booking_date"] for line in lines_of(objects)] == [t["date"] for t in wanted], sample
        for line, want in zip(lines_of(objects), wanted):
            assert want["ref"] in line.get("structured_references", []) + [line.get("end_to_end")] or not want["ref"], sample
            assert line.get("party_name", "") == (want.get("partner_name") or ""), sample
            assert line.get("party_iban", "") == (want.get("account_number") or ""), sample
        compared += len(wanted)
        print(f"{sample}: {len(wanted)} lines as expected")
    assert compared
