"""A second opinion on the readers of statements: what other people's programs read of the same files, field by field. Each difference is explained here, and any
other fails. aqbanking and libofx are Debian's, bai2 and mt-940 (test_statement_readers) PyPI's, camt-parser and mt940js npm's."""

import datetime
import decimal
import json
import os
import pathlib
import re
import subprocess

import pytest
from bai2 import bai2, exceptions
from read_statements import CORPUS, lines_of, plain, told

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
B = pathlib.Path(os.environ.get("B", HERE / "build")).resolve()
BAI2_ERRORS = [e for e in vars(exceptions).values() if isinstance(e, type)]
FIELDS = {"booking": "booking_date", "value": "value_date", "name": "party_name", "iban": "party_iban", "end_to_end": "end_to_end"}


# Why others can't read a sample that we read: what they say, what the file has, and the reason.
THEY_REFUSE = (
    ("Could not read XML input", rb"<\w+\s*\n", "an element whose name ends with the line"),
    ("Got an unexpected character", rb"<!DOCTYPE", "a document type declaration"),
    ("no tag name", rb"\A[^:]*\n[^:]*\n:20:", "the bank's own lines before the first field"),
    ("Too many bytes in line", rb"\A\{1:", "SWIFT's envelope around the statement"),
    ("Missing customer reference", rb":61:[0-9CD,]*NMSC\s", "a line without the customer's reference, which SWIFT has mandatory"),
    ("No value", rb":61:\d{10}CR\s+\d", "an amount that goes on in the next line"),
    ("reading 'MsgId'", rb"<BkToCstmrStmt><Stmt>|<BkToCstmrStmt>\s*<Stmt>", "no group header"),
    ("reading 'GrpHdr'", rb"<Document(?![^>]*camt\.053)|<BkToCstmr(?!Stmt)", "another message than camt.053"),
    ("reading 'BkToCstmrStmt'", rb"<\w+:Document", "a prefix before each name"),
    ("is not supported yet", rb"/\s*\n88,", "a continuation within a list of amounts"),
    ("of null (reading 'data')", rb"\A(?!:20:|{1:)", "what stands before the first field"),
)
# Why they read a file and see no line in it.
THEY_SEE_NOTHING = (
    (rb"<\w+:Document", "a prefix before each name"),
    (rb"<BkToCstmr(?!Stmt>|AcctRpt>)", "another message, or its first version"),
)


class Refused(Exception):
    """They can't read the file; what they say of it."""


def run(*command, env=None):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace", env=env, timeout=60)


# ---- the others: each a list of lines, of which only what they tell is compared ----


def day(german):
    return "-".join(reversed(german.split("."))) if german else ""


def aqbanking(importer, profile):
    names = ("dateAsString", "valutaDateAsString", "valueAsString", "remoteName", "remoteIban", "endToEndReference")

    def read(path, folder):
        env = dict(os.environ, HOME=str(folder), TZ="UTC")
        context = folder / "context"
        done = run("aqbanking-cli", "import", f"--importer={importer}", f"--profile={profile}", f"--infile={path}", "-c", context, env=env)
        if done.returncode:
            raise Refused(done.stderr)
        # A separator that no text holds; a text may hold line ends.
        template = "<line>" + "<next>".join(f"$({n})" for n in names)
        out = run("aqbanking-cli", "listtrans", "-c", context, "-T", template, env=env).stdout
        rows = [[cell.strip() for cell in row.split("<next>")] for row in out.split("<line>")[1:]]
        return [{"amount": plain(r[2]), "booking": day(r[0]), "value": day(r[1]), "name": r[3], "iban": r[4], "end_to_end": r[5]} for r in rows if r[2]]

    return read


def camt_parser(path, _folder):
    done = run("node", HERE / "tests/e2e/camt_parser.js", path, env=dict(os.environ, NODE_PATH=str(B / "node/node_modules")))
    if done.returncode:
        raise Refused(done.stderr)
    lines = []
    for o in map(json.loads, done.stdout.splitlines()):
        sign = -1 if o["creditDebitIndicator"] == "DBIT" else 1
        parties = o["details"][0].get("relatedParties", {}) if len(o["details"]) == 1 else {}
        side = "creditorAccount" if sign < 0 else "debtorAccount"
        lines.append({"amount": sign * plain(o["amount"]["value"]), "booking": o["bookingDate"], "value": o["valueDate"],
                      "iban": parties.get(side, {}).get("iban", ""),
                      "end_to_end": o["details"][0]["references"]["endToEndId"] if len(o["details"]) == 1 else ""})
    return lines


def libofx(path, _folder):
    done = run("ofxdump", path, env=dict(os.environ, TZ="UTC"))
    # It ends with 1 for what its SGML parser complains of, and reads on.
    if "ofx_proc_" not in done.stdout:
        raise Refused(done.stderr)
    lines = []
    for block in re.findall(r"^ofx_proc_transaction\(\):\n((?:    .*\n)*)", done.stdout, re.M):
        field = {k.strip(): v.strip() for k, _, v in (row.partition(": ") for row in block.splitlines())}
        # Without a date of posting or an amount it is a trade of securities.
        if "Date posted" in field and "Total money amount" in field:
            posted = datetime.datetime.strptime(" ".join(field["Date posted"].split()[1:]), "%b %d %H:%M:%S %Y UTC")
            lines.append({"amount": plain(field["Total money amount"]), "booking": str(posted.date()),
                          "name": field.get("Name of payee or transaction description", "")})
    return lines


def mt940js(path, _folder):
    done = run("node", HERE / "tests/e2e/mt940js.js", path, env=dict(os.environ, NODE_PATH=str(B / "node/node_modules"), TZ="UTC"))
    if done.returncode:
        raise Refused(done.stderr)
    return [{**line, "amount": plain(line["amount"])} for line in map(json.loads, done.stdout.splitlines())]


