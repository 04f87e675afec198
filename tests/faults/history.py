"""The history of what a load client asked and was told: JSON lines, one writer, any number of readers.

    {"t": "run", ...}                     how it began: seed, merchants, accounts
    {"t": "invoke", "op": 17, ...}        a request goes out
    {"t": "ok" | "fail" | "info", "op": 17, ...}   it was done, refused, or nobody knows
    {"t": "note", "what": ..., ...}       what else happened: faults, moves of the clock
    {"t": "end", ...}                     what the world outside knows of it

`ok`: 2xx, or acknowledged by Kafka. `fail`: a definite refusal, and whatever says that nothing was done (503). `info`: no answer, another 5xx: done or
not done. Times are microseconds since 1970, as the client's clock has them; `intended` is when an open loop wanted to begin. (`source`, `id`) is what the
inbox knows the request by, where it comes to one."""

import json
import threading
import time

DONE, REFUSED, UNCERTAIN = "ok", "fail", "info"


def now():
    return time.time_ns() // 1000


class Writer:
    """Each line is whole and in the file before the next thing happens: a reader after a crash misses nothing that went out."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1)
        self.lock = threading.Lock()
        self.count = 0
        self.counts = {DONE: 0, REFUSED: 0, UNCERTAIN: 0, "by": {}}

    def write(self, **line):
        text = json.dumps(line, separators=(",", ":"), default=str)
        with self.lock:
            self.file.write(text + "\n")

    def run(self, **more):
        self.write(t="run", at=now(), **more)

    def invoke(self, f, door, **more):
        """A request goes out; its number."""
        with self.lock:
            self.count += 1
            op = self.count
            self.counts["by"][f] = self.counts["by"].get(f, 0) + 1
        self.write(t="invoke", op=op, f=f, door=door, at=now(), **more)
        return op

    def answer(self, op, kind, **more):
        with self.lock:
            self.counts[kind] += 1
        self.write(t=kind, op=op, at=now(), **more)

    def note(self, what, **more):
        self.write(t="note", what=what, at=now(), **more)

    def end(self, **more):
        self.write(t="end", at=now(), **more)

    def close(self):
        self.file.close()


class Request:
    """What was asked, and what came of it."""

    __slots__ = ("op", "f", "door", "said", "outcome", "answer")

    def __init__(self, said):
        self.op, self.f, self.door, self.said = said["op"], said["f"], said["door"], said
        self.outcome, self.answer = UNCERTAIN, {}

    def __getattr__(self, name):
        """What it said, by name; None where it did not."""
        if name.startswith("__") or name in self.__slots__:
            raise AttributeError(name)
        return self.said.get(name)

    @property
    def identity(self):
        return (self.said["source"], self.said["id"]) if self.said.get("source") else None

    def __str__(self):
        return f"request {self.op} {self.f}"


class History:
    def __init__(self, path):
        self.run, self.end, self.notes, self.requests = {}, {}, [], {}
        with open(path) as file:
            for text in file:
                line = json.loads(text)
                kind = line["t"]
                if kind == "invoke":
                    self.requests[line["op"]] = Request(line)
                elif kind in (DONE, REFUSED, UNCERTAIN):
                    request = self.requests[line["op"]]
                    request.outcome, request.answer = kind, line
                elif kind == "note":
                    self.notes.append(line)
                elif kind == "run":
                    self.run = line
                elif kind == "end":
                    self.end = line

    def of(self, *f):
        return [r for r in self.requests.values() if r.f in f]

    def by_identity(self):
        """Tries of one request together: (source, id) -> its tries, in the order in which they went out."""
        together = {}
        for request in self.requests.values():
            if request.identity:
                together.setdefault(request.identity, []).append(request)
        return together
