"""Where the checker reads: the four databases, set by set, and all topics from their beginning."""

import dataclasses
import time

import psycopg

SERVICES = ("invoicing", "payments", "reconciliation", "reminders")


class Database:
    """One service's. Everything is read in one snapshot, so that what goes on meanwhile does not look like damage."""

    def __init__(self, name, url):
        self.name = name
        self.connection = psycopg.connect(url)
        self.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self.connection.read_only = True

    def rows(self, sql, *args):
        """Tuples, streamed."""
        with self.connection.cursor(name="checker") as cursor:
            cursor.itersize = 5000
            cursor.execute(sql, args or None)
            yield from cursor

    def table(self, sql, keys, *args):
        """{key: the other columns}; a key of one column is that column."""
        if keys == 1:
            return {row[0]: row[1:] for row in self.rows(sql, *args)}
        return {row[:keys]: row[keys:] for row in self.rows(sql, *args)}

    def one(self, sql, *args):
        return self.connection.execute(sql, args or None).fetchone()[0]

    def close(self):
        self.connection.close()


@dataclasses.dataclass(slots=True)
class Record:
    """One record of a topic."""

    topic: str
    partition: int
    offset: int
    key: str
    id: str
    type: str
    source: str
    value: bytes | None


def of_record(record):
    headers = dict(record.headers() or [])
    text = lambda name: headers.get(name, b"").decode(errors="replace")  # noqa: E731
    return Record(record.topic(), record.partition(), record.offset(), (record.key() or b"").decode(errors="replace"), text("ce_id"), text("ce_type"),
                  text("ce_source"), record.value())


class Topics:
    """All of Dunlin's topics, from offset 0 to where they end now; iterated once or more."""

    def __init__(self, brokers, patience=60):
        import confluent_kafka

        self.kafka, self.brokers, self.patience = confluent_kafka, brokers, patience
        consumer = self.consumer()
        listed = consumer.list_topics(timeout=30)
        self.cluster = listed.cluster_id
        self.parts = [confluent_kafka.TopicPartition(t, p, confluent_kafka.OFFSET_BEGINNING)
                      for t in sorted(listed.topics) if t.startswith("dunlin.") and not t.startswith("dunlin.clock") for p in listed.topics[t].partitions]
        self.ends = {(p.topic, p.partition): consumer.get_watermark_offsets(p, timeout=30)[1] for p in self.parts}
        consumer.close()

    def consumer(self):
        return self.kafka.Consumer({"bootstrap.servers": self.brokers, "group.id": "dunlin.checker", "enable.auto.commit": False, "log_level": 0,
                                    "enable.auto.offset.store": False, "auto.offset.reset": "earliest", "fetch.wait.max.ms": 20,
                                    "queued.max.messages.kbytes": 65536, "enable.partition.eof": True, "error_cb": lambda error: None})

    def __iter__(self):
        consumer = self.consumer()
        missing = {at for at, end in self.ends.items() if end > 0}
        consumer.assign([p for p in self.parts if (p.topic, p.partition) in missing])
        last = time.monotonic()
        while missing:
            for record in consumer.consume(5000, timeout=0.1):
                last = time.monotonic()
                at = (record.topic(), record.partition())
                if record.error() is not None:
                    if record.error().code() != self.kafka.KafkaError._PARTITION_EOF:
                        raise self.kafka.KafkaException(record.error())
                    missing.discard(at)  # compacted: it may end before its last offset
                    continue
                if record.offset() + 1 >= self.ends[at]:
                    missing.discard(at)
                if record.offset() < self.ends[at]:
                    yield of_record(record)
            if time.monotonic() - last > self.patience:
                raise TimeoutError(f"the broker at {self.brokers} does not answer")
        consumer.close()


class Recorded:
    """Topics as they were read before."""

    def __init__(self, records, cluster, ends):
        self.records, self.cluster, self.ends = records, cluster, ends

    @classmethod
    def read(cls, brokers):
        topics = Topics(brokers)
        return cls(list(topics), topics.cluster, dict(topics.ends))

    def __iter__(self):
        return iter(self.records)
