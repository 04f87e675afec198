#!/usr/bin/env python3
"""Tells Dunlin whom to invoice, and for what: publishes a customer, charges and the order to invoice them on dunlin.billing.v1.

A complete publisher in another language than Dunlin's: nothing of Dunlin is linked, all that it needs is proto/ and, from PyPI,
confluent-kafka and protobuf. The messages are generated from proto/ by protoc when the program starts, unless the folder of earlier generated
ones (protoc -I proto --python_out=FOLDER ...) is on PYTHONPATH.

  publisher.py --brokers 127.0.0.1:9092 --merchant nord --customer C-1001 \\
      --name 'Ada Lovelace' --email ada@example.com --country DE --currency EUR --net-days 14 \\
      --charge order-17 'Consulting, March' '12.5 x 80.00' 19 \\
      --charge order-18 'Travel' 214.00 0 \\
      --issue 2026-03

Running it twice charges and invoices once: a command is known by (ce_source, ce_id), and the ids of charges and orders are made of what they
say. Exit: 0 all acknowledged by the broker, 1 something was not, 2 usage, 3 the broker was away: run it again later.
"""
import argparse
import datetime
import decimal
import importlib
import pathlib
import secrets
import subprocess
import sys
import tempfile
import uuid

import confluent_kafka

TOPIC = "dunlin.billing.v1"
# Decimal places of the currencies that this publisher sells in; ISO 4217 has the others.
PLACES = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "SEK": 2, "PLN": 2, "JPY": 0, "BHD": 3}
# EN 16931 category codes that charge no tax.
UNTAXED = {"Z": "ZERO", "E": "EXEMPT", "AE": "REVERSE_CHARGE", "K": "INTRA_COMMUNITY", "G": "EXPORT", "O": "OUT_OF_SCOPE"}
WHEN = {"default": 0, "on-request": 1, "at-once": 2, "billing-day": 3}


def load_messages(proto):
    """The modules billing_pb2 and type_pb2, generated from the folder `proto` where they are not on the path already."""
    names = ["dunlin.billing.v1.billing", "dunlin.type.v1.type"]
    try:
        return [importlib.import_module(name + "_pb2") for name in names]
    except ImportError:
        pass
    with tempfile.TemporaryDirectory() as folder:
        files = [name.replace(".", "/") + ".proto" for name in names]
        subprocess.run(["protoc", f"-I{proto}", f"--python_out={folder}", *files], check=True)
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            return [importlib.import_module(name + "_pb2") for name in names]
        finally:
            sys.path.remove(folder)


class Publisher:
    """Sends messages on TOPIC with Dunlin's key and headers, and keeps count of what the broker did with each."""

    def __init__(self, brokers, source, timeout=30.0, options=None, report=None):
        self.source = source
        self.trace = secrets.token_hex(16)
        self.delivered = 0
        self.errors = []
        self.trouble = ""
        self.report = report or (lambda line: None)
        self.timeout = timeout
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": brokers,
            "client.id": source,
            # The partition of a key must be the one that every other client would choose.
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "linger.ms": 5,
            "message.timeout.ms": int(timeout * 1000),
            "log_level": 2,
            "error_cb": self.notice,
            **(options or {}),
        })

    def notice(self, error):
        """Called for what is wrong with the connection; librdkafka goes on trying."""
        self.trouble = error.str()

    def connect(self):
        """Is the broker there, and the topic? Returns the exit code."""
        try:
            topic = self.producer.list_topics(TOPIC, timeout=self.timeout).topics[TOPIC]
        except confluent_kafka.KafkaException as error:
            self.producer.poll(0)  # lets notice() say why
            self.trouble = self.trouble or error.args[0].str()
            return 3
        if topic.error is not None:
            self.trouble = f"{TOPIC}: {topic.error.str()}"
            return 1
        return 0

    def send(self, message, ce_id=None):
        """Queues one command. The same ce_id, however often, is one command; without one it is a digest of what is said, so that the same
        said again is one command, and said differently (say, corrected after a refusal) another."""
        name = message.DESCRIPTOR.full_name
        value = message.SerializeToString()
        ce_id = ce_id or str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name} {value.hex()}"))
        subject = getattr(message, "external_ref", "") or message.customer_ref
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = {
            "ce_specversion": "1.0",
            "ce_id": ce_id,
            "ce_source": self.source,
            "ce_type": name,
            "ce_subject": subject,
            "ce_time": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "content-type": "application/protobuf",
            "traceparent": f"00-{self.trace}-{secrets.token_hex(8)}-01",
        }

        def done(error, record):
            if error is not None:
                self.errors.append(error)
                self.report(f"not delivered: {name} {subject}: {error.str()}")
            else:
                self.delivered += 1
                self.report(f"delivered: {name} {subject} to partition {record.partition()} at {record.offset()}")

        while True:
            try:
                self.producer.produce(
                    TOPIC, value=value, key=f"{message.merchant_id}:{message.customer_ref}",
                    headers=list(headers.items()), on_delivery=done)
                break
            except BufferError:  # the local queue is full: let some out
                self.producer.poll(0.1)
        self.producer.poll(0)

    def finish(self):
        """Waits until the broker has answered for every message. Returns the exit code."""
        self.producer.flush(self.timeout + 5)
        if not self.errors and len(self.producer) == 0:
            return 0
        away = {confluent_kafka.KafkaError._MSG_TIMED_OUT, confluent_kafka.KafkaError._ALL_BROKERS_DOWN, confluent_kafka.KafkaError._TRANSPORT}
        return 3 if all(error.code() in away for error in self.errors) else 1


