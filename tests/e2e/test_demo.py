"""The parts of the demo that judge, shown to fail where something is wrong; and its plot. Nothing is started."""

import dataclasses
import datetime
import sys

import pytest
from conftest import HERE

sys.path[:0] = [str(HERE / "deploy/examples")]
import clerk  # noqa: E402
import payouts  # noqa: E402
import plot  # noqa: E402

SEED = 20260105
GOOD = payouts.Payout("po_1", [(11900, 203, 11697), (-1000, 0, -1000)], [(-1000, 0, -1000), (11900, 203, 11697)], 10900, 2, 10697, datetime.date(2026, 1, 8),
                      "mt940", 10697)


def test_a_payout_agrees_three_ways_whatever_the_order_of_its_items():
    assert GOOD.agrees and dataclasses.replace(GOOD, booked=None).agrees  # on its way to the bank
    assert (GOOD.gross, GOOD.fees) == (10900, 203)


@pytest.mark.parametrize("wrong", [
    {"report": "differs"}, {"booked": 10698}, {"paid": 11900}, {"net": 10698}, {"items": []}, {"lines": GOOD.lines[:1]},
    {"items": [(11900, 202, 11698), (-1000, 0, -1000)]}, {"lines": [(11900, 203, 11697), (-1001, 0, -1001)]},
])
def test_a_payout_of_which_one_source_says_otherwise_does_not_agree(wrong):
    assert not dataclasses.replace(GOOD, **wrong).agrees


def test_the_claim_about_payouts_needs_one_that_arrived():
    merchant = plot.MERCHANTS[0]
    assert payouts.claim(merchant, [GOOD]).holds
    assert not payouts.claim(merchant, []).holds
    assert not payouts.claim(merchant, [dataclasses.replace(GOOD, booked=None)]).holds
    assert not payouts.claim(merchant, [GOOD, dataclasses.replace(GOOD, booked=1)]).holds


def test_the_plot_is_the_same_every_time_and_has_five_formats():
    assert plot.make(SEED) == plot.make(SEED)
    assert sorted(account.format for merchant in plot.MERCHANTS for account in merchant.accounts) == ["bai2", "camt.053", "csv", "mt940", "ofx"]


def test_an_unclear_payer_owes_the_same_amount_twice():
    customers, orders = plot.make(SEED)
    [unclear] = [c for c in customers if c.behaviour == "unclear" and c.merchant.id == "nord"]
    first, second = [order for day in sorted(orders) for order in orders[day] if order.customer is unclear]
    said = [dataclasses.replace(charge, ref="") for order in (first, second) for charge in order.charges]
    assert said[0] == said[1] and len(said) == 2 and second.day == first.day + 20
    assert first.day + plot.steps("unclear", 0)[0]["days"] < 50  # before the clerk's first day


@pytest.mark.parametrize("name, spelt", [("Jürgen Großmann", "Juergen Grossmann"), ("Ada Albers", "Ada Albers"), ("Åse Ørsted", "Ase rsted")])
def test_a_name_is_found_as_any_bank_spells_it(name, spelt):
    assert clerk.plain(name) == spelt
