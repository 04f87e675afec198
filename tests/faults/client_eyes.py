"""What a client system knows of the books: it reads the topics of facts as they come, as anybody may who is allowed to, and keeps the latest of each."""

import collections
import threading
import uuid

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, TopicPartition
from facts import message_type

TOPICS = [f"dunlin.{name}.v1" for name in ("invoices", "payments", "ledger")]


def text_id(raw):
    return str(uuid.UUID(bytes=bytes(raw))) if len(raw) == 16 else ""


class Eyes:
    """One thread reads; others ask. Facts may come again, and after a new embedded broker all of them do: the highest revision holds."""

    def __init__(self, world):
        self.world, self.lock, self.ended = world, threading.Lock(), threading.Event()
        self.invoices = {}  # (merchant, id) -> InvoiceIssued
        self.by_merchant = collections.defaultdict(list)  # merchant -> ids, in the order in which they came
        self.items = {}  # (merchant, invoice, part) -> OpenItemChanged
        self.paid = {}  # attempt -> latest event with the attempt
        self.notes = {}  # (merchant, credit note) -> CreditNoteIssued
        self.receipts = {}  # (merchant, receipt) -> latest ReceiptAllocated or AllocationReversed
        self.lines = {}  # (merchant, line) -> [revision, LineAccepted, waits]
        self.exceptions = {}  # (merchant, id) -> latest
        self.thread = threading.Thread(target=self.read, daemon=True)

    def start(self):
        self.thread.start()

    def stop(self):
        self.ended.set()
        self.thread.join(10)

    def read(self):
        while not self.ended.is_set():
            brokers = self.world.brokers
            consumer = confluent_kafka.Consumer({"bootstrap.servers": brokers, "group.id": f"eyes-{uuid.uuid4()}", "enable.auto.commit": False,
                                                 "auto.offset.reset": "earliest", "log_level": 0, "error_cb": lambda error: None, "fetch.wait.max.ms": 50})
            try:
                known = consumer.list_topics(timeout=5).topics
                consumer.assign([TopicPartition(t, p, OFFSET_BEGINNING) for t in TOPICS if t in known for p in known[t].partitions])
                while not self.ended.is_set() and brokers == self.world.brokers:
                    self.see(consumer.consume(500, timeout=0.1))
            except confluent_kafka.KafkaException:
                self.ended.wait(0.5)
            finally:
                consumer.close()

    def see(self, records):
        for record in records:
            if record.error() is not None or record.value() is None:
                continue
            name = dict(record.headers() or []).get("ce_type", b"").decode()
            kind = message_type(name) if name else None
            if kind is not None:
                with self.lock:
                    self.keep(kind.FromString(record.value()), name.rpartition(".")[2])

    def keep(self, m, name):
        keep = getattr(self, "see_" + name, None)
        if keep:
            keep(m)

    @staticmethod
    def put(table, key, m):
        if key not in table or m.revision > table[key].revision:
            table[key] = m

    def see_InvoiceIssued(self, m):
        key = (m.merchant_id, text_id(m.invoice_id))
        if key not in self.invoices:
            self.invoices[key] = m
            self.by_merchant[m.merchant_id].append(key[1])

    def see_CreditNoteIssued(self, m):
        self.notes[m.merchant_id, text_id(m.credit_note_id)] = m

    def see_OpenItemChanged(self, m):
        self.put(self.items, (m.merchant_id, text_id(m.invoice_id), m.part), m)

    def see_receipt(self, m):
        self.put(self.receipts, (m.merchant_id, text_id(m.receipt_id)), m)

    see_ReceiptAllocated = see_AllocationReversed = see_receipt

    def see_attempt(self, m):
        self.put(self.paid, text_id(m.attempt_id), m)

    see_PaymentSucceeded = see_PaymentRefunded = see_PaymentFailed = see_PaymentExpired = see_PaymentUnknown = see_PaymentFeeKnown = see_attempt

    def see_LineAccepted(self, m):
        kept = self.line(m)
        kept[1] = m if m.revision > kept[0] or not kept[0] else kept[1]

    def line(self, m, waits=None):
        kept = self.lines.setdefault((m.merchant_id, text_id(m.line_id)), [0, None, True])
        if waits is not None and m.revision > kept[0]:
            kept[0], kept[2] = m.revision, waits
        return kept

    def see_LineMatched(self, m):
        self.line(m, not m.posted)

    def see_LineUnmatched(self, m):
        self.line(m, True)

    def see_LineUndone(self, m):
        """Nobody looks for it any more."""
        self.line(m, False)[1] = None

    def see_exception(self, m):
        self.put(self.exceptions, (m.merchant_id, text_id(m.exception_id)), m)

    see_ExceptionOpened = see_ExceptionClosed = see_exception

    # ---- asked ----

    def invoice(self, chance, merchant, is_open=True):
        """Some invoice of the merchant, of the latest 400, with something open or not: (id, InvoiceIssued, open minor of part 1)."""
        with self.lock:
            ids = self.by_merchant[merchant][-400:]
            for _ in range(8 if ids else 0):
                key = chance.choice(ids)
                item = self.items.get((merchant, key, 1))
                left = item.open.minor if item else self.invoices[merchant, key].gross.minor
                if bool(left) is is_open:
                    return key, self.invoices[merchant, key], left
        return None

    def pick(self, chance, table, merchant, fits):
        """Some key of a table whose value fits."""
        with self.lock:
            found = [key for key, value in table.items() if key[0] == merchant and fits(value)]
        return chance.choice(found) if found else None
