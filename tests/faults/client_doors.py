"""The public doors, as a client system goes through them: each request is in the history before it goes out, and so is what came of it.

An answer is definite (2xx; 4xx) or it is none: no answer, 5xx, a connection that ended. What never went out (no connection) was refused."""

import hashlib
import hmac
import http.client
import json
import threading
import time
import urllib.parse
import uuid

import confluent_kafka

import history
from history import DONE, REFUSED, UNCERTAIN

TIMEOUT_S = 10
KEPT_BYTES = 4000


class Http:
    """Connections that stay open, a set for each thread."""

    def __init__(self, world):
        self.world, self.mine = world, threading.local()

    def connection(self, base):
        mine = self.mine.__dict__.setdefault("open", {})
        if base not in mine:
            at = urllib.parse.urlsplit(base)
            mine[base] = http.client.HTTPConnection(at.hostname, at.port, timeout=TIMEOUT_S)
        return mine[base]

    def send(self, base, method, path, body, headers):
        """(kind, status, bytes, why, headers of the answer)."""
        connection = self.connection(base)
        if connection.sock is None:
            try:
                connection.connect()
            except OSError as error:
                connection.close()
                return REFUSED, 0, b"", f"not sent: {error}", {}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return UNCERTAIN, 0, b"", f"no answer: {error!r}", {}
        kind = DONE if answer.status < 400 else REFUSED if answer.status < 500 else UNCERTAIN
        return kind, answer.status, text, "", dict(answer.getheaders())


class Answer:
    def __init__(self, op, kind, status, text, why="", headers=None):
        self.op, self.kind, self.status, self.why, self.headers = op, kind, status, why, headers or {}
        try:
            self.value = json.loads(text) if text else {}
        except ValueError:
            self.value = {}

    def __bool__(self):
        return self.kind == DONE


def kept(text):
    """Of an answer what the history keeps whole."""
    try:
        return json.loads(text) if len(text) <= KEPT_BYTES else {}
    except ValueError:
        return {}


