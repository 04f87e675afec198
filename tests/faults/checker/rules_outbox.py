"""O: outbox, topics and inboxes tell the same story. P: positions and what they stand for."""

from .identity import ORDINALS, made_by

CONSUMES = {
    "invoicing": {"ledger": {"OpenItemChanged"}},
    "payments": {"invoices": {"InvoiceIssued", "CreditNoteIssued"}, "ledger": {"OpenItemChanged", "ReceiptAllocated"}, "customers": {"MerchantDefined"}},
    "reconciliation": {"invoices": {"InvoiceIssued", "CreditNoteIssued"}, "customers": {"MerchantDefined", "CustomerChanged"},
                       "payments": {"PaymentSucceeded", "PaymentRefunded", "PayoutLines", "PayoutPaid"}},
    "reminders": {"customers": {"MerchantDefined", "CustomerChanged"}, "invoices": {"InvoiceIssued"}, "payments": {"PaymentSucceeded"},
                  "ledger": {"OpenItemChanged", "AccountDefined", "StatementAccepted", "StatementMatched", "StatementUndone", "ReceiptAllocated"}},
}
BILLING = "dunlin.billing.v1"
WRITER = {"dunlin.customers.v1": "dunlin/invoicing", "dunlin.invoices.v1": "dunlin/invoicing", "dunlin.payments.v1": "dunlin/payments",
          "dunlin.ledger.v1": "dunlin/reconciliation", "dunlin.reminders.v1": "dunlin/reminders"}


def check(report, databases, fold, topics):
    said = set()
    for db in databases.values():
        check_outbox(report, db, fold, said, topics.cluster)
    for ident, (topic, partition, offset, _) in fold.seen.items():
        if ident not in said and topic != BILLING:
            report.add("O3", f"event {ident}", "a row in the outbox of its service", "none", f"{topic}/{partition}@{offset}")
    for name, db in databases.items():
        check_inbox(report, name, db, fold)
        check_positions(report, name, db, fold, topics)
        check_parked(report, name, db)
        check_answers(report, name, db)
        if fold.keep_tails:
            check_causes(report, name, db, fold)


# ---- out ----


def check_outbox(report, db, fold, said, cluster):
    """Every row is in its topic as it was written; of a key in the order of the sequence; of a transaction all together."""
    last_of_key, last_seq, last_at, xids, xid = {}, 0, None, set(), None
    for seq, topic, key, ident, kind, payload, at, row_xid in db.rows(
            "select seq, topic, part_key, event_id::text, type, payload, created_at, xmin::text::bigint from outbox order by seq"):
        report.count("outbox")
        where = f"{db.name}.outbox seq {seq}"
        said.add(ident)
        if row_xid != xid:
            if row_xid in xids:
                report.add("O2", f"event {ident}", "all rows of a transaction next to each other: drawn and committed under one lock",
                           f"rows of others between those of transaction {row_xid}", where)
            xids.add(row_xid)
            xid = row_xid
        if last_at is not None and at < last_at:
            report.add("O2", f"event {ident}", f"written at {last_at} or later, as seq {last_seq} before it", at, where)
        last_seq, last_at = seq, at
        found = fold.seen.get(ident)
        if found is None:
            newer = fold.newest.get(key) if topic == "dunlin.customers.v1" else None
            if newer is None:
                report.add("O1", f"event {ident} {kind}", f"relayed to {topic} under {key}", "never relayed", where)
            continue
        if found[3] != hash((key, kind, None if payload is None else bytes(payload))):
            report.add("O3", f"event {ident} {kind}", "the bytes, key and type of the outbox", "others", f"{found[0]}/{found[1]}@{found[2]} against {where}")
        before = last_of_key.get((topic, key))
        if before is not None and found[2] < before[0]:
            report.add("O2", f"event {ident} {kind}", f"after offset {before[0]} (seq {before[1]}) of the same key", f"offset {found[2]}",
                       f"{found[0]}/{found[1]} against {where}")
        last_of_key[topic, key] = (found[2], seq)
    reached = dict(db.rows("select cluster_id, last_seq from relay_cursor where not retired"))
    at = max(reached.values(), default=0) if cluster is None else reached.get(cluster, 0)
    report.equal("O1", f"{db.name} relay", last_seq, at, f"{db.name}.relay_cursor")


# ---- in ----


def handled(service, topic, kind):
    types = CONSUMES[service].get(topic.split(".")[1])
    return types is not None and kind.rpartition(".")[2] in types


