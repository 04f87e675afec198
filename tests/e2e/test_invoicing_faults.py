"""Invoicing on real PostgreSQL and real Apache Kafka while things are killed: nothing lost, nothing doubled, no number skipped."""

import random
import signal
import threading
import time

import pytest
from conftest import make_world, publisher

CUSTOMERS = 40
MERCHANT = {"name": "Nord GmbH", "zone": "Europe/Berlin", "currency": "EUR", "language": "de", "invoice_prefix": "N-", "credit_note_prefix": "NC-",
            "transfer_accounts": [{"iban": "DE89370400440532013000"}], "terms": {"kind": "net_days", "days": 14}}


@pytest.fixture(scope="module")
def world(request):
    world = make_world(request, "invoicing-faults", ("invoicing",))
    status, answer = world.call("invoicing", "POST", "/v1/merchants", MERCHANT, merchant="nord", role="admin", key="nord")
    assert status in (200, 201), answer
    return world


class Story:
    """Commands of one source, made from a seed: customers, charges, and an invoice after every few charges of a customer."""

    def __init__(self, billing, name, charges, seed=7, merchant="nord"):
        self.name, self.commands, self.invoices = name, [], 0
        chance = random.Random(seed)
        waiting = dict.fromkeys(range(CUSTOMERS), 0)
        for c in range(CUSTOMERS):
            self.add(billing.DefineCustomer(merchant_id=merchant, customer_ref=self.ref(c), name=f"Kunde {c}", language="de", zone="Europe/Berlin",
                                            currency="EUR"))
        for n in range(charges):
            c = chance.randrange(CUSTOMERS)
            m = billing.AddCharge(merchant_id=merchant, customer_ref=self.ref(c), external_ref=f"{name}-{n}", description=f"Leistung {n}", tax_category=1,
                                  when=1)
            m.amount.minor, m.amount.currency = chance.randrange(1, 100000), "EUR"
            m.tax_rate.unscaled = 19
            self.add(m)
            waiting[c] += 1
            if waiting[c] == 4:
                self.issue(billing, merchant, c)
                waiting[c] = 0
        for c in (c for c, n in waiting.items() if n):
            self.issue(billing, merchant, c)
        self.charges = charges

    def ref(self, c):
        return f"{self.name}-{c}"

    def issue(self, billing, merchant, c):
        self.add(billing.IssueInvoice(merchant_id=merchant, customer_ref=self.ref(c), external_ref=f"{self.name}-i{self.invoices}"))
        self.invoices += 1

    def add(self, message):
        self.commands.append((message, f"{self.name}/{len(self.commands)}"))

    def publish(self, world, commands=None, pause=0.0):
        p = publisher.Publisher(world.brokers, self.name, timeout=120)
        for message, ce_id in commands or self.commands:
            p.send(message, ce_id)
            if pause:
                time.sleep(pause)
        assert p.finish() == 0

    # ---- what the database says of it ----

    def seen(self, world):
        return int(world.one("invoicing", f"select count(*) from inbox where source = '{self.name}'"))

    def wait(self, world, n=None):
        world.until(lambda: self.seen(world), n or len(self.commands), timeout=150)

    def state(self, world):
        """What came of it, without ids and numbers."""
        return world.query("invoicing", f"""
            select i.customer_ref, i.external_ref, i.state, i.net, i.tax, i.gross,
                (select string_agg(l.description || ' ' || l.net, ', ' order by l.description) from invoice_line l
                    where l.merchant_id = i.merchant_id and l.invoice_id = i.invoice_id)
            from invoice i where i.customer_ref like '{self.name}-%' order by 1, 2""")


def tidy(rows, name):
    return [tuple(str(v).replace(name, "X") for v in row) for row in rows]


