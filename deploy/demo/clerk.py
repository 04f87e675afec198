"""What people do in the story: credit and refund, ask payers what their transfers were for, and take cash. A clerk works through the same doors as any client."""

import collections
import datetime
import unicodedata

import plot
import report
from facts import text_id

WHO = "Frieda"


def plain(text):
    """A name as any bank may have spelt it."""
    for letter, spelt in (("ß", "ss"), ("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.replace(letter, spelt)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


class Clerk:
    def __init__(self, story):
        self.story = story
        self.customers = {(c.merchant.id, c.ref): c for c in story.customers}
        self.told = collections.defaultdict(list)  # merchant -> what people would like to read of it

    def work(self):
        story = self.story
        self.credit_what_is_due()
        story.finish_publishing()
        story.advance({"until_idle": True})
        self.refund()
        self.give_back()
        for step in (self.resolve_ambiguous, self.explain_lines, self.take_cash):
            for merchant in plot.MERCHANTS:
                step(merchant)
            story.advance({"until_idle": True})

    def post(self, merchant, path, body, why):
        return self.story.ask("reconciliation", "POST", path, {"who": WHO, "why": why, **body}, merchant.id)

    def show(self, merchant, path):
        return self.story.ask("reconciliation", "GET", path, merchant=merchant.id, role="read")

    # ---- credit notes and refunds ----

    def credit_what_is_due(self):
        facts = self.story.read()
        credited = {bytes(m.invoice_id) for m in facts.of("CreditNoteIssued")}
        for m in sorted(facts.invoices.values(), key=lambda m: (m.merchant_id, m.customer_ref, m.number)):
            customer = self.customers[m.merchant_id, m.customer_ref]
            item = facts.items[text_id(m.invoice_id), 1]
            if bytes(m.invoice_id) in credited:
                continue
            if customer.behaviour == "refund" and item.allocated.minor:
                self.credit(m, "The goods came back")
            elif customer.behaviour == "dispute" and customer.delay % 2:
                self.credit(m, "The customer was right")

    def credit(self, invoice, reason):
        self.story.publish(self.story.billing.CreditInvoice(
            merchant_id=invoice.merchant_id, customer_ref=invoice.customer_ref, external_ref=f"CR-{text_id(invoice.invoice_id)}",
            invoice_number=invoice.number, whole=True, reason=reason))

    def refund(self):
        """What was paid by card and credited since goes back to the card."""
        facts = self.story.read()
        notes = {bytes(m.invoice_id): m for m in facts.of("CreditNoteIssued")}
        refunded = {bytes(m.attempt_id) for m in facts.of("PaymentRefunded")}
        for m in facts.of("PaymentSucceeded"):
            invoice = bytes(m.attempt.items[0].invoice_id)
            if self.customers[m.merchant_id, m.customer_ref].behaviour != "refund" or invoice not in notes or bytes(m.attempt_id) in refunded:
                continue
            self.story.ask("payments", "POST", f"/v1/payments/{text_id(m.attempt_id)}/refunds",
                           {"reason": "credited", "credit_note_id": text_id(notes[invoice].credit_note_id)}, m.merchant_id)

    def give_back(self):
        """The bank takes transfers back."""
        for merchant in plot.MERCHANTS:
            payers = {c.iban for c in self.customers.values() if c.merchant is merchant and c.behaviour == "return"}
            lines = list(self.story.bank_lines(merchant))
            returned = {line["party_iban"] for line in lines if line["amount"]["minor"] < 0}
            for line in lines:
                if line["party_iban"] in payers - returned and line["amount"]["minor"] > 0:
                    self.story.sandbox("/sandbox/bank/returns", {"iban": line["account"], "line": line["ref"], "reason": "AC04"})

    # ---- lines ----

    def payer_of(self, merchant, line):
        """Who is named on it: some formats have a place for that, in others it stands in the text."""
        said = plain(line["party_name"] + "\n" + line["remittance"])
        named = [c for c in self.customers.values() if c.merchant is merchant and plain(c.name) in said]
        return named[0] if len(named) == 1 else None

    def waiting(self, merchant):
        """Lines that wait and whose payer is known: (customer, line), in an order that is the same in every run."""
        lines = [self.show(merchant, f"/v1/lines/{row['id']}")
                 for row in self.story.pages("reconciliation", "/v1/lines?state=waiting", "lines", merchant.id)]
        found = [(self.payer_of(merchant, line), line) for line in lines]
        return sorted(((c, line) for c, line in found if c), key=lambda x: (x[0].ref, x[1]["booking_date"], x[1]["amount"]["minor"], x[1]["id"]))

    def resolve_ambiguous(self, merchant):
        """From the work queue: what could be one of two invoices. The payer is asked, and means the older one."""
        lines = {line["id"]: (customer, line) for customer, line in self.waiting(merchant)}
        queue = {row["subject_id"]: row for row in self.story.pages("reconciliation", "/v1/queue?kind=ambiguous_line", "queue", merchant.id)}
        for line_id, (customer, line) in lines.items():
            if line_id not in queue:
                continue
            looked = self.show(merchant, f"/v1/exceptions/{queue[line_id]['id']}")
            minor = line["amount"]["minor"]
            fit = sorted((c["label"], c["target_id"]) for c in looked["candidates"] if c["kind"] == "invoice" and c["open"]["minor"] == minor)
            if len(fit) < 2:
                continue
            self.story.ask("reconciliation", "POST", f"/v1/exceptions/{looked['id']}/note", {"who": WHO, "note": f"telephoned: it is for {fit[0][0]}"}, merchant.id)
            self.post(merchant, f"/v1/lines/{line_id}/match", {"items": [{"invoice_id": fit[0][1]}]}, "asked by telephone")
            day = datetime.date.fromisoformat(line["booking_date"])
            self.told[merchant.id].append(
                f"{WHO} looked at {merchant.currency} {report.amount(minor, merchant.currency)} of {day.day} {day:%b} from {customer.name}: "
                f"{line['verdict']} between {' and '.join(label for label, _ in fit)}, asked, matched with {fit[0][0]}")

    def explain_lines(self, merchant):
        """Returns are told what they take back; of what names nothing, every other is asked about, and matched by hand."""
        facts = self.story.read()
        waiting = self.waiting(merchant)
        for customer, line in waiting:
            came = [m for m in facts.receipts.values() if m.merchant_id == merchant.id and m.customer_ref == customer.ref
                    and m.receipt.amount.minor == -line["amount"]["minor"]]
            if came:
                self.post(merchant, f"/v1/lines/{line['id']}/match", {"return_of": text_id(came[0].receipt.source_id)}, "the bank took it back")
        for customer, line in [x for x in waiting if x[1]["amount"]["minor"] > 0][::2]:
            wanted = [invoice for (invoice, _), m in facts.items.items() if m.merchant_id == merchant.id and m.customer_ref == customer.ref
                      and m.open.minor == line["amount"]["minor"]]
            if len(wanted) == 1:
                self.post(merchant, f"/v1/lines/{line['id']}/match", {"items": [{"invoice_id": wanted[0]}]}, "asked by telephone")

    def take_cash(self, merchant):
        """One of those who never pay comes to the counter."""
        facts = self.story.read()
        owed = sorted((m.customer_ref, m.open.minor, invoice) for (invoice, _), m in facts.items.items()
                      if m.merchant_id == merchant.id and m.open.minor and self.customers[merchant.id, m.customer_ref].behaviour == "never")
        for customer, minor, invoice in owed[:1]:
            self.post(merchant, "/v1/receipts", {
                "customer_ref": customer, "value_date": f"{self.story.now():%Y-%m-%d}", "amount": {"minor": minor, "currency": merchant.currency},
                "items": [{"invoice_id": invoice}]}, "paid at the counter")
