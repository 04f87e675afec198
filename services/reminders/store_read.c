#include <string.h>

#include "store_rows.h"

static int column(struct reader *in, const char *name)
{
	for (int i = 0; i < in->rows->columns; i++) {
		int at = (in->at + i) % in->rows->columns;

		if (strcmp(in->rows->names[at], name) == 0) {
			in->at = at + 1;
			return at;
		}
	}
	bug("no column %s", name);
}

struct span read_text(struct reader *in, const char *name)
{
	return rows_text(in->rows, in->row, column(in, name));
}

int64_t read_int8(struct reader *in, const char *name)
{
	return rows_int8(in->rows, in->row, column(in, name));
}

struct uuid read_uuid(struct reader *in, const char *name)
{
	return rows_uuid(in->rows, in->row, column(in, name));
}

static int32_t read_int4(struct reader *in, const char *name)
{
	return rows_int4(in->rows, in->row, column(in, name));
}

static bool read_bool(struct reader *in, const char *name)
{
	return rows_bool(in->rows, in->row, column(in, name));
}

/* False where it is null. */
static bool read_date(struct reader *in, const char *name, struct date *date)
{
	int at = column(in, name);

	if (rows_is_null(in->rows, in->row, at))
		return false;
	*date = rows_date(in->rows, in->row, at);
	return true;
}

static struct instant read_instant(struct reader *in, const char *name)
{
	int at = column(in, name);

	return rows_is_null(in->rows, in->row, at) ? (struct instant){ 0 } : rows_instant(in->rows, in->row, at);
}

static struct currency read_currency(struct reader *in, const char *name)
{
	struct currency currency;

	if (currency_parse(read_text(in, name), &currency) != OK)
		bug("column %s holds no currency", name);
	return currency;
}

/* Two columns that are null together. */
static bool read_money(struct reader *in, const char *amount, const char *currency, struct money *money)
{
	int at = column(in, amount);

	if (rows_is_null(in->rows, in->row, at))
		return false;
	if (money_make(rows_int8(in->rows, in->row, at), read_currency(in, currency), money) != OK)
		bug("column %s holds no amount", amount);
	return true;
}

struct merchant read_merchant(struct reader *in)
{
	return (struct merchant){
		.id = read_text(in, "merchant_id"),
		.revision = read_int8(in, "revision"),
		.name = read_text(in, "name"),
		.email = read_text(in, "email"),
		.zone = read_text(in, "zone"),
		.language = read_text(in, "language"),
		.transfer_accounts = read_text(in, "transfer_accounts"),
	};
}

struct customer read_customer(struct reader *in)
{
	struct customer c = { .merchant = read_text(in, "merchant_id"), .ref = read_text(in, "customer_ref") };

	c.revision = read_int8(in, "revision");
	c.name = read_text(in, "name");
	c.email = read_text(in, "email");
	c.zone = read_text(in, "zone");
	c.language = read_text(in, "language");
	c.look_at = read_instant(in, "look_at");
	c.look_no = read_int8(in, "look_no");
	c.waits_statement = read_bool(in, "waits_statement");
	c.seen_cover = read_int8(in, "seen_cover");
	c.has_said = read_date(in, "said_day", &c.said_day);
	return c;
}

struct account read_account(struct reader *in)
{
	struct account a = { .merchant = read_text(in, "merchant_id"), .id = read_uuid(in, "account_id") };

	a.defined_revision = read_int8(in, "defined_revision");
	a.cover_revision = read_int8(in, "cover_revision");
	a.currency = read_currency(in, "currency");
	a.collecting = read_bool(in, "collecting");
	a.closed = read_bool(in, "closed");
	a.has_cover = read_date(in, "covered_to", &a.covered_to);
	a.counted_revision = read_int8(in, "counted_revision");
	return a;
}

struct statement read_statement(struct reader *in)
{
	struct statement s = { .merchant = read_text(in, "merchant_id"), .id = read_uuid(in, "statement_id") };

	s.account = read_uuid(in, "account_id");
	s.revision = read_int8(in, "revision");
	s.has_cover = read_date(in, "covered_to", &s.covered_to);
	s.is_matched = !rows_is_null(in->rows, in->row, column(in, "receipts"));
	if (s.is_matched)
		s.receipts = read_int8(in, "receipts");
	s.counts = read_bool(in, "counts");
	s.read = read_int8(in, "receipts_read");
	return s;
}