def read_number(text):
    try:
        number = decimal.Decimal(text)
    except decimal.InvalidOperation:
        number = decimal.Decimal("nan")
    if not number.is_finite():
        raise ValueError(f"'{text}' is not a number")
    return number


def parse_decimal(types, text):
    """'12.50' as dunlin.type.v1.Decimal, exactly as written."""
    number = read_number(text)
    sign, digits, exponent = number.as_tuple()
    unscaled = int("".join(map(str, digits))) * 10 ** max(exponent, 0)
    return types.Decimal(unscaled=-unscaled if sign else unscaled, scale=max(-exponent, 0))


def parse_money(types, text, currency):
    """'19.99' as dunlin.type.v1.Money. A digit beyond the currency's is refused, never rounded."""
    if currency not in PLACES:
        raise ValueError(f"how many decimal places has {currency or 'no currency'}? known: {' '.join(PLACES)}")
    minor = read_number(text).scaleb(PLACES[currency])
    if minor != minor.to_integral_value():
        raise ValueError(f"{text} {currency} has too many digits")
    return types.Money(minor=int(minor), currency=currency)


def define_customer(billing, types, args):
    customer = billing.DefineCustomer(
        merchant_id=args.merchant, customer_ref=args.customer, business_time=args.at, name=args.name, emails=args.email,
        language=args.language, zone=args.zone, currency=args.currency, tax_id=args.tax_id, billing_day=args.billing_day, ibans=args.iban)
    if args.street or args.city or args.postal_code or args.country:
        customer.address.CopyFrom(types.Address(lines=args.street, city=args.city, postal_code=args.postal_code, country=args.country))
    if args.net_days is not None:
        customer.terms.CopyFrom(types.PaymentTerms(kind=types.TERMS_KIND_NET_DAYS, days=args.net_days))
    return customer


def add_charge(billing, types, args, ref, text, price, rate):
    charge = billing.AddCharge(
        merchant_id=args.merchant, customer_ref=args.customer, business_time=args.at, external_ref=ref, description=text, when=WHEN[args.when])
    quantity, times, unit_price = price.partition("x")
    if times:
        charge.quantity.CopyFrom(parse_decimal(types, quantity.strip()))
        charge.unit_price.CopyFrom(parse_decimal(types, unit_price.strip()))
        charge.currency = args.currency
    else:
        charge.amount.CopyFrom(parse_money(types, price, args.currency))
    if rate in UNTAXED:
        charge.tax_category = types.TaxCategory.Value("TAX_CATEGORY_" + UNTAXED[rate])
        charge.tax_exemption_reason = args.exemption
    else:
        charge.tax_rate.CopyFrom(parse_decimal(types, rate))
        charge.tax_category = types.TAX_CATEGORY_STANDARD if charge.tax_rate.unscaled else types.TAX_CATEGORY_ZERO
    return charge