def check(world, story):
    """Each command has its effect and exactly one; numbers are gapless; the topic says what the outbox says."""
    name = story.name
    assert world.one("invoicing", f"select count(*) from charge where external_ref like '{name}-%'") == str(story.charges)
    assert world.one("invoicing", f"select count(*) from charge where external_ref like '{name}-%' and state <> 'invoiced'") == "0"
    assert world.one("invoicing", f"select count(*) from invoice where customer_ref like '{name}-%' and state = 'issued'") == str(story.invoices)
    assert world.one("invoicing", "select count(*) from dead_letter") == "0"
    assert world.one("invoicing", "select count(*) from parked where state = 'parked'") == "0"
    wrong = world.query("invoicing", """
        select series, number_year, count(*), max(number_count) from invoice where number is not null group by 1, 2 having count(*) <> max(number_count)""")
    assert wrong == []
    charged = world.one("invoicing", f"select sum(net) from charge where external_ref like '{name}-%'")
    assert charged == world.one("invoicing", f"select sum(net) from invoice where customer_ref like '{name}-%' and state = 'issued'")


def check_topic(world):
    """Every outbox row is on its topic, each first time in the order of its key, and nothing else is."""
    world.until(lambda: world.one("invoicing", "select (select max(seq) from outbox) = (select last_seq from relay_cursor)"), "t")
    rows = world.query("invoicing", "select topic, part_key, event_id from outbox order by seq")
    for topic in sorted({r[0] for r in rows}):
        said, seen = {}, set()
        for key, headers, _ in world.topic(topic):
            if headers["ce_id"] not in seen:
                seen.add(headers["ce_id"])
                said.setdefault(key, []).append(headers["ce_id"])
        meant = {}
        for _, key, event in (r for r in rows if r[0] == topic):
            meant.setdefault(key, []).append(event)
        assert said == meant


def test_two_consumers_share_the_work_and_both_are_killed_under_load(world, billing):
    story = Story(billing, "kill", 3000)
    world.run_more("invoicing", "two")
    publishing = threading.Thread(target=story.publish, args=(world,), kwargs={"pause": 0.002})
    publishing.start()
    chance = random.Random(11)
    kills = 0
    while publishing.is_alive() or kills < 6:
        time.sleep(0.3 + chance.random())
        victim = chance.choice(["invoicing", "invoicing-two"])
        world.kill(victim, signal.SIGKILL)
        world.run("invoicing") if victim == "invoicing" else world.run_more("invoicing", "two")
        kills += 1
    publishing.join()
    story.wait(world)
    world.kill("invoicing-two", signal.SIGTERM)
    check(world, story)
    check_topic(world)


def test_a_broker_that_is_killed_and_returns_costs_nothing(world, billing):
    story = Story(billing, "broker", 1200)
    half = len(story.commands) // 2
    story.publish(world, story.commands[:half])
    world.script("kafka", "kill", world.folder / "kafka")
    status, answer = world.call("invoicing", "POST", "/v1/customers", {"customer_ref": "http-1", "name": "By HTTP"}, merchant="nord", key="broker-away")
    assert status in (200, 201), answer  # commands by HTTP need PostgreSQL only
    world.script("kafka", "start", world.folder / "kafka")
    story.publish(world, story.commands[half:])
    story.wait(world)
    check(world, story)
    check_topic(world)


def test_a_database_that_is_killed_and_returns_costs_nothing(world, billing):
    story = Story(billing, "database", 1200)
    publishing = threading.Thread(target=story.publish, args=(world,), kwargs={"pause": 0.001})
    publishing.start()
    time.sleep(0.8)
    world.script("postgres", "kill", world.folder / "postgres")
    status, _ = world.call("invoicing", "POST", "/v1/customers", {"customer_ref": "http-2", "name": "By HTTP"}, merchant="nord", key="database-away")
    assert status == 503
    world.script("postgres", "start", world.folder / "postgres")
    publishing.join()
    story.wait(world)
    check(world, story)
    check_topic(world)


def digest(world):
    tables = world.query("invoicing", """select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and not c.relispartition and c.relname not in ('consumer_position', 'relay_cursor', 'audit', 'key', 'token') order by 1""")
    return {t: world.one("invoicing", f"select md5(coalesce(string_agg(x::text, '|' order by x::text), '')) from {t} x") for (t,) in tables}


