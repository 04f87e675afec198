"""Statement files in parts: opened, sent in any order and more than once, completed, previewed; read by the role bulk, which dies in the middle."""

import hashlib

import pytest
from conftest import reconciliation_alone
from stack import http
from test_reconciliation_http import PAGE, Desk
from test_reconciliation_replicas import IBANS, camt

MIB = 1 << 20


class Uploader(Desk):
    def open(self, data, **more):
        return self.call("POST", "/v1/uploads", {"name": "large.xml", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} | more, keyed=False)

    def part(self, upload, data, offset, size=MIB):
        return self.call("POST", f"/v1/uploads/{upload['id']}/parts?offset={offset}", data[offset:offset + size], keyed=False)

    def ask(self, upload, what, query=""):
        return self.call("POST", f"/v1/uploads/{upload['id']}/{what}{query}", keyed=False)

    def sent(self, data):
        upload = self.open(data)[1]
        for offset in range(0, len(data), MIB):
            assert self.part(upload, data, offset)[0] == 201
        return upload

    def state(self, upload):
        return self.get(f"/v1/uploads/{upload['id']}")["state"]

    def ends(self, upload):
        """What became of it once it is read."""
        self.world.until(lambda: self.state(upload) not in ("due", "previewing"), True)
        return self.get(f"/v1/uploads/{upload['id']}")


