#include "rows.h"

/* The rows as the tables have them. */

/* ---- whom, and who ---- */

static const struct print_column merchant_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, merchant, id),
	PRINT("revision", PRINT_INT8, merchant, revision),
	PRINT("name", PRINT_TEXT, merchant, name),
	PRINT("email", PRINT_TEXT, merchant, email),
	PRINT("zone", PRINT_TEXT, merchant, zone),
	PRINT("language", PRINT_TEXT, merchant, language),
	PRINT("transfer_accounts", PRINT_TEXT, merchant, transfer_accounts),
	PRINT_END,
};

PRINT_HAS(has_said, customer, has_said)

static const struct print_column customer_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, customer, merchant),
	PRINT("customer_ref", PRINT_TEXT, customer, ref),
	PRINT("revision", PRINT_INT8, customer, revision),
	PRINT("name", PRINT_TEXT, customer, name),
	PRINT("email", PRINT_TEXT, customer, email),
	PRINT("zone", PRINT_TEXT, customer, zone),
	PRINT("language", PRINT_TEXT, customer, language),
	PRINT("look_at", PRINT_INSTANT, customer, look_at),
	PRINT("look_no", PRINT_INT8, customer, look_no),
	PRINT("waits_statement", PRINT_BOOL, customer, waits_statement),
	PRINT("seen_cover", PRINT_INT8, customer, seen_cover),
	PRINT_IF(has_said, "said_day", PRINT_DATE, customer, said_day),
	PRINT_END,
};

/* ---- accounts and their statements ---- */

PRINT_HAS(account_covers, account, has_cover)

static const struct print_column account_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, account, merchant),
	PRINT("account_id", PRINT_UUID, account, id),
	PRINT("defined_revision", PRINT_INT8, account, defined_revision),
	PRINT("cover_revision", PRINT_INT8, account, cover_revision),
	PRINT("currency", PRINT_CURRENCY, account, currency),
	PRINT("collecting", PRINT_BOOL, account, collecting),
	PRINT("closed", PRINT_BOOL, account, closed),
	PRINT_IF(account_covers, "covered_to", PRINT_DATE, account, covered_to),
	PRINT("counted_revision", PRINT_INT8, account, counted_revision),
	PRINT_END,
};

PRINT_HAS(statement_covers, statement, has_cover)
PRINT_HAS(is_matched, statement, is_matched)

static const struct print_column statement_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, statement, merchant),
	PRINT("statement_id", PRINT_UUID, statement, id),
	PRINT("account_id", PRINT_MAY_UUID, statement, account),
	PRINT("revision", PRINT_INT8, statement, revision),
	PRINT_IF(statement_covers, "covered_to", PRINT_DATE, statement, covered_to),
	PRINT_IF(is_matched, "receipts", PRINT_INT8, statement, receipts),
	PRINT("counts", PRINT_BOOL, statement, counts),
	PRINT_END,
};

static const struct print_column tally_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, tally, merchant),
	PRINT("statement_id", PRINT_UUID, tally, statement),
	PRINT("receipts", PRINT_INT8, tally, receipts),
	PRINT_END,
};

/* ---- what is owed, and what holds it ---- */

static const struct print_column item_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, item, merchant),
	PRINT("invoice_id", PRINT_UUID, item, invoice),
	PRINT("part", PRINT_INT4, item, part),
	PRINT("customer_ref", PRINT_TEXT, item, customer),
	PRINT("is_issued", PRINT_BOOL, item, is_issued),
	PRINT("number", PRINT_TEXT, item, number),
	PRINT("rf_reference", PRINT_TEXT, item, rf_reference),
	PRINT("document_path", PRINT_TEXT, item, document_path),
	PRINT("currency", PRINT_CURRENCY, item, currency),
	PRINT("amount", PRINT_INT8, item, amount),
	PRINT("due_date", PRINT_DATE, item, due),
	PRINT("ledger_revision", PRINT_INT8, item, ledger_revision),
	PRINT("open", PRINT_INT8, item, open),
	PRINT_END,
};

/* What was said of it follows from the notices that count. */
PRINT_HAS(has_level, item, has_level)

static const struct print_column item_now_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, item, merchant),
	PRINT("invoice_id", PRINT_UUID, item, invoice),
	PRINT("part", PRINT_INT4, item, part),
	PRINT_IF(has_level, "level_day", PRINT_DATE, item, level_day),
	PRINT_END,
};

PRINT_WORD(hold_state, hold, state, hold_state_name)
PRINT_HAS(has_until, hold, has_until)
PRINT_HAS(has_amount, hold, has_amount)

static bool has_ended(const void *row)
{
	return ((const struct hold *)row)->state != HOLD_ACTIVE;
}

