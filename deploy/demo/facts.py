"""What Dunlin said: its topics read from the beginning, as anybody may who is allowed to, and kept by aggregate.

Facts arrive at least once and the highest revision of each aggregate holds (proto/README.md); nothing here asks a service.
"""

import collections
import importlib
import uuid

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, TopicPartition

TOPICS = ("customers", "invoices", "payments", "ledger", "reminders")


def text_id(raw):
    return str(uuid.UUID(bytes=bytes(raw))) if len(raw) == 16 else ""


def message_type(name):
    """The generated class of a message by its full name, dunlin.invoices.v1.InvoiceIssued."""
    package, _, message = name.rpartition(".")
    module = importlib.import_module(f"{package}.{package.split('.')[-2]}_pb2")
    return getattr(module, message, None)


class Reader:
    """All partitions of some topics; read() takes what there is now, to the end."""

    def __init__(self, brokers, topics):
        options = {"bootstrap.servers": brokers, "log_level": 2, "error_cb": lambda error: None}
        options |= {"group.id": "demo.facts", "enable.auto.commit": False, "enable.auto.offset.store": False, "auto.offset.reset": "earliest"}
        self.consumer = confluent_kafka.Consumer({**options, "fetch.wait.max.ms": 20})
        # Questions have a connection of their own: on the other one they would wait behind what is being fetched.
        self.asker = confluent_kafka.Consumer(options)
        known = self.consumer.list_topics(timeout=10).topics
        self.parts = [TopicPartition(t, p, OFFSET_BEGINNING) for t in topics if t in known for p in known[t].partitions]
        self.next = {(part.topic, part.partition): 0 for part in self.parts}
        self.consumer.assign(self.parts)

    def ends(self):
        """Where each partition ends. (The embedded broker knows no question for all of them at once.)"""
        return {(p.topic, p.partition): self.asker.get_watermark_offsets(p, timeout=10)[1] for p in self.parts}

    def read(self):
        ends = self.ends()
        missing = {part for part, end in ends.items() if self.next[part] < end}
        while missing:
            for record in self.consumer.consume(1000, timeout=0.05):
                if record.error() is not None:
                    raise confluent_kafka.KafkaException(record.error())
                part = (record.topic(), record.partition())
                self.next[part] = record.offset() + 1
                if self.next[part] >= ends[part]:
                    missing.discard(part)
                yield record
            # A compacted topic may end before its last offset.
            for place in self.consumer.position([TopicPartition(*part) for part in missing]) if missing else []:
                if place.offset >= ends[(place.topic, place.partition)]:
                    missing.discard((place.topic, place.partition))

    def close(self):
        self.consumer.close()
        self.asker.close()


class Facts:
    """Latest state by aggregate, and lists of what happened."""

    def __init__(self, brokers):
        self.reader = Reader(brokers, [f"dunlin.{name}.v1" for name in TOPICS])
        self.seen = set()  # (ce_type, aggregate, revision)
        self.by_type = collections.defaultdict(list)  # message name -> messages, each once
        self.items = {}  # (invoice, part) -> OpenItemChanged
        self.receipts = {}  # receipt -> (revision, customer, Receipt, evidence)
        self.exceptions = {}  # id -> latest ExceptionOpened or ExceptionClosed
        self.lines = {}  # bank line -> LineAccepted
        self.verdicts = {}  # bank line -> latest LineMatched or LineUnmatched
        self.credit = {}  # (merchant, customer, currency) -> UnappliedChanged
        self.invoices = {}  # id -> InvoiceIssued
        self.formats = {}  # bank account -> format of its statements, which no event tells: whoever knows fills it in
        self.repeated = 0

    @staticmethod
    def aggregate(message):
        for field in ("credit_note_id", "refund_id", "notice_id", "invoice_id", "attempt_id", "receipt_id", "line_id", "exception_id", "payout_id",
                      "hold_id", "refusal_id", "customer_id", "statement_id", "account_id"):
            if field in message.DESCRIPTOR.fields_by_name and getattr(message, field):
                return field + text_id(getattr(message, field))
        return message.merchant_id + ":" + message.customer_ref

    def read(self):
        """Takes what is new; returns the new messages."""
        fresh = []
        for record in self.reader.read():
            headers = dict(record.headers() or [])
            name = headers.get("ce_type", b"").decode()
            kind = message_type(name) if name else None
            if kind is None or record.value() is None:
                continue
            message = kind.FromString(record.value())
            identity = (name, self.aggregate(message), getattr(message, "part", 0), message.revision,
                        message.unapplied.currency if "unapplied" in message.DESCRIPTOR.fields_by_name else "",
                        getattr(message, "line_from", 0))
            if identity in self.seen:
                self.repeated += 1
                continue
            self.seen.add(identity)
            self.by_type[message.DESCRIPTOR.name].append(message)
            self.keep(message)
            fresh.append(message)
        return fresh

    @staticmethod
    def higher(old, message):
        return old is None or message.revision > old.revision

    def put(self, table, key, message):
        if self.higher(table.get(key), message):
            table[key] = message

    def keep(self, message):
        name = message.DESCRIPTOR.name
        if name == "OpenItemChanged":
            self.put(self.items, (text_id(message.invoice_id), message.part), message)
        elif name in ("ReceiptAllocated", "AllocationReversed"):
            self.put(self.receipts, text_id(message.receipt_id), message)
        elif name in ("ExceptionOpened", "ExceptionClosed"):
            self.put(self.exceptions, text_id(message.exception_id), message)
        elif name == "LineAccepted":
            self.lines[text_id(message.line_id)] = message
        elif name in ("LineMatched", "LineUnmatched"):
            self.put(self.verdicts, text_id(message.line_id), message)
        elif name == "UnappliedChanged":
            self.put(self.credit, (message.merchant_id, message.customer_ref, message.unapplied.currency), message)
        elif name == "InvoiceIssued":
            self.invoices[text_id(message.invoice_id)] = message

    def of(self, name, merchant=None):
        return [m for m in self.by_type[name] if merchant is None or m.merchant_id == merchant]

    def close(self):
        self.reader.close()

    def count(self):
        return len(self.seen)
