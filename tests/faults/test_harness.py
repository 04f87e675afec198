"""The harness itself: schedules, shrinking, the proxy's faults seen from both ends, and what is said of a run."""

import itertools
import os
import pathlib
import re
import socket
import threading
import time

import kinds
import pytest
import schedule as schedules
import verdict
from ground import SERVICES
from proxies import Proxies

PROXY = pathlib.Path(os.environ.get("B", "build")) / os.environ.get("FLAVOUR", "release") / "tests/faults/proxy"


# ---- schedules ----


def test_a_seed_makes_the_same_schedule_again_and_another_seed_another():
    for maker in schedules.MAKERS:
        assert schedules.make(7, maker) == schedules.make(7, maker)
        assert schedules.make(7, maker) != schedules.make(8, maker)


def test_the_run_for_ci_kills_each_daemon_25_times_and_visits_each_crash_point_once():
    faults = [f for maker, more in verdict.CI for _, f in schedules.flat(schedules.make(3, maker, **more)["lanes"])]
    for name in SERVICES:
        assert sum(f["kind"] == "kill" and f["target"] == name for f in faults) >= 25
    assert {f["point"].split(":")[0] for f in faults if f["kind"] == "crash"} == set(schedules.WHO)


def test_every_crash_point_of_the_daemons_is_in_the_table_of_who_comes_by():
    golden = pathlib.Path(__file__).parent.parent / "golden/crash_points.txt"
    assert {line.split()[0] for line in golden.read_text().splitlines()} == {point.partition("/")[0] for point in schedules.WHO}


def test_every_step_of_the_road_is_a_command_of_the_daemon_and_each_file_dies_on_each_road_everywhere():
    code = pathlib.Path(__file__).parent.parent.parent / "services/reconciliation"
    commands = {name for path in code.glob("*.c") for name in re.findall(r'"dunlin\.reconciliation\.(\w+)"', path.read_text())}
    routes = set(re.findall(r'(?:POST|ADMIN)\("[^"]+", "(\w+)"', (code / "http.c").read_text()))
    assert set(schedules.STEPS) <= commands | routes
    brought = {(f["road"], f["point"]) for _, f in schedules.flat(schedules.make(3, "kills")["lanes"]) if f["kind"] == "brought"}
    assert brought == {(road, point) for road in schedules.ROADS for point in schedules.BROUGHT}


def test_what_is_waited_for_longest_is_a_point_or_a_step():
    assert set(kinds.NUDGES) <= set(schedules.STEPS) | set(schedules.WHO)


def test_the_full_run_kills_each_daemon_as_often_as_asked():
    for n in (1, 100, 1000):
        assert sum(more["n"] for maker, _, more in verdict.plan(n, 125) if maker == "kills") == n
        assert {maker for maker, _, _ in verdict.plan(n, 125)} == set(schedules.MAKERS)


def test_a_schedule_that_was_kept_is_the_one_that_was_made(tmp_path):
    schedule = schedules.make(5, "kills")
    schedules.save(schedule, tmp_path / "kept.json")
    assert schedules.load(tmp_path / "kept.json") == schedule
    assert schedules.unflat(schedules.flat(schedule["lanes"])) == {k: v for k, v in schedule["lanes"].items() if v}


@pytest.mark.parametrize("guilty", [{3}, {0, 39}, {5, 6, 20}, {1, 10, 19, 28, 37}])
def test_shrinking_finds_the_fewest_faults_that_still_fail(guilty):
    tries = itertools.count()
    assert set(schedules.shrink(range(40), lambda some: next(tries) >= 0 and guilty <= set(some))) == guilty
    assert next(tries) < 400


def test_what_fails_without_any_fault_shrinks_to_none():
    assert schedules.shrink(range(9), lambda some: True) == []


# ---- the proxy ----


