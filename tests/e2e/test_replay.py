"""Facts again: from the beginning of their topics, and as copies in any order, each more than once. Nothing comes of it that was not there."""

import os
import pathlib
import random
import signal

import confluent_kafka
import pytest
from stack import SERVICES
from whole_world import STORY, Whole

REFS = "customer_ref in (" + ", ".join(f"'{ref}'" for ref in STORY) + ")"


def positions(world, name):
    return world.query(name, "select topic, part, next_offset from consumer_position order by 1, 2")


@pytest.mark.parametrize("name", SERVICES)
def test_all_topics_again_from_the_beginning_change_nothing(whole, story, name):
    whole.quiet()
    before, at = whole.digest(name), positions(whole, name)
    assert whole.kill(name, signal.SIGTERM) == 0
    for topic in sorted({row[0] for row in at}):
        whole.verb(name, "positions", "reset", "--topic", topic, "--to", "beginning", "--who", "test", "--why", "replay")
    assert positions(whole, name) != at
    whole.run(name)
    whole.wait_ready(name)
    whole.until(lambda: positions(whole, name), at)
    whole.quiet()
    after = whole.digest(name)
    assert {t for t in before if before[t] != after[t]} == set()


def shuffled(world, topics, seed, distance=1000):
    """All records of the topics, half of them twice, none further than `distance` from where it was."""
    chance = random.Random(seed)
    records = [(topic, *record) for topic in topics for record in world.topic(topic)]
    copies = records + [r for r in records if chance.random() < 0.5]
    place = {id(r): n for n, r in enumerate(records)}
    return sorted(copies, key=lambda r: place[id(r)] + chance.uniform(0, distance))


def publish(world, records):
    producer = confluent_kafka.Producer({"bootstrap.servers": world.brokers, "partitioner": "murmur2_random"})
    for topic, key, headers, value in records:
        producer.produce(topic, value, key, headers=headers)
    assert producer.flush(60) == 0


def copy(request, name, services):
    world = Whole(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / name, services)
    request.addfinalizer(world.stop)
    return world.start()


def ledger(world):
    """What the books say of the story's customers, without ids and numbers."""
    ask = lambda sql: world.query("reconciliation", sql)  # noqa: E731
    return {
        "items": ask(f"select customer_ref, number, amount, allocated, credited, discounted, written_off, open from open_item where {REFS} order by 1, 2"),
        "receipts": ask(f"select customer_ref, kind, currency, amount, allocated, unapplied, refunded from receipt where {REFS} order by 1, 2, 4, 5"),
        "credit": ask(f"select customer_ref, currency, unapplied from customer_credit where {REFS} order by 1, 2"),
        # What was refunded before it was allocated never was: the transfers differ, the balances do not.
        "balances": ask(f"""select customer_ref, split_part(account, ':', 1), sum(amount) from (
            select customer_ref, debit as account, amount from journal union all select customer_ref, credit, -amount from journal) x
            where {REFS} group by 1, 2 order by 1, 2"""),
        "lines": ask("""select l.booking_date, l.amount, l.state, l.is_what, l.verdict from bank_line l join statement s using (merchant_id, statement_id)
            where s.bank_ref = 'S-1' order by 1, 2, 3, 4"""),
    }


def test_facts_in_any_order_and_twice_make_the_same_books(whole, story, request):
    whole.quiet()
    world = copy(request, "copy-ledger", ("reconciliation",))
    for merchant in ("nord", "volt"):
        world.define_bank_account(merchant)
    facts = shuffled(whole, ("dunlin.customers.v1", "dunlin.invoices.v1", "dunlin.payments.v1"), 1)
    publish(world, facts)
    world.quiet()
    world.upload(story.document)
    want = ledger(whole)
    world.until(lambda: ledger(world), want, 30)
    assert all(want.values())
    proof = world.get("reconciliation", "/v1/proof")
    assert proof["currencies"] and all(c["holds"] for c in proof["currencies"]), proof
    world.stop()


@pytest.mark.parametrize("seed", range(int(os.environ.get("DUNLIN_SEEDS", 3))))
def test_a_statement_before_its_invoices_makes_the_same_books(whole, story, request, seed):
    """What waits is looked at again when what it names comes, in whatever order: the facts are shuffled, half of them come twice."""
    whole.quiet()
    world = copy(request, f"copy-late-{seed}", ("reconciliation",))
    for merchant in ("nord", "volt"):
        world.define_bank_account(merchant)
    status, answer = world.call("reconciliation", "POST", "/v1/statements", story.document, "nord", "write", f"late-{seed}", headers={"Content-Type": "application/xml"})
    assert status == 201, answer
    lines = "select count(*) from bank_line where state = 'waiting'"
    world.until(lambda: world.one("reconciliation", lines), str(len(story.lines)))
    publish(world, shuffled(whole, ("dunlin.customers.v1", "dunlin.invoices.v1", "dunlin.payments.v1"), seed))
    world.quiet()
    want = ledger(whole)
    world.until(lambda: ledger(world), want, 60)
    # Only what names nothing waits, and it was looked at once; what was posted was not looked at again.
    assert world.query("reconciliation", "select looks from bank_line where state = 'waiting'") == [("1",)]
    assert world.one("reconciliation", "select max(looks) from bank_line") == "2"
    proof = world.get("reconciliation", "/v1/proof")
    assert proof["holds"], proof
    world.stop()


def projections(world):
    """What the readers of the ledger know; ids are those of the facts, and so the same."""
    return {
        "invoicing": world.query("invoicing", "select * from open_item order by 1, 2, 3"),
        "payments": world.query("payments", f"""select invoice_id, part, customer_ref, issued, number, currency, amount, credited, open, due, invoice_revision,
            ledger_revision from item where {REFS} order by 1, 2"""),
        "reminders": world.query("reminders", f"""select invoice_id, part, customer_ref, is_issued, number, rf_reference, currency, amount, due_date,
            ledger_revision, open from item where {REFS} order by 1, 2"""),
        "receipts": world.query("reminders", f"select customer_ref, kind, state, source, source_id, amount, currency from notice where {REFS} order by 1, 5"),
        "customers": world.query("reminders", f"select customer_ref, name, revision from customer where {REFS} order by 1"),
    }


def test_facts_in_any_order_and_twice_make_the_same_projections(whole, story, request):
    whole.quiet()
    world = copy(request, "copy-readers", ("invoicing", "payments", "reminders"))
    publish(world, shuffled(whole, [f"dunlin.{t}.v1" for t in ("customers", "invoices", "payments", "ledger")], 3))
    world.quiet()
    want = projections(whole)
    world.until(lambda: projections(world), want, 30)
    assert all(want.values())
    assert len(world.mailbox.mails) == len(world.query("reminders", "select 1 from notice where state = 'sent'"))
    world.stop()
