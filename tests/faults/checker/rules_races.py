"""I11: of two who do something about a line at once one wins, or both one after the other: what is matched is matched again only when it was taken back, what is
taken back was matched, and nobody touches a line whose import is undone."""

from .fold import message_type
from .report import name as show

TOUCHES = ("dunlin.ledger.v1.LineMatched", "dunlin.ledger.v1.LineUnmatched")
UNDONE = "dunlin.ledger.v1.StatementUndone"
# What a line must be, that this is done to it.
BEFORE = {"matched": {"waiting"}, "waiting": {"waiting"}, "taken back": {"matched"}, "undone": {"waiting", "matched"}}
AFTER = {"matched": "matched", "waiting": "waiting", "taken back": "waiting", "undone": "undone"}


def check(report, db, fold):
    for key, steps in fold.line_steps.items():
        one_after_the_other(report, key, steps)
    left_alone(report, db)


def one_after_the_other(report, key, steps):
    state = "waiting"
    for revision, what in sorted(steps):
        if state not in BEFORE[what]:
            report.add("I11", f"line {show(key)} revision {revision}", f"{what} only where it is {' or '.join(sorted(BEFORE[what]))}", f"it was {state}",
                       "dunlin.ledger.v1: LineMatched, LineUnmatched, LineUndone")
        state = AFTER[what]


def left_alone(report, db):
    """In the order of the outbox, which is that of the commits."""
    statement_of = db.table("select merchant_id, uuid_send(line_id), uuid_send(statement_id) from bank_line", 2)
    undone = {}
    for seq, kind, payload in db.rows("select seq, type, payload from outbox where type = any(%s) order by seq", [*TOUCHES, UNDONE]):
        m = message_type(kind).FromString(bytes(payload))
        if kind == UNDONE:
            undone[m.merchant_id, m.statement_id] = seq
            continue
        statement = statement_of.get((m.merchant_id, m.line_id))
        if statement and (m.merchant_id, bytes(statement[0])) in undone:
            report.add("I11", f"line {show((m.merchant_id, m.line_id))}", "left alone: its statement was undone", kind.rpartition(".")[2],
                       f"reconciliation.outbox: seq {seq} after {undone[m.merchant_id, bytes(statement[0])]}")
