"""What every daemon does alike: settings, schema, checks, the ops port, logs, an orderly stop. Each on its own database; no broker is needed."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest
from conftest import HERE, World
from stack import http

SERVICES = [s for s in (p.parent.parent.name for p in sorted(HERE.glob("services/*/sql/0001_*.sql"))) if s in os.environ.get("ONLY", s)]
GOLDEN = HERE / "tests/golden"


@pytest.fixture(scope="module")
def world(request):
    world = World(pathlib.Path(os.environ["DUNLIN_TEST_RUN"]) / "services", services=SERVICES, sandbox=False, broker="127.0.0.1:9")
    request.addfinalizer(world.stop)
    world.start_database()
    world.start_broker()
    world.migrate()
    return world


def golden(path, text):
    """The text is what is checked in. A change is a reviewable diff: DUNLIN_GOLDEN=write writes it."""
    if os.environ.get("DUNLIN_GOLDEN") == "write":
        path.write_text(text)
    assert path.exists(), f"{path.name} is not checked in"
    assert text == path.read_text(), f"{path.name} differs: if that is meant, run with DUNLIN_GOLDEN=write and read the diff"


@pytest.mark.parametrize("name", SERVICES)
def test_the_schema_is_the_one_checked_in(world, name):
    golden(GOLDEN / f"{name}_schema.txt", world.verb(name, "schema").stdout)


@pytest.mark.parametrize("name", SERVICES)
def test_the_rules_are_those_checked_in(world, name):
    golden(GOLDEN / f"{name}_rules.txt", world.verb(name, "rules").stdout)


@pytest.mark.parametrize("name", SERVICES)
def test_a_second_migration_changes_nothing_and_check_is_content(world, name):
    assert "0 migrations applied" in world.verb(name, "migrate").stdout
    assert "fine" in world.verb(name, "check").stdout


@pytest.mark.parametrize("name", SERVICES)
def test_the_application_owns_no_table_and_deletes_nothing_that_counts(world, name):
    app = world.databases[name][0]
    owned = subprocess.run(["psql", "-qAtX", "-d", app, "-c", "select count(*) from pg_class where relowner = current_user::regrole"],
                           capture_output=True, text=True, check=True).stdout.strip()
    assert owned == "0"
    for table in ("inbox", "inbox_own", "answer", "outbox", "audit", "dead_letter"):
        done = subprocess.run(["psql", "-qAtX", "-d", app, "-c", f"delete from {table}"], capture_output=True, text=True)
        assert "permission denied" in done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_setting_that_cannot_work_stops_the_start_and_is_named(world, name):
    for args, word in ((["--http-threads=0"], "http_threads"), (["--nonsense=1"], "nonsense"), (["--http-address=nowhere"], "http_address"),
                       (["--roles=http,cook"], "roles")):
        done = world.verb(name, "run", *args, check=False)
        assert done.returncode == 2 and word in done.stderr.replace("-", "_"), (args, done.stderr)
    env = dict(world.environment(name), **{f"{name.upper()}_COLOUR": "blue"})
    done = subprocess.run([str(world.bin / name), "check"], env=env, capture_output=True, text=True)
    assert done.returncode == 2 and "colour" in done.stderr.lower()


@pytest.mark.parametrize("name", SERVICES)
def test_settings_show_their_origin_and_hide_secrets(world, name):
    text = world.verb(name, "settings", "--log-level=debug").stdout
    assert re.search(r"^log_level = debug\s+# command line", text, re.M)
    assert re.search(r"^database_url = \*+\s+# environment", text, re.M)
    for url in world.databases[name]:
        assert url.split(":")[2].split("@")[0] not in text


@pytest.mark.parametrize("name", SERVICES)
def test_a_missing_migration_is_said_in_one_line(world, name):
    world.script("postgres", "database", world.folder / "postgres", f"empty_{name}")
    app, owner = world.script("postgres", "database", world.folder / "postgres", f"empty_{name}")
    env = dict(world.environment(name), **{f"{name.upper()}_DATABASE_URL": app, f"{name.upper()}_OWNER_DATABASE_URL": owner})
    done = subprocess.run([str(world.bin / name), "run"], env=env, capture_output=True, text=True, timeout=30)
    last = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1 and last["code"] == "schema_missing" and "migrate" in last["reason"]


def as_owner(url, sql):
    return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql], check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("name", SERVICES)
def test_a_statement_that_does_not_fit_the_schema_stops_the_first_start(world, name):
    """What has been proven once over the same migrations isn't proven again before the daemon is ready; check always does."""
    app, owner = world.script("postgres", "database", world.folder / "postgres", f"typo_{name}")
    env = dict(world.environment(name), **{f"{name.upper()}_DATABASE_URL": app, f"{name.upper()}_OWNER_DATABASE_URL": owner})
    subprocess.run([str(world.bin / name), "migrate"], env=env, check=True, capture_output=True)
    as_owner(owner, "alter table audit rename column why to reason")
    done = subprocess.run([str(world.bin / name), "run"], env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and any("can't start" in line and "audit" in line for line in done.stdout.splitlines()), done.stdout
    assert as_owner(owner, "select count(*) from statements_proven") == "0"

    as_owner(owner, "alter table audit rename column reason to why")
    for _ in range(2):
        with subprocess.Popen([str(world.bin / name), "run"], env=env, stdout=subprocess.DEVNULL) as process:
            try:
                wait_for(lambda: http(world.ops(name) + "/readyz")[0] == 200 or None)
            finally:
                process.terminate()
        assert process.returncode == 0
        assert as_owner(owner, "select count(*) from statements_proven") == "1"

    as_owner(owner, "alter table audit rename column why to reason")
    done = subprocess.run([str(world.bin / name), "check"], env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "audit" in done.stderr


@pytest.fixture(params=SERVICES)
def running(request, world):
    name = request.param
    (world.folder / f"{name}.log").unlink(missing_ok=True)
    world.run(name)
    yield name
    world.kill(name)


def wait_for(what, timeout=20):
    end = time.monotonic() + timeout
    while True:
        try:
            if (answer := what()) is not None:
                return answer
        except OSError:
            pass
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_ops_port_answers_without_a_broker(world, running, tmp_path):
    ops = world.ops(running)
    wait_for(lambda: http(ops + "/readyz")[0] == 200 or None)
    assert http(ops + "/livez")[0] == 200
    assert json.loads(http(ops + "/version")[1])["version"]
    assert json.loads(http(ops + "/idle")[1])["idle"] is False or True
    status, text = http(ops + "/metrics")
    assert status == 200
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert http(world.url(running) + "/metrics")[0] == 404
    assert http(ops + "/nowhere")[0] == 404


def test_every_thread_of_a_running_daemon_is_in_jail(world, running):
    """tests/store/test_jail.c shows what that means."""
    wait_for(lambda: http(world.ops(running) + "/readyz")[0] == 200 or None)
    threads = list(pathlib.Path(f"/proc/{world.procs[running].pid}/task").iterdir())
    assert len(threads) > 5
    for thread in threads:
        status = (thread / "status").read_text()
        assert re.search(r"^Seccomp:\s2$", status, re.M) and re.search(r"^NoNewPrivs:\s1$", status, re.M), status
    metrics = http(world.ops(running) + "/metrics")[1]
    assert 'dunlin_jailed{by="seccomp"} 1' in metrics and 'dunlin_jailed{by="landlock"}' in metrics


def test_a_missing_broker_is_said(world, running):
    """The daemon serves HTTP all the while."""
    def said():
        lines = [json.loads(line) for line in (world.folder / f"{running}.log").read_text().splitlines()]
        return next((line for line in lines if line["level"] in ("warn", "error") and line["role"] in ("consume", "relay")), None)

    assert wait_for(said, 40)


def test_an_orderly_stop_ends_with_zero(world, running):
    wait_for(lambda: http(world.ops(running) + "/readyz")[0] == 200 or None)
    started = time.monotonic()
    assert world.kill(running, signal.SIGTERM) == 0
    assert time.monotonic() - started < 25
    for line in (world.folder / f"{running}.log").read_text().splitlines():
        entry = json.loads(line)
        assert {"ts", "level", "service", "role", "msg"} <= set(entry)
        for url in world.databases[running]:
            assert url.split(":")[2].split("@")[0] not in line


def test_a_database_that_goes_away_is_503_and_comes_back(world, running):
    ops = world.ops(running)
    wait_for(lambda: http(ops + "/readyz")[0] == 200 or None)
    world.script("postgres", "kill", world.folder / "postgres")
    try:
        status, text = wait_for(lambda: (a if (a := http(ops + "/readyz"))[0] == 503 else None))
        assert "database" in text
        assert http(ops + "/livez")[0] == 200
    finally:
        world.script("postgres", "start", world.folder / "postgres")
    wait_for(lambda: http(ops + "/readyz")[0] == 200 or None)


@pytest.mark.parametrize("name", SERVICES)
def test_a_stop_right_after_the_start_ends_with_zero(world, name):
    """While statements are still being prepared, too: never by a signal."""
    codes = []
    for n in range(60):
        as_owner(world.databases[name][1], "truncate statements_proven")
        with subprocess.Popen([str(world.bin / name), "run", "--http-address=127.0.0.1:0", "--ops-address=127.0.0.1:0",
                               "--roles=" + ("http", "send")[n % 2]], env=world.environment(name), stdout=subprocess.PIPE, text=True) as process:
            assert any('"started"' in line for line in process.stdout)
            time.sleep(n % 20 * 0.001)
            process.terminate()
            process.stdout.read()
        codes.append(process.returncode)
    assert codes == [0] * len(codes)


def rows_of(world, name):
    return [row for row in world.verb(name, "settings", "markdown").stdout.splitlines() if row.startswith("| `")]


def common_rows(world):
    """Rows that stand in every service's table, with <SERVICE> in place of its name."""
    tables = [{row.replace(f"`{name.upper()}_", "`<SERVICE>_") for row in rows_of(world, name)} for name in SERVICES]
    return set.intersection(*tables)


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_readme_has_its_own_settings_as_they_are(world, name):
    common = {row.replace("`<SERVICE>_", f"`{name.upper()}_") for row in common_rows(world)}
    readme = (HERE / f"services/{name}/README.md").read_text()
    assert len(readme.splitlines()) <= 60
    assert [row for row in rows_of(world, name) if row not in common and row not in readme] == []


def test_the_readme_has_the_settings_that_all_share(world):
    readme = (HERE / "README.md").read_text()
    rows = [row for row in rows_of(world, SERVICES[0]) if row.replace(f"`{SERVICES[0].upper()}_", "`<SERVICE>_") in common_rows(world)]
    assert [row for row in rows if row.replace(f"`{SERVICES[0].upper()}_", "`<SERVICE>_") not in readme] == []