def wide(data, size):
    """The same statement, as large as that: blanks between its entries."""
    entries = data.count(b"\n")
    return data.replace(b"\n", b"\n" + b" " * ((size - len(data)) // entries))


@pytest.fixture(scope="module")
def world(request):
    return reconciliation_alone(request, "reconciliation-upload", "--roles=http,tick,bulk")


def desk_of(world, merchant):
    desk = Uploader(world, merchant)
    assert desk.post("/v1/bank-accounts", {"iban": IBANS[0], "currency": "EUR"})[0] == 201
    return desk


@pytest.fixture(scope="module")
def nord(world):
    return desk_of(world, "nord")


def test_parts_come_in_any_order_and_more_than_once_and_make_the_file(world, nord):
    data = wide(camt(IBANS[0], 300), 3 * MIB + MIB // 2)
    status, upload = nord.open(data)
    assert (status, upload["state"], upload["part_size"], upload["missing"]) == (201, "open", MIB, [{"from": 0, "to": len(data)}])
    assert nord.open(data) == (200, upload)
    assert [nord.part(upload, data, offset)[0] for offset in (3 * MIB, MIB)] == [201, 201]
    assert nord.get(f"/v1/uploads/{upload['id']}")["missing"] == [{"from": 0, "to": MIB}, {"from": 2 * MIB, "to": 3 * MIB}]
    assert nord.part(upload, data, MIB) == (200, {"offset": MIB, "size": MIB, "sha256": hashlib.sha256(data[MIB:2 * MIB]).hexdigest(), "is_new": False})
    other = bytes(reversed(data))
    for offset, size, expected in ((MIB, MIB, (409, "part_differs")), (MIB, 5, (422, "part_size_differs")), (7, MIB, (400, "field_invalid")), (4 * MIB, MIB, (400, "field_invalid"))):
        status, problem = nord.call("POST", f"/v1/uploads/{upload['id']}/parts?offset={offset}", other[:size], keyed=False)
        assert (status, problem["code"]) == expected
    status, problem = nord.ask(upload, "complete")
    assert (status, problem["code"]) == (409, "upload_incomplete")
    assert [nord.part(upload, data, offset)[0] for offset in (0, 2 * MIB)] == [201, 201]
    assert nord.ask(upload, "complete", "?who=bob")[0] == 202
    done = nord.ends(upload)
    assert (done["state"], done["is_new"], done["code"]) == ("taken", True, "")
    assert nord.ask(upload, "complete")[1]["state"] == "taken"
    nord.settled()
    statement, = nord.get(f"/v1/statements?file={upload['sha256']}")["statements"]
    assert (statement["state"], statement["line_count"]) == ("posted", 300)
    assert world.one("reconciliation", "select uploaded_by from statement_file") == "bob"
    kept = world.query("reconciliation", "select encode(bytes, 'hex') from statement_bytes order by number")
    assert b"".join(bytes.fromhex(row[0]) for row in kept) == data and len(kept[0][0]) == 2 * MIB
    world.until(lambda: world.one("reconciliation", "select count(*) from statement_upload_part"), "0")
    again = nord.sent(data)
    assert again["id"] != upload["id"] and nord.ask(again, "complete")[0] == 202
    assert (nord.ends(again)["state"], nord.ends(again)["is_new"]) == ("taken", False)
    assert nord.get("/v1/proof")["holds"]


def test_bytes_that_are_not_those_that_were_said_are_not_imported(world, nord):
    data = camt(IBANS[0], 3)
    status, upload = nord.call("POST", "/v1/uploads", {"name": "x", "size": len(data), "sha256": hashlib.sha256(data + b" ").hexdigest()}, keyed=False)
    assert status == 201 and nord.part(upload, data, 0)[0] == 201 and nord.ask(upload, "complete")[0] == 202
    done = nord.ends(upload)
    assert (done["state"], done["code"]) == ("failed", "digest_differs")
    assert world.query("reconciliation", f"select 1 from statement_file where sha256 = '\\x{hashlib.sha256(data).hexdigest()}'") == []


def test_a_file_that_cannot_be_read_names_rule_and_line(nord):
    upload = nord.sent(b"<?xml version='1.0'?>\n<!DOCTYPE x>\n<x/>")
    nord.ask(upload, "complete")
    done = nord.ends(upload)
    assert (done["state"], done["code"], done["line"]) == ("taken", "dtd_refused", 2) and done["reason"]


def test_a_preview_says_what_the_file_would_do_and_it_may_be_completed_afterwards(world):
    desk = desk_of(world, "look")
    upload = desk.sent(wide(camt(IBANS[0], 50), 2 * MIB))
    assert desk.call("GET", f"/v1/uploads/{upload['id']}/preview")[1]["code"] == "preview_missing"
    assert desk.ask(upload, "preview")[0] == 202
    assert (desk.ends(upload)["state"], desk.ends(upload)["has_preview"]) == ("open", True)
    statement, = desk.get(f"/v1/uploads/{upload['id']}/preview")["statements"]
    assert (statement["would_be"], statement["new"], statement["unmatched"]) == ("posted", 50, 50)
    assert desk.get("/v1/statements")["statements"] == []
    desk.ask(upload, "complete")
    assert desk.ends(upload)["state"] == "taken"
    assert desk.settled().get("/v1/statements")["statements"][0]["line_count"] == 50


def test_an_upload_is_its_merchants_alone_and_there_are_not_too_many(world, nord):
    desk = desk_of(world, "many")
    first = desk.open(b"0")[1]
    assert nord.open(b"0")[1]["id"] != first["id"]
    for method, path, body in (("GET", "", None), ("POST", "/parts?offset=0", b"0"), ("POST", "/complete", None), ("POST", "/preview", None), ("GET", "/preview", None), ("POST", "/cancel", None)):
        assert nord.call(method, f"/v1/uploads/{first['id']}{path}", body, keyed=False)[0] == 404, path
    assert [desk.open(b"%d" % n)[0] for n in range(1, 20)] == [201] * 19
    status, problem = desk.open(b"20")
    assert (status, problem["code"]) == (409, "too_many_uploads")
    assert [desk.ask(first, "cancel")[1]["state"] for _ in range(2)] == ["cancelled"] * 2
    assert desk.part(first, b"0", 0)[1]["code"] == "upload_closed" and desk.ask(first, "complete")[1]["code"] == "upload_closed"
    assert desk.open(b"20")[0] == 201
    assert len(desk.get("/v1/uploads?state=open")["uploads"]) == 20
    status, problem = desk.open(b"x", size=5000 * MIB)
    assert (status, problem["field"]) == (400, "size")


def test_what_nobody_completes_is_given_up_with_its_parts(world):
    desk = desk_of(world, "late")
    data = wide(camt(IBANS[0], 20), 2 * MIB)
    upload = desk.open(data)[1]
    assert desk.part(upload, data, 0)[0] == 201
    world.query("reconciliation", "update statement_upload set made_at = made_at - interval '73 hours' where merchant_id = 'late'")
    world.until(lambda: desk.state(upload), "expired")
    world.until(lambda: world.one("reconciliation", "select count(*) from statement_upload_part where merchant_id = 'late'"), "0")
    assert desk.part(upload, data, 0)[1]["code"] == "upload_closed"
    assert desk.open(data)[0] == 201


@pytest.mark.parametrize("where", ["upload_taken", "statement_measured", "statement_half", "statement_staged"])
def test_a_process_that_dies_in_the_middle_leaves_the_upload_to_the_next(world, where):
    desk = desk_of(world, f"dies{where[10:]}")
    data = wide(camt(IBANS[0], 40 + len(where)), 2 * MIB)
    world.kill("reconciliation", 15)
    world.run("reconciliation", "--roles=http,tick")
    world.wait_ready("reconciliation")
    upload = desk.sent(data)
    assert desk.ask(upload, "complete")[0] == 202
    dies = world.run_more("reconciliation", "dies", "--roles=bulk", f"--crash-at={where}")
    assert dies.wait(timeout=90) == -9, world.log_tail("reconciliation-dies")
    del world.procs["reconciliation-dies"]
    assert desk.state(upload) == "due" and desk.get("/v1/statements")["statements"] == []
    world.run_more("reconciliation", "lives", "--roles=bulk")
    assert (desk.ends(upload)["state"], desk.ends(upload)["is_new"], desk.ends(upload)["tries"]) == ("taken", True, 2)
    world.kill("reconciliation-lives", 15)
    desk.settled()
    assert [s["state"] for s in desk.get("/v1/statements")["statements"]] == ["posted"]
    assert desk.get("/v1/proof")["holds"]


def test_a_part_that_was_stored_before_the_process_died_is_there(world):
    desk = desk_of(world, "part")
    data = wide(camt(IBANS[0], 60), 2 * MIB)
    upload = desk.open(data)[1]
    world.kill("reconciliation", 15)
    world.run("reconciliation", "--roles=http,tick,bulk", "--crash-at=part_stored")
    world.wait_ready("reconciliation")
    with pytest.raises(OSError):
        desk.part(upload, data, 0)
    assert world.procs["reconciliation"].wait(timeout=90) == -9
    world.run("reconciliation", "--roles=http,tick,bulk")
    world.wait_ready("reconciliation")
    assert desk.get(f"/v1/uploads/{upload['id']}")["parts"] == 1
    assert desk.part(upload, data, 0)[1]["is_new"] is False and desk.part(upload, data, MIB)[0] == 201
    desk.ask(upload, "complete")
    assert desk.ends(upload)["state"] == "taken"
    assert [s["line_count"] for s in desk.settled().get("/v1/statements")["statements"]] == [60]


@pytest.mark.parametrize("where", ["large_taken", "large_decided"])
def test_a_large_statement_whose_decider_dies_is_decided_once(world, where):
    desk = desk_of(world, where.replace("_", ""))
    world.kill("reconciliation", 15)
    world.run("reconciliation", "--roles=http,tick", "--statement-large-lines=10")
    world.wait_ready("reconciliation")
    assert desk.call("POST", "/v1/statements", camt(IBANS[0], 12 + len(where)), keyed=False)[0] == 201
    dies = world.run_more("reconciliation", "dies", "--roles=bulk", "--statement-large-lines=10", f"--crash-at={where}")
    assert dies.wait(timeout=90) == -9, world.log_tail("reconciliation-dies")
    del world.procs["reconciliation-dies"]
    world.run_more("reconciliation", "lives", "--roles=bulk", "--statement-large-lines=10")
    desk.settled()
    world.kill("reconciliation-lives", 15)
    assert [(s["state"], s["line_new"]) for s in desk.get("/v1/statements")["statements"]] == [("posted", 12 + len(where))]
    assert world.one("reconciliation", f"select count(*) from outbox where type like '%.StatementAccepted' and payload like '%{desk.merchant}%'::bytea") == "1"
    assert desk.get("/v1/proof")["holds"]


def test_the_role_bulk_recounts_and_the_leader_tells_what_differs(world):
    desk = desk_of(world, "sums")
    world.kill("reconciliation", 15)
    world.run("reconciliation", "--roles=http,tick,bulk")
    world.wait_ready("reconciliation")
    assert desk.call("POST", "/v1/statements", camt(IBANS[0], 5), keyed=False)[0] == 201
    desk.settled()

    def counted():
        return world.one("reconciliation", "select count(*) from recount where merchant_id = 'sums' and at > '-infinity'")

    def told():
        text = http(world.ops("reconciliation") + "/metrics")[1]
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith("dunlin_recount_differences "))

    world.until(counted, "1")
    world.until(told, 0.0)
    world.query("reconciliation", "update running_sum set amount = amount + 7 where merchant_id = 'sums' and kind = 'posted'")
    world.query("reconciliation", "update recount set at = '-infinity', tried_at = '-infinity' where merchant_id = 'sums'")
    world.until(told, 1.0)
    assert "difference" in desk.world.verb("reconciliation", "proof", "sums", "--recount", check=False).stdout
