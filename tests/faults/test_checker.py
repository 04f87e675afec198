"""The checker is proven: a good run is green, and every kind of planted damage turns it red, with the right rule and the entity that was damaged.

One run of everything (four daemons, the embedded broker), a client that loses answers on purpose; then each damage is done to copies: to the databases in a
transaction that is rolled back, to the topics and the history as they were read."""

import copy
import dataclasses
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import uuid

import psycopg
import pytest

import checker
from checker.sources import SERVICES
from client import Client
from history import History
from history_world import World, superuser

SEED = int(os.environ.get("DUNLIN_CHECKER_SEED", "11"))


class Run:
    """A good run as it was left: databases to open as often as wanted, topics and history in memory."""

    def __init__(self, folder, broker):
        self.world = World(folder, broker=broker)
        self.connections = {}
        self.world.start()
        client = Client(self.world, SEED, folder / "history.jsonl", rate=60, lose=0.04)
        client.set_up()
        client.run(ops=620)
        assert not client.errors, client.errors
        self.counts = client.counts
        self.command = [sys.executable, str(pathlib.Path(checker.__file__).parent.parent / "check"), "--stack", str(folder)]
        self.first = subprocess.run(self.command, capture_output=True, text=True)
        self.topics = checker.Recorded.read(self.world.brokers)
        self.history = History(folder / "history.jsonl")
        for name in SERVICES:
            assert self.world.kill(name, signal.SIGTERM) == 0
        server = superuser(folder / "postgres")
        for name in SERVICES:
            self.connections[name] = psycopg.connect(server.rpartition("/")[0] + f"/dunlin_{name}")
            self.connections[name].isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def check(self, copied=None):
        records = checker.Recorded(copied.records, self.topics.cluster, copied.ends) if copied else self.topics
        return checker.check(self.connections, topics=records, history=copied.history if copied else self.history)[0]

    def stop(self):
        for connection in self.connections.values():
            connection.close()
        self.world.stop()


@pytest.fixture(scope="module")
def run(request):
    made = Run(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]), os.environ.get("DUNLIN_CHECKER_BROKER", "embedded"))
    request.addfinalizer(made.stop)
    return made


