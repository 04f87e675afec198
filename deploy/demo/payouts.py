"""Payouts of the provider three ways, as GET /v1/payouts/… tells them: what its own report says item by item, what payments told, and what the bank booked. Each is
another source: the report is a file of the provider's that is imported, payments are facts of payments, lines are what the bank's statements brought."""

import dataclasses

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
    report: str = "agrees"  # what reconciliation says of the report

    @property
    def gross(self):
        return sum(gross for gross, _, _ in self.items)

    @property
    def fees(self):
        return sum(fee for _, fee, _ in self.items)

    @property
    def agrees(self):
        sums = sum(net for _, _, net in self.items) == self.net == self.gross - self.fees
        return self.report == "agrees" and sums and sorted(self.items) == sorted(self.lines) and self.gross == self.paid and self.booked in (None, self.net)


def imported(story, merchant, refs):
    """Gives the provider's report of each payout to reconciliation, and waits until it is compared."""
    for ref in refs:
        status, text = http(f"{story.stack.url('sandbox')}/sandbox/payouts/{ref}.csv")
        if status != 200:
            raise Failed(f"the provider has no report of {ref}: {text}")
        story.ask("reconciliation", "POST", "/v1/statements", text.encode(), merchant=merchant.id)
    story.advance({"until_idle": True})


def amounts(one):
    """(gross, fee, net) of an item of the report, or of the line of payments that stands beside it."""
    gross, fee = one["gross"]["minor"], one["fee"]["minor"]
    return gross, fee, gross - fee


def paid_by_card(facts, lines):
    """What the payments and refunds that these lines name come to, as payments said when they happened."""
    captured = {bytes(m.attempt_id): m.attempt.captured.minor for m in latest(facts.of("PaymentSucceeded"))}
    refunded = {bytes(m.refund_id): m.amount.minor for m in facts.of("PaymentRefunded")}
    return sum(-refunded.get(bytes(x.refund_id), 0) if x.refund_id else captured.get(bytes(x.attempt_id), 0) for x in lines)


def of(story, merchant):
    """All that were paid, in the order in which they were."""
    facts = story.facts
    lines, booked = {}, {}
    paid = facts.of("PayoutPaid", merchant.id)
    imported(story, merchant, [m.provider_payout for m in paid])
    for m in facts.of("PayoutLines", merchant.id):
        lines.setdefault(bytes(m.payout_id), []).extend(m.lines)
    for key, m in facts.verdicts.items():
        if m.DESCRIPTOR.name == "LineMatched" and m.payout_id:
            booked[bytes(m.payout_id)] = facts.lines[key]
    for m in paid:
        mine, line = lines.get(bytes(m.payout_id), []), booked.get(bytes(m.payout_id))
        told = story.ask("reconciliation", "GET", f"/v1/payouts/{text_id(m.payout_id)}", merchant=merchant.id, role="read")
        items = told.get("items", [])
        yield Payout(m.provider_payout, [amounts(x) for x in items], [amounts(x["line"]) for x in items if "line" in x] + [amounts(x) for x in told["unreported"]],
                     paid_by_card(facts, mine), len(mine), line and line.amount.minor, line and day_of(line.booking_date),
                     line and facts.formats[text_id(line.account_id)], told["amount"]["minor"], verdict(told, line))


def verdict(told, line):
    """All three agree; or the report and payments do, where the bank's statement is still to come."""
    return told["three_ways"] if line else told["report_state"]


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
