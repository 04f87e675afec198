"""Several processes post the lines of statements side by side; one of them dies in the middle."""

import uuid

import pytest
from conftest import reconciliation_alone
from test_reconciliation_http import Desk

IBANS = ("DE02120300000000202051", "DE89370400440532013000")
LINES = 8000


def camt(iban, count):
    """One day of credits of 1.00, 1.01, 1.02 …"""
    def balance(kind, minor):
        return (f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{minor // 100}.{minor % 100:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                "<Dt><Dt>2026-03-02</Dt></Dt></Bal>")

    amounts = [100 + n for n in range(count)]
    entries = "\n".join(f"<Ntry><Amt Ccy='EUR'>{a // 100}.{a % 100:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>"
                        f"<NtryDtls><TxDtls><RmtInf><Ustrd>who {n}?</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>" for n, a in enumerate(amounts))
    return ("<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt><Id>1</Id><FrToDt><FrDtTm>"
            f"2026-03-02T00:00:00</FrDtTm><ToDtTm>2026-03-02T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"
            f"{balance('OPBD', 0)}{balance('CLBD', sum(amounts))}{entries}</Stmt></BkToCstmrStmt></Document>").encode()


@pytest.fixture(scope="module")
def world(request):
    return reconciliation_alone(request, "reconciliation-replicas", "--roles=http")


def said(world, kind):
    """The payloads of an event in the order in which they were said."""
    return [bytes.fromhex(row[0]) for row in world.query("reconciliation", f"select encode(payload, 'hex') from outbox where type like '%.{kind}' order by seq")]


def test_a_process_that_dies_leaves_its_lines_to_the_other(world):
    from dunlin.ledger.v1 import ledger_pb2

    desk = Desk(world, "nord")
    for iban in IBANS:
        assert desk.post("/v1/bank-accounts", {"iban": iban, "currency": "EUR"})[0] == 201
        assert desk.call("POST", "/v1/statements", camt(iban, LINES), keyed=False)[0] == 201
    # The one that is to die has begun before the other is started: who finds nothing to do rests for a second, in which the other could end it all.
    dies = world.run_more("reconciliation", "dies", "--roles=tick", "--crash-at=tick_due:10")
    world.until(lambda: int(world.one("reconciliation", "select count(*) from posted_line")) > 0, True)
    lives = world.run_more("reconciliation", "lives", "--roles=tick")
    assert dies.wait(timeout=90) == -9, world.log_tail("reconciliation-dies")
    del world.procs["reconciliation-dies"]
    world.until(lambda: world.one("reconciliation", "select count(*) from statement where state = 'posted'"), "2")
    assert lives.poll() is None
    numbers = {row[0]: (row[1], int(row[2])) for row in world.query("reconciliation", "select line_id, statement_id, number from bank_line")}
    order = {}
    for payload in said(world, "LineAccepted"):
        statement, number = numbers[str(uuid.UUID(bytes=ledger_pb2.LineAccepted.FromString(payload).line_id))]
        order.setdefault(statement, []).append(number)
    assert sorted(map(len, order.values())) == [LINES, LINES]
    assert all(numbers == sorted(set(numbers)) for numbers in order.values()), "each once, in the order of its file"
    assert len(said(world, "StatementMatched")) == 2
    assert desk.get("/v1/proof")["holds"]
