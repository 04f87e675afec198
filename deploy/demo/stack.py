"""All of Dunlin on one machine: PostgreSQL, a broker, the sandbox and the daemons, in a folder of their own.

    with Stack(folder, binaries) as s:          # or s = Stack(...); s.start(); ...; s.stop()
        s.url("invoicing"), s.ops("invoicing"), s.token("invoicing", "acme", "write")
        s.kill("payments"); s.run("payments")   # SIGKILL, and start again

Everything listens on 127.0.0.1, on ports of its own choosing. What is started is ended by its process id.

Connected() is the same over what runs already (containers), by the addresses in the environment: it starts and stops nothing.
"""

import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
SERVICES = ("invoicing", "reconciliation", "payments", "reminders")
# What the sandbox has of the settings that every daemon has.
SANDBOX_SETTINGS = ("BROKERS", "HTTP_ADDRESS", "PUBLIC_URL")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def http(url, method="GET", body=None, token=None, key=None, headers=None, timeout=30):
    """(status, text). JSON goes out when body is not bytes."""
    h = dict(headers or {})
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body).encode()
        h.setdefault("Content-Type", "application/json")
    if isinstance(body, str):
        body = body.encode()
    if token:
        h["Authorization"] = "Bearer " + token
    if key:
        h["Idempotency-Key"] = key
    request = urllib.request.Request(url, data=body, method=method, headers=h)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


class Failed(Exception):
    pass


class Stack:
    def __init__(self, folder, binaries=None, broker="embedded", sandbox=True, services=SERVICES, settings=None, start_date=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.bin = pathlib.Path(binaries or os.environ.get("DUNLIN_BIN") or HERE / "build/release/bin")
        self.broker_kind = broker
        self.sandbox = sandbox
        self.services = tuple(services)
        self.settings = settings or {}  # service -> {SETTING: value}
        self.start_date = start_date
        self.procs = {}
        self.ports = {}
        self.databases = {}
        self.tokens = {}
        self.secret_key = secrets.token_hex(32)
        self.brokers = None

    # ---- the pieces ----

    def world(self):
        """How the daemons reach the sandbox, and the sandbox them: service -> {SETTING: value}."""
        if not self.sandbox:
            return {"payments": {"SECRET_KEY": self.secret_key}}
        if "smtp" not in self.ports:
            self.ports["smtp"] = free_port()
        smtp = f"127.0.0.1:{self.ports['smtp']}"
        ca = str(self.folder / "mailbox.pem")
        return {
            "sandbox": {
                "SMTP_ADDRESS": smtp,
                "CA_FILE": ca,
                "OPS_URLS": ",".join(self.ops(name) for name in self.services),
                "START": self.start_date,
            },
            # Made up for each stack; it seals what the sandbox's provider gave us, and nothing else.
            "payments": {"SECRET_KEY": self.secret_key, "STRIPE_URL": self.url("sandbox")},
            "reminders": {"SMTP_URL": f"smtp://{smtp}", "SMTP_CA_FILE": ca, "INVOICES_URL": self.url("invoicing")},
        }

    def script(self, name, *args):
        env = dict(os.environ, DUNLIN_BIN=str(self.bin))
        done = subprocess.run([str(HERE / "tests/env" / name), *map(str, args)], env=env, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"{name} {' '.join(map(str, args))}: {done.stderr.strip()}")
        return done.stdout.split()

    @property
    def all(self):
        return self.services + (("sandbox",) if self.sandbox else ())

    def names(self, name):
        """Ports and addresses of one daemon; fixed once chosen, so that a restart finds it where it was."""
        if name not in self.ports:
            self.ports[name] = (free_port(), free_port())
        return self.ports[name]

    def url(self, name):
        return f"http://127.0.0.1:{self.names(name)[0]}"

    def inner(self, name):
        """Where the daemons find each other."""
        return self.url(name)

    def ops(self, name):
        """Where /readyz, /idle and /metrics are; the sandbox has them at its one address."""
        return f"http://127.0.0.1:{self.names(name)[0 if name == 'sandbox' else 1]}"

    def environment(self, name):
        app, owner = self.databases.get(name, (None, None))
        mine = {
            "BROKERS": self.brokers,
            "HTTP_ADDRESS": f"127.0.0.1:{self.names(name)[0]}",
            "OPS_ADDRESS": f"127.0.0.1:{self.names(name)[1]}",
            "PUBLIC_URL": self.url(name),
            "KAFKA_INSTANCE_ID": f"{name}-1",
            "SANDBOX": "true" if self.sandbox else "false",
            "EMBEDDED_BROKER": "true" if self.broker_kind == "embedded" else "false",
        }
        if name == "sandbox":
            mine = {k: v for k, v in mine.items() if k in SANDBOX_SETTINGS}
        if app:
            mine["DATABASE_URL"] = app
            mine["OWNER_DATABASE_URL"] = owner
        mine.update(self.world().get(name, {}))
        mine.update(self.settings.get(name, {}))
        env = {k: v for k, v in os.environ.items() if not k.startswith(name.upper() + "_")}
        env.update({f"{name.upper()}_{k}": str(v) for k, v in mine.items() if v is not None})
        return env

    def verb(self, name, *args, check=True, input=None):
        done = subprocess.run([str(self.bin / name), *args], env=self.environment(name), capture_output=True, text=True, input=input)
        if check and done.returncode:
            raise Failed(f"{name} {' '.join(args)}: {(done.stderr or done.stdout).strip()}")
        return done

    def start_database(self):
        self.script("postgres", "start", self.folder / "postgres")
        for name in self.all:
            if name == "sandbox":
                continue
            self.databases[name] = tuple(self.script("postgres", "database", self.folder / "postgres", f"dunlin_{name}"))

    def topics(self):
        lines = []
        for name in self.all:
            lines += self.verb(name, "topics", "print").stdout.split()
        return sorted(set(lines))

    def start_broker(self):
        self.brokers = "127.0.0.1:1"
        if self.broker_kind == "embedded":
            self.brokers = self.script("broker", "start", self.folder / "broker", ",".join(self.topics()))[0]
        elif self.broker_kind == "kafka":
            self.brokers = self.script("kafka", "start", self.folder / "kafka")[0]
            for name in self.all:
                self.verb(name, "topics", "create")
        else:
            self.brokers = self.broker_kind

    def migrate(self):
        running = [(n, subprocess.Popen([str(self.bin / n), "migrate"], env=self.environment(n), stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)) for n in self.databases]
        for name, p in running:
            out = p.communicate()[0]
            if p.returncode:
                raise Failed(f"{name} migrate: {out.strip()}")

    def run(self, name, *args):
        log = open(self.folder / f"{name}.log", "ab")
        self.procs[name] = subprocess.Popen([str(self.bin / name), "run", *args], env=self.environment(name), stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        log.close()
        return self.procs[name]

    def log_tail(self, name, n=15):
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-n:]) if path.exists() else ""

    def wait_ready(self, *names, timeout=60):
        end = time.monotonic() + timeout
        for name in names or self.all:
            while True:
                try:
                    if http(self.ops(name) + "/readyz", timeout=2)[0] == 200:
                        break
                except OSError:
                    pass
                p = self.procs.get(name)
                if p is not None and p.poll() is not None:
                    raise Failed(f"{name} ended with {p.returncode}:\n{self.log_tail(name)}")
                if time.monotonic() > end:
                    raise Failed(f"{name} is not ready after {timeout} s:\n{self.log_tail(name)}")
                time.sleep(0.02)

    def token(self, name, merchant, role="write", client="demo"):
        """A bearer token of a client system; made once."""
        key = f"{name}/{merchant}/{role}/{client}"
        if key not in self.tokens:
            out = self.verb(name, "token", "create", "--client", f"{client}-{role}", "--merchant", merchant, "--role", role).stdout
            self.tokens[key] = out.split()[-1]
        return self.tokens[key]

    def call(self, name, method, path, body=None, merchant=None, role="write", key=None, **more):
        """(status, value) of a request to a service; JSON is decoded."""
        status, text = http(self.url(name) + path, method, body, self.token(name, merchant, role) if merchant else None, key, **more)
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    # ---- its life ----

    def start(self):
        self.start_database()
        self.start_broker()
        self.migrate()
        for name in self.all:
            self.run(name)
        self.wait_ready()
        return self

    def kill(self, name, sig=signal.SIGKILL):
        p = self.procs.pop(name, None)
        if p is not None and p.poll() is None:
            p.send_signal(sig)
        if p is not None:
            p.wait()
        return p.returncode if p is not None else None

    def stop(self):
        for p in self.procs.values():
            if p.poll() is None:
                p.terminate()
        for p in self.procs.values():
            try:
                p.wait(30)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        self.procs.clear()
        for server in ("broker", "kafka", "postgres"):
            if (self.folder / server).exists():
                self.script(server, "stop", self.folder / server)
        (self.folder / "stack.json").unlink(missing_ok=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *exc):
        self.stop()

    # ---- what is kept between calls of `make up` and `make down` ----

    def save(self):
        kept = {"pids": {n: p.pid for n, p in self.procs.items()}, "ports": self.ports, "databases": self.databases,
                "tokens": self.tokens, "brokers": self.brokers, "broker": self.broker_kind, "settings": self.settings}
        (self.folder / "stack.json").write_text(json.dumps(kept, indent=1))
        os.chmod(self.folder / "stack.json", 0o600)


