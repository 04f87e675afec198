"""The plot of the demo: two merchants, their customers, who buys what on which day and how each pays. Follows from the seed alone."""

import dataclasses
import datetime
import random

START = datetime.datetime(2026, 1, 5, 6, 0, tzinfo=datetime.timezone.utc)  # a Monday
DAYS = 90
# The last orders, so that what comes of them can be seen.
LAST_ORDER = 70


def iban(country, bank, number):
    """ISO 13616 with its check digits (ISO 7064, mod 97-10)."""
    bban = f"{bank}{number}"
    digits = "".join(str(int(c, 36)) for c in bban + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"


@dataclasses.dataclass
class Account:
    """At a bank: what it is called, in which format its statements come, and what lies in it at the beginning, in minor units."""
    iban: str
    name: str
    format: str
    opening: int


@dataclasses.dataclass
class Merchant:
    id: str
    name: str
    currency: str
    places: int
    zone: str
    language: str
    address: dict
    tax_id: str
    prefix: str
    accounts: tuple  # the provider pays out to the first
    rates: tuple  # tax in percent, the usual one first
    prices: tuple  # (text, unit, least, most) of unit prices in major units
    customers: int
    first: int  # number of the first customer
    letter: str

    @property
    def provider(self):
        return self.id + "-cards"

    @property
    def key(self):
        return f"sk_test_{self.id}4dunlindemo"

    @property
    def secret(self):
        return f"whsec_{self.id}4dunlindemo"

    @property
    def opening(self):
        return sum(account.opening for account in self.accounts)


MERCHANTS = (
    Merchant("nord", "Nordlicht Werkzeug GmbH", "EUR", 2, "Europe/Berlin", "de",
             {"lines": ["Hafenstraße 12"], "city": "Kiel", "postal_code": "24103", "country": "DE"}, "DE136695976", "NORD-",
             (Account(iban("DE", "21050170", "0012345678"), "current account", "camt.053", 1_250_000),
              Account(iban("DE", "20041133", "0098765432"), "second bank", "mt940", 300_000),
              Account(iban("NL", "RABO", "0312345678"), "Dutch customers", "csv", 20_000)), (19, 7),
             (("Hand planes", "piece", 18, 240), ("Sharpening", "h", 35, 95), ("Timber, oak", "m", 4, 60), ("Workshop course", "seat", 80, 390)),
             120, 1001, "N"),
    Merchant("sakura", "Sakura Instruments K.K.", "JPY", 0, "Asia/Tokyo", "en",
             {"lines": ["3-1-7 Kanda Ogawamachi"], "city": "Tokyo", "postal_code": "101-0052", "country": "JP"}, "T1180301018771", "SKR-",
             (Account(iban("DE", "50070010", "0087654321"), "current account", "bai2", 8_000_000),
              Account(iban("DE", "30060010", "0011223344"), "overseas", "ofx", 500_000)), (10, 8),
             (("Microscope slides", "box", 900, 6400), ("Calibration", "h", 7000, 16000), ("Pipettes", "piece", 1200, 9800),
              ("Data service", "GB", 3, 90)),
             80, 2001, "S"),
)

# How customers pay: (behaviour, how many of a hundred customers, what it is).
BEHAVIOURS = (
    ("card", 22, "opens the pay link and pays by card"),
    ("decline", 4, "the card is declined, another day it isn't"),
    ("reference", 26, "transfers with the RF reference"),
    ("number", 10, "transfers with the invoice's number in the text"),
    ("typo", 4, "transfers with a mistyped reference, from the account that we know"),
    ("silent", 3, "transfers without any reference, from the account that we know"),
    ("unclear", 1, "owes the same amount twice and transfers it once without saying for which"),
    ("stranger", 2, "transfers without any reference, from an account that nobody knows"),
    ("part", 4, "transfers a part, and the rest when reminded"),
    ("partial", 2, "transfers a part, and never the rest"),
    ("over", 3, "transfers too much"),
    ("twins", 2, "transfers twice on the same day"),
    ("shared", 2, "two payers share an invoice"),
    ("bundle", 3, "pays two invoices in one transfer"),
    ("late", 4, "pays after the first level"),
    ("later", 2, "pays after the second level"),
    ("never", 3, "never pays"),
    ("dispute", 1, "disputes the invoice"),
    ("promise", 1, "promises a date and keeps it"),
    ("refund", 1, "pays by card, is credited and refunded"),
    ("return", 1, "transfers, and the bank takes it back"),
)


def steps(behaviour, delay):
    """What that is for the sandbox's payers. Mails before the first level are two: a week before the due date, and on it."""
    transfer = {"does": "transfer", "days": delay}
    return {
        "card": [{"does": "card", "days": delay}],
        "decline": [{"does": "card_declined", "days": delay, "decline": "insufficient_funds"}, {"does": "card", "days": delay + 2}],
        "reference": [transfer],
        "number": [{**transfer, "reference": "number"}],
        "typo": [{**transfer, "reference": "typo"}],
        "silent": [{**transfer, "reference": "none"}],
        # When the first is paid the second is there already; when the second is paid it is the only one.
        "unclear": [{"does": "transfer", "days": 25, "reference": "none"}],
        "stranger": [{**transfer, "reference": "none"}],
        "part": [{**transfer, "percent": 60}, {"does": "transfer", "after": "mail", "mails": 3, "days": 2, "percent": 40}],
        "partial": [{**transfer, "percent": 60}],
        "over": [{**transfer, "percent": 110}],
        "twins": [{**transfer, "times": 2}],
        "shared": [{**transfer, "payers": 2}],
        "bundle": [{**transfer, "together": 2}],
        "late": [{"does": "transfer", "after": "mail", "mails": 3, "days": 1}],
        "later": [{"does": "transfer", "after": "mail", "mails": 4, "days": 3}],
        "never": [],
        "dispute": [{"does": "dispute", "days": delay}],
        "promise": [{"does": "promise", "after": "due", "days": -1, "until": 12}, {"does": "transfer", "after": "due", "days": 9}],
        "refund": [{"does": "card", "days": delay}],
        "return": [transfer],
    }[behaviour]


FIRST = ("Ada", "Ben", "Clara", "Dario", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jürgen", "Kaja", "Levi", "Mira", "Nils", "Käthe", "Paul", "Quirin", "Rosa",
         "Sven", "Tilda", "Umut", "Vera", "Wim", "Yuki", "Zoe")
LAST = ("Albers", "Großmann", "Cordes", "Dahl", "Endo", "Falk", "Goto", "Hansen", "Ito", "Jensen", "Kato", "Lund", "Mori", "Nissen", "Ono", "Petersen",
        "Quist", "Richter", "Sato", "Thomsen", "Ueda", "Voss", "Winter", "Yamada", "Zander")


@dataclasses.dataclass
class Customer:
    merchant: Merchant
    ref: str
    name: str
    behaviour: str
    iban: str
    net_days: int
    billing_day: int
    delay: int  # days that it takes to act on an invoice

    @property
    def email(self):
        return f"{self.ref.lower()}@{self.merchant.id}.example"

    @property
    def knows_iban(self):
        """Whether it told us the account that it pays from."""
        return self.behaviour in ("typo", "silent", "unclear")


@dataclasses.dataclass
class Charge:
    ref: str
    text: str
    unit: str
    quantity: str  # empty: `price` is the amount
    price: str
    rate: int


@dataclasses.dataclass
class Order:
    """What a customer buys on a day. when: at-once, on-request (then it is invoiced as `ref`), billing-day."""
    day: int
    customer: Customer
    ref: str
    when: str
    charges: list


def spread(n):
    """n customers by behaviour, the largest remainders first."""
    total = sum(weight for _, weight, _ in BEHAVIOURS)
    exact = [(n * weight / total, name) for name, weight, _ in BEHAVIOURS]
    counts = {name: max(1, int(x)) for x, name in exact}
    order = sorted(exact, key=lambda x: (int(x[0]) - x[0], x[1]))
    i = 0
    while sum(counts.values()) != n:
        step = 1 if sum(counts.values()) < n else -1
        name = order[i % len(order)][1]
        if step > 0 or counts[name] > 1:
            counts[name] += step
        i += 1
    return [name for name, _, _ in BEHAVIOURS for _ in range(counts[name])]


def customers_of(merchant, chance):
    behaviours = spread(merchant.customers)
    chance.shuffle(behaviours)
    for i, behaviour in enumerate(behaviours):
        billed = 0 if behaviour in ("unclear", "bundle", "refund", "dispute", "promise", "twins", "return") or i % 5 else 1 + (i * 7) % 28
        yield Customer(merchant, f"{merchant.letter}-{merchant.first + i}", f"{FIRST[i % 25]} {LAST[(i * 7 + i // 25) % 25]}", behaviour,
                       iban("DE", "10010010", f"{merchant.first + i:010d}"), 30 if behaviour == "unclear" else (10, 14, 30)[i % 3], billed, chance.randint(1, 9))


def price(merchant, chance, least, most):
    if merchant.places == 0:
        return str(chance.randint(least, most))
    return f"{chance.randint(least * 100, most * 100) / 100:.2f}"


def charge(merchant, chance, ref):
    text, unit, least, most = chance.choice(merchant.prices)
    rate = merchant.rates[0] if chance.random() < 0.8 else merchant.rates[1]
    if chance.random() < 0.25:
        return Charge(ref, f"{text}, flat", "", "", price(merchant, chance, least * 4, most * 4), rate)
    quantity = str(chance.randint(1, 9)) if unit in ("piece", "seat", "box") else f"{chance.randint(2, 40) / 4:g}"
    return Charge(ref, text, unit, quantity, price(merchant, chance, least, most), rate)


def orders_of(customer, chance, index):
    """One to three orders; a customer with a billing day buys every two weeks and is billed by itself."""
    merchant = customer.merchant
    if customer.billing_day:
        for n, day in enumerate(range(index % 14, LAST_ORDER, 14)):
            ref = f"{customer.ref}-usage-{n + 1}"
            yield Order(day, customer, ref, "billing-day", [charge(merchant, chance, ref)])
        return
    if customer.behaviour == "unclear":
        yield from same_twice(customer, chance, index % 20)
        return
    pair = customer.behaviour == "bundle"
    first = index * 5 % 40
    days = [first, first] if pair else [first] if customer.behaviour in ("never", "refund", "return", "dispute", "promise") or index % 2 else [first, first + 30]
    for n, day in enumerate(days):
        ref = f"{customer.ref}-{n + 1}"
        lines = 1 if (index + n) % 3 == 0 else chance.randint(2, 4)
        yield Order(day, customer, ref, "at-once" if lines == 1 else "on-request", [charge(merchant, chance, f"{ref}-{i + 1}") for i in range(lines)])


def same_twice(customer, chance, first):
    """Two orders of the same amount, twenty days apart."""
    wanted = charge(customer.merchant, chance, "")
    for n in range(2):
        ref = f"{customer.ref}-{n + 1}"
        yield Order(first + 20 * n, customer, ref, "at-once", [dataclasses.replace(wanted, ref=f"{ref}-1")])


def make(seed):
    """(customers, orders by day)."""
    chance = random.Random(seed)
    customers = [c for m in MERCHANTS for c in customers_of(m, chance)]
    orders = {}
    for i, customer in enumerate(customers):
        for order in orders_of(customer, chance, i):
            orders.setdefault(order.day, []).append(order)
    return customers, orders
