"""Each page of deploy/openapi says what its service's route table does: the same paths, roles, keys and parameters."""

import os
import pathlib
import re
import subprocess

import pytest
from openapi import PAGES, Page, services

BIN = pathlib.Path(os.environ["DUNLIN_BIN"])


def routes(service):
    """(METHOD, path): access, command, of the verb `routes`."""
    done = subprocess.run([BIN / service, "routes"], capture_output=True, text=True, check=True)
    table = {}
    for line in done.stdout.splitlines():
        method, path, access, command = line.split("\t")[:4]
        assert (method, path) not in table, f"{service}: {method} {path} is there twice"
        table[method, path] = access, command
    return table


@pytest.fixture(params=services())
def page(request):
    return Page(request.param)


def test_every_service_with_routes_has_a_page():
    served = [p.name for p in sorted(BIN.iterdir()) if p.name in {"invoicing", "payments", "reconciliation", "reminders"}]
    assert served, f"no service in {BIN}"
    assert [s for s in served if routes(s) and not (PAGES / f"{s}.yaml").exists()] == []


def test_the_page_and_the_route_table_name_the_same(page):
    assert {key for key, _, _ in page.operations()} == set(routes(page.service))


def test_every_role_is_the_route_tables(page):
    table = routes(page.service)
    for key, operation, _ in page.operations():
        assert operation.get("x-dunlin-role") == table[key][0], key
        assert (operation.get("security") == []) == (table[key][0] == "public"), key


def test_every_command_needs_its_key(page):
    table = routes(page.service)
    for key, _, parameters in page.operations():
        has_key = any(p["in"] == "header" and p["name"] == "Idempotency-Key" and p.get("required") for p in parameters)
        access, command = table[key]
        if access != "public" and key[0] == "POST" and command != "-":
            assert has_key, key
        if key[0] == "GET":
            assert not has_key, key


def test_every_part_of_a_path_is_a_parameter(page):
    for (method, path), _, parameters in page.operations():
        named = [p["name"] for p in parameters if p["in"] == "path"]
        assert sorted(named) == sorted(re.findall(r"\{([^}]*)\}", path)), f"{method} {path}"


def test_every_reference_leads_somewhere_and_everything_shared_is_used(page):
    refs = set(page.refs())
    for ref in refs:
        page.resolve({"$ref": ref})
    for sort, shared in page.doc.get("components", {}).items():
        if sort != "securitySchemes":
            assert [n for n in shared if f"#/components/{sort}/{n}" not in refs] == [], sort


def test_operations_have_names_of_their_own(page):
    names = [operation["operationId"] for _, operation, _ in page.operations()]
    assert len(names) == len(set(names))