class Copy:
    """Of a run, to be damaged."""

    def __init__(self, run):
        self.run, self.chance = run, random.Random(SEED)
        self.records, self.history, self.ends = list(run.topics.records), copy.copy(run.history), dict(run.topics.ends)
        for name in ("requests", "notes", "end"):
            setattr(self.history, name, copy.deepcopy(getattr(run.history, name)))
        for connection in run.connections.values():
            connection.execute("set local session_replication_role = replica")  # triggers and foreign keys would not let it happen

    def back(self):
        for connection in self.run.connections.values():
            connection.rollback()

    # ---- databases ----

    def sql(self, name, sql, *args):
        cursor = self.run.connections[name].execute(sql, args or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount

    def row(self, name, sql, *args):
        """Some row; there must be one."""
        rows = self.sql(name, sql + " limit 1", *args)
        assert rows, f"the run has nothing to damage: {name}: {sql}"
        return rows[0]

    def change(self, name, sql, *args):
        assert self.sql(name, sql, *args) > 0, sql

    # ---- topics ----

    def find(self, kind, fits=lambda m: True):
        """(place, record, message) of some event of a type."""
        for place, record in enumerate(self.records):
            if record.type.endswith("." + kind) and record.topic != "dunlin.billing.v1" and not record.topic.endswith(".dlq"):
                message = checker.fold.message_type(record.type).FromString(record.value)
                if fits(message):
                    return place, record, message
        raise AssertionError(f"the run has no such {kind}")

    def tell(self, place, message):
        """The event says something else: in its topic and in the outbox it came from."""
        record = dataclasses.replace(self.records[place], value=message.SerializeToString())
        self.records[place] = record
        self.change(record.source.removeprefix("dunlin/"), "update outbox set payload = %s where event_id = %s", record.value, record.id)

    def forget(self, service, ident):
        """The event never was: neither in the outbox, nor in its topic, nor in an inbox."""
        self.records = [r for r in self.records if r.id != ident]
        self.change(service, "delete from outbox where event_id = %s", ident)
        for name in SERVICES:
            self.sql(name, "delete from inbox_own where event_id = %s", ident)

    # ---- history ----

    def request(self, *f, outcome="ok", fits=lambda r: True):
        for r in self.history.of(*f):
            alone = sum(x.identity == r.identity for x in self.history.of(r.f)) == 1 if r.identity else True
            if r.outcome == outcome and alone and fits(r):
                return r
        raise AssertionError(f"the run has no such request: {f}")


@pytest.fixture
def copied(run):
    made = Copy(run)
    yield made
    made.back()


def text(raw):
    return str(uuid.UUID(bytes=bytes(raw)))


# ---- the good run ----


def test_a_good_run_is_green(run):
    assert [str(v) for v in run.check()] == []


def test_the_program_says_so_and_exits_with_0(run):
    assert run.first.returncode == 0, run.first.stdout + run.first.stderr
    assert "0 violations" in run.first.stdout


def test_the_run_has_done_everything(run):
    """A checker that sees nothing finds nothing."""
    assert {"ok", "fail", "info"} <= {r.outcome for r in run.history.requests.values()}
    assert run.counts["info"] >= 5 and sum(bool(r.retry_of) for r in run.history.requests.values()) >= 10
    assert run.history.end["mails"] and run.history.end["charges"] and run.history.end["refunds"] and run.history.end["payouts"]
    for f in ("sell", "write_off", "match_line", "unmatch_line", "upload_again", "upload_overlap", "upload_damaged", "place_hold", "release_hold", "refund"):
        assert f == "sell" or run.history.of(f), f
    requests = list(run.history.requests.values())
    assert any(r.in_parts and r.outcome == "ok" for r in requests)
    of_line = [(r.line, r.p, r.intended) for r in requests if r.f in ("match_line", "unmatch_line") and r.intended]
    assert len(of_line) > len(set(of_line)), "nobody raced about a line"


# ---- damage ----
# Each does one kind of damage and says which entity it damaged: (rule, what the violation's entity must name).


def an_event_is_dropped(c):
    place, record, _ = c.find("OpenItemChanged")
    del c.records[place]
    return "O1", record.id


def an_outbox_row_is_never_relayed(c):
    ident, = c.row("invoicing", "select event_id::text from outbox order by seq desc")
    c.records = [r for r in c.records if r.id != ident]
    return "O1", ident


def a_service_never_consumed_an_event(c):
    _, record, _ = c.find("PaymentSucceeded")
    c.change("reminders", "delete from inbox_own where event_id = %s", record.id)
    return "O4", record.id


def an_event_is_applied_twice(c):
    merchant, source = c.row("reconciliation", "select merchant_id, source_id::text from receipt where kind = 2")
    c.change("reconciliation", """insert into receipt select merchant_id, gen_random_uuid(), customer_ref, kind, source_id, account_id, value_date, currency,
        amount, allocated, unapplied, refunded, returned, revision from receipt where source_id = %s""", source)
    return "I2", f"payment {merchant}/{source}"


def an_event_is_said_again_under_another_id(c):
    _, record, _ = c.find("PaymentSucceeded")
    again = dataclasses.replace(record, id=str(uuid.uuid4()), offset=record.offset + 10**6)
    c.records.append(again)
    return "O3", again.id


def an_event_says_something_else_in_its_topic(c):
    place, record, message = c.find("OpenItemChanged")
    message.open.minor += 1
    c.records[place] = dataclasses.replace(record, value=message.SerializeToString())
    return "O3", record.id


def an_allocation_is_off_by_one_cent(c):
    merchant, ident = c.row("reconciliation", "select merchant_id, allocation_id::text from allocation where amount > 1")
    c.change("reconciliation", "update allocation set amount = amount - 1 where allocation_id = %s", ident)
    return "I7", f"allocation {merchant}/{ident}"


def an_allocation_is_told_off_by_one_cent(c):
    place, _, message = c.find("ReceiptAllocated", lambda m: len(m.made) == 1 and m.made[0].amount.minor > 1)
    message.made[0].amount.minor -= 1
    c.tell(place, message)
    return "I4", f"{text(message.made[0].invoice_id)}/1"


def an_open_amount_is_off_in_one_service(c):
    merchant, invoice = c.row("payments", "select merchant_id, invoice_id::text from item where open > 1")
    c.change("payments", "update item set open = open - 1 where invoice_id = %s", invoice)
    return "I7", f"item {merchant}/{invoice}/1"


def a_projection_missed_an_event(c):
    merchant, invoice = c.row("invoicing", "select merchant_id, invoice_id::text from open_item where revision > 1")
    c.change("invoicing", "update open_item set revision = revision - 1 where invoice_id = %s", invoice)
    return "I7", f"open item {merchant}/{invoice}/1"


def a_posting_is_deleted(c):
    merchant, customer, currency, ident = c.row(
        "reconciliation", "select merchant_id, customer_ref, currency, transfer_id from journal where cause = 'match' and credit = 'receivable'")
    c.change("reconciliation", "delete from journal where transfer_id = %s", ident)
    return "I1", f"customer's account {merchant}/receivable/{customer}/{currency}"


def a_posting_is_on_another_account(c):
    merchant, ident, cause = c.row("reconciliation", "select merchant_id, transfer_id, cause_id::text from journal where cause = 'invoice' and credit = 'revenue'")
    c.change("reconciliation", "update journal set credit = 'fee_income' where transfer_id = %s", ident)
    return "I1", f"cause invoice/{merchant}/{cause}"


def an_invoice_number_is_skipped(c):
    merchant, series, year, invoice = c.row("invoicing", """select merchant_id, series, number_year, invoice_id from invoice where state = 'issued'
        order by number_count desc""")
    c.sql("invoicing", "alter table invoice disable trigger user")
    c.change("invoicing", "update invoice set number_count = number_count + 1 where invoice_id = %s", invoice)
    return "I9", f"invoice series {merchant}/{series}/{year}"


def an_outbox_row_was_drawn_before_and_committed_after_its_neighbour(c):
    """Of one key: the one drawn first stands in the topic after the other."""
    first, second, ident = c.row("reconciliation", """select a.seq, b.seq, a.event_id::text from outbox a join outbox b using (topic, part_key)
        where b.seq > a.seq and a.created_at = b.created_at or b.seq = a.seq + 1 order by a.seq""")
    c.sql("reconciliation", "alter table outbox drop constraint outbox_pkey")
    c.change("reconciliation", "update outbox set seq = case seq when %s then %s else %s end where seq in (%s, %s)", first, second, first, first, second)
    return "O2", ident


def rows_of_two_transactions_are_mixed(c):
    """Drawn without the lock: another transaction's row lies between two of one."""
    a, b, c_seq, ident = c.row("payments", """select seq, next, after, id from (select seq, lead(seq) over w as next, lead(seq, 2) over w as after,
        lead(event_id::text, 2) over w as id from outbox window w as (order by seq)) x where after is not null""")
    c.change("payments", "update outbox set trace = trace where seq in (%s, %s)", a, c_seq)
    return "O2", ident


def a_revision_is_left_out(c):
    place, _, message = c.find("OpenItemChanged", lambda m: m.revision == 2)
    message.revision = 9
    c.tell(place, message)
    return "O5", f"open item {message.merchant_id}/{text(message.invoice_id)}"


def an_event_is_said_by_nobody(c):
    """A fact that no message made: in the outbox, in the topic, consumed; and with the next revision."""
    place, record, message = c.find("HoldPlaced", lambda m: True)
    message.hold_id = uuid.uuid4().bytes
    made = dataclasses.replace(record, id=str(uuid.uuid4()), offset=record.offset + 10**6, value=message.SerializeToString())
    c.records.append(made)
    c.change("reminders", """insert into outbox (seq, topic, part_key, event_id, type, trace, payload)
        select max(seq) + 1, %s, %s, %s, %s, '', %s from outbox""", made.topic, made.key, made.id, made.type, made.value)
    return "O6", made.id


def an_answer_is_forgotten(c):
    r = c.request("allocate_receipt", "cash", "record_receipt")
    c.change("reconciliation", "delete from answer where source = %s and id = %s", *r.identity)
    return "O4", f"request {r.identity[0]} {r.identity[1]}"


def a_reminder_lost_what_it_speaks_of(c):
    merchant, notice = c.row("reminders", "select merchant_id, notice_id::text from notice where kind = 'reminder' and state = 'sent'")
    c.change("reminders", "delete from notice_item where notice_id = %s", notice)
    return "I5", f"notice {merchant}/{notice}"


def a_reminder_is_sent_twice(c):
    merchant, notice, invoice, step = c.row("reminders", """select n.merchant_id, n.notice_id, i.invoice_id::text, i.step from notice n
        join notice_item i using (merchant_id, notice_id) where n.kind = 'reminder' and n.state = 'sent'""")
    c.sql("reminders", "drop index notice_one_a_day, notice_item_once")
    again = uuid.uuid4()
    for table in ("notice", "notice_item"):
        columns = ", ".join(name for name, in c.sql("reminders", "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
                                                    " and attname <> 'notice_id' and attname <> 'day'", table))
        day = "day, " if table == "notice" else ""
        c.change("reminders", f"insert into {table} (notice_id, {day}{columns}) select %s, {day and 'day + 1, '}{columns} from {table} where notice_id = %s",
                 again, notice)
    return "I5", f"reminder {step} of {merchant}/{invoice}/1"


def a_reminder_is_sent_after_it_was_known_to_be_paid(c):
    """A reminder that went out speaks of an invoice that reminders showed as paid a moment before, and that was never open again."""
    steps = {}
    for record in c.records:
        if record.type.endswith(".OpenItemChanged") and not record.topic.endswith(".dlq"):
            message = checker.fold.message_type(record.type).FromString(record.value)
            steps.setdefault(text(message.invoice_id), []).append((message.revision, message.open.minor > 0))
    closed = {invoice for invoice, told in steps.items() if sorted(is_open for _, is_open in told) == [is_open for _, is_open in sorted(told, reverse=True)]}
    note = next(n for n in c.history.notes if n["what"] == "paid_known" and n["invoice"] in closed)
    notice, = c.row("reminders", "select notice_id::text from notice where kind = 'reminder' and state = 'sent' and merchant_id = %s", note["merchant"])
    c.change("reminders", "update notice set claimed_at = to_timestamp(%s / 1000000.0) where notice_id = %s", note["business"] + 1000, notice)
    c.sql("reminders", "drop index notice_item_once")
    c.sql("reminders", "alter table notice_item drop constraint notice_item_pkey")
    c.change("reminders", "update notice_item set invoice_id = %s where ctid = (select ctid from notice_item where notice_id = %s limit 1)",
             note["invoice"], notice)
    return "I5", f"{notice} of invoice {note['invoice']}"


def a_confirmation_is_missing(c):
    merchant, source, ident, notice = c.row("reminders", "select merchant_id, source, source_id::text, notice_id from notice where kind = 'receipt'")
    c.change("reminders", "delete from notice where notice_id = %s", notice)
    return "I5", f"{merchant}/{source}/{ident}"


def a_mail_never_went_out(c):
    return "I5", c.history.end["mails"].pop().split("@")[0]


def a_mail_went_out_twice(c):
    c.history.end["mails"].append(c.history.end["mails"][0])
    return "I5", c.history.end["mails"][0].split("@")[0]


def a_statement_line_is_lost(c):
    merchant, line = c.row("reconciliation", "select merchant_id, line_id::text from bank_line where state = 'waiting'")
    c.change("reconciliation", "delete from bank_line where line_id = %s", line)
    return "I6", f"line {merchant}/{line}"


def twins_are_merged(c):
    """Of two lines that nothing tells apart one is taken for the other: as if it had never come, in every table and topic."""
    _, line, amount = c.row("reconciliation", "select merchant_id, line_id::text, amount from bank_line where occurrence = 2 and state in ('waiting', 'matched')")
    for record in [r for r in c.records if r.topic == "dunlin.ledger.v1" and uuid.UUID(line).bytes in (r.value or b"")]:
        c.forget("reconciliation", record.id)
    c.change("reconciliation", "delete from bank_line where line_id = %s", line)
    return "I6", f"/{amount}/"


def a_statement_again_adds_a_line(c):
    amount, line = c.row("reconciliation", "select amount, line_id from bank_line where state = 'waiting'")
    columns = ", ".join(name for name, in c.sql(
        "reconciliation", "select attname from pg_attribute where attrelid = 'bank_line'::regclass and attnum > 0 and attgenerated = '' and attname not in ('line_id', 'occurrence')"))
    c.change("reconciliation", f"insert into bank_line (line_id, occurrence, {columns}) select gen_random_uuid(), 99, {columns} from bank_line where line_id = %s", line)
    return "I6", f"/{amount}/"


def a_line_is_matched_and_nobody_got_the_money(c):
    merchant, line, receipt = c.row("reconciliation", """select l.merchant_id, l.line_id::text, r.receipt_id from bank_line l
        join receipt r on r.merchant_id = l.merchant_id and r.source_id = l.line_id where l.state = 'matched' and l.is_what = 'receipts' and r.amount > 0""")
    c.change("reconciliation", "delete from receipt where receipt_id = %s", receipt)
    return "I6", f"line {merchant}/{line}"


def a_position_is_ahead_of_its_effects(c):
    topic, part = c.row("invoicing", "select topic, part from consumer_position where topic = 'dunlin.billing.v1' and next_offset > 0")
    partition, source, ident = next((r.partition, r.source, r.id) for r in c.records if r.topic == topic and r.partition == part)
    c.change("invoicing", "delete from inbox where source = %s and id = %s", source, ident)
    return "P1", f"command {source} {ident}"


def a_position_is_past_the_end(c):
    topic, part = c.row("reminders", "select topic, part from consumer_position where next_offset > 0")
    c.change("reminders", "update consumer_position set next_offset = next_offset + 1 where topic = %s and part = %s", topic, part)
    return "P1", f"reminders {topic}/{part}"


def a_row_of_another_merchant_is_touched(c):
    """What was volt's customer's is a row of nord now."""
    ref, hold = c.row("reminders", "select customer_ref, hold_id from hold where merchant_id = 'volt'")
    c.change("reminders", "update hold set merchant_id = 'nord' where hold_id = %s", hold)
    return "T1", f"hold of nord:{ref}"


def a_payment_is_joined_to_the_wrong_attempt(c):
    r = c.request("webhook", fits=lambda r: r.attempt and not r.wrong)
    other, = c.row("payments", "select attempt_id from attempt where attempt_id <> %s and merchant_id = %s", r.attempt, r.merchant)
    c.change("payments", "update webhook set attempt_id = %s where event_id = %s", other, r.event)
    return "I3", f"webhook {r.merchant}/{r.event}"


def a_webhook_was_answered_and_is_not_there(c):
    r = c.request("webhook", fits=lambda r: r.attempt)
    c.change("payments", "delete from webhook where event_id = %s", r.event)
    return "I3", f"webhook {r.merchant}/{r.event}"


def a_payment_that_the_provider_never_had_is_counted(c):
    charge = next(x for x in c.history.end["charges"] if x["status"] == "succeeded")
    c.history.end["charges"].remove(charge)
    return "I2", f"payment {charge['merchant']}/{charge['payment_intent']}"


def a_refund_of_the_provider_is_not_known(c):
    refund = next(x for x in c.history.end["refunds"] if x["status"] == "succeeded")
    c.change("payments", "delete from refund where provider_refund = %s", refund["id"])
    return "I2", f"refund {refund['merchant']}/{refund['id']}"


def what_was_answered_has_no_effect(c):
    """A hold was placed, says the answer: there is none, and nothing was said of it."""
    r = c.request("place_hold")
    ident = r.answer["answer"]["id"]
    for record in [x for x in c.records if x.topic == "dunlin.reminders.v1" and uuid.UUID(ident).bytes in (x.value or b"")]:
        c.forget("reminders", record.id)
    c.change("reminders", "delete from hold where hold_id = %s", ident)
    return "H1", str(r)


def an_answer_is_not_the_one_that_was_given(c):
    r = c.request("record_receipt")
    c.change("reconciliation", "update answer set body = '{}' where source = %s and id = %s", *r.identity)
    return "H1", str(r)


def what_was_refused_has_an_effect(c):
    r = c.request("record_receipt")
    r.outcome, r.answer["status"] = "fail", 422
    return "H2", str(r)


def a_command_that_kafka_has_is_lost(c):
    r = c.request("add_charge", fits=lambda r: r.when == 2)
    c.change("invoicing", "delete from inbox where source = %s and id = %s", *r.identity)
    return "H1", str(r)


def a_charge_is_invoiced_at_another_price(c):
    r = c.request("add_charge", fits=lambda r: r.when == 2)
    c.change("invoicing", "update charge set net = net + 1 where external_ref = %s", r.external_ref)
    return "H1", f"charge {r.merchant}/{r.external_ref}"


def a_refusal_has_no_dead_letter(c):
    source, ident = c.row("invoicing", "select source, id from dead_letter")
    c.change("invoicing", "delete from dead_letter where source = %s and id = %s", source, ident)
    return "H2", f"command {source}/{ident}"


def the_system_does_not_know_of_what_it_did(c):
    """Nobody was answered; it was done, and the identity is not in the inbox: asked again it would be done again."""
    r = c.request("record_receipt")
    r.outcome = "info"
    for table in ("inbox", "answer"):
        c.change("reconciliation", f"delete from {table} where source = %s and id = %s", *r.identity)
    return "H3", str(r)


def the_system_knows_of_what_it_did_not(c):
    """Nobody was answered; the inbox says that it was done, and it was not."""
    r = c.request("place_hold")
    ident = r.answer["answer"]["id"]
    r.outcome = "info"
    for record in [x for x in c.records if x.topic == "dunlin.reminders.v1" and uuid.UUID(ident).bytes in (x.value or b"")]:
        c.forget("reminders", record.id)
    c.change("reminders", "delete from hold where hold_id = %s", ident)
    return "H3", str(r)


def what_a_person_did_is_not_in_the_audit(c):
    r = c.request("match_line")
    c.change("reconciliation", "delete from audit where act = 'match line' and subject = %s", f"{r.merchant}/{r.line}")
    return "I8", f"match line/{r.merchant}/{r.line}"


def a_sealed_entry_is_altered(c):
    merchant, entry, block = c.row("reconciliation", """select j.merchant_id, j.entry, b.number from journal j join ledger_block b on b.merchant_id = j.merchant_id
        and j.entry between b.first_entry and b.last_entry where j.cause = 'invoice'""")
    c.change("reconciliation", "update journal set posted_at = posted_at + interval '1 us' where merchant_id = %s and entry = %s", merchant, entry)
    return "I8", f"ledger block {merchant}/{block} entry {entry}"


def a_sealed_entry_is_gone(c):
    merchant, entry, block = c.row("reconciliation", """select j.merchant_id, j.entry, b.number from journal j join ledger_block b on b.merchant_id = j.merchant_id
        and j.entry between b.first_entry and b.last_entry order by j.entry desc""")
    c.change("reconciliation", "delete from journal where merchant_id = %s and entry = %s", merchant, entry)
    return "I8", f"ledger block {merchant}/{block} entry {entry}"


def a_block_of_the_seal_is_gone(c):
    merchant, number = c.row("reconciliation", """select merchant_id, number from ledger_block b where exists (
        select 1 from ledger_block n where n.merchant_id = b.merchant_id and n.number > b.number)""")
    c.change("reconciliation", "delete from ledger_block where merchant_id = %s and number = %s", merchant, number)
    return "I8", f"ledger block {merchant}/{number + 1}"


def two_blocks_of_the_seal_change_places(c):
    merchant, number = c.row("reconciliation", """select merchant_id, number from ledger_block b where exists (
        select 1 from ledger_block n where n.merchant_id = b.merchant_id and n.number = b.number + 1)""")
    c.sql("reconciliation", "alter table ledger_block drop constraint ledger_block_pkey")
    c.change("reconciliation", "update ledger_block set number = %s - number where merchant_id = %s and number in (%s, %s)", 2 * number + 1, merchant, number,
             number + 1)
    return "I8", f"ledger block {merchant}/{number}"


def a_fact_is_set_aside_and_nobody_says_so(c):
    _, record, _ = c.find("OpenItemChanged")
    c.change("payments", """insert into parked (topic, key, head, source, id, own, type, format, message_time, trace, partition, message_offset, merchant, client,
        target, payload, code, reason) values (%s, %s, true, %s, %s, true, %s, 0, now(), '', %s, %s, '', '', '', '', 'bug', 'planted')""",
             record.topic, record.key, record.source, record.id, record.type, record.partition, record.offset)
    return "O4", record.id


# ---- months that are closed, their exports, and what was undone ----


def sealed_month(c, column="debit"):
    """Some account that a closed month moves: (merchant, month, account)."""
    return c.row("reconciliation", f"select merchant_id, to_char(month, 'YYYY-MM'), account from period_balance where {column} <> 0 order by month desc")


def a_sealed_balance_is_off_by_one_cent(c):
    merchant, month, account = sealed_month(c)
    c.change("reconciliation", "update period_balance set debit = debit + 1 where merchant_id = %s and to_char(month, 'YYYY-MM') = %s and account = %s",
             merchant, month, account)
    return "I10", f"sealed balance {merchant}/{month}/"


def an_entry_came_into_a_month_after_it_was_closed(c):
    """As if it had come before the close: its number is one that the month can hold."""
    merchant, entry, month = c.row("reconciliation", """select j.merchant_id, j.entry, p.month from journal j join period p
        on p.merchant_id = j.merchant_id and p.state = 'closed' and j.entry > p.last_entry order by p.month""")
    c.sql("reconciliation", "alter table journal alter column entry drop identity")
    c.change("reconciliation", "update journal set entry = -1, day = %s where merchant_id = %s and entry = %s", month, merchant, entry)
    return "I10", f"sealed balance {merchant}/{month:%Y-%m}/"


def another_seal_is_kept_than_was_told(c):
    merchant, month = c.row("reconciliation", "select merchant_id, to_char(month, 'YYYY-MM') from period where state = 'closed'")
    c.change("reconciliation", "update period set seal = sha256(seal) where merchant_id = %s and to_char(month, 'YYYY-MM') = %s", merchant, month)
    return "I10", f"seal of {merchant}/{month}"


def nobody_was_told_that_a_month_is_closed(c):
    _, record, message = c.find("PeriodClosed")
    c.forget("reconciliation", record.id)
    return "I7", f"period {message.merchant_id}/{message.period}"


def an_export_lacks_an_entry(c):
    merchant, target, number = c.row("reconciliation", "select merchant_id, target, number from export where entries > 0")
    c.change("reconciliation", "update export set entries = entries - 1 where merchant_id = %s and target = %s and number = %s", merchant, target, number)
    return "I10", f"export {merchant}/{target}/{number}"


def a_month_is_exported_twice(c):
    merchant, target = c.row("reconciliation", "select merchant_id, target from export where number > 1")
    c.sql("reconciliation", "alter table export drop constraint export_merchant_id_target_month_key")
    c.change("reconciliation", "update export set month = (select min(month) from period where merchant_id = %s) where merchant_id = %s and target = %s and number = 2",
             merchant, merchant, target)
    return "I10", f"exports {merchant}/{target}"


def a_month_is_never_exported(c):
    """It was: the answer said so."""
    r = c.request("make_export")
    number = r.answer["answer"]["number"]
    c.change("reconciliation", "delete from export where merchant_id = %s and target = %s and number = %s", r.merchant, r.target, number)
    return "H1", str(r)


def a_line_that_was_undone_is_in_the_books_again(c):
    merchant, line = c.row("reconciliation", "select merchant_id, line_id::text from bank_line where state = 'undone' and revision > 0")
    c.change("reconciliation", "update bank_line set state = 'waiting' where line_id = %s", line)
    return "I6", f"line {merchant}/{line}"


def the_cash_of_an_undone_line_stays(c):
    merchant, entry, account = c.row("reconciliation", """select merchant_id, entry, case when debit like 'cash:%' then debit else credit end from journal
        where cause = 'undo' and (debit like 'cash:%' or credit like 'cash:%')""")
    c.change("reconciliation", "delete from journal where merchant_id = %s and entry = %s", merchant, entry)
    return "I1", f"account {merchant}/{account}/"


def told_again(c, kind, fits):
    """The same fact as if another request had made it too."""
    _, record, message = c.find(kind, fits)
    c.records.append(dataclasses.replace(record, id=str(uuid.uuid4()), offset=record.offset + 10**6))
    return "I11", f"line {message.merchant_id}/{text(message.line_id)} revision {message.revision}"


def two_clerks_match_the_same_line_and_both_win(c):
    return told_again(c, "LineMatched", lambda m: m.posted)


def two_clerks_take_the_same_match_back_and_both_win(c):
    return told_again(c, "LineUnmatched", lambda m: True)


def a_match_is_taken_back_after_its_import_was_undone(c):
    merchant, line = c.row("reconciliation", """select l.merchant_id, l.line_id::text from bank_line l join statement s using (merchant_id, statement_id)
        where l.state = 'undone' and l.revision > 0 and s.state in ('undone', 'replaced')""")
    touched = checker.fold.message_type("dunlin.ledger.v1.LineUnmatched")(merchant_id=merchant, line_id=uuid.UUID(line).bytes)
    c.change("reconciliation", """insert into outbox (seq, topic, part_key, event_id, type, trace, payload)
        select max(seq) + 1, 'dunlin.ledger.v1', %s, %s, %s, '', %s from outbox""", f"{merchant}:@account", str(uuid.uuid4()), touched.DESCRIPTOR.full_name,
             touched.SerializeToString())
    return "I11", f"line {merchant}/{line}"


def an_undone_statement_counts_as_posted(c):
    merchant, statement = c.row("reconciliation", "select merchant_id, statement_id::text from statement where state in ('undone', 'replaced') and line_new > 0"
                                                  " and exists (select from chain_before b where b.statement_id = statement.statement_id)")
    c.change("reconciliation", "update statement set state = 'posted' where statement_id = %s", statement)
    return "I6", f"statement {merchant}/{statement}"


DAMAGES = [
    an_event_is_dropped, an_outbox_row_is_never_relayed, a_service_never_consumed_an_event, an_event_is_applied_twice, an_event_is_said_again_under_another_id,
    an_event_says_something_else_in_its_topic, an_allocation_is_off_by_one_cent, an_allocation_is_told_off_by_one_cent, an_open_amount_is_off_in_one_service,
    a_projection_missed_an_event, a_posting_is_deleted, a_posting_is_on_another_account, an_invoice_number_is_skipped,
    an_outbox_row_was_drawn_before_and_committed_after_its_neighbour, rows_of_two_transactions_are_mixed, a_revision_is_left_out, an_event_is_said_by_nobody,
    an_answer_is_forgotten, a_reminder_lost_what_it_speaks_of, a_reminder_is_sent_twice,
    a_reminder_is_sent_after_it_was_known_to_be_paid, a_confirmation_is_missing, a_mail_never_went_out, a_mail_went_out_twice, a_statement_line_is_lost,
    twins_are_merged, a_statement_again_adds_a_line, a_line_is_matched_and_nobody_got_the_money, a_position_is_ahead_of_its_effects, a_position_is_past_the_end,
    a_row_of_another_merchant_is_touched, a_payment_is_joined_to_the_wrong_attempt, a_webhook_was_answered_and_is_not_there,
    a_payment_that_the_provider_never_had_is_counted, a_refund_of_the_provider_is_not_known, what_was_answered_has_no_effect,
    an_answer_is_not_the_one_that_was_given, what_was_refused_has_an_effect, a_command_that_kafka_has_is_lost, a_charge_is_invoiced_at_another_price,
    a_refusal_has_no_dead_letter, the_system_does_not_know_of_what_it_did, the_system_knows_of_what_it_did_not, what_a_person_did_is_not_in_the_audit,
    a_fact_is_set_aside_and_nobody_says_so, a_sealed_entry_is_altered, a_sealed_entry_is_gone, a_block_of_the_seal_is_gone,
    two_blocks_of_the_seal_change_places, a_sealed_balance_is_off_by_one_cent, an_entry_came_into_a_month_after_it_was_closed, another_seal_is_kept_than_was_told,
    nobody_was_told_that_a_month_is_closed, an_export_lacks_an_entry, a_month_is_exported_twice, a_month_is_never_exported,
    a_line_that_was_undone_is_in_the_books_again, the_cash_of_an_undone_line_stays, an_undone_statement_counts_as_posted,
    two_clerks_match_the_same_line_and_both_win, two_clerks_take_the_same_match_back_and_both_win, a_match_is_taken_back_after_its_import_was_undone,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_the_checker_goes_red_where(run, copied, damage):
    rule, entity = damage(copied)
    found = run.check(copied)
    named = [v for v in found if v.rule == rule and entity in v.entity]
    assert named, f"{rule} {entity} is not among:\n" + "\n".join(map(str, found[:20]))


def test_after_all_damage_the_run_is_still_green(run):
    assert [str(v) for v in run.check()] == []


def test_the_program_exits_with_1_and_names_rule_and_entity(run, tmp_path):
    """Databases and topics as they are, a history in which a receipt was refused that is in the books."""
    lines = [json.loads(line) for line in open(run.world.folder / "history.jsonl")]
    asked = {line["op"]: line for line in lines if line["t"] == "invoke" and line["f"] == "record_receipt"}
    done = next(line for line in lines if line["t"] == "ok" and line["op"] in asked)
    done.update(t="fail", status=422)
    (tmp_path / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    damaged = subprocess.run([*run.command, "--history", str(tmp_path / "history.jsonl")], capture_output=True, text=True)
    assert damaged.returncode == 1
    assert any(line.startswith("H") and f"request {done['op']} record_receipt" in line for line in damaged.stdout.splitlines()), damaged.stdout
