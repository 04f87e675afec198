"""The checker of a run: from the history of a client, the four databases and all topics it decides whether the books hold.

It shares nothing with the daemons but their tables, topics and public rules. I1 to I9 are the invariants, H the history, O outbox and topics and inboxes, P
positions, T merchants; README.md of tests/faults says what each means."""

import argparse
import collections
import json
import pathlib
import sys
import time

from history import History

from . import rules_bank, rules_books, rules_chain, rules_documents, rules_history, rules_months, rules_outbox, rules_races, rules_reminders
from . import fold
from .fold import Fold
from .report import Report, Violation
from .sources import SERVICES, Database, Recorded, Topics

RULES = {
    "I1": "the ledger's accounts are what they stand for, and sum to 0", "I2": "a payment counts once, and is allocated and given back within itself",
    "I3": "a webhook that was taken has a row, an end and its own payment", "I4": "open = invoiced - credited - allocated - given up",
    "I5": "no reminder twice, none after it was known to be paid; every mail is a notice's", "I6": "a bank line is booked once, and matched once or open",
    "I7": "the tables are the fold of the topics", "I8": "what people did by hand is in the audit; the journal fits its seal", "I9": "document numbers are gapless and unique",
    "I10": "a closed month is what was sealed; each of its entries is in one export of each target",
    "I11": "of two who do something about a line at once one wins, or both one after the other",
    "H1": "2xx: its effect, once", "H2": "refused: no effect", "H3": "unknown: one effect or none, and the system knows which",
    "O1": "every outbox row is relayed", "O2": "in the order of the outbox, drawn and committed under one lock", "O3": "again only with the same id and bytes",
    "O4": "consumed by all who must, and nothing set aside", "O5": "revisions count from 1 without a gap",
    "O6": "every event was made by a message in the inbox of its service", "P1": "positions and effects go together",
    "T1": "nobody's rows are another merchant's", "quiet": "everything has come to rest",
}


def check(databases, brokers=None, history=None, topics=None):
    """(violations, counts). databases: service -> URL; topics: recorded ones instead of brokers'; history: a path, or None."""
    report = Report()
    topics = topics or Topics(brokers)
    history = History(history) if isinstance(history, (str, pathlib.Path)) else history
    opened = {name: Database(name, databases[name]) for name in SERVICES}
    try:
        quiet(report, opened)
        fold = Fold(report, keep_tails=history is not None).take(topics)
        fold.check_revisions()
        rules_outbox.check(report, opened, fold, topics)
        rules_documents.check(report, opened, fold)
        rules_books.check(report, opened, fold)
        rules_chain.check(report, opened["reconciliation"])
        rules_months.check(report, opened["reconciliation"], fold, history)
        rules_bank.check(report, opened["reconciliation"], fold, history)
        rules_races.check(report, opened["reconciliation"], fold)
        rules_reminders.check(report, opened["reminders"], fold, history)
        if history is not None:
            rules_history.check(report, opened, fold, history)
    finally:
        for db in opened.values():
            db.close()
    return report.violations, report.counts


def quiet(report, databases):
    """What is under way would look like damage."""
    for name, sql in (("reconciliation", "select count(*) from statement where state in ('staged', 'accepted')"),
                      ("reminders", "select count(*) from notice where state = 'sending'")):
        n = databases[name].one(sql)
        if n:
            report.add("quiet", name, 0, n, sql)


def show(violations, most):
    by_rule = collections.Counter()
    for v in violations:
        by_rule[v.rule] += 1
        if most is None or by_rule[v.rule] <= most:
            print(v)
    for rule, n in by_rule.items():
        if most is not None and n > most:
            print(f"{rule:8} and {n - most} more")


def main(argv=None):
    top = argparse.ArgumentParser(prog="check", description="Do the books of a run hold? Exit: 0 all rules hold, 1 something does not, 2 usage.",
                                  epilog="\n".join(f"{rule:5} {text}" for rule, text in RULES.items()), formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in SERVICES:
        top.add_argument(f"--{name}", metavar="URL", help=f"database of {name}")
    top.add_argument("--brokers", metavar="HOST:PORT,...")
    top.add_argument("--history", metavar="FILE", help="what a client asked and was told; without it the rules H are left out")
    top.add_argument("--stack", type=pathlib.Path, metavar="DIR", help="all of these from DIR/check.json")
    top.add_argument("--all", action="store_true", help="every violation, not 20 a rule")
    top.add_argument("--json", action="store_true", help="violations as JSON lines")
    args = top.parse_args(argv)
    kept = json.loads((args.stack / "check.json").read_text()) if args.stack else {"databases": {}}
    databases = {name: getattr(args, name) or kept["databases"].get(name) for name in SERVICES}
    brokers, history = args.brokers or kept.get("brokers"), args.history or kept.get("history")
    if not brokers or not all(databases.values()):
        top.error("name the four databases and the brokers, or --stack")
    began = time.monotonic()
    violations, counts = check(databases, brokers, history)
    if args.json:
        for v in violations:
            print(json.dumps(v.__dict__))
    else:
        show(violations, None if args.all else 20)
    if not history:
        print("no history: the rules H are left out", file=sys.stderr)
    print(f"checked: {counts['events']:,} events, {counts['outbox']:,} outbox rows, {counts['rows']:,} rows, {counts['requests']:,} requests "
          f"in {time.monotonic() - began:.1f} s; {len(violations)} violations")
    return 1 if violations else 0


__all__ = ["check", "main", "Violation", "Recorded", "RULES"]
