"""The proof: what must hold in the end. Each claim compares two sources that know nothing of each other."""

import dataclasses

import figures
from report import amount


@dataclasses.dataclass
class Claim:
    text: str
    holds: bool
    detail: str = ""


def sums(facts, merchant):
    """Both sums of the ledger, from events."""
    s = figures.sums(facts, merchant.id)
    money = lambda minor: amount(minor, merchant.currency)  # noqa: E731
    parts = s["allocated"] + s["credited"] + s["discounted"] + s["written_off"] + s["open"]
    yield Claim(f"{merchant.currency}: invoiced = allocated + credited + discounted + written off + open", s["invoiced"] == parts,
                f"{money(s['invoiced'])} = {money(s['allocated'])} + {money(s['credited'])} + {money(s['discounted'])} + "
                f"{money(s['written_off'])} + {money(s['open'])}")
    yield Claim(f"{merchant.currency}: what invoicing credited is what the ledger took off", s["credit notes"] == s["credited"], money(s["credited"]))
    yield Claim(f"{merchant.currency}: what receipts paid is what open items got", s["receipts allocated"] == s["allocated"], money(s["allocated"]))
    yield Claim(f"{merchant.currency}: receipts = allocated + unapplied + refunded + kept",
                s["receipts"] == s["receipts allocated"] + s["unapplied"] + s["refunded"] + s["kept"] and s["unapplied"] == s["credit"],
                f"{money(s['receipts'])} = {money(s['receipts allocated'])} + {money(s['unapplied'])} + {money(s['refunded'])} + {money(s['kept'])}")


def ledger(merchant, trial, proof):
    """The trial balance of the ledger, and its own proof: both sums, once from the journal and once from the counters of what it is about."""
    debit = sum(a["debit"]["minor"] for a in trial)
    credit = sum(a["credit"]["minor"] for a in trial)
    yield Claim(f"{merchant.currency}: the trial balance is zero", debit == credit and sum(a["balance"]["minor"] for a in trial) == 0,
                f"{len(trial)} accounts, debit {amount(debit, merchant.currency)}, credit {amount(credit, merchant.currency)}")
    for row in proof["currencies"]:
        t = {term: amount(money["minor"], row["currency"]) for term, money in row["journal"].items()}
        yield Claim(f"{row['currency']}: received = allocated + unapplied + unidentified + refunded + kept", row["received_holds"],
                    f"{t['received']} = {t['allocated']} + {t['unapplied']} + {t['unidentified']} + {t['refunded']} + {t['kept']}")
        yield Claim(f"{row['currency']}: the journal and the counters agree", row["holds"] and row["journal"] == row["counted"],
                    f"{len(t)} terms, each counted twice")
    yield Claim(f"{merchant.currency}: the bank accounts agree with their statements", all(a["holds"] for a in proof["bank_accounts"]),
                f"closing {', '.join(amount(a['closing']['minor'], a['closing']['currency']) for a in proof['bank_accounts'])}")


def lines(facts, merchant, bank_lines, trial):
    """Every line of every statement that the bank wrote: accepted once, and explained or in front of a person."""
    accepted = [m for m in facts.lines.values() if m.merchant_id == merchant.id]
    written = sum(line["amount"]["minor"] for line in bank_lines)
    yield Claim(f"{merchant.currency}: the bank wrote as many lines as were accepted, of the same sum",
                len(accepted) == len(bank_lines) and written == sum(m.amount.minor for m in accepted),
                f"{len(bank_lines):,} lines, {amount(written, merchant.currency)}")
    waiting = {bytes(m.subject_id) for m in facts.exceptions.values() if m.DESCRIPTOR.name == "ExceptionOpened"}
    explained = left = lost = 0
    for key, m in ((key, m) for key, m in facts.lines.items() if m.merchant_id == merchant.id):
        verdict = facts.verdicts.get(key)
        if verdict is not None and verdict.identified.minor == m.amount.minor:
            explained += 1
        elif bytes(m.line_id) in waiting:
            left += 1
        else:
            lost += 1
    yield Claim(f"{merchant.currency}: every line is explained, or a person has it", lost == 0,
                f"{explained:,} explained, {left:,} with a person" + (f", {lost:,} LOST" if lost else ""))
    cash = sum(a["balance"]["minor"] for a in trial if a["account"].startswith("cash:"))
    yield Claim(f"{merchant.currency}: cash in the ledger is what the bank has", cash == merchant.opening + written, amount(cash, merchant.currency))


def documents(facts, merchant):
    invoices = [m.number for m in facts.of("InvoiceIssued", merchant.id)]
    notes = [m.number for m in facts.of("CreditNoteIssued", merchant.id)]
    yield Claim(f"{merchant.name}: invoice numbers have no gap", figures.gapless(invoices) and figures.gapless(notes),
                f"{min(invoices)} to {max(invoices)}" + (f", {len(notes)} credit notes" if notes else ""))


def mails(facts, mailbox):
    """Every notice that reminders says it sent lies in the mailbox, once."""
    said = {m.message_id for name in ("ReminderSent", "ReceiptSent") for m in facts.of(name)}
    there = [mail["message_id"].strip("<>") for mail in mailbox["mails"]]
    yield Claim("every mail that was said to be sent lies in the mailbox, once", sorted(said) == sorted(there), f"{len(there):,} mails")