def positions(world):
    return world.one("invoicing", "select sum(next_offset) from consumer_position where topic = 'dunlin.billing.v1'")


def test_the_whole_topic_replayed_from_the_beginning_changes_nothing(world, billing):
    story = Story(billing, "replay", 600)
    story.publish(world)
    story.wait(world)
    before, at = digest(world), positions(world)
    world.kill("invoicing", signal.SIGTERM)
    world.verb("invoicing", "positions", "reset", "--topic", "dunlin.billing.v1", "--to", "beginning", "--who", "test", "--why", "replay")
    assert positions(world) != at
    world.run("invoicing")
    world.until(lambda: positions(world), at)
    assert digest(world) == before


def test_duplicated_and_shuffled_commands_come_to_the_same(world, billing):
    clean, wild = Story(billing, "clean", 800, seed=23), Story(billing, "wild", 800, seed=23)
    clean.publish(world)
    chance = random.Random(5)
    # Within a key the order stands; across keys, and for what is sent again, anything goes.
    waiting = {}
    for c in wild.commands:
        waiting.setdefault(c[0].customer_ref, []).append(c)
    sent = []
    while waiting:
        key = chance.choice(sorted(waiting))
        sent.append(waiting[key].pop(0))
        if not waiting[key]:
            del waiting[key]
        if chance.random() < 0.9:
            sent.append(chance.choice(sent[-1000:]))
    wild.publish(world, sent)
    clean.wait(world)
    wild.wait(world)
    assert tidy(wild.state(world), "wild") == tidy(clean.state(world), "clean")
    check(world, wild)


def test_a_zombie_commits_nothing_when_it_wakes(world, billing):
    story = Story(billing, "zombie", 400)
    half = len(story.commands) // 2
    zombie = world.run_more("invoicing", "zombie")
    world.until(lambda: int(world.one("invoicing", "select count(distinct owner) from consumer_position where topic = 'dunlin.billing.v1'")), 2)
    story.publish(world, story.commands[:half])
    story.wait(world, half)
    zombie.send_signal(signal.SIGSTOP)
    story.publish(world, story.commands[half:])
    story.wait(world)  # past the session timeout the other one has its partitions
    before = digest(world)
    zombie.send_signal(signal.SIGCONT)
    world.until(lambda: int(world.one("invoicing", "select count(distinct owner) from consumer_position where topic = 'dunlin.billing.v1'")), 2)
    world.kill("invoicing-zombie", signal.SIGTERM)
    assert digest(world) == before
    check(world, story)


def test_a_poisoned_command_is_a_dead_letter_and_blocks_nobody(world, billing):
    story = Story(billing, "poison", 60)
    bad = billing.AddCharge(merchant_id="nord", customer_ref=story.ref(0), external_ref="poison-bad", description="x", tax_category=1, when=1)
    bad.amount.minor, bad.amount.currency = -5, "EUR"
    bad.tax_rate.unscaled = 19
    before = int(world.one("invoicing", "select count(*) from dead_letter"))
    p = publisher.Publisher(world.brokers, "poison-bad", timeout=60)
    p.send(bad, "poison-bad/1")
    p.producer.produce("dunlin.billing.v1", b"\xff\xff\xff", key=f"nord:{story.ref(0)}", headers=[
        ("ce_id", "poison-bad/2"), ("ce_source", "poison-bad"), ("ce_type", "dunlin.billing.v1.AddCharge"), ("content-type", "application/protobuf")])
    p.producer.produce("dunlin.billing.v1", b"\xff\xff\xff", key=None)
    assert p.finish() == 0
    story.publish(world)
    story.wait(world)
    world.until(lambda: int(world.one("invoicing", "select count(*) from dead_letter")), before + 3)
    refused = world.query("invoicing", "select code, field from dead_letter where id = 'poison-bad/1'")
    assert refused and refused[0][1] == "amount", refused
    assert any(h.get("dlq_id") == "poison-bad/1" for _, h, _ in world.topic("dunlin.invoicing.dlq"))
    world.query("invoicing", "delete from dead_letter")
    check(world, story)