class Echo:
    """A peer that answers each byte with itself in capitals, and remembers what it got."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port, self.got = self.server.getsockname()[1], b""
        self.came = threading.Condition()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            while data := connection.recv(65536):
                with self.came:
                    self.got += data
                    self.came.notify_all()
                connection.sendall(data.upper())
        except OSError:
            pass

    def heard(self, size):
        """What it got, once that is so much: a reset may be seen on this side before that side has read."""
        with self.came:
            self.came.wait_for(lambda: len(self.got) >= size, timeout=5)
            return self.got


@pytest.fixture
def line():
    echo, proxies = Echo(), Proxies(PROXY)
    port = proxies.open("line", echo.port)

    def connect():
        return socket.create_connection(("127.0.0.1", port), timeout=5)

    yield proxies, connect, echo
    proxies.close()
    echo.server.close()


def read(connection, size):
    got = b""
    while len(got) < size and (more := connection.recv(size - len(got))):
        got += more
    return got


def test_a_line_without_faults_passes_every_byte(line):
    _, connect, _ = line
    c, data = connect(), bytes(range(97, 123)) * 20000
    threading.Thread(target=c.sendall, args=(data,), daemon=True).start()
    assert read(c, len(data)) == data.upper()


def test_a_connection_is_reset_at_the_byte_that_was_named(line):
    proxies, connect, echo = line
    c = connect()
    proxies.say("cut", "line", "up", 3)
    c.sendall(b"abcdef")
    with pytest.raises(ConnectionResetError):
        while c.recv(10):
            pass
    assert echo.heard(3) == b"abc" and proxies.fired("line") == 1
    again = connect()
    again.sendall(b"xyz")
    assert read(again, 3) == b"XYZ"


def test_an_answer_that_is_cut_off_was_acted_on(line):
    proxies, connect, echo = line
    c = connect()
    proxies.say("cut", "line", "down", 0)
    c.sendall(b"do it")
    with pytest.raises(ConnectionResetError):
        c.recv(10)
    assert echo.got == b"do it"


def test_a_trimmed_connection_ends_in_order(line):
    proxies, connect, _ = line
    c = connect()
    proxies.say("trim", "line", "down", 2)
    c.sendall(b"abcdef")
    assert read(c, 6) == b"AB"


def test_a_hole_holds_everything_and_lets_it_flow_afterwards(line):
    proxies, connect, echo = line
    c = connect()
    c.sendall(b"a")
    assert read(c, 1) == b"A"
    proxies.say("hole", "line")
    c.sendall(b"b")
    c.settimeout(0.2)
    with pytest.raises(TimeoutError):
        c.recv(1)
    assert echo.heard(1) == b"a"
    proxies.say("pass", "line")
    c.settimeout(5)
    assert read(c, 1) == b"B"


def test_a_delay_delays(line):
    proxies, connect, _ = line
    c = connect()
    proxies.say("delay", "line", 150)
    began = time.monotonic()
    c.sendall(b"a")
    assert read(c, 1) == b"A" and time.monotonic() - began >= 0.29


def test_a_commit_goes_through_and_its_answer_is_lost_with_the_connection(line):
    proxies, connect, echo = line
    c = connect()
    proxies.say("commit", "line", 1)
    c.sendall(b"select\0")
    assert read(c, 7) == b"SELECT\0"
    c.sendall(b"com")
    c.sendall(b"mit\0 and what follows")
    with pytest.raises(ConnectionResetError):
        while c.recv(10):
            pass
    assert b"commit\0" in echo.got and proxies.fired("line") == 1


def test_a_line_that_refuses_resets_who_comes(line):
    proxies, connect, _ = line
    proxies.say("refuse", "line")
    with pytest.raises(OSError):
        c = connect()
        c.sendall(b"a")
        assert c.recv(1) == b"A"


# ---- what is said of a run ----


def result(**more):
    return {"trial": "kills-0", "seed": 1, "seconds": 1, "made": {"kill": 300}, "not_run": {}, "struck": {}, "targets": {"kill/payments": 300},
            "reached": [[point, "payments"] for point in schedules.WHO], "operations": {"ok": 1, "fail": 0, "info": 0}, "recoveries": [["payments", 0.1, True]],
            "drained": 1, "loaded": 1, "checked": 1, "wrong": []} | more  # fmt: skip


def test_the_bound_is_three_over_the_number_of_faults_and_none_where_something_failed():
    assert "3/300 = 1.00%" in verdict.bound([result()])
    assert "1 of 1 trials failed" in verdict.bound([result(wrong=["I1"])])


def test_a_run_is_bad_when_a_trial_failed_or_a_crash_point_was_never_reached():
    said = []
    assert not verdict.is_bad([result()], said.append)
    assert verdict.is_bad([result(wrong=["I1"])], said.append)
    assert verdict.is_bad([result(reached=[["commit_before", "payments"]])], said.append)
    assert "crash points that nobody came by" in said[-2] and "commit_after" in said[-2]
