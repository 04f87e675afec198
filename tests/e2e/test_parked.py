"""A fact that nobody can read, in the midst of good ones: set aside by each service that reads its topic, which holds up that customer alone until a person
says what becomes of it."""

import re
import uuid

import confluent_kafka
import pytest
from stack import http

READERS = ("reconciliation", "payments", "reminders")
TOPIC = "dunlin.invoices.v1"
BY = ("--who", "Frieda", "--why", "a bug of last week")


def poison(whole, ref, payload=b"\xff\xff\xff"):
    """A record as invoicing would write it, but for its payload; its ce_id."""
    ce_id = str(uuid.uuid4())
    producer = confluent_kafka.Producer({"bootstrap.servers": whole.brokers, "partitioner": "murmur2_random"})
    producer.produce(TOPIC, payload, f"nord:{ref}", headers={
        "ce_specversion": "1.0", "ce_id": ce_id, "ce_source": "dunlin/invoicing", "ce_type": f"{TOPIC}.InvoiceIssued", "ce_time": "2026-11-22T12:00:00Z",
        "content-type": "application/protobuf"})
    assert producer.flush(30) == 0
    return ce_id


def queue(whole, name, ref):
    """What is set aside of the customer: (seq, head, code)."""
    return whole.query(name, f"select seq, head, code from parked where state = 'parked' and key = 'nord:{ref}' order by seq")


def known(whole, name, ref):
    """The customer's invoices that the service knows of."""
    issued = {"reconciliation": "invoice where issued", "payments": "item where issued", "reminders": "item where is_issued"}[name]
    return int(whole.one(name, f"select count(*) from {issued} and merchant_id = 'nord' and customer_ref = '{ref}'"))


def metric(whole, name):
    text = http(whole.ops(name) + "/metrics")[1]
    return sum(float(x) for x in re.findall(r"^dunlin_parked_messages (\S+)$", text, re.M))


@pytest.fixture(scope="module")
def poisoned(whole, story):
    """Set aside by every reader; then a good invoice for that customer, and one for another, which every reader knows."""
    poison(whole, "p-ill")
    for name in READERS:
        whole.until(lambda name=name: len(queue(whole, name, "p-ill")), 1)
    whole.order({"p-ill": 2000})
    whole.sell({"p-well": 1000})
    for name in READERS:
        whole.until(lambda name=name: len(queue(whole, name, "p-ill")), 2)
        whole.until(lambda name=name: known(whole, name, "p-well"), 1)
    return whole


@pytest.mark.parametrize("name", READERS)
def test_a_fact_that_cannot_be_read_holds_up_its_customer_alone_until_a_person_speaks(poisoned, name):
    whole = poisoned
    (head, is_head, code), (behind, is_head_too, _) = queue(whole, name, "p-ill")
    assert (is_head, is_head_too) == ("t", "f") and code
    assert known(whole, name, "p-ill") == 0
    whole.until(lambda: metric(whole, name), 2)

    listed = whole.verb(name, "parked", "list", "--topic", TOPIC, "--key", "nord:p-ill").stdout
    assert [row.split()[0] for row in listed.splitlines()[1:-1]] == [head, behind] and code in listed and "2 set aside" in listed
    shown = whole.verb(name, "parked", "show", "--seq", head).stdout
    assert re.search(r"^payload +ffffff$", shown, re.M) and re.search(r"^key +nord:p-ill$", shown, re.M)
    assert whole.verb(name, "parked", "show", "--seq", "999999", check=False).returncode == 1

    # Nothing is done without a name and a reason; a retry finds it as bad as before, and takes nothing out of its turn.
    stream = ("--topic", TOPIC, "--key", "nord:p-ill")
    assert whole.verb(name, "parked", "retry", *stream, check=False).returncode != 0
    again = whole.verb(name, "parked", "retry", *stream, *BY, check=False)
    assert again.returncode == 1 and code in again.stderr + again.stdout + listed
    assert [row[0] for row in queue(whole, name, "p-ill")] == [head, behind] and known(whole, name, "p-ill") == 0
    assert whole.verb(name, "parked", "discard", "--seq", behind, *BY, check=False).returncode == 1

    # Given up: what waited behind it is done, in order, and what comes after does not wait.
    assert f"{head} discarded" in whole.verb(name, "parked", "discard", *stream, *BY).stdout
    assert known(whole, name, "p-ill") == 0
    assert f"{behind} applied" in whole.verb(name, "parked", "retry", *stream, *BY).stdout
    assert known(whole, name, "p-ill") == 1 and queue(whole, name, "p-ill") == []
    assert whole.query(name, f"select state from parked where seq in ({head}, {behind}) order by seq") == [("discarded",), ("applied",)]
    whole.until(lambda: metric(whole, name), 0)
    audited = whole.query(name, f"select act, why from audit where who = 'Frieda' and subject like '%{TOPIC}%nord:p-ill%' order by seq")
    assert audited == [("parked retry", BY[3]), ("parked discard", BY[3]), ("parked retry", BY[3])]


def test_what_was_set_aside_is_told_as_a_dead_letter(poisoned):
    for name in READERS:
        records = poisoned.topic(f"dunlin.{name}.dlq")
        assert any(key == "nord:p-ill" and value == b"\xff\xff\xff" for key, _, value in records), name


def test_the_customer_flows_again(poisoned):
    whole = poisoned
    for name in READERS:  # whatever the tests above left
        for (head, *_) in queue(whole, name, "p-ill")[:1]:
            pytest.fail(f"{name}: {head} still waits")
    from dunlin.billing.v1 import billing_pb2
    from conftest import publisher

    p = publisher.Publisher(whole.brokers, "shop-2", timeout=60)
    charge = billing_pb2.AddCharge(merchant_id="nord", customer_ref="p-ill", external_ref="order-2", description="More", tax_category=2, when=2)
    charge.amount.minor, charge.amount.currency = 500, "EUR"
    p.send(charge)
    assert p.finish() == 0
    for name in READERS:
        whole.until(lambda name=name: known(whole, name, "p-ill"), 2)


def test_a_fact_without_a_good_key_blocks_nobody(whole, story):
    """It belongs to no customer: it is set aside alone, and is ended by its number."""
    producer = confluent_kafka.Producer({"bootstrap.servers": whole.brokers, "partitioner": "murmur2_random"})
    ce_id = str(uuid.uuid4())
    producer.produce(TOPIC, b"\xff", "no key of ours", headers={"ce_id": ce_id, "ce_source": "dunlin/invoicing", "ce_type": f"{TOPIC}.InvoiceIssued"})
    assert producer.flush(30) == 0
    whole.sell({"p-fine": 1000})
    for name in READERS:
        whole.until(lambda name=name: known(whole, name, "p-fine"), 1)
        whole.until(lambda name=name: whole.one(name, f"select count(*) from parked where id = '{ce_id}' and state = 'parked'"), "1")
        seq = whole.one(name, f"select seq from parked where id = '{ce_id}'")
        assert "discarded" in whole.verb(name, "parked", "discard", "--seq", seq, *BY).stdout
        whole.until(lambda name=name: metric(whole, name), 0)
