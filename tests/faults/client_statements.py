"""Deeds about the bank: transfers that payers make, statements that tell of them (next, again, overlapping, damaged), and a clerk at the lines that wait."""

import datetime
import time

from client_bank import DAMAGES
from client_doors import DONE


def transfer(c, chance, who, intended):
    """A payer pays by bank: by reference, by number, by amount alone, in part, too much, twice alike, or for nobody knows what."""
    m = chance.choice(c.merchants)
    bank, found = c.banks[m["id"]], c.eyes.invoice(chance, m["id"])
    with c.bank_locks[m["id"]]:
        if not found:
            bank.write(chance.randrange(100, 9999), text="Thank you", name="Nobody we know")
            return
        _, told, left = found
        payer = next((x["iban"] for x in c.customers[m["id"]] if x["ref"] == told.customer_ref), "")
        how = chance.choices(("rf", "number", "part", "over", "twins", "payer", "unknown", "went"), (8, 4, 2, 1, 2, 2, 3, 1))[0]
        name = f"Customer {told.customer_ref}"
        if how == "twins":
            for _ in range(2):
                bank.write(max(1, left // 2), rf=told.rf_reference, name=name)
        elif how == "payer":
            bank.write(left, text="As agreed", iban=payer, name=name)
        elif how == "unknown":
            bank.write(chance.randrange(100, 9999), text="Thank you", name="Nobody we know")
        elif how == "went":
            bank.write(-chance.randrange(100, 999), text="Account fee", name="The bank")
        elif how == "number":
            bank.write(left, text=f"Invoice {told.number} thank you", name=name)
        else:
            bank.write({"rf": left, "part": max(1, left // 4), "over": left + 777}[how], rf=told.rf_reference, name=name, iban=payer)


def upload(c, f, m, document, said, who, intended, **more):
    with c.lock:
        c.documents[said["ident"], f] = (m, document, said, more)
    return c.doors.upload(f, document, m["id"], said | more, who, intended=intended)


def close_day(c, chance, who, intended):
    """The bank's day ends, and its statement comes; half of them with the one before it still to come."""
    m = chance.choice(c.merchants)
    with c.bank_locks[m["id"]]:
        day = c.next_day(m)
        if day is None:
            return
        document, said = c.banks[m["id"]].statement([day])
    upload(c, "upload", m, document, said, who, intended)


def brisk_day(c, chance, who, intended):
    """A day with lines of nobody we know."""
    for m in c.merchants:
        with c.bank_locks[m["id"]]:
            for _ in range(6):
                c.banks[m["id"]].write(chance.randrange(100, 9999), text="Thank you", name="Nobody we know")
    close_day(c, chance, who, intended)


def pick_days(c, chance, m, most):
    days = c.banks[m["id"]].days
    if not days:
        return None
    first = chance.randrange(len(days))
    return days[first: first + chance.randint(1, most)]


def again(c, chance, who, intended):
    """A file that was uploaded before, to the byte."""
    with c.lock:
        known = [v for (_, f), v in c.documents.items() if f == "upload"]
    if known:
        m, document, said, more = chance.choice(known)
        c.doors.upload("upload_again", document, m["id"], said | more, who, intended=intended)


def overlap(c, chance, who, intended):
    """Days that were told before, in one statement of its own."""
    m = chance.choice(c.merchants)
    with c.bank_locks[m["id"]]:
        days = pick_days(c, chance, m, 3)
        if not days:
            return
        document, said = c.banks[m["id"]].statement(days, f"-o{chance.randrange(10**6)}")
    upload(c, "upload_overlap", m, document, said, who, intended)


def damaged(c, chance, who, intended):
    """A day that never was, in a file that is damaged: nothing of it may be posted."""
    m = chance.choice(c.merchants)
    kind = chance.choice(list(DAMAGES))
    with c.bank_locks[m["id"]]:
        bank = c.banks[m["id"]]
        day = str(bank.day)
        lines = [{"n": 0, "minor": chance.randrange(100, 9999), "day": day, "text": f"never {chance.randrange(10**9)}", "name": "Nobody"}]
        document, said = bank.statement([(10**6 + chance.randrange(10**6), day, day, bank.balance, lines, bank.balance + lines[0]["minor"])])
    spoil, is_refused = DAMAGES[kind]
    upload(c, "upload_damaged", m, spoil(document), said, who, intended, damage=kind, is_refused=is_refused)


def known_files(c, m):
    """Files that may come again, by the bank's name of their statement."""
    with c.lock:
        return {v[2]["ident"]: (f, v) for (_, f), v in c.documents.items() if f != "upload_damaged" and v[0]["id"] == m["id"]}


def newest_posted(c, m):
    listed, known = c.doors.get("reconciliation", "/v1/statements?state=posted&limit=1000", m["id"]), known_files(c, m)
    rows = [s for s in (listed or {}).get("statements", []) if s["bank_ref"] in known]
    return rows[-1] if rows else None


def ask_to_undo(c, m, s, who, intended):
    known = known_files(c, m)[s["bank_ref"]]
    with c.lock:
        c.__dict__.setdefault("taken_back", {})[s["file"]] = known
    return c.doors.command("undo_statement", "reconciliation", "/v1/statements/{id}/undo", {"who": "Frieda", "why": "it was another account's"}, m["id"], "admin",
                           path=f"/v1/statements/{s['id']}/undo", who=who, intended=intended, statement=s["id"])


def undo(c, chance, who, intended):
    """A file was imported that should not have been, says somebody: it is taken back, and comes again."""
    m = chance.choice(c.merchants)
    newest = newest_posted(c, m)
    if newest:
        ask_to_undo(c, m, newest, who, intended)
        c.follow(1.0, come_again, chance)


def come_again(c, chance, who, intended):
    """What was taken back is uploaded once more; what was not is only told before."""
    with c.lock:
        waits = list(c.__dict__.get("taken_back", {}).values())
    for f, (m, document, said, more) in waits:
        c.doors.upload(f, document, m["id"], said | more, who, intended=intended)


def all_came_again(c):
    """At the end nothing stays taken back: each file comes until its statement is in the books, or was never out of them."""
    for sha, (f, (m, document, said, more)) in c.__dict__.get("taken_back", {}).items():
        for _ in range(100):
            states = {s["state"] for s in (c.doors.get("reconciliation", f"/v1/statements?file={sha}&limit=1000", m["id"]) or {}).get("statements", [])}
            if states & {"staged", "accepted", "posted"}:
                break
            if "undone" in states:
                c.doors.upload(f, document, m["id"], said | more, "bank", intended=None)
            time.sleep(0.1)


def catch_up(c, chance, until):
    """Every bank tells of all days up to `until`; the provider's payouts have arrived among them."""
    all_came_again(c)
    for m in c.merchants:
        with c.bank_locks[m["id"]]:
            bank = c.banks[m["id"]]
            told = c.__dict__.setdefault("payouts_told", set())
            for payout in c.world.provider("/v1/payouts", m["api_key"]):
                if payout["status"] == "paid" and payout["id"] not in told:
                    told.add(payout["id"])
                    bank.write(payout["amount"], text=f"STRIPE {payout['id']}", name="Stripe")
            if until < bank.day:
                continue
            if not bank.today:
                bank.write(chance.randrange(100, 999), text="Thank you", name="Nobody we know")
            document, said = bank.statement([bank.close_day(until)])
        for _ in range(20):
            if upload(c, "upload", m, document, said, "bank", None).kind == DONE:
                break


# ---- a clerk ----


def waiting(c, chance, merchant, waits):
    return c.eyes.pick(chance, c.eyes.lines, merchant, lambda x: x[2] is waits and x[1] is not None and (waits or x[1].amount.minor > 0))


def match(c, chance, who, intended):
    """A line that waits is somebody's payment, or the bank's fee, or none of our business."""
    m = chance.choice(c.merchants)
    key, found = waiting(c, chance, m["id"], True), c.eyes.invoice(chance, m["id"])
    if not key or not found:
        return
    invoice, told, left = found
    line = c.eyes.lines[key][1]
    if line is None:  # it was undone a moment ago
        return
    minor, body = line.amount.minor, {"who": "Frieda", "why": "asked by telephone"}
    if minor < 0:
        body["account"] = "bank_charges"
    elif chance.random() < 0.2:
        body["account"] = "not_collections"
    else:
        body |= {"items": [{"invoice_id": invoice, "amount": {"minor": min(minor, left), "currency": m["currency"]}}]}
        if minor > left or chance.random() < 0.2:
            body["customer_ref"] = told.customer_ref
    c.doors.command("match_line", "reconciliation", "/v1/lines/{id}/match", body, m["id"], path=f"/v1/lines/{key[1]}/match", who=who, intended=intended, line=key[1])


def unmatch(c, chance, who, intended):
    m = chance.choice(c.merchants)
    key = waiting(c, chance, m["id"], False)
    if key:
        c.doors.command("unmatch_line", "reconciliation", "/v1/lines/{id}/unmatch", {"who": "Frieda", "why": "it was another's"}, m["id"],
                        path=f"/v1/lines/{key[1]}/unmatch", who=who, intended=intended, line=key[1])


def accept(c, chance, who, intended):
    """Somebody tries to accept what is quarantined: amounts that don't meet can be, what is damaged can't."""
    m = chance.choice(c.merchants)
    listed = c.doors.get("reconciliation", "/v1/statements?state=quarantined&limit=20", m["id"])
    rows = [s for s in (listed or {}).get("statements", []) if s["rule"] != "does_not_close"]
    if rows:
        ident = chance.choice(rows)["id"]
        c.doors.command("accept_statement", "reconciliation", "/v1/statements/{id}/accept", {"who": "Frieda", "why": "the bank confirmed it"}, m["id"], "admin",
                        path=f"/v1/statements/{ident}/accept", who=who, intended=intended, statement=ident)
