"""Where the checker reads: the four databases, set by set, and all topics from their beginning."""

import dataclasses
import time

import psycopg

SERVICES = ("invoicing", "payments", "reconciliation", "reminders")


class Database:
    """One service's. Everything is read in one snapshot, so that what goes on meanwhile does not look like damage. Instead of a URL it may be a connection
    with a transaction of its own: then it is read as that sees it, and stays open."""

    def __init__(self, name, at):
        self.name, self.is_mine = name, isinstance(at, str)
        self.connection = psycopg.connect(at) if self.is_mine else at
        if self.is_mine:
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
        if self.is_mine:
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
    """All of Dunlin's topics, from offset 0 to where they end when that is reached; `ends` is known after they were read."""

    def __init__(self, brokers, patience=60):
        import confluent_kafka

        self.kafka, self.brokers, self.patience, self.ends = confluent_kafka, brokers, patience, {}
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": brokers, "group.id": "dunlin.checker", "enable.auto.commit": False, "enable.auto.offset.store": False, "log_level": 0,
            "auto.offset.reset": "earliest", "fetch.wait.max.ms": 20, "queued.max.messages.kbytes": 65536, "enable.partition.eof": True,
            "error_cb": lambda error: None})
        listed = self.consumer.list_topics(timeout=30)
        self.cluster = listed.cluster_id
        self.parts = [confluent_kafka.TopicPartition(t, p, confluent_kafka.OFFSET_BEGINNING)
                      for t in sorted(listed.topics) if t.startswith("dunlin.") and not t.startswith("dunlin.clock") for p in listed.topics[t].partitions]

    def __iter__(self):
        missing, last = {(p.topic, p.partition) for p in self.parts}, time.monotonic()
        self.consumer.assign(self.parts)
        while missing:
            for record in self.consumer.consume(5000, timeout=0.1):
                last = time.monotonic()
                at = (record.topic(), record.partition())
                if record.error() is None:
                    if at in missing:
                        yield of_record(record)
                elif record.error().code() == self.kafka.KafkaError._PARTITION_EOF:
                    self.ends.setdefault(at, record.offset())
                    missing.discard(at)
                else:
                    raise self.kafka.KafkaException(record.error())
            if time.monotonic() - last > self.patience:
                raise TimeoutError(f"the broker at {self.brokers} does not answer")
        self.consumer.close()


class Recorded:
    """Topics as they were read before."""

    def __init__(self, records, cluster, ends):
        self.records, self.cluster, self.ends = records, cluster, ends

    @classmethod
    def read(cls, brokers):
        topics = Topics(brokers)
        records = list(topics)
        return cls(records, topics.cluster, dict(topics.ends))

    def __iter__(self):
        return iter(self.records)
