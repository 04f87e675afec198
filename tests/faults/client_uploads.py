"""Deeds about statement files that are large, or not trusted yet: they come in parts, some after a preview. What nobody answers is asked again; what was stored
before is there."""

import hashlib
import time

from client_doors import DONE, REFUSED, UNCERTAIN

MIB = 1 << 20
TRIES, READ_S = 8, 30


class Sender:
    """One file on its way, as a client sends it: each request until it is answered."""

    def __init__(self, c, merchant, document):
        self.c, self.document, self.base = c, document, c.world.url("reconciliation")
        self.headers = {"Authorization": f"Bearer {c.world.token('reconciliation', merchant, 'write', c.doors.client)}"}

    def ask(self, method, path, body=None, kind="application/json"):
        """(outcome, status, text, value) of the last try."""
        for n in range(TRIES):
            outcome, status, text, _, _ = self.c.doors.http.send(self.base, method, path, body, self.headers | {"Content-Type": kind})
            if outcome != UNCERTAIN and status:
                break
            time.sleep(0.2 * (n + 1))
        return outcome, status, text, self.c.doors.value_of(text)

    def parts(self, upload):
        for offset in range(0, len(self.document), MIB):
            answer = self.ask("POST", f"/v1/uploads/{upload}/parts?offset={offset}", self.document[offset : offset + MIB], "application/octet-stream")
            if answer[0] != DONE:
                return answer
        return None

    def until_read(self, upload):
        end = time.monotonic() + READ_S
        while time.monotonic() < end:
            outcome, status, text, value = self.ask("GET", f"/v1/uploads/{upload}")
            if outcome == DONE and value.get("state") not in ("due", "previewing"):
                break
            time.sleep(0.1)
        return outcome, status, text, value

    def send(self, preview):
        """(outcome, status, text): `ok` where it was read to its end."""
        sha = hashlib.sha256(self.document).hexdigest()
        opening = f'{{"name": "statement.xml", "size": {len(self.document)}, "sha256": "{sha}"}}'.encode()
        answer = self.ask("POST", "/v1/uploads", opening)
        if answer[0] != DONE:
            return REFUSED if answer[0] == REFUSED else UNCERTAIN, *answer[1:3]
        upload = answer[3]["id"]
        refused = self.parts(upload)
        if preview and not refused:
            self.ask("POST", f"/v1/uploads/{upload}/preview", b"")
            self.until_read(upload)
        answer = refused or self.ask("POST", f"/v1/uploads/{upload}/complete", b"")
        if answer[0] == DONE:
            answer = self.until_read(upload)
        state = answer[3].get("state") if answer[0] == DONE else ""
        return DONE if state == "taken" else UNCERTAIN, *answer[1:3]


def send(c, m, document, said, who, intended, preview, **more):
    op = c.writer.invoke("upload", "upload", service="reconciliation", route="/v1/uploads", merchant=m["id"], sha256=hashlib.sha256(document).hexdigest(), value=said,
                         p=who, intended=intended, in_parts=True, **more)
    outcome, status, text = Sender(c, m["id"], document).send(preview)
    c.writer.answer(op, outcome, status=status, body_sha256=hashlib.sha256(text).hexdigest(), answer=c.doors.value_of(text), why="")


def in_parts(c, chance, who, intended):
    """A day of the bank's in a file of two parts."""
    m = chance.choice(c.merchants)
    with c.bank_locks[m["id"]]:
        day = c.next_day(m)
        if day is None:
            return
        document, said = c.banks[m["id"]].statement([day])
    document += b"\n" * (MIB + 1000 - len(document) % MIB)
    with c.lock:
        c.documents[said["ident"], "upload"] = (m, document, said, {})
    send(c, m, document, said, who, intended, chance.random() < 0.5)


def preview(c, chance, who, intended):
    """What a day that is not over yet would do: nothing is kept of it."""
    m = chance.choice(c.merchants)
    with c.bank_locks[m["id"]]:
        bank = c.banks[m["id"]]
        lines = bank.today or [{"n": 0, "minor": 700, "day": str(bank.day), "text": "Thank you", "name": "Nobody we know"}]
        closing = bank.balance + sum(line["minor"] for line in lines)
        document, _ = bank.statement([(10**6 + chance.randrange(10**6), str(bank.day), str(bank.day), bank.balance, list(lines), closing)])
    headers = {"Authorization": f"Bearer {c.world.token('reconciliation', m['id'], 'write', c.doors.client)}", "Content-Type": "application/xml"}
    c.doors.http.send(c.world.url("reconciliation"), "POST", "/v1/statements/preview", document, headers)
