"""The table of currencies against the iso4217 package, which is made from the standard's own list one.

tests/unit/test_currency.c holds the table to its golden file and checks codes and numbers against Debian's iso-codes.
"""

import pathlib

import iso4217

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "currencies.txt"
FUNDS = set("BOV CHE CHW CLF COU MXV USN UYI UYW".split())


def test_exponents_and_numbers_are_those_of_list_one():
    ours = {}
    for line in GOLDEN.read_text().splitlines():
        code, number, exponent = line.split()
        ours[code] = (int(number), int(exponent))
    theirs = {c.code: (c.number, c.exponent) for c in iso4217.Currency if c.exponent is not None and c.code not in FUNDS}
    assert len(ours) > 150
    assert ours == theirs