/* Names of steps, one a word; those that the policy has not any more count for nothing. */
static uint32_t read_steps(struct reader *in, const struct policy *policy)
{
	struct span rest = read_text(in, "steps"), name;
	uint32_t said = 0;

	while (rest.size > 0) {
		int step;

		(void)span_cut(rest, ' ', &name, &rest);
		step = policy_step(policy, name);
		said |= step < 0 ? 0 : UINT32_C(1) << step;
	}
	return said;
}

struct item read_item(struct reader *in, const struct policy *policy)
{
	struct item i = { .merchant = read_text(in, "merchant_id"), .invoice = read_uuid(in, "invoice_id") };

	i.part = read_int4(in, "part");
	i.customer = read_text(in, "customer_ref");
	i.is_issued = read_bool(in, "is_issued");
	i.number = read_text(in, "number");
	i.rf_reference = read_text(in, "rf_reference");
	i.document_path = read_text(in, "document_path");
	i.currency = read_currency(in, "currency");
	i.amount = read_int8(in, "amount");
	(void)read_date(in, "due_date", &i.due);
	i.ledger_revision = read_int8(in, "ledger_revision");
	i.open = read_int8(in, "open");
	i.said = read_steps(in, policy);
	i.has_level = read_date(in, "level_day", &i.level_day);
	return i;
}

static enum hold_state hold_state_of(struct span name)
{
	for (enum hold_state s = HOLD_ACTIVE; s <= HOLD_EXPIRED; s++)
		if (span_is(name, hold_state_name(s)))
			return s;
	bug("no state of a hold: %.*s", SPAN_ARG(name));
}

struct hold read_hold(struct reader *in)
{
	struct hold h = { .merchant = read_text(in, "merchant_id"), .id = read_uuid(in, "hold_id") };

	h.customer = read_text(in, "customer_ref");
	h.revision = read_int8(in, "revision");
	h.kind = read_text(in, "kind");
	h.state = hold_state_of(read_text(in, "state"));
	h.invoice = read_uuid(in, "invoice_id");
	h.has_until = read_date(in, "until_date", &h.until);
	h.expires_at = read_instant(in, "expires_at");
	h.has_amount = read_money(in, "amount", "currency", &h.amount);
	h.actor = read_text(in, "actor");
	h.reason = read_text(in, "reason");
	h.placed_at = read_instant(in, "placed_at");
	h.ended_at = read_instant(in, "ended_at");
	return h;
}

struct notice read_notice(struct reader *in)
{
	struct notice n = { .merchant = read_text(in, "merchant_id"), .id = read_uuid(in, "notice_id") };

	n.customer = read_text(in, "customer_ref");
	n.kind = span_is(read_text(in, "kind"), notice_kind_name(NOTICE_RECEIPT)) ? NOTICE_RECEIPT : NOTICE_REMINDER;
	if (notice_state_parse(read_text(in, "state"), &n.state) != OK)
		bug("no state of a notice");
	n.revision = read_int8(in, "revision");
	(void)read_date(in, "day", &n.day);
	n.policy = read_text(in, "policy");
	n.policy_version = read_int4(in, "policy_version");
	n.level = read_int4(in, "level");
	n.source = read_text(in, "source");
	n.source_id = read_uuid(in, "source_id");
	(void)read_money(in, "amount", "currency", &n.amount);
	n.tries = read_int4(in, "tries");
	n.unknowns = read_int4(in, "unknowns");
	n.revise_no = read_int8(in, "revise_no");
	n.next_try_at = read_instant(in, "next_try_at");
	n.until = read_instant(in, "send_until");
	n.planned_at = read_instant(in, "planned_at");
	n.ended_at = read_instant(in, "ended_at");
	n.failure = read_text(in, "failure");
	n.code = read_text(in, "code");
	return n;
}

struct notice_item read_said(struct reader *in)
{
	struct notice_item i = { .invoice = read_uuid(in, "invoice_id"), .part = read_int4(in, "part") };

	i.step = read_text(in, "step");
	i.level = read_int4(in, "level");
	i.number = read_text(in, "number");
	(void)read_date(in, "due_date", &i.due);
	(void)read_money(in, "open", "currency", &i.open);
	return i;
}