def commands(billing, types, args):
    """What is to be said, in order: (message, its ce_id or None)."""
    if args.name:
        # A put counts each time that it is said, as a customer may go back to an earlier address.
        yield define_customer(billing, types, args), str(uuid.uuid4())
    for charge in args.charge:
        yield add_charge(billing, types, args, *charge), None
    if args.issue:
        yield billing.IssueInvoice(merchant_id=args.merchant, customer_ref=args.customer, business_time=args.at, external_ref=args.issue), None


def parse_instant(text):
    """RFC 3339 as microseconds since 1970 in UTC."""
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("say the zone: 2026-03-01T09:00:00Z")
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


def parse_arguments(argv):
    top = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s --merchant ID --customer REF [--name NAME ...] [--charge REF TEXT PRICE TAX] ... [--issue REF]")
    top.add_argument("--brokers", default="127.0.0.1:9092", metavar="HOST:PORT,...")
    top.add_argument("--source", default="example/publisher", help="ce_source: this system's name, the same for ever")
    top.add_argument("--proto", default=pathlib.Path(__file__).resolve().parents[2] / "proto", help="folder of the contract")
    top.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="to wait for the broker")
    top.add_argument("-X", dest="options", action="append", default=[], metavar="KEY=VALUE", help="option for librdkafka: TLS, SASL")
    top.add_argument("--merchant", required=True, metavar="ID")
    top.add_argument("--customer", required=True, metavar="REF", help="your own reference of the customer, without @")
    top.add_argument("--at", type=parse_instant, default=0, metavar="INSTANT", help="when it happened, RFC 3339; else: when Dunlin reads it")
    customer = top.add_argument_group("customer (defined when --name is given)")
    customer.add_argument("--name", default="")
    customer.add_argument("--email", action="append", default=[])
    customer.add_argument("--street", action="append", default=[])
    customer.add_argument("--city", default="")
    customer.add_argument("--postal-code", default="")
    customer.add_argument("--country", default="", help="ISO 3166-1 alpha-2")
    customer.add_argument("--language", default="")
    customer.add_argument("--zone", default="", help="IANA time zone")
    customer.add_argument("--currency", default="", help="ISO 4217; needed for one-off charges")
    customer.add_argument("--tax-id", default="")
    customer.add_argument("--net-days", type=int, help="terms of payment; else: the merchant's")
    customer.add_argument("--billing-day", type=int, default=0, help="1 to 28")
    customer.add_argument("--iban", action="append", default=[])
    charges = top.add_argument_group("charges")
    charges.add_argument("--charge", nargs=4, action="append", default=[], metavar=("REF", "TEXT", "PRICE", "TAX"),
                         help="PRICE: '19.99' or '12.5 x 80.00'; TAX: rate in percent, or " + " ".join(UNTAXED))
    charges.add_argument("--exemption", default="", help="why there is no tax")
    charges.add_argument("--when", choices=WHEN, default="default")
    charges.add_argument("--issue", default="", metavar="REF", help="invoice the draft now; your own reference of the invoice")
    args = top.parse_args(argv)
    if not (args.name or args.charge or args.issue):
        top.error("nothing to publish: --name, --charge or --issue")
    try:
        args.options = dict(option.split("=", 1) for option in args.options)
    except ValueError:
        top.error("-X needs KEY=VALUE")
    return top, args


def main(argv=None):
    top, args = parse_arguments(argv)
    try:
        billing, types = load_messages(args.proto)
    except (OSError, subprocess.CalledProcessError) as error:
        top.error(f"protoc has to make the messages from {args.proto}: {error}")
    try:
        batch = list(commands(billing, types, args))
    except ValueError as error:  # also what protobuf says of a number that is out of its range
        top.error(str(error))
    try:
        publisher = Publisher(args.brokers, args.source, args.timeout, args.options, report=lambda line: print(line, flush=True))
    except confluent_kafka.KafkaException as error:
        top.error(error.args[0].str())
    code = publisher.connect()
    if code == 0:
        for message, ce_id in batch:
            publisher.send(message, ce_id)
        code = publisher.finish()
    if code:
        print(f"publisher: {publisher.delivered} of {len(batch)} delivered; {publisher.trouble}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
