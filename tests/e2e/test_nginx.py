"""Debian's nginx, as deploy/nginx has it, in front of a daemon: what is decent goes through, and what two readers could read in two ways does not."""

import os
import pathlib
import subprocess
import time

import pytest
from conftest import HERE, World
from stack import free_port, http
from test_http_guard import AMBIGUOUS, TAIL, exchange, status

MERCHANT = {"name": "Nord GmbH", "zone": "Europe/Berlin", "currency": "EUR", "language": "de", "invoice_prefix": "N-", "credit_note_prefix": "NC-"}
GOOD = b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
# What nginx mends by itself, or reads in the one way that there is, is not here.
SMUGGLING = [name for name in AMBIGUOUS if "length" in name or "transfer-encoding" in name or "with a body" in name]


class Fronted(World):
    """A daemon whose callers meet nginx."""

    def front(self):
        folder = self.folder / "nginx"
        folder.mkdir(exist_ok=True)
        port = free_port()
        conf = (HERE / "deploy/nginx/dunlin.conf").read_text()
        for was, now in (("server 127.0.0.1:8080;", f"server 127.0.0.1:{self.names('invoicing')[0]};"), ("listen 80;", f"listen 127.0.0.1:{port};")):
            assert conf.count(was) == 1
            conf = conf.replace(was, now)
        temp = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
                                           f"http {{ access_log {folder}/access.log; {temp}\n{conf}\n}}\n")
        if os.getuid() == 0:
            (folder / "nginx.conf").write_text("user root;\n" + (folder / "nginx.conf").read_text())
        self.procs["nginx"] = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c", "nginx.conf"], stdin=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL, start_new_session=True)
        return f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def world(request):
    world = Fronted(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "nginx", services=["invoicing"], sandbox=False, broker="127.0.0.1:9")
    request.addfinalizer(world.stop)
    world.start_database()
    world.start_broker()
    world.migrate()
    world.run("invoicing")
    world.wait_ready()
    world.front_url = world.front()
    end = time.monotonic() + 30
    while True:
        try:
            if http(world.front_url + "/v1/nothing")[0] == 404:
                return world
        except OSError:
            pass
        assert time.monotonic() < end, (world.folder / "nginx/error.log").read_text()
        time.sleep(0.05)


def test_commands_and_questions_go_through(world):
    token = world.token("invoicing", "nord", role="admin")
    for _ in range(2):
        made, text = http(world.front_url + "/v1/merchants", "POST", MERCHANT, token, key="nord")
        assert made in (200, 201), text
    large = {"customer_ref": "c1", "name": "x" * 20000}  # more than nginx keeps in memory
    assert http(world.front_url + "/v1/customers", "POST", large, token, key="large")[0] == 400
    assert http(world.front_url + "/v1/customers", "POST", {"customer_ref": "c1", "name": "N"}, token, key="c1")[0] == 201
    seen, text = http(world.front_url + "/v1/customers/c1", token=token)
    assert seen == 200 and '"c1"' in text


def test_connections_are_kept_on_both_sides(world):
    response = exchange(world.front_url, GOOD.replace(b"Connection: close\r\n", b"") * 20 + GOOD)
    assert response.count(b"HTTP/1.1 404 ") == 21
    assert response.count(b"application/problem+json") == 21


@pytest.mark.parametrize("name", SMUGGLING)
def test_what_could_be_read_in_two_ways_is_refused_and_nothing_slips_in_behind_it(world, name):
    response = exchange(world.front_url, AMBIGUOUS[name] + TAIL + GOOD)
    assert 400 <= status(response) <= 501 and status(response) not in (404, 405), response
    # The last is answered where the connection lives on; what was meant to be smuggled never is.
    assert response.count(b"HTTP/1.") <= 2, response
    assert http(world.front_url + "/v1/nothing")[0] == 404
