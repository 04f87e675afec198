"""I5: nobody is reminded twice of the same, nor of what was known to be paid; what was said is what was sent."""

import collections

from .report import name as show


def check(report, db, fold, history):
    accounts(report, db, fold)
    once(report, db, fold)
    notices(report, db, fold)
    holds(report, db, fold)
    if history:
        mails(report, db, history)
        after_paid(report, db, fold, history)


def accounts(report, db, fold):
    expected = {k: (facts.get("defined", 0), facts.get("cover", 0), *fold.accounts[k][1:]) for k, facts in fold.account_facts.items()}
    report.same("I7", "account", expected, db.table(
        "select merchant_id, uuid_send(account_id), defined_revision, cover_revision, currency, collecting from account", 2),
        ("defined_revision", "cover_revision", "currency", "collecting"), "reminders.account")


def once(report, db, fold):
    where = "reminders.notice_item"
    for merchant, invoice, part, step, n in db.rows("""
            select i.merchant_id, i.invoice_id::text, i.part, i.step, count(*) from notice_item i join notice n using (merchant_id, notice_id)
            where n.kind = 'reminder' and n.state <> 'cancelled' group by 1, 2, 3, 4 having count(*) > 1"""):
        report.add("I5", f"reminder {step} of {merchant}/{invoice}/{part}", "once", n, where)
    for merchant, customer, day, n in db.rows("""
            select merchant_id, customer_ref, day, count(*) from notice where kind = 'reminder' and state <> 'cancelled' group by 1, 2, 3
            having count(*) > 1"""):
        report.add("I5", f"customer {merchant}:{customer} on {day}", "one reminder", n, "reminders.notice")
    for merchant, ident, notice_state, items, live in db.rows("""
            select merchant_id, notice_id::text, n.state, count(i.step), count(i.step) filter (where i.live) from notice n
            full join notice_item i using (merchant_id, notice_id) group by 1, 2, 3, n.kind
            having n.state is null or (n.kind = 'reminder' and count(i.step) = 0)
                or count(i.step) filter (where i.live) <> case when n.state = 'cancelled' then 0 else count(i.step) end"""):
        report.add("I5", f"notice {merchant}/{ident}", "a notice with what it speaks of, which counts unless it was cancelled",
                   f"state {notice_state}, {items} items, {live} that count", where)
    for key, n in (*fold.reminded.items(), *fold.confirmed.items()):
        if n > 1:
            report.add("I5", f"notice of {show(key)}", "said once", n, "dunlin.reminders.v1")


def notices(report, db, fold):
    said_items = fold.notices.pop("items", [])
    found, items = {}, collections.defaultdict(set)
    for merchant, ident, kind, state, revision in db.rows("select merchant_id, uuid_send(notice_id), kind, state, revision from notice"):
        if state in ("sent", "doubtful", "failed"):
            found[merchant, ident] = (revision, "failed" if state == "failed" else kind)
        elif revision:
            report.add("I7", f"notice {show((merchant, ident))}", "nothing said of what is not done", state, "reminders.notice")
    report.same("I7", "notice", {k: v[:2] for k, v in fold.notices.items()}, found, ("revision", "said"), "reminders.notice")
    for merchant, ident, invoice, part, step, open_minor in db.rows("""
            select i.merchant_id, uuid_send(i.notice_id), uuid_send(i.invoice_id), i.part, i.step, i.open from notice_item i join notice n using (merchant_id, notice_id)
            where n.kind = 'reminder' and n.state in ('sent', 'doubtful')"""):
        items[merchant, ident].add((invoice, part, step, open_minor))
    told = collections.defaultdict(set)
    for merchant, ident, invoice, part, step, open_minor in said_items:
        told[merchant, ident].add((invoice, part, step, open_minor))
        if open_minor <= 0 or open_minor not in {o for _, o, _ in fold.opens.get((merchant, invoice, part), ())}:
            report.add("I5", f"reminder {step} of {show((merchant, invoice, part))}", "an amount that was open once", open_minor, f"notice {show(ident)}")
    for key in items.keys() | told.keys():
        report.equal("I7", f"notice {show(key)}", show(sorted(items[key])), show(sorted(told[key])), "dunlin.reminders.v1 against reminders.notice_item")
    receipts = {}
    for merchant, source, ident, customer, amount in db.rows(
            "select merchant_id, source, uuid_send(source_id), customer_ref, amount from notice where kind = 'receipt'"):
        receipts[merchant, source, ident] = (customer, amount)
    report.same("I5", "receipt of", fold.paid_receipts, receipts, ("customer_ref", "amount"), "reminders.notice: a confirmation for each payment, once")


def holds(report, db, fold):
    report.same("I7", "hold", fold.holds, db.table("select merchant_id, uuid_send(hold_id), revision, state from hold", 2), ("revision", "state"), "reminders.hold")


def mails(report, db, history):
    """What lies in the mailbox is what was sent: once, or once more for each time that nobody knew."""
    there = collections.Counter(m.split("@")[0] for m in history.end.get("mails", ()))
    if "mails" not in history.end:
        return
    for merchant, ident, state, tries, unknowns in db.rows("select merchant_id, notice_id::text, state, tries, unknowns from notice"):
        n = there.pop(ident, 0)
        # The last try of a doubtful one has no answer either, and is not counted: nothing follows from it.
        most = unknowns + (state in ("sent", "doubtful"))
        least = 1 if state == "sent" else 0
        if not least <= n <= max(most, least):
            report.add("I5", f"notice {merchant}/{ident} {state}", f"{least} to {most} mails ({tries} tries, {unknowns} of them without an answer)", n, "the mailbox")
    for ident, n in there.items():
        report.add("I5", f"mail {ident}", "a notice", f"{n} mails of nobody's", "the mailbox")


def after_paid(report, db, fold, history):
    """A client saw reminders show that nothing is open: no reminder of it is claimed after that, until it is open again."""
    claims = collections.defaultdict(list)
    for merchant, invoice, ident, at in db.rows("""
            select i.merchant_id, i.invoice_id::text, n.notice_id::text, (extract(epoch from n.claimed_at) * 1000000)::bigint
            from notice n join notice_item i using (merchant_id, notice_id)
            where n.kind = 'reminder' and n.state in ('sending', 'sent', 'doubtful') and n.claimed_at is not null"""):
        claims[merchant, invoice].append((at, ident))
    told = collections.defaultdict(list)
    for (merchant, invoice, _), steps in fold.opens.items():
        told[merchant, show(invoice)] += sorted(steps)
    for note in history.notes:
        if note["what"] != "paid_known":
            continue
        key, known = (note["merchant"], note["invoice"]), note["business"]
        again = opened_again(told[key], known)
        for at, ident in claims[key]:
            if at > known and (again is None or at < again):
                report.add("I5", f"notice {key[0]}/{ident} of invoice {key[1]}", f"no reminder after {known}, when reminders knew that it was paid", at,
                           "reminders.notice: claimed_at")


def opened_again(steps, known):
    """When something was open again after what was seen to be 0 at `known`: 0 where that may have been before it was seen; None where it never was."""
    settled = [revision for revision, minor, at in steps if minor == 0 and at <= known]
    later = [at for revision, minor, at in steps if minor > 0 and (not settled or revision > settled[-1])]
    return later[0] if later else None
