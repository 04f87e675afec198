"""Requests that no decent client sends, byte by byte, at the public door of a running daemon: DUNLIN_HTTP_URL, or one of ours."""

import os
import pathlib
import socket
import time
import urllib.parse

import pytest
from conftest import World
from stack import http

TAIL = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def url(request):
    if "DUNLIN_HTTP_URL" in os.environ:
        return os.environ["DUNLIN_HTTP_URL"]
    world = World(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "guard", services=["invoicing"], sandbox=False, broker="127.0.0.1:9")
    request.addfinalizer(world.stop)
    world.start_database()
    world.start_broker()
    world.migrate()
    world.run("invoicing")
    end = time.monotonic() + 30
    while True:
        try:
            if http(world.ops("invoicing") + "/readyz")[0] == 200:
                return world.url("invoicing")
        except OSError:
            pass
        assert time.monotonic() < end, world.log_tail("invoicing")
        time.sleep(0.05)


def connect(url):
    at = urllib.parse.urlsplit(url)
    return socket.create_connection((at.hostname, at.port), timeout=40)


def read_all(peer):
    text = b""
    while True:
        try:
            some = peer.recv(65536)
        except ConnectionResetError:
            return text
        if not some:
            return text
        text += some


def exchange(url, request):
    with connect(url) as peer:
        peer.sendall(request)
        return read_all(peer)


def status(response):
    return int(response.split(b" ", 2)[1]) if response.startswith(b"HTTP/1.") else 0


LENGTH = str(len(TAIL)).encode()
POST = b"POST /v1/nothing HTTP/1.1\r\nHost: a\r\n"
AMBIGUOUS = {
    "transfer-encoding": POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "length and transfer-encoding": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "transfer-encoding and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "transfer-encoding with a blank": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "transfer-encoding after a tab": POST + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n",
    "transfer-encoding of another kind": POST + b"Transfer-Encoding: cow\r\nContent-Length: 0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: " + LENGTH + b"\r\n\r\n",
    "two lengths alike": POST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "a list of lengths": POST + b"Content-Length: 0, " + LENGTH + b"\r\n\r\n",
    "a signed length": POST + b"Content-Length: +0\r\n\r\n",
    "a hexadecimal length": POST + b"Content-Length: 0x0\r\n\r\n",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "an empty length": POST + b"Content-Length:\r\n\r\n",
    "HEAD with a body": b"HEAD /v1/nothing HTTP/1.1\r\nHost: a\r\nContent-Length: " + LENGTH + b"\r\n\r\n",
    "GET with a body": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nContent-Length: " + LENGTH + b"\r\n\r\n",
    "no host": b"GET /v1/nothing HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a host that is none": b"GET /v1/nothing HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "a header name with a blank": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n",
    "a header without a name": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\n: z\r\n\r\n",
    "a header without a colon": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
    "a control byte": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n",
    "a carriage return alone": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nX: a\rContent-Length: 5\r\n\r\n",
    "an absolute target": b"GET http://a/v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    "an absolute target of a proxy": b"HEAD http://a/v1 HTTP/1.1\r\nHost: a\r\nProxy-Connection: keep-alive\r\nContent-Length: " + LENGTH + b"\r\n\r\n",
    "an authority as target": b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an asterisk as target": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "a blank in the target": b"GET /v1 nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    "bytes beyond ASCII in the target": b"GET /v1/\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a broken escape": b"GET /v1/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    "another version": b"GET /v1/nothing HTTP/3.0\r\nHost: a\r\n\r\n",
    "no version": b"GET /v1/nothing\r\n\r\n",
    "another method": b"FROB /v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    "8 KiB of headers": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 8192 + b"\r\n\r\n",
    "100 headers": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 100 + b"\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_is_ambiguous_is_refused_once_and_closed(url, name):
    response = exchange(url, AMBIGUOUS[name] + TAIL)
    assert 400 <= status(response) <= 501 and status(response) not in (404, 405), response
    assert response.count(b"HTTP/1.") == 1, response


def test_a_decent_client_is_served_on_one_connection(url):
    request = b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n"
    response = exchange(url, request + request + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert response.count(b"HTTP/1.1 404 ") == 3
    assert response.count(b"application/problem+json") == 3


def test_connections_that_trickle_are_cut_off_and_hold_nobody_up(url):
    peers = [connect(url) for _ in range(100)]
    for peer in peers:
        peer.sendall(b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\n")
    for at in range(60):
        assert status(exchange(url, b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) == 404
        for peer in peers:
            try:
                peer.send(b"X: %d\r\n" % at)
            except OSError:
                pass
        time.sleep(0.5)  # the pace of the trickle
        peers = [peer for peer in peers if not is_closed(peer)]
        if not peers:
            return
    pytest.fail(f"{len(peers)} connections are still open after 30 s")


def is_closed(peer):
    peer.setblocking(False)
    try:
        return peer.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        peer.setblocking(True)