class Connected(Stack):
    """What runs already: DUNLIN_URL and DUNLIN_OPS_URL with {service} in them, DUNLIN_BROKERS; verbs find their databases in the environment."""

    def __init__(self):
        super().__init__("/tmp", binaries=os.environ.get("DUNLIN_BIN", "/usr/local/bin"), broker=os.environ["DUNLIN_BROKERS"])
        self.brokers = self.broker_kind
        self.client = f"story-{secrets.token_hex(4)}"

    def token(self, name, merchant, role="write", client=None):
        return super().token(name, merchant, role, client or self.client)

    def wait_ready(self, *names, timeout=180):
        super().wait_ready(*names, timeout=timeout)

    def url(self, name):
        return os.environ["DUNLIN_URL"].format(service=name)

    def ops(self, name):
        return self.url(name) if name == "sandbox" else os.environ["DUNLIN_OPS_URL"].format(service=name)

    def environment(self, name):
        return dict(os.environ)


def stop_saved(folder):
    """Ends what a saved stack left running: only processes that are still ours by name."""
    folder = pathlib.Path(folder)
    path = folder / "stack.json"
    pids = json.loads(path.read_text())["pids"] if path.exists() else {}
    for name, pid in pids.items():
        try:
            if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == name[:15]:
                os.kill(pid, signal.SIGTERM)
        except OSError:
            continue
    for name, pid in pids.items():
        for _ in range(1500):
            if not pathlib.Path(f"/proc/{pid}").exists():
                break
            time.sleep(0.02)
    for server in ("broker", "kafka", "postgres"):
        if (folder / server).exists():
            subprocess.run([str(HERE / "tests/env" / server), "stop", str(folder / server)], check=False)
    path.unlink(missing_ok=True)
    return pids
