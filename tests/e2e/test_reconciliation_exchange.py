"""An invoice in dollars paid into an account in euros, through the HTTP door: told by camt.053 and by MT940, settled in its own currency, shown, taken back."""

import pytest
from test_reconciliation_differences import IBAN, item, open_desk, owe, pay
from test_reconciliation_http import BY


@pytest.fixture(scope="module")
def desk(request):
    return open_desk(request, "reconciliation-exchange")


def position(desk):
    return {row["currency"]: row["balance"]["minor"] for row in desk.get("/v1/trial-balance")["accounts"] if row["account"] == "fx_position" and row["balance"]["minor"]}


def holds(desk):
    rows = desk.get("/v1/proof")["currencies"]
    assert all(row["holds"] for row in rows), rows
    return rows


def statement(desk, lines, minor):
    """An MT940 file of one entry; the line."""
    desk.day += 1
    day, after = f"2603{desk.day:02}", desk.balance + minor
    mt940 = (f":20:X\r\n:25:{IBAN}\r\n:28C:{desk.day}/1\r\n:60F:C{day}EUR{desk.balance / 100:.2f}".replace(".", ",") + "\r\n"
             + f":61:{day}{day[2:]}C{minor / 100:.2f}".replace(".", ",") + "NTRFNONREF//B-1\r\n" + lines + f":62F:C{day}EUR{after / 100:.2f}".replace(".", ",") + "\r\n-\r\n")
    status, done = desk.call("POST", "/v1/statements", mt940.encode(), keyed=False)
    assert (status, [s["rule"] for s in done["statements"]]) == (201, [""]), done
    desk.balance = after
    desk.settled()
    return next(line for line in desk.get("/v1/lines?limit=1000")["lines"] if line["booking_date"] == f"2026-03-{desk.day:02}")


def test_what_was_instructed_settles_the_invoice_and_both_legs_are_shown(desk):
    owe(desk, 1, 110000, "USD")
    line = pay(desk, 100000, "RE-2026-0001", "E-1", instructed="USD 1100.00")
    assert (line["state"], line["is_what"]) == ("matched", "exchanged")
    assert item(desk, 1) == {"allocated": 110000, "discounted": 0, "written_off": 0, "open": 0}
    assert position(desk) == {"EUR": -100000, "USD": 110000}
    chain = desk.get(f"/v1/why/{line['id']}")
    assert [x["exchange"] for x in chain["exchanges"]] == ["EUR 1,000.00 for USD 1,100.00: 0.909091 EUR each"]
    assert [(r["kind"], r["amount"]["amount"], r["amount"]["currency"]) for r in chain["receipts"]] == [("exchanged", "1100.00", "USD")]
    assert [(look["rule"], look["open"]["amount"], look["open"]["currency"]) for look in chain["looks"]] == [("number_original", "1100.00", "USD")]
    assert "original_exact" in chain["looks"][0]["signs"]
    assert {row["currency"]: row["journal"]["received"]["minor"] for row in holds(desk)} == {"EUR": 0, "USD": 110000}
    assert "0.909091" in desk.world.verb("reconciliation", "why", "nord", "RE-2026-0001").stdout
    assert desk.world.verb("reconciliation", "proof", "nord").returncode == 0


def test_the_bank_takes_it_back_whole(desk):
    pay(desk, -100000, "Retoure", "E-1", returned=True)
    assert item(desk, 1)["open"] == 110000
    assert position(desk) == {}
    holds(desk)


def test_an_mt940_tells_it_by_its_own_words(desk):
    line = statement(desk, "/OCMT/USD1100,00/EXCH/1,1/\r\n:86:/EREF/E-2/REMI/RE-2026-0001\r\n", 100000)
    assert line["is_what"] == "exchanged", desk.get(f"/v1/lines/{line['id']}")
    assert item(desk, 1)["open"] == 0
    assert desk.post(f"/v1/lines/{line['id']}/unmatch", BY)[0] == 200
    assert item(desk, 1)["open"] == 110000
    assert position(desk) == {}
    holds(desk)


def test_a_cent_less_waits_as_another_currency_for_a_person(desk):
    owe(desk, 2, 50000, "USD")
    line = pay(desk, 45000, "RE-2026-0002", "E-3", instructed="USD 499.99")
    assert line["state"] == "waiting"
    (row,) = [row for row in desk.get("/v1/queue")["queue"] if row["kind"] == "currency"]
    assert row["detail"] == "what is named is owed in another currency; the payer instructed USD 499.99"
    match = lambda minor: desk.post(f"/v1/lines/{line['id']}/match", {**BY, "items": [{"invoice_number": "RE-2026-0002", "amount": {"minor": minor, "currency": "USD"}}]})
    status, refused = match(50000)
    assert (status, refused["code"]) == (422, "original_differs")
    assert match(49999)[0] == 200
    assert item(desk, 2)["open"] == 1
    assert position(desk) == {"EUR": -45000, "USD": 49999}
    holds(desk)
