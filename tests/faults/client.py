"""A load client: it drives all public doors at once from a seed, and writes down what it asked and what it was told.

Open loop: a plan of arrivals is made from the seed; what can't begin on time begins late, and its intended start is kept. What a request is about (which
invoice, which line) is chosen when it begins, by its own part of the seed, among what the topics have told so far."""

import collections
import heapq
import queue
import random
import threading
import time

import client_deeds
import client_months
from client_bank import Bank
from client_doors import Doors, Publisher
from client_eyes import Eyes
from history import DONE, UNCERTAIN, History, Writer, now
from history_world import Failed

MERCHANTS = (
    {"id": "nord", "currency": "EUR", "iban": "DE89370400440532013000", "prefix": "N", "secret": "whsec_of_nord_and_tests", "api_key": "sk_test_nord"},
    {"id": "volt", "currency": "USD", "iban": "DE02120300000000202051", "prefix": "V", "secret": "whsec_of_volt_and_tests", "api_key": "sk_test_volt"},
)
OPENING = 1_000_000
CUSTOMERS = 30
FIRST_DAYS = 400  # before the first morning: the bank's first statement
ABANDONED = 5  # of so many uncertain requests one is never asked again


class Unsettled(Exception):
    """It does not come to rest."""


class Client:
    """`lose`: the share of requests of which the client itself loses the answer, or that it never sends, and does not know which."""

    def __init__(self, world, seed, path, rate=50.0, workers=16, lose=0.0):
        self.world, self.seed, self.path, self.rate = world, seed, path, rate
        self.writer = Writer(path)
        self.loading, self.ended = threading.Event(), threading.Event()
        self.mishap, self.lose_share = random.Random(f"{seed}/mishap"), lose
        self.doors = Doors(world, self.writer, lose=self.lose)
        self.publisher = Publisher(world, self.writer, f"load/{seed}", lose=self.lose)
        self.eyes = Eyes(world)
        self.merchants = [dict(m) for m in MERCHANTS]
        self.banks, self.bank_locks, self.customers = {}, {}, {}
        self.holds, self.attempts, self.ways, self.documents = [], {}, {}, {}
        self.lock = threading.Lock()
        self.later, self.later_count = [], 0  # steps that follow: (when, number, step)
        self.ready = queue.Queue()
        self.threads = [threading.Thread(target=self.work, args=(f"w{n}",), daemon=True) for n in range(workers)]
        self.arrivals = 0
        self.errors = collections.Counter()

    def lose(self):
        """Whether this request's answer is lost, or the request itself."""
        if not self.loading.is_set() or self.mishap.random() >= self.lose_share:
            return None
        return self.mishap.choice(("answer", "request"))

    @property
    def counts(self):
        return self.writer.counts

    # ---- before ----

    def set_up(self):
        """Merchants, accounts and customers: what must be there before anything can go wrong."""
        first = (self.world.began - client_deeds.days(FIRST_DAYS)).date()
        self.first_day = str(first)
        for m in self.merchants:
            client_deeds.define_merchant(self.world, m)
            m["account"] = "main"
            self.banks[m["id"]] = Bank(m["iban"], m["currency"], OPENING, first)
            self.bank_locks[m["id"]] = threading.Lock()
            self.customers[m["id"]] = client_deeds.make_customers(random.Random(f"{self.seed}/{m['id']}"), m, CUSTOMERS)
            for service in ("invoicing", "payments", "reconciliation", "reminders"):
                for role in ("write", "read", "admin"):
                    self.world.token(service, m["id"], role, self.doors.client)
        self.writer.run(seed=self.seed, rate=self.rate, merchants=self.merchants, opening=OPENING, source=self.publisher.source, client=self.doors.client)
        for m in self.merchants:
            for customer in self.customers[m["id"]]:
                client_deeds.publish_customer(self, m, customer, "set-up")
        if self.publisher.flush(30):
            raise Failed("the broker did not take the customers")
        self.eyes.start()

    # ---- the load ----

    def start(self):
        self.loading.set()
        for thread in self.threads:
            thread.start()
        self.planner = threading.Thread(target=self.plan, daemon=True)
        self.planner.start()

    def plan(self):
        """Hands out what has its time: arrivals, and steps that follow others."""
        chance, began = random.Random(f"{self.seed}/plan"), time.monotonic()
        arrival = 0.0
        while not self.ended.is_set():
            at = time.monotonic() - began
            while self.loading.is_set() and arrival <= at:
                self.arrivals += 1
                self.ready.put((now() - int((at - arrival) * 1e6), client_deeds.choose(chance), random.Random(f"{self.seed}/{self.arrivals}"), None))
                arrival += chance.expovariate(self.rate)
            self.hand_out_later()
            self.publisher.poll()
            self.ended.wait(0.005)

    def hand_out_later(self):
        with self.lock:
            while self.later and self.later[0][0] <= time.monotonic():
                _, _, step, chance, more = heapq.heappop(self.later)
                self.ready.put((now(), step, chance, more))

    def follow(self, seconds, step, chance, **more):
        """The next step of something, in a while."""
        with self.lock:
            self.later_count += 1
            heapq.heappush(self.later, (time.monotonic() + seconds, self.later_count, step, chance, more))

    def work(self, who):
        while True:
            intended, deed, chance, more = self.ready.get()
            if deed is None:
                return
            try:
                deed(self, chance, who, intended, **(more or {}))
            except Exception as error:  # a mistake of the client's own is no answer of the system's
                self.errors[f"{deed.__name__}: {error!r}"] += 1
            finally:
                self.ready.task_done()

    def stop_load(self):
        """Nothing new begins; what is under way ends."""
        self.loading.clear()
        self.drain(30)

    def drain(self, timeout):
        """Until no step is left to follow another."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            with self.lock:
                left = len(self.later)
            if not left and not self.ready.unfinished_tasks:
                break
            time.sleep(0.02)
        self.publisher.flush(10)

    def run(self, seconds=None, ops=None, **finish):
        self.start()
        end = time.monotonic() + (seconds or 1e9)
        while time.monotonic() < end and (ops is None or self.arrivals < ops):
            time.sleep(0.05)
        self.stop_load()
        self.finish(**finish)

    # ---- after ----

    def uncertain(self):
        """Requests of which nobody knows yet, by their last try: with an identity, and files."""
        history, files = History(self.path), {}
        for r in history.requests.values():
            if r.door == "upload":
                files.setdefault(r.sha256, []).append(r)
        tries = [t for t in history.by_identity().values() if t[0].door != "page" and t[0].f not in ("webhook_forged", "webhook_stale")]
        return [t[-1] for t in (*tries, *files.values()) if all(one.outcome == UNCERTAIN for one in t)]

    def ask_again(self):
        """What is uncertain, once more under the same identity; one in five never. How many were asked."""
        asked = [r for r in self.uncertain() if r.said.get("retry_of") or r.op % ABANDONED]
        for r in asked:
            client_deeds.again(self, r)
        self.publisher.flush(30)
        return len(asked)

    def finish(self, timeout=120, days=(7, 7, 7)):
        """Everything is well again: what was uncertain is asked again, days pass, and all comes to rest."""
        end = time.monotonic() + timeout
        while self.ask_again():
            if time.monotonic() > end:
                raise Unsettled("requests stay without an answer")
            time.sleep(0.5)
        self.settle(end)
        for n in days:
            client_deeds.pass_days(self, n)
            self.settle(end)
        client_months.close_books(self)
        self.settle(end)
        self.ended.set()
        for _ in self.threads:
            self.ready.put((0, None, None, None))
        self.publisher.flush(10)
        self.eyes.stop()
        self.writer.end(**client_deeds.what_the_world_knows(self))
        self.writer.close()
        self.world.save_check()

    def settle(self, end):
        self.drain(10)
        if not self.world.quiet(max(1.0, end - time.monotonic())):
            raise Unsettled(f"not quiet: {self.world.idle()}")

    def note(self, what, **more):
        self.writer.note(what, **more)

    def next_day(self, m):
        """Ends the day of a merchant's bank, under its lock; None where it has no line, or all its days are over."""
        bank = self.banks[m["id"]]
        return bank.close_day() if bank.today and bank.day < self.last_day() else None

    def last_day(self):
        """Of the banks, while the load goes on."""
        return (self.world.began - client_deeds.days(2)).date()


__all__ = ["Client", "Unsettled", "DONE"]
