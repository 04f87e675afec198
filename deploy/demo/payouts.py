"""Payouts of the provider three ways: what its own report says item by item, what we know was paid by card, and what the bank booked. Each is another source:
the report is a file of the provider's that `reconciliation check` reads, payments are facts of payments, lines are what the bank's statements brought."""

import dataclasses
import json
import pathlib
import tempfile

import report
from facts import text_id
from figures import day_of, latest
from proof import Claim
from stack import Failed, http


@dataclasses.dataclass
class Payout:
    """Minor units throughout."""
    ref: str
    items: list  # of the provider's report: (gross, fee, net)
    lines: list  # of payments, the same
    paid: int  # by card, less what was refunded, of the payments and refunds that the lines name
    payments: int
    booked: int | None  # by the bank; None: on no statement yet
    day: object
    format: str
    net: int

    @property
    def gross(self):
        return sum(gross for gross, _, _ in self.items)

    @property
    def fees(self):
        return sum(fee for _, fee, _ in self.items)

    @property
    def agrees(self):
        sums = sum(net for _, _, net in self.items) == self.net == self.gross - self.fees
        return sums and sorted(self.items) == sorted(self.lines) and self.gross == self.paid and self.booked in (None, self.net)


def reported(stack, ref):
    """The provider's report of a payout as it is read: (gross, fee, net) of each item."""
    status, text = http(f"{stack.url('sandbox')}/sandbox/payouts/{ref}.csv")
    if status != 200:
        raise Failed(f"the provider has no report of {ref}: {text}")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "payout.csv"
        path.write_text(text)
        said = [json.loads(line) for line in stack.verb("reconciliation", "check", str(path), "--format", "json", check=False).stdout.splitlines()]
    for item in said:
        if item["is"] == "information":
            net, fee = item["amount"]["minor"], sum(c["amount"]["minor"] for c in item.get("charges", []) if c["included"])
            yield net + fee, fee, net


def paid_by_card(facts, lines):
    """What the payments and refunds that these lines name come to, as payments said when they happened."""
    captured = {bytes(m.attempt_id): m.attempt.captured.minor for m in latest(facts.of("PaymentSucceeded"))}
    refunded = {bytes(m.refund_id): m.amount.minor for m in facts.of("PaymentRefunded")}
    return sum(-refunded.get(bytes(x.refund_id), 0) if x.refund_id else captured.get(bytes(x.attempt_id), 0) for x in lines)


def of(story, merchant):
    """All that were paid, in the order in which they were."""
    facts = story.facts
    lines, booked = {}, {}
    for m in facts.of("PayoutLines", merchant.id):
        lines.setdefault(bytes(m.payout_id), []).extend(m.lines)
    for key, m in facts.verdicts.items():
        if m.DESCRIPTOR.name == "LineMatched" and m.payout_id:
            booked[bytes(m.payout_id)] = facts.lines[key]
    for m in facts.of("PayoutPaid", merchant.id):
        mine, line = lines.get(bytes(m.payout_id), []), booked.get(bytes(m.payout_id))
        yield Payout(m.provider_payout, list(reported(story.stack, m.provider_payout)), [(x.gross.minor, x.fee.minor, x.net.minor) for x in mine],
                     paid_by_card(facts, mine), len(mine), line and line.amount.minor, line and day_of(line.booking_date),
                     line and facts.formats[text_id(line.account_id)], m.amount.minor)


def claim(merchant, payouts):
    money = lambda minor: report.amount(minor, merchant.currency)  # noqa: E731
    arrived = [p for p in payouts if p.booked is not None]
    return Claim(f"{merchant.currency}: payouts agree three ways, item by item", bool(arrived) and all(p.agrees for p in payouts),
                 f"{len(payouts)} reports, {len(arrived)} on statements; paid {money(sum(p.gross for p in arrived))} - fees {money(sum(p.fees for p in arrived))} "
                 f"= {money(sum(p.booked for p in arrived))}")


def told(merchant, payouts):
    """One of them for people, the first of those with the most items."""
    arrived = [p for p in payouts if p.booked is not None]
    if not arrived:
        return []
    p = max(arrived, key=lambda p: len(p.items))
    money = lambda minor: report.amount(minor, merchant.currency)  # noqa: E731
    return ["A payout three ways", *report.table([
        ("the provider's report", p.ref, f"{len(p.items)} items", f"gross {money(p.gross)}", f"fee {money(p.fees)}", f"net {money(p.gross - p.fees)}"),
        ("our payments", "by card, less refunds", f"{p.payments} of them", f"gross {money(p.paid)}", "", ""),
        ("the bank's line", f"{p.format}, {p.day.day} {p.day:%b}", "1 line", "", "", f"net {money(p.booked)}"),
    ], "<<<>>>")]
