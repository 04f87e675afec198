"""I10: a closed month is for ever what was sealed of it, and what comes later is in the next that is open; exports of a target are numbered, take the closed
months in order, and hold all entries of theirs: so each entry is in one."""

import collections
import datetime
import hashlib

from .report import name as show

CLASSES = {
    "asset": ("receivable", "cash", "cash_in_hand", "clearing", "reserve", "disputed", "payouts_in_transit", "unidentified_payments", "fx_position"),
    "liability": ("unidentified_receipts", "unapplied_cash", "refunds_payable", "tax_payable"), "income": ("revenue", "fee_income", "interest_income", "difference_income"),
    "expense": ("discounts", "write_off", "bad_debt", "provider_fees", "bank_charges"), "equity": ("not_collections", "opening_balance"),
}
CLASS_OF = {account: word for word, accounts in CLASSES.items() for account in accounts}


def after(month):
    return (month + datetime.timedelta(days=31)).replace(day=1)


class Months:
    """The closed months of each merchant, in order, and what the journal holds of each."""

    def __init__(self, db):
        self.of, self.rows = collections.defaultdict(list), {}
        for merchant, month, revision, last, seal, forced in db.rows(
                "select merchant_id, month, revision, last_entry, seal, forced from period where state = 'closed' order by 1, 2"):
            self.of[merchant].append((month, last))
            self.rows[merchant, f"{month:%Y-%m}"] = (revision, last, bytes(seal), forced)
        self.moved = collections.defaultdict(lambda: [0, 0])  # (merchant, month, currency, account) -> debit, credit
        self.counted = collections.defaultdict(lambda: [0, 0])  # (merchant, month, currency) -> entries, minor
        for row in db.rows("select merchant_id, entry, day, debit, credit, currency, amount from journal"):
            if self.of.get(row[0]):
                self.book(*row)

    def book(self, merchant, entry, day, debit, credit, currency, minor):
        month = self.month_of(merchant, entry, day)
        self.moved[merchant, month, currency, debit][0] += minor
        self.moved[merchant, month, currency, credit][1] += minor
        counted = self.counted[merchant, month, currency]
        counted[0] += 1
        counted[1] += minor

    def month_of(self, merchant, entry, day):
        """Its day's, or the first that was open when it came; the first closed month holds all that is before it."""
        came_after = [month for month, last in self.of[merchant] if last < entry]
        return max(day.replace(day=1), after(came_after[-1]) if came_after else self.of[merchant][0][0])

    def balances(self, merchant):
        """(month, {(currency, account): (opening, debit, credit)}), month by month."""
        held = collections.Counter()
        for month, _ in self.of[merchant]:
            moved = {key[2:]: tuple(v) for key, v in self.moved.items() if key[:2] == (merchant, month)}
            rows = {key: (held[key], *moved.get(key, (0, 0))) for key in held.keys() | moved.keys()}
            yield month, {key: row for key, row in rows.items() if any(row)}
            for key, (debit, credit) in moved.items():
                held[key] += debit - credit


def check(report, db, fold, history):
    months = Months(db)
    report.same("I7", "period", {k: v[:4] for k, v in fold.periods.items()}, months.rows, ("revision", "last_entry", "seal", "forced"), "reconciliation.period")
    sealed(report, db, months, fold)
    exports(report, db, months, history)


# ---- trial balances ----


def sealed(report, db, months, fold):
    expected, told = {}, {(*key, *k): v for key, row in fold.periods.items() for k, v in row[4].items()}
    found = db.table("select merchant_id, to_char(month, 'YYYY-MM'), currency, account, opening, debit, credit from period_balance", 4)
    for merchant in months.of:
        for month, rows in months.balances(merchant):
            name = f"{month:%Y-%m}"
            expected |= {(merchant, name, *key): row for key, row in rows.items()}
            report.equal("I10", f"seal of {merchant}/{name}", hashlib.sha256(printed(rows)).hexdigest(), months.rows[merchant, name][2].hex(),
                         "reconciliation.period: SHA-256 of the trial balance that the journal makes")
    columns = ("opening", "debit", "credit")
    report.same("I10", "sealed balance", expected, found, columns, "reconciliation.period_balance against the journal")
    report.same("I7", "told balance", told, found, columns, "reconciliation.period_balance against dunlin.ledger.v1")


def printed(rows):
    """The trial balance as CSV, which is what is sealed."""
    lines = ["account,class,currency,opening,debit,credit,closing"]
    for (currency, account), (opening, debit, credit) in sorted(rows.items()):
        amounts = (digits(minor) for minor in (opening, debit, credit, opening + debit - credit))
        lines.append(",".join((account, CLASS_OF[account.partition(":")[0]], currency, *amounts)))
    return "".join(f"{line}\r\n" for line in lines).encode()


def digits(minor):
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


# ---- exports ----


def exports(report, db, months, history):
    found = collections.defaultdict(list)
    for merchant, target, number, month, entries, sums in db.rows(
            "select merchant_id, target, number, month, entries, sums from export order by merchant_id, target, number"):
        found[merchant, target].append((number, month))
        counted = sorted((key[2], *v) for key, v in months.counted.items() if key[:2] == (merchant, month))
        wanted = (sum(n for _, n, _ in counted), "".join(f"{currency} {n} {minor}\n" for currency, n, minor in counted))
        report.equal("I10", f"export {merchant}/{target}/{number}", wanted, (entries, sums), f"reconciliation.export: entries of {month:%Y-%m} in the journal")
    for (merchant, target), made in found.items():
        wanted = [(n, month) for n, (month, _) in enumerate(months.of[merchant], 1)][:len(made)]
        report.equal("I10", f"exports {merchant}/{target}", text(wanted), text(made), "reconciliation.export: each closed month once, in order")
    answered(report, {(*key, number): month for key, made in found.items() for number, month in made}, history)


def text(made):
    return " ".join(f"{number}:{month:%Y-%m}" for number, month in made)


def answered(report, made, history):
    for r in history.of("make_export") if history else ():
        said = r.answer.get("answer", {})
        if r.outcome == "ok":
            month = made.get((r.merchant, r.target, said.get("number")))
            report.equal("H1", f"{r} {show((r.merchant, r.target))}", said.get("month"), month and f"{month:%Y-%m}", "reconciliation.export")
