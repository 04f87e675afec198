"""I8: the journal fits its seal. Computed anew from the raw rows: the printed form of an entry, the hash of a block, the chain."""

import datetime
import hashlib
import itertools

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
WHERE = "reconciliation.journal and ledger_block"


def printed(*fields):
    texts = [str(field).encode() for field in fields]
    return b"".join(b"%d:%s," % (len(text), text) for text in texts)


def entry_form(row):
    *fields, posted = row
    return printed(*fields, (posted - EPOCH) // datetime.timedelta(microseconds=1)) + b"\n"


def block_head(block, entries):
    """What a block that says this of itself must have as its head, over these entries."""
    merchant, number, first, last, count, sums, previous = block
    sha = hashlib.sha256(b"".join(map(entry_form, entries)))
    sha.update(printed(merchant, number, first, last, count, sums, previous.hex()))
    return sha.digest()


def sums_of(entries):
    sums = {}
    for row in entries:
        sums[row[5]] = sums.get(row[5], 0) + row[6]
    return "".join(f"{currency} {minor}\n" for currency, minor in sorted(sums.items()))


def marks_of(entries):
    return {row[1]: hashlib.sha256(entry_form(row)).digest()[:8] for row in entries}


def check_entries(report, name, marks, entries):
    """Each entry against its mark; the block is named with what does not fit."""
    sealed = {int.from_bytes(marks[i:i + 8]): marks[i + 8:i + 16] for i in range(0, len(marks), 16)}
    found = marks_of(entries)
    for number in sorted(sealed.keys() | found.keys()):
        if sealed.get(number) != found.get(number):
            what = {True: "is not there", False: "is there"}
            report.add("I8", f"{name} entry {number}", "as it was sealed" if number in sealed else "not there when its place was sealed",
                       "other contents" if number in sealed and number in found else what[number not in found], WHERE)


def check_merchant(report, merchant, blocks, entries):
    """blocks and entries: in order. Returns how many entries are behind a seal."""
    head, number, sealed = bytes(32), 0, 0
    entry = next(entries, None)
    for _, no, first, to, count, sums, marks, previous, stored in blocks:
        name, held = f"ledger block {merchant}/{no}", []
        while entry is not None and entry[1] <= to:
            held.append(entry)
            entry = next(entries, None)
        report.equal("I8", name, number + 1, no, "reconciliation.ledger_block: number")
        report.equal("I8", name, head.hex(), bytes(previous).hex(), "reconciliation.ledger_block: the head before it")
        check_entries(report, name, bytes(marks), held)
        report.equal("I8", name, (held[0][1], held[-1][1], len(held), sums_of(held)) if held else None, (first, to, count, sums), WHERE)
        report.equal("I8", name, block_head((merchant, no, first, to, count, sums, bytes(previous)), held).hex(), bytes(stored).hex(), WHERE)
        head, number, sealed = bytes(stored), no, sealed + len(held)
    for _ in entries:
        pass
    return sealed


def check(report, db):
    entries = itertools.groupby(db.rows("""
        select merchant_id, entry, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at
        from journal order by merchant_id collate "C", entry"""), lambda row: row[0])
    blocks = {merchant: list(rows) for merchant, rows in itertools.groupby(db.rows("""
        select merchant_id, number, first_entry, last_entry, entries, sums, marks, previous, head
        from ledger_block order by merchant_id collate "C", number"""), lambda row: row[0])}
    for merchant, rows in entries:
        report.count("sealed", check_merchant(report, merchant, blocks.pop(merchant, []), rows))
    for merchant, rows in blocks.items():
        check_merchant(report, merchant, rows, iter(()))
