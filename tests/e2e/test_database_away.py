"""PostgreSQL gone, briefly and for longer than consuming waits: callers are told to come back, the group is left, and nothing is lost."""

import signal
import time

import pytest
from conftest import make_world
from stack import http
from test_invoicing_faults import MERCHANT, Story, check, check_topic

@pytest.fixture(scope="module")
def world(request):
    # A dynamic member: a static one is kept its place for, and would not be seen to leave.
    world = make_world(request, "database-away", ("invoicing",), settings={"invoicing": {"KAFKA_INSTANCE_ID": ""}})
    status, answer = world.call("invoicing", "POST", "/v1/merchants", MERCHANT, merchant="nord", role="admin", key="nord")
    assert status in (200, 201), answer
    return world


def members(world):
    from confluent_kafka.admin import AdminClient

    group, = AdminClient({"bootstrap.servers": world.brokers}).list_groups("dunlin.invoicing", timeout=30)
    return len(group.members)


def database(world, what):
    world.script("postgres", what, world.folder / "postgres")


def ask(world, token, key):
    """A command by HTTP: (status, Retry-After)."""
    import urllib.error
    import urllib.request

    request = urllib.request.Request(world.url("invoicing") + "/v1/customers", data=b'{"customer_ref":"%s","name":"By HTTP"}' % key.encode(), method="POST",
                                     headers={"Authorization": "Bearer " + token, "Idempotency-Key": key, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, None
    except urllib.error.HTTPError as e:
        return e.code, e.headers["Retry-After"]


def test_gone_briefly_it_goes_on_without_loss(world, billing):
    token = world.token("invoicing", "nord")
    story = Story(billing, "brief", 300)
    half = len(story.commands) // 2
    story.publish(world, story.commands[:half])
    database(world, "kill")
    story.publish(world, story.commands[half:])
    assert ask(world, token, "brief") == (503, "1")
    database(world, "start")
    story.wait(world)
    assert world.procs["invoicing"].poll() is None
    assert members(world) == 1
    assert ask(world, token, "brief") == (201, None)
    check(world, story)


def test_gone_for_longer_the_group_is_left_and_the_process_ends_with_3(world, billing):
    token = world.token("invoicing", "nord")
    story = Story(billing, "long", 300)
    world.kill("invoicing", signal.SIGTERM)
    world.settings["invoicing"]["PATIENCE_SECONDS"] = 3
    world.run("invoicing")
    world.until(lambda: members(world), 1)
    database(world, "kill")
    story.publish(world)
    p, answers = world.procs["invoicing"], set()
    end = time.monotonic() + 60
    while p.poll() is None:
        assert time.monotonic() < end, world.log_tail("invoicing")
        try:
            answers.add(ask(world, token, "long"))
            assert http(world.ops("invoicing") + "/readyz")[0] == 503
        except OSError:
            pass  # it has ended
        time.sleep(0.05)
    assert p.wait() == 3, world.log_tail("invoicing")
    assert answers == {(503, "1")}
    assert members(world) == 0
    database(world, "start")
    world.run("invoicing")
    world.wait_ready("invoicing")
    story.wait(world)
    assert ask(world, token, "long") == (201, None)
    check(world, story)
    check_topic(world)
