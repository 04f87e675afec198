"""Which faults a trial makes: lanes that run side by side, each a list of faults one after the other, made from a seed. What is printed here can be read
back, cut down, and run again."""

import json
import random

from ground import SERVICES

ALL = SERVICES
# Who comes by a crash point. The first is who must in a short run.
WHO = {
    "unit_claimed": ALL, "unit_applied": ALL, "commit_before": ALL, "commit_after": ALL,
    "http_committed": ("payments", "invoicing", "reconciliation"), "http_answered": ("invoicing", "payments", "reconciliation"),
    "consume_gathered": ALL, "consume_committed": ALL, "consume_reported": ALL,
    "position_before": ALL, "position_claimed": ALL, "position_released": ALL,
    "relay_led": ALL, "relay_read": ALL, "relay_produced": ALL, "relay_delivered": ALL, "relay_acked": ALL, "cursor_before": ALL, "cursor_after": ALL,
    "tick_due": ("reconciliation",), "tick_committed": ("reconciliation",),
    "send_claimed": ("payments", "reminders"), "send_answered": ("reminders", "payments"), "send_committed": ("payments", "reminders"),
    "call_before": ("payments",), "call_answered": ("payments",),
    "mail_data": ("reminders",), "mail_given": ("reminders",), "mail_answered": ("reminders",),
    "statement_measured": ("reconciliation",), "statement_half": ("reconciliation",), "statement_staged": ("reconciliation",), "statement_committed": ("reconciliation",),
    "preview_half": ("reconciliation",), "large_taken": ("reconciliation",), "large_decided": ("reconciliation",),
    "part_stored": ("reconciliation",), "upload_complete": ("reconciliation",), "upload_taken": ("reconciliation",), "upload_committed": ("reconciliation",),
    "parked_retry": ALL, "parked_retried": ALL, "migration": ALL,
}  # fmt: skip
# The road of an import to the books and back, step by step: around the commit of each.
STEPS = ("DecideStatement", "PostLine", "MatchLine", "UnmatchLine", "UndoStatement", "UndoLine", "ClosePeriod", "MakeExport")
WHO |= {f"{point}/{step}": ("reconciliation",) for step in STEPS for point in ("commit_before", "commit_after")}
# Where a file that is brought by a program may be when that dies.
ROADS = ("verb", "folder")
BROUGHT = ("statement_measured", "statement_half", "statement_staged", "statement_committed")
# Where the first time is enough: the second would be waited for.
SELDOM = ("position_before", "position_claimed", "consume_reported", "relay_led", "migration", "preview_half", "large_taken", "large_decided")
PROVIDER = ("provider_500", "provider_500_late", "provider_429", "provider_slow", "provider_no_answer", "provider_lost", "smtp_defer", "smtp_no_answer")
# Instants (UTC) that business time passes over, in their order: the clocks go forward and back in Berlin; a leap day begins and ends in Kiritimati
# (UTC+14), in Berlin and in Pago Pago (UTC-11).
HOURS = ("2027-03-28T01:00:00", "2027-10-31T01:00:00", "2028-02-28T10:00:00", "2028-02-28T23:00:00", "2028-02-29T10:00:00", "2028-02-29T11:00:00",
         "2028-02-29T23:00:00", "2028-03-01T11:00:00")  # fmt: skip


def fault(chance, kind, least, most, **words):
    return {"kind": kind, "wait": round(chance.uniform(least, most), 3), **words}


def one_of(who, number):
    """In turn; reconciliation, which has most points of its own, only where nobody else comes by."""
    others = [name for name in who if name != "reconciliation"] or who
    return others[number % len(others)]


def assign(chance, times, full):
    """Crash points by daemon: each point with its first, or with everybody who comes by."""
    lanes = {name: [] for name in SERVICES}
    for number, (point, who) in enumerate(WHO.items()):
        for _ in range(times):
            for name in who if full else [one_of(who, number)]:
                once = "/" in point or point in SELDOM
                # The first who asks for a close is warned, the second seals.
                nth = 2 if point == "commit_after/ClosePeriod" else 1 if once else chance.choice((1, 1, 2, 3))
                lanes[name].append(fault(chance, "crash", 0.1, 0.6, target=name, point=f"{point}:{nth}"))
    return lanes


def early(f):
    """There are not many months to be closed: what waits for one comes first."""
    step = f.get("point", "").rpartition("/")[2].partition(":")[0]
    return {"ClosePeriod": 0, "MakeExport": 1}.get(step, 2)


