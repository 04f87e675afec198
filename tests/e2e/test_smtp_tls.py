"""A mail system whose certificate is nobody's, or somebody else's: no word of a mail goes there, the reason is told, and the mail goes when it is mended."""

import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading

import pytest
from stack import free_port
from test_reminders import Town, customer, merchant, paid


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


def certificate(folder, name, signer=None, alt="IP:127.0.0.1"):
    """A certificate and its key, signed by `signer`, or an authority of its own."""
    key, pem = folder / f"{name}.key", folder / f"{name}.pem"
    if signer is None:
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", key,
                "-out", pem)
        return pem, key
    request, names = folder / f"{name}.csr", folder / f"{name}.ext"
    names.write_text(f"subjectAltName={alt}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
    openssl("x509", "-req", "-days", "2", "-in", request, "-CA", signer[0], "-CAkey", signer[1], "-CAcreateserial", "-extfile", names, "-out", pem)
    return pem, key


class MailSystem(threading.Thread):
    """SMTP with STARTTLS, a connection at a time. Keeps every command that it was given, and whether that was under TLS."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", port))
        self.certificate, self.commands, self.visits, self.peer = None, [], 0, None

    def show(self, certificate):
        """From now on, and to everybody: whoever was let in by another one is sent away."""
        self.certificate = certificate
        if self.peer is not None:
            try:
                self.peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.visits, self.peer = self.visits + 1, peer
            try:
                self.talk(peer)
            except OSError:
                pass  # who does not trust the certificate hangs up
            peer.close()

    def talk(self, peer):
        peer.settimeout(20)
        peer.sendall(b"220 mail\r\n")
        lines, secure = peer.makefile("rb"), False
        while line := lines.readline():
            command = line.strip().upper()
            self.commands.append((secure, command.decode(errors="replace")))
            if command.startswith(b"EHLO"):
                peer.sendall(b"250 mail\r\n" if secure else b"250-mail\r\n250 STARTTLS\r\n")
            elif command == b"STARTTLS":
                peer.sendall(b"220 go on\r\n")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self.certificate)
                peer = self.peer = context.wrap_socket(peer, server_side=True)
                lines, secure = peer.makefile("rb"), True
            elif command == b"DATA":
                peer.sendall(b"354 go on\r\n")
                while (line := lines.readline()) not in (b".\r\n", b""):
                    pass
                peer.sendall(b"250 taken\r\n")
            else:
                peer.sendall(b"250 ok\r\n")

    def mails(self):
        return [c for c in self.commands if c[1].startswith("MAIL FROM")]


@pytest.fixture(scope="module")
def town(request):
    folder = pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "smtp-tls"
    folder.mkdir(parents=True)
    ours, other = certificate(folder, "ours"), certificate(folder, "other")
    port = free_port()
    town = Town(folder, services=("reminders",), start_date="2026-03-02T08:00:00Z",
                settings={"reminders": {"SMTP_URL": f"smtp://127.0.0.1:{port}", "SMTP_CA_FILE": ours[0]}})
    town.mail = MailSystem(port)
    town.certificates = {"untrusted": certificate(folder, "untrusted", other), "wrong name": certificate(folder, "wrong", ours, "DNS:mail.example"),
                         "good": certificate(folder, "good", ours)}
    town.mail.start()
    request.addfinalizer(town.mail.listener.close)
    request.addfinalizer(town.stop)
    town.start()
    town.say(merchant())
    town.advance(1)  # by then everybody has heard what time it is
    return town


def notices(town, ref):
    return town.shop("GET", f"/v1/notices?customer_ref={ref}")[1]["notices"]


def reasons(town):
    """What the log says of calls."""
    lines = [json.loads(line) for line in (town.folder / "reminders.log").read_text().splitlines() if line.startswith("{")]
    return [line["reason"] for line in lines if line.get("role") == "send" and "reason" in line]


@pytest.mark.parametrize("which, ref, n, says", [("untrusted", "t1", 1, "certificate"), ("wrong name", "t2", 2, "alternative certificate subject name")])
def test_a_mail_system_that_is_not_who_it_should_be_is_given_nothing(town, which, ref, n, says):
    town.mail.show(town.certificates[which])
    before, visits, told = len(town.mail.mails()), town.mail.visits, len(reasons(town))
    town.say(customer(ref), paid(ref, n, 500))
    town.until(lambda: [(x["state"], x["tries"]) for x in notices(town, ref)], [("planned", 1)])
    town.until(lambda: town.mail.visits > visits, True)
    town.until(lambda: any(says in reason for reason in reasons(town)[told:]), True)
    assert "next_try_at" in notices(town, ref)[0]
    assert len(town.mail.mails()) == before
    town.mail.show(town.certificates["good"])
    town.advance(1)
    assert [x["state"] for x in notices(town, ref)] == ["sent"]
    assert town.mail.mails()[before:] and all(secure for secure, _ in town.mail.mails())
