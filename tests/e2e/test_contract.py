"""The contract agrees with itself: proto/asyncapi.yaml and the descriptors of proto/ name the same messages, with the same keys, headers
and rules, and the example publisher keeps to both. Needs protoc; no broker, no daemon."""
import importlib
import pathlib
import re
import subprocess
import types

import pytest
import yaml
from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"
FIELD = descriptor_pb2.FieldDescriptorProto


@pytest.fixture(scope="module")
def page():
    return yaml.safe_load((PROTO / "asyncapi.yaml").read_text())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The contract's files by path, as protoc understands them."""
    out = tmp_path_factory.mktemp("contract") / "dunlin.binpb"
    sources = sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))
    subprocess.run(["protoc", f"-I{PROTO}", "--include_imports", f"--descriptor_set_out={out}", *sources], check=True)
    return {file.name: file for file in descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file}


@pytest.fixture(scope="module")
def said(files):
    """The messages that are said on topics, by full name: those that name a merchant. The others are parts of them."""
    return {f"{file.package}.{message.name}": message for file in files.values() for message in file.message_type
            if any(field.name == "merchant_id" for field in message.field)}


def resolve(page, ref):
    """What a reference within the page points to."""
    node = page
    for step in ref.removeprefix("#/").split("/"):
        node = node[step]
    return node


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "$ref" else references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def channel_messages(page, channel):
    """The messages of a channel, each as the page describes it."""
    message = (channel.get("publish") or channel["subscribe"])["message"]
    return [resolve(page, ref) for ref in references(message)]


def topic_channels(page):
    return {topic: channel for topic, channel in page["channels"].items() if not topic.endswith(".dlq")}


def key_pattern(page, message):
    for trait in references(message["traits"]):
        key = resolve(page, trait).get("bindings", {}).get("kafka", {}).get("key")
        if key:
            return key.get("pattern") or "^" + re.escape(key["const"]) + "$"
    return None


def fields_by_number(message):
    return {field.number: field for field in message.field}


def test_every_message_on_the_page_exists_in_the_topics_file(page, files, said):
    for topic, channel in topic_channels(page).items():
        assert files[channel["x-proto"]].package == topic
        for message in channel_messages(page, channel):
            assert message["name"] in said
            assert message["name"].rpartition(".")[0] == topic


def test_every_message_that_is_said_is_on_the_page_once(page, said):
    named = [message["name"] for channel in topic_channels(page).values() for message in channel_messages(page, channel)]
    assert sorted(named) == sorted(said)


def test_every_reference_on_the_page_leads_somewhere_and_nothing_is_left_over(page):
    used = set(references(page))
    for ref in used:
        resolve(page, ref)
    parts = {f"#/components/{kind}/{name}" for kind, entries in page["components"].items() for name in entries}
    assert parts == used


def test_every_topic_has_a_file_and_every_file_but_the_shared_values_a_topic(page, files):
    assert {channel["x-proto"] for channel in topic_channels(page).values()} == set(files) - {"dunlin/type/v1/type.proto"}


def test_package_and_path_of_a_file_agree(files):
    for path, file in files.items():
        folder = path.rpartition("/")[0]
        assert file.package == folder.replace("/", ".")


def test_the_first_fields_mean_the_same_in_every_message(said):
    for name, message in said.items():
        fields = fields_by_number(message)
        assert (fields[1].name, fields[1].type) == ("merchant_id", FIELD.TYPE_STRING), name
        assert (fields[2].name, fields[2].type) == ("customer_ref", FIELD.TYPE_STRING), name
        assert (fields[5].name, fields[5].type) == ("business_time", FIELD.TYPE_INT64), name


def test_every_fact_counts_its_aggregates_revisions(said):
    for name, message in said.items():
        fields = fields_by_number(message)
        if name.startswith("dunlin.billing."):
            assert 4 not in fields, f"{name} is a command: it has no revision"
            continue
        assert (fields[4].name, fields[4].type) == ("revision", FIELD.TYPE_UINT64), name
        if 3 in fields and fields[3].name == "period":
            assert fields[3].type == FIELD.TYPE_STRING, f"{name}: a month is known by its name"
        elif 3 in fields:
            assert fields[3].name.endswith("_id") and fields[3].type == FIELD.TYPE_BYTES, name
        else:
            assert any(gap.start <= 3 < gap.end for gap in message.reserved_range), f"{name}: 3 is the aggregate's id or nothing"


def test_nothing_in_the_contract_is_beyond_a_plain_protobuf_reader(files):
    for path, file in files.items():
        assert file.syntax == "proto3", path
        for message in file.message_type:
            assert not message.nested_type, f"{message.name}: a map or a nested message"
            for field in message.field:
                assert not field.proto3_optional, f"{message.name}.{field.name}: optional"
                assert field.type not in (FIELD.TYPE_FLOAT, FIELD.TYPE_DOUBLE), f"{message.name}.{field.name}: floating point"


def test_all_topics_have_the_same_number_of_partitions(page):
    assert {channel["bindings"]["kafka"]["partitions"] for channel in page["channels"].values()} == {12}


