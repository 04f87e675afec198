"""The readers of statement files against other people's: what the mt-940 of PyPI reads, field by field, and what the collectors of the corpus
expect of their samples. Each difference is explained here; any other fails."""

import ast
import csv
import datetime
import decimal
import json
import pathlib

import mt940
import pytest
import yaml
from read_statements import CORPUS, lines_of, plain, told

HERE = pathlib.Path(__file__).resolve().parent.parent.parent

# Why mt-940 5.1.1 can't read a sample that we read, by what it says of it.
THEY_REFUSE = {
    "StatementNumber": "a statement number that goes on in the next line; it is no part of a line",
    "Statement object": "a customer reference beyond SWIFT's 16 characters: the bank writes the other side's IBAN there",
}
# A line whose currency nothing says is left out by us, and the statement quarantined; mt-940 tells it with no currency.
NO_CURRENCY = "currency_unknown"


FOLDERS = ("camt053", "camt052", "camt054", "mt940")


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


def expected_of(suffix):
    """Each sample that has such an expectation, with it and the folder that both are in."""
    with open(pathlib.Path(CORPUS, "MANIFEST.tsv"), newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            sample = pathlib.Path(CORPUS, row["format"], pathlib.Path(row["local file"]).name)
            expectation = sample.with_name(pathlib.Path(row["expected-output file if any"] or "-").name)
            if expectation.suffix == suffix and row["format"] in FOLDERS and sample.exists() and expectation.exists():
                yield sample, expectation


# Expectations that stand next to a sample and are of another one, by what the two of them say.
OTHER_SAMPLE = {
    "OCA-bank-statement-import__camt053.xml": "the expectation is of a statement of account NL77ABNA0574908765, the sample of NL12ABCD3456789012",
}


@pytest.mark.skipif(not CORPUS, reason="DUNLIN_CORPUS is not set: no real files to read")
def test_samples_say_what_their_collectors_expect():
    compared = 0
    for source, result in expected_of(".pydata"):
        sample = source.name
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


# ---- what mt-940 stored of its samples ----


class Stored(yaml.SafeLoader):
    """Its YAML holds objects of Python: read as what they hold, of whatever class."""

    def held(self, _suffix, node):
        if isinstance(node, yaml.MappingNode):
            held = {}
            yield held
            held.update(self.construct_mapping(node))
        else:
            held = []
            yield held
            held.extend(self.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else [])


Stored.add_multi_constructor("tag:yaml.org,2002:python/", Stored.held)


def stored_amount(held):
    return plain(decimal.Decimal(held["amount"][0]))


def stored_day(held):
    raw = held[0]
    return str(datetime.date(raw[0] * 256 + raw[1], raw[2], raw[3]))


def stored_line(transaction):
    data = transaction["data"]
    reference = data.get("bank_reference") or ""
    value = stored_day(data["date"])
    return {"amount": stored_amount(data["amount"]), "currency": data["amount"]["currency"], "value": value,
            "booking": stored_day(data["entry_date"]) if data.get("entry_date") else value, "type": (data.get("id") or "").strip(),
            "bank_ref": "" if reference.upper() == "NONREF" else reference.strip()}


def stored_balances(data):
    """Opening and closing of the last statement that has such a one: of those between pages it keeps none."""
    signed = lambda b: stored_amount(b["amount"]) * (-1 if b["status"] == "D" and not b["amount"]["amount"][0].startswith("-") else 1)
    return {ours: signed(data[theirs]) for theirs, ours in (("final_opening_balance", "opening"), ("final_closing_balance", "closing")) if theirs in data}


def compare_stored(path, stored):
    objects = told(path)
    mine, other = lines_of(objects), [stored_line(t) for t in stored["transactions"] if "amount" in t["data"]]
    statements = [o for o in objects if o["is"] == "statement"]
    broken = {b["rule"] for o in statements for b in o["broken"]}
    if len(mine) != len(other):
        return "a fragment without currency, which we leave out" if NO_CURRENCY in broken else f"NOT EXPLAINED: {len(mine)} lines, {len(other)} are stored"
    notes, closes = set(), all(o["verdict"] == "closes" for o in statements)
    for line, a, b in zip(mine, map(ours, mine), other):
        reasons = explained(a, b, line, closes)
        wrong = {f: (a[f], b[f]) for f in a if a[f] != b[f] and f not in reasons}
        if wrong:
            return f"NOT EXPLAINED: ours and theirs: {wrong}"
        notes |= set(reasons.values())
    for which, amount in stored_balances(stored["data"]).items() if statements else ():
        mine = [plain(s[which]["amount"]) for s in statements if which in s]
        if mine and amount not in mine:
            return f"NOT EXPLAINED: {which} {mine}, {amount} is stored"
    return f"{len(mine)} lines as stored" + "".join(f"; {n}" for n in sorted(notes))


@pytest.mark.skipif(not CORPUS, reason="DUNLIN_CORPUS is not set: no real files to read")
def test_samples_of_mt940_say_what_is_stored_with_them():
    table = {path.name: compare_stored(path, yaml.load(result.read_text(), Stored)) for path, result in expected_of(".yml")}
    for name, outcome in table.items():
        print(f"{name:66} {outcome}")
    assert not [name for name, outcome in table.items() if "NOT EXPLAINED" in outcome]
    assert [outcome for outcome in table.values() if outcome[0] in "123456789"], "nothing was compared"


# ---- what genkgo/camt stored of its samples ----


def of_key(held, *keys):
    for key in keys:
        held = (held or {}).get(key) if isinstance(held, dict) else None
    return held


def stored_entry(entry):
    """Amounts are in the minor units of its own table of currencies, and signed."""
    # Of several details none is the entry: it is told by its own fields where they have no amounts of their own.
    details = entry.get("getTransactionDetail") if len(entry.get("getTransactionDetails") or []) == 1 else {}
    day = lambda name: of_key(entry, name, "0")
    return {"minor": int(entry["getAmount"]["getAmount"]), "currency": of_key(entry, "getAmount", "getCurrency", "getCode"),
            "booking": (day("getBookingDate") or "")[:10], "value": (day("getValueDate") or "")[:10], "status": entry["getStatus"],
            "end_to_end": of_key(details, "getReference", "getEndToEndId") or "",
            "bank_ref": entry.get("getAccountServicerReference") or of_key(details, "getReference", "getAccountServicerReference") or ""}


def compare_entry(line, stored):
    """The fields that are not as stored; what is not stored contradicts nothing."""
    mine = {"minor": line["amount"]["minor"], "currency": line["amount"]["currency"], "booking": line["booking_date"], "value": line["value_date"],
            "end_to_end": line.get("end_to_end", ""), "bank_ref": line.get("bank_ref", "")}
    return {f: (mine[f], stored[f]) for f in mine if stored[f] and stored[f] != "NOTPROVIDED" and mine[f] != stored[f]}


def compare_entries(path, stored):
    objects = told(path)
    mine, other = lines_of(objects), [stored_entry(e) for e in stored["getEntries"] if isinstance(e, dict)]
    booked = [e for e in other if e["status"] != "PDNG"]
    if len(booked) < len(other) and not mine:
        return "what is pending in another currency than the account's is no line of ours"
    # It stored the entries of the last statement alone.
    for line, entry in zip(mine[-len(other):], other):
        if wrong := compare_entry(line, entry):
            return f"NOT EXPLAINED: {wrong}"
    return f"{len(other)} entries as stored" if len(mine) >= len(other) else f"NOT EXPLAINED: {len(mine)} lines, {len(other)} are stored"


@pytest.mark.skipif(not CORPUS, reason="DUNLIN_CORPUS is not set: no real files to read")
def test_samples_of_camt_say_what_is_stored_with_them():
    table = {path.name: compare_entries(path, json.loads(result.read_text())) for path, result in expected_of(".json")}
    for name, outcome in table.items():
        print(f"{name:66} {outcome}")
    assert not [name for name, outcome in table.items() if "NOT EXPLAINED" in outcome]
    assert [outcome for outcome in table.values() if outcome[0] in "123456789"], "nothing was compared"