def check_inbox(report, name, db, fold):
    """Every event that a service must follow is in its inbox, and nothing is there that nobody said."""
    inbox = {ident: outcome for ident, outcome in db.rows("select event_id::text, outcome from inbox_own")}
    parked = {row[0] for row in db.rows("select id from parked where own")}
    report.count("inbox", len(inbox))
    expected = set()
    for topic in sorted(fold.read_by):
        if topic.split(".")[1] not in CONSUMES[name]:
            continue
        for partition, offset, ident, kind in fold.read_by[topic]:
            if not handled(name, topic, kind) or ident in expected:
                continue
            expected.add(ident)
            if ident not in inbox:
                report.add("O4", f"event {ident} {kind}", f"consumed by {name}", "not in its inbox", f"{topic}/{partition}@{offset}")
    for ident in inbox.keys() - expected:
        report.add("O4", f"event {ident}", f"a fact that {name} follows, in its topic", "none", f"{name}.inbox_own")
    for ident, outcome in inbox.items():
        if outcome == 3 and ident not in parked:
            report.add("O4", f"event {ident}", "set aside: a row in parked", "none", f"{name}.parked")


def check_positions(report, name, db, fold, topics):
    """Positions stand at the end, and everything before them has its effect."""
    rows = list(db.rows("select topic, part, next_offset, last_id from consumer_position where cluster_id = %s", topics.cluster) if topics.cluster
                else db.rows("select distinct on (topic, part) topic, part, next_offset, last_id from consumer_position order by topic, part, updated_at desc"))
    positions = {(topic, part): (at, last) for topic, part, at, last in rows}
    wanted = {f"dunlin.{t}.v1" for t in CONSUMES[name]} | ({BILLING} if name == "invoicing" else set())
    for (topic, part), end in topics.ends.items():
        if topic not in wanted:
            continue
        at, _ = positions.get((topic, part), (0, ""))
        if at != end:
            report.add("P1", f"{name} {topic}/{part}", f"position {end}, the end", at, f"{name}.consumer_position")
    check_before(report, name, db, fold, positions)


def check_before(report, name, db, fold, positions):
    """The last message before a position is the one that it names."""
    last = {}
    for topic in fold.read_by:
        for partition, offset, ident, _ in fold.read_by[topic]:
            if (topic, partition) in positions and offset < positions[topic, partition][0]:
                kept = last.get((topic, partition))
                if kept is None or offset > kept[0]:
                    last[topic, partition] = (offset, ident)
    for (topic, part), (offset, ident) in last.items():
        at, named = positions[topic, part]
        if named and offset == at - 1 and ident not in named:
            report.add("P1", f"{name} {topic}/{part}", f"the last message applied: {ident} at {offset}", named, f"{name}.consumer_position")
    if name != "invoicing":
        return
    inbox = {(source, ident) for source, ident in db.rows("select source, id from inbox where source !~ '^(http|tick|send|webhook):'")}
    for partition, offset, source, ident, kind, _ in fold.foreign:
        if offset < positions.get((BILLING, partition), (0, ""))[0] and (source, ident) not in inbox:
            report.add("P1", f"command {source} {ident} {kind}", "its effect, or its refusal: the position is past it", "not in the inbox",
                       f"{BILLING}/{partition}@{offset}")


def check_parked(report, name, db):
    for topic, key, kind, ident, code, reason, head in db.rows("select topic, key, type, id, code, reason, head from parked where state = 'parked'"):
        how = "set aside" if head else "set aside behind another"
        report.add("O4", f"message {ident} {kind} of {key}", "applied", f"{how}: {code}: {reason}", f"{name}.parked {topic}")


def check_answers(report, name, db):
    """Who was claimed for an answer has one, and nobody else."""
    for source, ident, outcome, status in db.rows("""
            select source, id, outcome, status from (select * from inbox where source like 'http:%:%:/v1/%') i full join answer a using (source, id)
            where (outcome in (1, 2)) is distinct from (status is not null)"""):
        report.add("O4", f"request {source} {ident}", "claimed and answered in one transaction", f"outcome {outcome}, answer {status}",
                   f"{name}.inbox and answer")


def check_causes(report, name, db, fold):
    """Every event was made by a message that is in the inbox: nothing is said twice over by somebody else, and nothing by nobody."""
    left = {tail: tail for tail in fold.tails[f"dunlin/{name}"]}
    causes = [(source, ident) for source, ident in db.rows("select source, id from inbox")]
    causes += [(WRITER[fold.seen[ident][0]], ident) for ident, in db.rows("select event_id::text from inbox_own") if ident in fold.seen]
    for ordinals in (ORDINALS, 20 * ORDINALS):
        for source, ident in causes if left else ():
            for tail in made_by(source, ident, left, ordinals):
                del left[tail]
    for ident, (topic, partition, offset, _) in fold.seen.items() if left else ():
        if len(ident) == 36 and bytes.fromhex(ident.replace("-", ""))[6:] in left:
            report.add("O6", f"event {ident}", "made by a message in the inbox", "none that makes it", f"{topic}/{partition}@{offset} against {name}.inbox")


def foreign_outcomes(db):
    """(source, id) -> outcome of everything that is not an event of ours."""
    return {(source, ident): outcome for source, ident, outcome in db.rows("select source, id, outcome from inbox")}


__all__ = ["check", "foreign_outcomes"]