def test_facts_are_kept_for_ever_and_personal_data_is_not(page):
    day = 86_400_000
    kept = {topic: channel["bindings"]["kafka"]["topicConfiguration"] for topic, channel in page["channels"].items()}
    for topic in ("invoices", "payments", "ledger", "reminders"):
        assert kept[f"dunlin.{topic}.v1"]["retention.ms"] == -1
    assert kept["dunlin.billing.v1"]["retention.ms"] == 7 * day
    assert kept["dunlin.customers.v1"]["cleanup.policy"] == ["compact"]
    assert kept["dunlin.customers.v1"]["delete.retention.ms"] >= 30 * day
    assert kept["dunlin.clock.v1"]["retention.ms"] == day
    assert kept["dunlin.{service}.dlq"]["retention.ms"] == 30 * day


@pytest.mark.parametrize("name, key, good", [
    ("AddCharge", "nord:C-1001", True),
    ("AddCharge", "nord:a:b", True),
    ("AddCharge", "nord:@merchant", False),
    ("AddCharge", "nord:", False),
    ("AddCharge", "nord:" + "x" * 65, False),
    ("AddCharge", "nord:Müller", False),
    ("AddCharge", "C-1001", False),
    ("MerchantDefined", "nord:@merchant", True),
    ("MerchantDefined", "nord:C-1001", False),
    ("StatementAccepted", "nord:@account:0190a0b1-c2d3-7e4f-8a5b-6c7d8e9f0a1b", True),
    ("StatementAccepted", "nord:@account:1", False),
    ("PayoutPaid", "nord:@provider:stripe-eu", True),
    ("PayoutPaid", "nord:stripe-eu", False),
    ("ExceptionOpened", "nord:C-1001", True),
    ("ExceptionOpened", "nord:@account:0190a0b1-c2d3-7e4f-8a5b-6c7d8e9f0a1b", True),
    ("ClockMoved", "sandbox:@clock", True),
    ("ClockMoved", "nord:C-1001", False),
])
def test_the_page_says_which_keys_a_message_may_have(page, name, key, good):
    assert bool(re.search(key_pattern(page, page["components"]["messages"][name]), key)) == good


def test_every_message_has_a_key_and_headers_on_the_page(page):
    for channel in topic_channels(page).values():
        for message in channel_messages(page, channel):
            assert key_pattern(page, message), message["name"]
            assert any("headers" in resolve(page, trait) for trait in references(message["traits"])), message["name"]


class Recorder:
    """In the place of a producer: keeps what it was told to send."""

    sent = []

    def __init__(self, settings):
        self.settings = settings

    def list_topics(self, topic, timeout):
        return types.SimpleNamespace(topics={topic: types.SimpleNamespace(error=None)})

    def produce(self, topic, **record):
        self.sent.append((topic, record, self.settings))

    def poll(self, timeout):
        return 0

    def flush(self, timeout):
        return 0

    def __len__(self):
        return 0


def published(monkeypatch, *arguments):
    """What the example publisher sends for these arguments."""
    monkeypatch.syspath_prepend(str(ROOT / "deploy" / "examples"))
    publisher = importlib.import_module("publisher")
    monkeypatch.setattr(publisher.confluent_kafka, "Producer", Recorder)
    monkeypatch.setattr(Recorder, "sent", [])
    assert publisher.main(["--merchant", "nord", "--customer", "C-1001", *arguments]) == 0
    return Recorder.sent


EVERYTHING = ["--name", "Ada", "--email", "ada@example.com", "--country", "DE", "--currency", "EUR", "--net-days", "14",
              "--charge", "a", "Consulting", "12.5 x 80.00", "19", "--charge", "b", "Travel", "214.00", "AE", "--issue", "2026-03"]


def test_the_example_publisher_sends_what_the_page_asks_for(page, monkeypatch):
    headers = page["components"]["schemas"]["Headers"]
    sent = published(monkeypatch, *EVERYTHING)
    for topic, record, settings in sent:
        own = dict(record["headers"])
        assert settings["partitioner"] == "murmur2_random"
        assert set(headers["required"]) <= set(own) <= set(headers["properties"])
        for name, rule in headers["properties"].items():
            assert own[name] == rule.get("const", own[name])
            assert re.search(rule.get("pattern", ""), own[name])
        message = next(m for m in channel_messages(page, page["channels"][topic]) if m["name"] == own["ce_type"])
        assert re.search(key_pattern(page, message), record["key"])
    assert [dict(record["headers"])["ce_type"].rpartition(".")[2] for _, record, _ in sent] == [
        "DefineCustomer", "AddCharge", "AddCharge", "IssueInvoice"]


def test_the_example_publisher_gives_the_same_charge_the_same_id_and_another_another(monkeypatch):
    def ids(*arguments):
        return [dict(record["headers"])["ce_id"] for _, record, _ in published(monkeypatch, *arguments)]

    charge = ["--currency", "EUR", "--charge", "a", "Travel"]
    assert ids(*charge, "1.00", "0") == ids(*charge, "1.00", "0")
    assert ids(*charge, "1.00", "0") != ids(*charge, "2.00", "0")


def test_the_example_publisher_refuses_a_digit_too_many(monkeypatch):
    with pytest.raises(SystemExit) as stop:
        published(monkeypatch, "--currency", "JPY", "--charge", "a", "Travel", "1.5", "0")
    assert stop.value.code == 2
    assert Recorder.sent == []