def bai2_of_pypi(path, _folder):
    try:
        file = bai2.parse_from_string(path.read_text())
    except (ValueError, *BAI2_ERRORS) as error:
        raise Refused(str(error)) from error
    return [{"amount": decimal.Decimal(t.amount or 0) / 100 * (1 if t.type_code.transaction.value == "credit" else -1) + 0}
            for group in file.children for account in group.children for t in account.children]


READERS = {
    "aqbanking camt.053": (aqbanking("xml", "camt_053_001_04"), "camt053", ".xml"),
    "aqbanking camt.052": (aqbanking("xml", "camt_052_001_02"), "camt052", ".xml"),
    "aqbanking MT940": (aqbanking("swift", "SWIFT-MT940"), "mt940", ""),
    "mt940js MT940": (mt940js, "mt940", ""),
    "camt-parser camt.053": (camt_parser, "camt053", ".xml"),
    "libofx OFX": (libofx, "ofx", ""),
    "bai2 BAI2": (bai2_of_pypi, "bai2", ""),
}

# ---- what differs, and why ----


def squeezed(text):
    return re.sub(r"\s", "", text).upper()


def sums(mine, theirs):
    """True when each of theirs is the sum of one or more of mine, in order: they tell the entry, we its transactions."""
    rest = list(mine)
    for amount in theirs:
        total = None
        while rest and total != amount:
            total = (total or 0) + rest.pop(0)
        if total != amount:
            return False
    return not rest


def of_refusal(path, objects, said):
    """Why they can't read the file."""
    refused = [o["rule"] for o in objects if o["is"] == "refused"]
    broken = sorted({b["rule"] for o in objects if o["is"] == "statement" for b in o["broken"]})
    if refused:
        return f"neither can read it: {refused[0]}"
    for words, has, why in THEY_REFUSE:
        if words in said and re.search(has, path.read_bytes()):
            return f"they can't read it: {why}"
    if broken:
        return "they can't read it, and we quarantine it: " + ", ".join(broken)
    return f"NOT EXPLAINED: they can't read it: {said[-300:]}"


def of_count(path, objects, mine, theirs):
    """Why the lines are not the same ones."""
    statements = [o for o in objects if o["is"] == "statement"]
    broken = sorted({b["rule"] for s in statements for b in s["broken"]} | {o["rule"] for o in objects if o["is"] == "refused" and "rule" in o})
    if sums(mine, theirs):
        return "they tell a batch as one, we its members"
    if not theirs:
        reasons = [why for has, why in THEY_SEE_NOTHING if re.search(has, path.read_bytes())]
        return f"they see no line in it: {reasons[0]}" if reasons else "NOT EXPLAINED: they see no line in it"
    if set(mine) <= set(theirs) and b"PDNG" in path.read_bytes():
        return "they tell what is pending, we what is booked"
    if not mine and (broken or not statements):
        return "we refuse: " + (", ".join(broken) or "no statement")
    if broken and set(mine) < set(theirs):
        return "we leave out, and quarantine: " + ", ".join(broken)
    return f"NOT EXPLAINED: ours {[str(a) for a in mine]}, theirs {[str(a) for a in theirs]}"


def of_field(field, mine, theirs):
    """Why both tell a field and it is not the same; None where there is no reason."""
    if squeezed(mine).startswith(squeezed(theirs)):
        return f"they cut {field}"
    if field == "end_to_end" and theirs == "NOTPROVIDED":
        return "NOTPROVIDED is no reference (ISO 20022)"
    if field == "booking" and mine[5:] == theirs[5:]:
        return "another year for a date that has none"
    return None


def compare(reader, path, folder):
    objects = told(path)
    mine = lines_of(objects)
    try:
        theirs = READERS[reader][0](path, folder)
    except Refused as refused:
        return of_refusal(path, objects, str(refused))
    amounts = [plain(o["amount"]["amount"]) for o in mine], [o["amount"] for o in theirs]
    if amounts[0] != amounts[1]:
        return of_count(path, objects, *amounts)
    notes, wrong, same = set(), [], 0
    for line, other in zip(mine, theirs):
        for field, ours in FIELDS.items():
            a, b = line.get(ours, ""), other.get(field, "")
            # What one of them doesn't tell contradicts nothing.
            if not a or not b or squeezed(a) == squeezed(b):
                same += bool(a and b)
                continue
            reason = of_field(field, a, b)
            notes.add(reason) if reason else wrong.append(f"{field} {a!r}, theirs {b!r}")
    if wrong:
        return "NOT EXPLAINED: " + "; ".join(wrong)
    return f"{len(mine)} lines and {same} fields are the same" + "".join(f"; {n}" for n in sorted(notes))


def samples(folder, suffix):
    places = [HERE / "tests/data" / folder] + ([pathlib.Path(CORPUS, folder)] if CORPUS else [])
    found = [p for place in places if place.is_dir() for p in sorted(place.iterdir())]
    return [p for p in found if p.name.endswith(suffix) and p.suffix not in (".yml", ".json", ".pydata")]


@pytest.mark.parametrize("reader", READERS)
def test_another_reader_reads_the_same(reader, tmp_path):
    table = {}
    for n, path in enumerate(samples(*READERS[reader][1:])):
        folder = tmp_path / str(n)
        folder.mkdir()
        table[path.name] = compare(reader, path, folder)
        print(f"{path.name[:66]:66} {table[path.name]}")
    assert not {name: outcome for name, outcome in table.items() if "NOT EXPLAINED" in outcome}
    assert [outcome for outcome in table.values() if re.match(r"[1-9]\d* lines", outcome)], "nothing was compared"
