"""Deeds of an accountant: months are closed, after a warning by a second person, and exported. A month that is not over, or has nothing to export, is a refusal."""

import datetime
import uuid

from client_doors import UNCERTAIN

FIRST, SECOND = {"who": "Frieda", "why": "the month is over"}, {"who": "Georg", "why": "the month is over", "force": True}
TARGETS = ("csv", "csv", "csv", "quickbooks", "datev")
MOST = 24


def after(month):
    return (month + datetime.timedelta(days=31)).replace(day=1)


def next_month(c, merchant):
    """The one that is to be closed: the first is that before the bank's first day. None where nobody answers."""
    listed = c.doors.get("reconciliation", "/v1/periods", merchant)
    if listed is None:
        return None
    closed = [p["month"] for p in listed["periods"] if p["state"] == "closed"]
    if closed:
        return after(datetime.date.fromisoformat(f"{max(closed)}-01"))
    return (datetime.date.fromisoformat(c.first_day).replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def ask_to_close(c, merchant, month, body, who, intended, key=None, **more):
    return c.doors.command("close_period", "reconciliation", "/v1/periods/{month}/close", body, merchant, "admin", key=key, path=f"/v1/periods/{month:%Y-%m}/close", who=who,
                           intended=intended, month=f"{month:%Y-%m}", **more)


def ask_to_export(c, merchant, target, who, intended, key=None, **more):
    return c.doors.command("make_export", "reconciliation", "/v1/exports", {"who": "Frieda", "why": "for the tax adviser", "target": target}, merchant, key=key, who=who,
                           intended=intended, target=target, **more)


def close_month(c, chance, who, intended):
    """Somebody is warned, and somebody else closes it all the same."""
    m = chance.choice(c.merchants)
    month = next_month(c, m["id"])
    if month:
        ask_to_close(c, m["id"], month, FIRST, who, intended)
        c.follow(0.3, close_by_force, chance, merchant=m["id"], month=month)


def close_by_force(c, chance, who, intended, merchant, month):
    key = str(uuid.UUID(int=chance.getrandbits(128)))
    answer = ask_to_close(c, merchant, month, SECOND, who, intended, key)
    if chance.random() < 0.2:
        ask_to_close(c, merchant, month, SECOND, who, intended, key, retry_of=answer.op)


def export(c, chance, who, intended):
    m, target, key = chance.choice(c.merchants), chance.choice(TARGETS), str(uuid.UUID(int=chance.getrandbits(128)))
    answer = ask_to_export(c, m["id"], target, who, intended, key)
    if chance.random() < 0.2:
        ask_to_export(c, m["id"], target, who, intended, key, retry_of=answer.op)


# ---- the end ----


def until_known(ask):
    """Each time another request: what nobody knows of may have been done."""
    for _ in range(20):
        answer = ask()
        if answer.kind != UNCERTAIN:
            break
    return answer


def close_books(c):
    """All months that are over are closed, and exported."""
    for m in c.merchants:
        for _ in range(MOST):
            month = next_month(c, m["id"])
            if month is None or after(month) > c.world.now().date() - datetime.timedelta(days=1):
                break
            if until_known(lambda: ask_to_close(c, m["id"], month, FIRST, "accountant", None)).status == 202:  # noqa: B023  (it is called at once)
                until_known(lambda: ask_to_close(c, m["id"], month, SECOND, "accountant", None))  # noqa: B023
        for _ in range(MOST):
            if not until_known(lambda: ask_to_export(c, m["id"], "csv", "accountant", None)):  # noqa: B023
                break