static const struct print_column hold_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, hold, merchant),
	PRINT("hold_id", PRINT_UUID, hold, id),
	PRINT("customer_ref", PRINT_TEXT, hold, customer),
	PRINT("revision", PRINT_INT8, hold, revision),
	PRINT("kind", PRINT_TEXT, hold, kind),
	PRINT_OF("state", hold_state),
	PRINT("invoice_id", PRINT_MAY_UUID, hold, invoice),
	PRINT_IF(has_until, "until_date", PRINT_DATE, hold, until),
	PRINT_IF(has_until, "expires_at", PRINT_INSTANT, hold, expires_at),
	PRINT_IF(has_amount, "amount", PRINT_INT8, hold, amount.minor),
	PRINT_IF(has_amount, "currency", PRINT_CURRENCY, hold, amount.currency),
	PRINT("actor", PRINT_TEXT, hold, actor),
	PRINT("reason", PRINT_TEXT, hold, reason),
	PRINT("placed_at", PRINT_INSTANT, hold, placed_at),
	PRINT_IF(has_ended, "ended_at", PRINT_INSTANT, hold, ended_at),
	PRINT_END,
};

/* ---- notices ---- */

PRINT_WORD(notice_kind, notice, kind, notice_kind_name)
PRINT_WORD(notice_state, notice, state, notice_state_name)

static bool is_receipt(const void *row)
{
	return ((const struct notice *)row)->kind == NOTICE_RECEIPT;
}

static const struct print_column notice_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, notice, merchant),
	PRINT("notice_id", PRINT_UUID, notice, id),
	PRINT("customer_ref", PRINT_TEXT, notice, customer),
	PRINT_OF("kind", notice_kind),
	PRINT_OF("state", notice_state),
	PRINT("revision", PRINT_INT8, notice, revision),
	PRINT("day", PRINT_DATE, notice, day),
	PRINT("policy", PRINT_TEXT, notice, policy),
	PRINT("policy_version", PRINT_INT4, notice, policy_version),
	PRINT("level", PRINT_INT4, notice, level),
	PRINT("source", PRINT_TEXT, notice, source),
	PRINT("source_id", PRINT_MAY_UUID, notice, source_id),
	PRINT_IF(is_receipt, "amount", PRINT_INT8, notice, amount.minor),
	PRINT_IF(is_receipt, "currency", PRINT_CURRENCY, notice, amount.currency),
	PRINT("tries", PRINT_INT4, notice, tries),
	PRINT("unknowns", PRINT_INT4, notice, unknowns),
	PRINT("revise_no", PRINT_INT8, notice, revise_no),
	PRINT("next_try_at", PRINT_INSTANT, notice, next_try_at),
	PRINT("send_until", PRINT_INSTANT, notice, until),
	PRINT("planned_at", PRINT_INSTANT, notice, planned_at),
	PRINT("ended_at", PRINT_MAY_INSTANT, notice, ended_at),
	PRINT("failure", PRINT_TEXT, notice, failure),
	PRINT("code", PRINT_TEXT, notice, code),
	PRINT_END,
};

/* What a notice says of an item, beside whose it is. */
struct of_notice {
	struct span merchant;
	struct uuid notice;
	struct notice_item said;
	bool is_reminder, live;
};

PRINT_HAS(is_reminder, of_notice, is_reminder)

static const struct print_column notice_item_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, of_notice, merchant),
	PRINT("notice_id", PRINT_UUID, of_notice, notice),
	PRINT("invoice_id", PRINT_UUID, of_notice, said.invoice),
	PRINT("part", PRINT_INT4, of_notice, said.part),
	PRINT("step", PRINT_TEXT, of_notice, said.step),
	PRINT("level", PRINT_INT4, of_notice, said.level),
	PRINT("number", PRINT_TEXT, of_notice, said.number),
	PRINT_IF(is_reminder, "due_date", PRINT_DATE, of_notice, said.due),
	PRINT("open", PRINT_INT8, of_notice, said.open.minor),
	PRINT("currency", PRINT_CURRENCY, of_notice, said.open.currency),
	PRINT("live", PRINT_BOOL, of_notice, live),
	PRINT_END,
};

static const void *said_of(struct arena *arena, const void *row, size_t i)
{
	const struct notice *n = row;
	struct of_notice *said;

	if (i >= n->item_count)
		return NULL;
	said = ARENA_NEW(arena, struct of_notice);
	*said = (struct of_notice){ n->merchant, n->id, n->items[i], n->kind == NOTICE_REMINDER, n->state != NOTICE_CANCELLED };
	return said;
}

#define ROWS(table) offsetof(struct memory, table)

const struct print_table reminders_tables[] = {
	{ "merchant", ROWS(merchants), merchant_columns, NULL },
	{ "customer", ROWS(customers), customer_columns, NULL },
	{ "account", ROWS(accounts), account_columns, NULL },
	{ "statement", ROWS(statements), statement_columns, NULL },
	{ "tally", ROWS(tallies), tally_columns, NULL },
	{ "item", ROWS(items), item_columns, NULL },
	{ "item_now", ROWS(items), item_now_columns, NULL },
	{ "hold", ROWS(holds), hold_columns, NULL },
	{ "notice", ROWS(notices), notice_columns, NULL },
	{ "notice_item", ROWS(notices), notice_item_columns, said_of },
	{ NULL, 0, NULL, NULL },
};