def kills(chance, n=25, points=1, full=False, pause=1.2):
    lanes = assign(chance, points, full) if points else {name: [] for name in SERVICES}
    for name, lane in lanes.items():
        lane += [fault(chance, "kill", 0.05, pause, target=name) for _ in range(n)]
        lane += [fault(chance, "term", 0.1, 1.0, target=name) for _ in range(max(1, n // 25))]
        lane += [fault(chance, "freeze", 0.1, 1.0, target=name, seconds=7.5) for _ in range(max(1, n // 50))]
        chance.shuffle(lane)
        lane.sort(key=early)
    lanes["outside"] = [fault(chance, "misbehave", 2, 5, what=chance.choice(PROVIDER), times=chance.randint(1, 4), value=800) for _ in range(4 + n // 4)]
    lanes["outside"].append(fault(chance, "storm", 1, 3, times=10, webhooks=20))
    if points:
        lanes["brought"] = [fault(chance, "brought", 0.5, 2, road=road, point=point) for point in BROUGHT for road in ROADS]
        chance.shuffle(lanes["brought"])
    return lanes


def net(chance, line, least=0.5, most=2.0):
    """One of each fault of a connection."""
    way = lambda: chance.choice(("up", "down"))  # noqa: E731
    size = lambda: chance.choice((0, 1, 7, chance.randint(8, 400), chance.randint(400, 20000)))  # noqa: E731
    faults = [fault(chance, "cut", least, most, line=line, way=way(), bytes=size(), seconds=5) for _ in range(3)]
    faults += [fault(chance, "trim", least, most, line=line, way=way(), bytes=size(), seconds=5)]
    faults += [fault(chance, "hole", least, most, line=line, seconds=chance.choice((1, 3)), reset=chance.random() < 0.5)]
    faults += [fault(chance, "delay", least, most, line=line, ms=chance.choice((20, 200)), seconds=3)]
    faults += [fault(chance, "refuse", least, most, line=line, seconds=2)]
    if line.startswith("db-"):
        faults += [fault(chance, "commit_lost", 0.1, 0.5, line=line, times=1, seconds=5) for _ in range(25)]
    chance.shuffle(faults)
    return faults


def servers(chance, times=1):
    """What is under the daemons: servers, connections."""
    lanes = {}
    held = chance.choice(SERVICES)
    for name in SERVICES:
        lane = []
        for _ in range(times):
            lane += net(chance, f"db-{name}")
            lane += [fault(chance, "postgres_kill", 0.5, 3, target=name, seconds=chance.choice((0, 0, 1, 4))) for _ in range(3)]
            lane += [fault(chance, "postgres_stop", 0.5, 3, target=name, seconds=1), fault(chance, "one_connection", 0.5, 3, target=name, seconds=5)]
            lane += [fault(chance, "lock", 0.5, 3, target=name, what=chance.choice(("keys", "outbox", "advisory")), seconds=60 if name == held else 4)]
            held = chance.choice(SERVICES)
        chance.shuffle(lane)
        lanes[f"db-{name}"] = lane
        lanes[f"kafka-{name}"] = net(chance, f"kafka-{name}", 1, 4)
    lanes["provider"] = net(chance, "provider", 0.5, 3)
    lanes["mail"] = net(chance, "mail", 0.5, 3)
    return lanes


def broker(chance, times=1):
    lane = []
    for _ in range(times):
        lane += [fault(chance, "broker_kill", 1, 4, seconds=1), fault(chance, "broker_freeze", 1, 4, seconds=45), fault(chance, "broker_kill", 1, 4, seconds=0),
                 fault(chance, "broker_forget", 2, 5)]
    return {"broker": lane, "daemons": [fault(chance, "kill", 1, 6, target=chance.choice(SERVICES)) for _ in range(8 * times)]}


def members(chance, times=1):
    """Groups that don't come to rest, and disks without room."""
    lanes = {f"more-{name}": [fault(chance, "members", 0, 0.5, target=name, times=8 * times, seconds=1.0)] for name in SERVICES}
    lanes["disk"] = [fault(chance, "disk_full", 2, 4, target=name, seconds=4) for name in ("reconciliation", "payments") * times]
    return lanes


def times(chance, times=1):
    """Clocks. Hours pass in their order, so they are one lane."""
    lanes = {f"clock-{name}": [fault(chance, "clock_jump", 0.5, 2, target=name, seconds=s, lasts=3) for s in (86400, -3600, 31, -86400 * 30) * times]
             for name in SERVICES}
    lanes["hours"] = [fault(chance, "special_hour", 0.2, 0.5, at=at, lasts=4) for at in HOURS]
    lanes["hours"].append(fault(chance, "clock_all", 0.5, 1, seconds=86400, lasts=3))
    return lanes


MAKERS = {"kills": kills, "servers": servers, "broker": broker, "members": members, "times": times}


def make(seed, maker, number=0, **more):
    """A trial's schedule."""
    chance = random.Random(f"{seed}/{maker}/{number}")
    return {"seed": seed, "maker": maker, "number": number, "more": more, "lanes": MAKERS[maker](chance, **more)}


def name_of(schedule):
    return f"{schedule['maker']}-{schedule['number']}"


def flat(lanes):
    """Every fault as (lane, fault), in the order of the lanes."""
    return [(lane, f) for lane, faults in lanes.items() for f in faults]


def unflat(faults):
    lanes = {}
    for lane, f in faults:
        lanes.setdefault(lane, []).append(f)
    return lanes


def save(schedule, path):
    path.write_text(json.dumps(schedule, indent=1) + "\n")


def load(path):
    with open(path) as file:
        return json.load(file)


def shrink(items, fails, say=lambda text: None):
    """The fewest of items for which fails() still holds, by delta debugging (Zeller and Hildebrandt 2002, ddmin). It holds for all of them."""
    items, parts = list(items), 2
    if fails([]):
        return []
    while len(items) > 1:
        size = -(-len(items) // parts)
        pieces = [items[i : i + size] for i in range(0, len(items), size)]
        rests = [[x for k, piece in enumerate(pieces) if k != i for x in piece] for i in range(len(pieces))]
        tries = pieces if parts == 2 else pieces + rests
        for attempt in tries:
            if fails(attempt):
                say(f"{len(items)} faults -> {len(attempt)}")
                parts = 2 if len(attempt) == len(pieces[0]) else max(parts - 1, 2)
                items = attempt
                break
        else:
            if parts >= len(items):
                break
            parts = min(parts * 2, len(items))
    return items
