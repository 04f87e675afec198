"""I6: every line of a statement is in the books once, and is matched once or open; a statement again adds nothing. What was undone is in no book, and comes
again as another line."""

import collections

from .report import name as show


def check(report, db, fold, history):
    lines(report, db, fold)
    statements(report, db, fold)
    if history:
        truth(report, db, history)


def lines(report, db, fold):
    found = {}
    for merchant, ident, account, amount, state, revision in db.rows(
            "select merchant_id, uuid_send(line_id), uuid_send(account_id), amount, state, revision from bank_line"
            " where state not in ('staged', 'known') and revision > 0"):
        found[merchant, ident] = (revision, account, amount)
        told = fold.lines.get((merchant, ident))
        if told and state != "returned":
            report.equal("I6", f"line {show((merchant, ident))}", told[3], state, "reconciliation.bank_line: matched once, or open")
    report.same("I6", "line", {k: tuple(v[:3]) for k, v in fold.lines.items()}, found, ("revision", "account_id", "amount"), "reconciliation.bank_line")
    for merchant, ident, amount, state, what, received in db.rows("""
            select l.merchant_id, l.line_id::text, l.amount - l.returned, l.state, l.is_what, coalesce(sum(r.amount), 0)::bigint from bank_line l
            left join receipt r on r.merchant_id = l.merchant_id and r.source_id = l.line_id and r.kind = 1
            where l.amount > 0 and l.state not in ('staged', 'known') group by 1, 2, 3, 4, 5
            having coalesce(sum(r.amount), 0) <>
                case when l.state in ('matched', 'returned') and l.is_what = 'receipts' then l.amount - l.returned else 0 end"""):
        wanted = amount if what == "receipts" and state != "waiting" else 0
        report.add("I6", f"line {merchant}/{ident}", f"receipts of {wanted}", received, "reconciliation.receipt")
    for merchant, ident, lines in db.rows("""
            select p.merchant_id, p.payout_id::text, count(l.line_id) from payout p left join bank_line l on l.merchant_id = p.merchant_id
                and l.counterpart_id = p.payout_id and l.is_what = 'payout' and l.state = 'matched'
            group by 1, 2, p.has_arrived having count(l.line_id) <> p.has_arrived::int"""):
        report.add("I6", f"payout {merchant}/{ident}", "one line where it has arrived", lines, "reconciliation.bank_line")


def statements(report, db, fold):
    found = {}
    for merchant, ident, account, count, new, opening, closing, state, remaining, booked, rows in db.rows("""
            select s.merchant_id, uuid_send(s.statement_id), uuid_send(s.account_id), s.line_count, s.line_new, s.opening, s.closing, s.state, s.remaining,
                count(l.line_id) filter (where l.state not in ('staged', 'known', 'undone')), count(l.line_id)
            from statement s left join bank_line l using (merchant_id, statement_id) group by s.merchant_id, s.statement_id"""):
        entity = f"statement {show((merchant, ident))}"
        report.equal("I6", entity, count, rows, "reconciliation.bank_line: rows of the statement")
        if state in ("accepted", "posted"):
            found[merchant, ident] = (account, count, new, opening, closing)
            report.equal("I6", entity, new, booked, "reconciliation.bank_line: lines that it brought")
            report.equal("I6", entity, ("posted", 0), (state, remaining), "reconciliation.statement")
        else:
            if (merchant, ident) in fold.undone:
                found[merchant, ident] = (account, count, new, opening, closing)
                report.equal("I6", entity, True, state in ("undone", "replaced"), "reconciliation.statement: it was undone")
            report.equal("I6", entity, 0, booked, f"reconciliation.bank_line: nothing of a statement that is {state}")
    report.same("I7", "statement", fold.statements, found, ("account_id", "line_count", "line_new", "opening", "closing"), "reconciliation.statement")
    for key in (fold.statements.keys() | fold.matched.keys()) - (fold.undone - fold.matched.keys()):
        report.equal("I6", f"statement {show(key)}", (key in fold.statements, fold.of_statement[key]), (key in fold.matched, fold.matched.get(key, 0)),
                     "dunlin.ledger.v1: it was accepted, and so many receipts name it; StatementMatched")
    for merchant, account, line_sum, booked in db.rows("""
            select a.merchant_id, a.account_id::text, a.chain_line_sum, coalesce(sum(l.amount), 0)::bigint from bank_account a
            left join bank_line l on l.merchant_id = a.merchant_id and l.account_id = a.account_id
                and l.state not in ('staged', 'known', 'undone')
            group by 1, 2, 3 having a.chain_line_sum <> coalesce(sum(l.amount), 0)"""):
        report.add("I6", f"bank account {merchant}/{account}", f"lines of {line_sum}, as its balances have it", booked, "reconciliation.bank_line")