class Doors:
    def __init__(self, world, writer, client="load", lose=lambda: None):
        self.world, self.writer, self.client, self.lose = world, writer, client, lose
        self.http = Http(world)

    # ---- HTTP commands ----

    def command(self, f, service, route, body, merchant, role="write", key=None, path=None, who="", retry_of=None, **more):
        """A POST with an Idempotency-Key. `route` has braces where `path` has ids."""
        key, path = key or str(uuid.uuid4()), path or route
        client = f"{self.client}-{role}"
        op = self.writer.invoke(
            f, "http", service=service, route=route, path=path, merchant=merchant, client=client, role=role, key=key, value=body, p=who,
            source=f"http:{merchant}:{client}:{route}", id=key, **({"retry_of": retry_of} if retry_of else {}), **more)
        headers = {"Authorization": f"Bearer {self.world.token(service, merchant, role, self.client)}", "Content-Type": "application/json",
                   "Idempotency-Key": key}
        return self.ask(op, self.world.url(service), path, json.dumps(body).encode(), headers)

    def ask(self, op, base, path, body, headers):
        lost = self.lose()
        kind, status, text, why, got = self.http.send(base, "POST", path, body, headers) if lost != "request" else (None, 0, b"", "", {})
        if lost:
            kind, status, text, why, got = UNCERTAIN, 0, b"", f"no answer: the {lost} was lost", {}
        self.writer.answer(op, kind, status=status, body_sha256=hashlib.sha256(text).hexdigest(), answer=kept(text), why=why)
        return Answer(op, kind, status, text, why, got)

    @staticmethod
    def value_of(text):
        value = kept(text)
        return value if isinstance(value, dict) else {}

    def get(self, service, path, merchant, role="read"):
        """What a client looks up; not part of the history. None where there is no answer."""
        headers = {"Authorization": f"Bearer {self.world.token(service, merchant, role, self.client)}"}
        kind, _, text, _, _ = self.http.send(self.world.url(service), "GET", path, None, headers)
        return json.loads(text) if kind == DONE else None

    # ---- statements ----

    def upload(self, f, document, merchant, value, who="", **more):
        sha = hashlib.sha256(document).hexdigest()
        op = self.writer.invoke(f, "upload", service="reconciliation", route="/v1/statements", merchant=merchant, sha256=sha, value=value, p=who, **more)
        headers = {"Authorization": f"Bearer {self.world.token('reconciliation', merchant, 'write', self.client)}", "Content-Type": "application/xml"}
        return self.ask(op, self.world.url("reconciliation"), "/v1/statements", document, headers)

    # ---- webhooks ----

    def webhook(self, f, merchant, account, secret, event, who="", at=None, forged=False, **more):
        """An event as a provider sends it, signed."""
        body = json.dumps(event, separators=(",", ":")).encode()
        stamp = int(time.time() if at is None else at)
        signature = hmac.new(b"whsec_forged" if forged else secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        op = self.writer.invoke(
            f, "webhook", service="payments", route="/webhooks/stripe/{account}", merchant=merchant, account=account, event=event["id"], value=event, p=who,
            source=f"webhook:stripe:{merchant}:{account}", id=f"{event['id']}:{webhook_digest(body)}", **more)
        return self.ask(op, self.world.url("payments"), f"/webhooks/stripe/{merchant}:{account}", body,
                        {"Content-Type": "application/json", "Stripe-Signature": f"t={stamp},v1={signature}"})

    # ---- pay pages ----

    def press(self, merchant, attempt, url, who=""):
        """The payer presses the button behind a pay link."""
        op = self.writer.invoke("press", "page", service="payments", route="/pay/{token}", merchant=merchant, attempt=attempt, p=who, source="http:pay", id=attempt)
        return self.ask(op, self.world.url("payments"), urllib.parse.urlsplit(url).path, b"", {"Content-Type": "application/x-www-form-urlencoded"})

    def look(self, url):
        """Where the page behind a pay link leads to; empty while it does not."""
        kind, status, _, _, headers = self.http.send(self.world.url("payments"), "GET", urllib.parse.urlsplit(url).path, None, {})
        return headers.get("Location", headers.get("location", "")) if status == 303 else ""

    def at_provider(self, path, form):
        """What a payer does at the provider's own page."""
        return self.http.send(self.world.url("sandbox"), "POST", path, urllib.parse.urlencode(form).encode(),
                              {"Content-Type": "application/x-www-form-urlencoded"})[1]


def webhook_digest(body):
    """How payments tells an event's bytes from others under the same id: a list of two spans, the second (what follows pending_webhooks) empty here."""
    sha = hashlib.sha256()
    for span in (body, b""):
        sha.update(len(span).to_bytes(8, "big") + span)
    return sha.hexdigest()[:16]


class Publisher:
    """Commands on dunlin.billing.v1. A command is acknowledged by Kafka, or nobody knows."""

    TOPIC = "dunlin.billing.v1"

    def __init__(self, world, writer, source, lose=lambda: None):
        self.world, self.writer, self.source, self.lose, self.brokers, self.producer = world, writer, source, lose, None, None
        self.lock = threading.Lock()

    def ready(self):
        """A producer at the brokers as they are now: the embedded one comes back at another port."""
        with self.lock:
            if self.brokers != self.world.brokers:
                self.brokers = self.world.brokers
                self.producer = confluent_kafka.Producer({
                    "bootstrap.servers": self.brokers, "partitioner": "murmur2_random", "enable.idempotence": True, "linger.ms": 2,
                    "message.timeout.ms": 8000, "log_level": 0, "error_cb": lambda error: None})
            return self.producer

    def send(self, f, message, ce_id, who="", retry_of=None, **more):
        """Queues it; the answer is in the history when Kafka says so."""
        name = message.DESCRIPTOR.full_name
        value = message.SerializeToString()
        op = self.writer.invoke(f, "kafka", service="invoicing", type=name, merchant=message.merchant_id, customer=message.customer_ref, p=who,
                                source=self.source, id=ce_id, payload=value.hex(), **({"retry_of": retry_of} if retry_of else {}), **more)
        self.produce(op, message.merchant_id, message.customer_ref, name, value, ce_id)
        return op

    def produce(self, op, merchant, customer, name, value, ce_id):
        headers = [("ce_specversion", "1.0"), ("ce_id", ce_id), ("ce_source", self.source), ("ce_type", name),
                   ("ce_time", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())), ("content-type", "application/protobuf")]

        lost = self.lose()

        def done(error, record):
            if error is None and lost:
                self.writer.answer(op, UNCERTAIN, why=f"no acknowledgement: the {lost} was lost")
            elif error is None:
                self.writer.answer(op, DONE, partition=record.partition(), offset=record.offset())
            else:
                self.writer.answer(op, UNCERTAIN, why=error.str())

        if lost == "request":
            return self.writer.answer(op, UNCERTAIN, why="no acknowledgement: the request was lost")
        producer = self.ready()
        while True:
            try:
                producer.produce(self.TOPIC, value, f"{merchant}:{customer}", headers=headers, on_delivery=done)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)

    def poll(self):
        if self.producer is not None:
            self.producer.poll(0)

    def flush(self, timeout=30):
        return self.producer.flush(timeout) if self.producer is not None else 0


__all__ = ["Doors", "Publisher", "Answer", "DONE", "REFUSED", "UNCERTAIN", "history", "webhook_digest"]
