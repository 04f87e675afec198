"""Deeds of two people at once about the same thing: a line that both match, or take back, or one each; a match that is taken back while the import of its
statement is undone; a month that is closed, by two, while lines of it are posted; two exports. Who wins is the system's to say; that both won, the judge's."""

import datetime
import threading
import uuid

import client_months as months
import client_statements as statements

FRIEDA, GEORG = {"who": "Frieda", "why": "asked by telephone"}, {"who": "Georg", "why": "found the letter"}
LEAPS = 2  # so many times a bank's day is moved on, that a month may be closed while its lines come


def at_once(*deeds):
    """All of them begin together; returns when all have ended."""
    start, failed = threading.Barrier(len(deeds)), []

    def run(deed):
        try:
            start.wait(10)
            deed()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(deed,), daemon=True) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def ask_of_line(c, what, merchant, line, body, who, intended):
    return c.doors.command(f"{what}_line", "reconciliation", f"/v1/lines/{{id}}/{what}", body, merchant, path=f"/v1/lines/{line}/{what}", who=who, intended=intended,
                           line=line)


def minor_of(c, key):
    """0 where the line was undone a moment ago."""
    told = c.eyes.lines[key][1]
    return told.amount.minor if told else 0


def match_body(c, chance, m, minor, by):
    """What a clerk takes a line for."""
    found = c.eyes.invoice(chance, m["id"])
    if minor <= 0 or not found:
        return by | {"account": chance.choice(("bank_charges", "not_collections"))}
    invoice, told, left = found
    return by | {"items": [{"invoice_id": invoice, "amount": {"minor": min(minor, left), "currency": m["currency"]}}], "customer_ref": told.customer_ref}


def race_match(c, chance, who, intended):
    """Two clerks say what a line is."""
    m = chance.choice(c.merchants)
    key = statements.waiting(c, chance, m["id"], True)
    if key:
        bodies = [match_body(c, chance, m, minor_of(c, key), by) for by in (FRIEDA, GEORG)]
        at_once(*(lambda body=body: ask_of_line(c, "match", m["id"], key[1], body, who, intended) for body in bodies))


def race_unmatch(c, chance, who, intended):
    """Two clerks take a match back; or one does, while the other says what the line is."""
    m = chance.choice(c.merchants)
    key = statements.waiting(c, chance, m["id"], False)
    if key:
        second = ("unmatch", GEORG) if chance.random() < 0.5 else ("match", match_body(c, chance, m, minor_of(c, key), GEORG))
        at_once(lambda: ask_of_line(c, "unmatch", m["id"], key[1], FRIEDA, who, intended), lambda: ask_of_line(c, second[0], m["id"], key[1], second[1], who, intended))


def race_undo(c, chance, who, intended):
    """The import of a statement is undone while somebody works on a line of it."""
    m = chance.choice(c.merchants)
    newest = statements.newest_posted(c, m)
    listed = newest and c.doors.get("reconciliation", f"/v1/lines?statement_id={newest['id']}&limit=100", m["id"])
    lines = [line for line in (listed or {}).get("lines", []) if line["state"] in ("matched", "waiting")]
    if lines:
        line = chance.choice(lines)
        what, body = ("unmatch", GEORG) if line["state"] == "matched" else ("match", match_body(c, chance, m, line["amount"]["minor"], GEORG))
        at_once(lambda: statements.ask_to_undo(c, m, newest, who, intended), lambda: ask_of_line(c, what, m["id"], line["id"], body, who, intended))
        c.follow(1.0, statements.come_again, chance)


# ---- months ----


def days_of(c, chance, m, month):
    """The bank's days until the first of a month that has lines, as one document; None where its days are past the month, or far before it. It is called under
    the bank's lock."""
    bank, leaps = c.banks[m["id"]], c.__dict__.setdefault("leaps", {})
    if max(bank.day, month) >= c.last_day() or bank.day >= months.after(month):
        return None
    days = []
    if bank.day < month:
        if month > bank.day + datetime.timedelta(days=62) or leaps.get(m["id"], 0) == LEAPS:
            return None
        leaps[m["id"]] = leaps.get(m["id"], 0) + 1
        days.append(bank.close_day(month - datetime.timedelta(days=1)))
    for _ in range(8):
        bank.write(chance.randrange(100, 9999), text="Thank you", name="Nobody we know")
    return bank.statement([*days, c.next_day(m)])


def race_close(c, chance, who, intended):
    """Two close a month by force, after a warning, while a statement of it comes."""
    m = chance.choice(c.merchants)
    month = months.next_month(c, m["id"])
    if month is None or months.ask_to_close(c, m["id"], month, months.FIRST, who, intended).status != 202:
        return
    with c.bank_locks[m["id"]]:
        document = days_of(c, chance, m, month)
    deeds = [lambda by=by: months.ask_to_close(c, m["id"], month, months.SECOND | {"who": by}, who, intended) for by in ("Georg", "Heidi")]
    if document:
        deeds.append(lambda: statements.upload(c, "upload", m, *document, who, intended))
    at_once(*deeds)


def race_export(c, chance, who, intended):
    """Two make the next export."""
    m, target = chance.choice(c.merchants), chance.choice(months.TARGETS)
    keys = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(2)]
    at_once(*(lambda key=key: months.ask_to_export(c, m["id"], target, who, intended, key) for key in keys))
