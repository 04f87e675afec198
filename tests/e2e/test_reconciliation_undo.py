"""The import of a statement taken back and brought again, through HTTP and the verb, on real PostgreSQL and without a broker."""

import hashlib
import urllib.error
import urllib.request

import pytest
from conftest import reconciliation_alone
from test_reconciliation_http import Desk
from test_reconciliation_ledger import owner

IBAN = "DE02120300000000202051"
EVE = {"who": "eve", "why": "it was another account's"}


@pytest.fixture(scope="module")
def world(request):
    return reconciliation_alone(request, "reconciliation-undo", "--roles=http,tick", "--http-threads=2")


@pytest.fixture
def desk(world, request):
    desk = Desk(world, request.node.name.replace("_", "-")[-20:].strip("-"))
    owner(world, f"insert into customer values ('{desk.merchant}', 'c1', 1); insert into merchant values ('{desk.merchant}', 'Europe/Berlin', 1)")
    assert desk.post("/v1/bank-accounts", {"iban": IBAN, "currency": "EUR", "name": "Main"})[0] == 201
    return desk


def statement(ident, day, opening, *amounts):
    balance = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{}</Dt></Dt></Bal>'
    entries = "".join(f'<Ntry><Amt Ccy="EUR">{a}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><RmtInf>'
                      f"<Ustrd>line {n}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>" for n, a in enumerate(amounts))
    return ('<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
            f"<Id>{ident}</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{balance.format('OPBD', opening, day)}"
            f"{balance.format('CLBD', opening + sum(amounts), day)}{entries}</Stmt></BkToCstmrStmt></Document>").encode()


def bring(desk, document):
    status, answer = desk.call("POST", "/v1/statements?who=bob", document, keyed=False)
    assert status in (200, 201), answer
    desk.settled()
    return answer["statements"][-1]["id"], answer["is_new"], answer["file"]


def state(desk, ident):
    return desk.get(f"/v1/statements/{ident}")["state"]


def test_an_import_is_undone_and_comes_again(desk):
    first, second = statement("S1", "2026-03-01", 0, 10, 20), statement("S2", "2026-03-02", 30, 5)
    one, _, _ = bring(desk, first)
    two, _, _ = bring(desk, second)
    status, problem = desk.post(f"/v1/statements/{one}/undo", EVE)
    assert (status, problem["code"]) == (422, "later_statement") and "S2" in problem["detail"]
    status, problem = desk.post(f"/v1/statements/{two}/undo", {**EVE, "who": "bob"})
    assert (status, problem["code"]) == (422, "same_person")
    for ident in (two, one):
        status, answer = desk.post(f"/v1/statements/{ident}/undo", EVE)
        assert status == 200 and answer["state"] in ("undoing", "undone"), answer
        desk.world.until(lambda ident=ident: state(desk, ident), "undone")
    assert desk.get("/v1/bank-accounts")["bank_accounts"][0]["balance"]["minor"] == 0
    assert {line["state"] for line in desk.get("/v1/lines")["lines"]} == {"undone"}
    assert all(e["closed_by"] for e in desk.get("/v1/exceptions")["exceptions"])
    assert desk.get("/v1/proof")["holds"]
    status, problem = desk.post(f"/v1/statements/{one}/undo", EVE)
    assert (status, problem["code"]) == (409, "statement_state")
    again, is_new, _ = bring(desk, first)
    assert is_new and again != one and state(desk, again) == "posted"
    assert not bring(desk, first)[1]
    assert desk.get("/v1/bank-accounts")["bank_accounts"][0]["balance"]["minor"] == 3000
    assert desk.get("/v1/proof")["holds"]


def test_the_verb_undoes_it_as_well(desk):
    ident, _, _ = bring(desk, statement("S1", "2026-03-01", 0, 10, 20))
    done = desk.world.verb("reconciliation", "undo", desk.merchant, ident, "--who", "eve", check=False)
    assert done.returncode == 2 and "--why" in done.stderr
    assert ident in desk.world.verb("reconciliation", "undo", desk.merchant, ident, "--who", "eve", "--why", "another account's").stdout
    desk.world.until(lambda: state(desk, ident), "undone")
    assert desk.get("/v1/proof")["holds"]


def test_what_a_person_matched_stands_against_it(desk):
    ident, _, _ = bring(desk, statement("S1", "2026-03-01", 0, 10))
    line = desk.get(f"/v1/lines?statement_id={ident}")["lines"][0]["id"]
    assert desk.post(f"/v1/lines/{line}/match", {**EVE, "account": "not_collections"})[0] == 200
    status, problem = desk.post(f"/v1/statements/{ident}/undo", EVE)
    assert (status, problem["code"]) == (422, "matched_by_person") and "line 1" in problem["detail"]
    why = desk.world.verb("reconciliation", "why", desk.merchant, line).stdout
    assert desk.post(f"/v1/lines/{line}/unmatch", EVE)[0] == 200
    assert desk.post(f"/v1/statements/{ident}/undo", EVE)[0] == 200
    desk.world.until(lambda: state(desk, ident), "undone")
    assert desk.world.verb("reconciliation", "why", desk.merchant, line).stdout != why


def test_a_file_is_given_back_to_the_byte_and_each_look_is_audited(desk):
    document = statement("S1", "2026-03-01", 0, 10, 20)
    _, _, sha = bring(desk, document)
    world = desk.world

    def look(path, role="write", merchant=desk.merchant):
        token = world.token("reconciliation", merchant, role)
        request = urllib.request.Request(world.url("reconciliation") + path, headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, None, error.read()

    status, kind, body = look(f"/v1/statement-files/{sha}/bytes")
    assert (status, kind, body) == (200, "application/octet-stream", document)
    assert hashlib.sha256(body).hexdigest() == sha
    assert owner(world, f"select count(*) from audit where act = 'read statement file' and subject = '{desk.merchant}/{sha}'") == "1"
    assert look(f"/v1/statement-files/{sha}/bytes", "read")[0] == 403
    assert b"bytes_gone" in look(f"/v1/statement-files/{sha}/bytes?piece=2")[2]
    assert look(f"/v1/statement-files/{sha}/bytes?piece=0")[0] == 400
    for other in ("x", "0" * 64):
        assert look(f"/v1/statement-files/{other}/bytes")[0] == 404
    assert look(f"/v1/statement-files/{sha}/bytes", merchant="someone-else")[0] == 404
    owner(world, f"delete from statement_bytes where merchant_id = '{desk.merchant}'")
    status, _, body = look(f"/v1/statement-files/{sha}/bytes")
    assert status == 404 and b"bytes_gone" in body
    assert owner(world, f"select count(*) from audit where act = 'read statement file' and subject = '{desk.merchant}/{sha}'") == "1"