# ---- against what the bank wrote ----


def key_of(account, line):
    return (account, line["day"], line["minor"], line.get("rf", ""), line.get("text", ""), line.get("iban", ""))


def truth(report, db, history):
    sure, perhaps = collections.defaultdict(dict), collections.defaultdict(dict)  # account -> {number: line}
    files = collections.defaultdict(list)
    for r in history.of("upload", "upload_again", "upload_overlap", "upload_damaged"):
        files[r.sha256].append(r)
        if r.f != "upload_damaged":
            into = sure if r.outcome == "ok" else perhaps
            into[r.value["account"]].update({line["n"]: line for line in r.value["lines"]})
    must, may = collections.Counter(), collections.Counter()
    for account, known in sure.items():
        must.update(key_of(account, line) for line in known.values())
    for account, known in perhaps.items():
        may.update(key_of(account, line) for n, line in known.items() if n not in sure[account])
    found = collections.Counter()
    for account, day, minor, rf, text, iban, n in db.rows("""
            select a.identifier, l.booking_date::text, l.amount, l.reference_list, coalesce(p.texts, ''), coalesce(p.party_iban, ''), count(*) from bank_line l
            join bank_account a using (merchant_id, account_id) left join bank_line_person p using (merchant_id, line_id)
            where l.state not in ('staged', 'known', 'undone') group by 1, 2, 3, 4, 5, 6"""):
        found[account, day, minor, rf, text, iban] = n
    for key in must.keys() | found.keys():
        least, most = must[key], must[key] + may[key]
        if not least <= found[key] <= most:
            report.add("I6", f"bank line {show(key)}", least if least == most else f"{least} to {most}", found[key],
                       "reconciliation.bank_line against what the bank wrote")
    uploaded(report, db, files)


def uploaded(report, db, files):
    states = db.table("select encode(f.sha256, 'hex'), f.state, coalesce(string_agg(s.state, ' '), '') from statement_file f left join statement s"
                      " on s.merchant_id = f.merchant_id and s.file_sha256 = f.sha256 group by 1, 2", 1)
    for sha, tries in files.items():
        state, statement = states.get(sha, ("none", ""))
        entity, r = f"file {sha[:16]} of {tries[0]}", tries[0]
        if any(t.outcome == "ok" for t in tries):
            report.equal("I6" if r.f != "upload_damaged" else "H1", entity, "read", state, "reconciliation.statement_file")
        if r.f == "upload_damaged" and "posted" in statement.split():
            report.add("I6", entity, f"nothing posted: {r.value['damage']}", statement, "reconciliation.statement")
        if r.f != "upload_damaged" and any(t.outcome == "ok" for t in tries) and not {"posted", "accepted"} & set(statement.split()):
            report.add("I6", entity, "posted: the bank's own statement", statement or "no statement", "reconciliation.statement")
        if r.f == "upload_damaged" and r.value["is_refused"] and any(t.outcome == "ok" for t in tries):
            report.add("H2", entity, f"refused: {r.value['damage']}", "taken", "the history")
