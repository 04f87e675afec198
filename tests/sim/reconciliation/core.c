#include "../core.h"

#include <string.h>

#include "rows.h"
#include "wire.h"

/* ---- rows ---- */

struct span sim_key(struct arena *arena, struct span merchant, struct span id)
{
	return mem_pair(arena, merchant, id);
}

struct span sim_key_uuid(struct arena *arena, struct span merchant, struct uuid id)
{
	return mem_pair(arena, merchant, uuid_span(&id));
}

static void open_indexes(struct memory *m)
{
	struct mem_table *indexes[] = { &m->items_of_invoice, &m->items_of_customer, &m->notes_of_invoice, &m->wanted_of_invoice,
		&m->wanted_of_receipt, &m->receipts_of_source, &m->receipts_of_customer, &m->allocations_of_receipt,
		&m->allocations_of_invoice, &m->allocations_beside, &m->exceptions_of_subject, &m->payers_of_customer, &m->payers_of_iban,
		&m->credits_of_customer, &m->references_of_token, &m->differences_of_receipt, &m->lines_of_statement, &m->lines_of_key,
		&m->lines_of_account, &m->invoices_of_number, &m->gaps_of_account, &m->lines_of_attempt, &m->lines_of_payment };

	for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
		mem_index_open(indexes[i], m->arena, "index");
}
static struct memory *memory_open(struct arena *arena, struct world *world)
{
	static const struct {
		enum book_shelf shelf;
		size_t size;
	} saved[] = {
		{ BOOK_ACCOUNTS, sizeof(struct account) },
		{ BOOK_STATEMENTS, sizeof(struct statement) },
		{ BOOK_GAPS, sizeof(struct gap) },
		{ BOOK_LINES, sizeof(struct line) },
		{ BOOK_INVOICES, sizeof(struct invoice) },
		{ BOOK_ITEMS, sizeof(struct open_item) },
		{ BOOK_CREDIT_NOTES, sizeof(struct credit_note) },
		{ BOOK_REFERENCES, sizeof(struct reference) },
		{ BOOK_RECEIPTS, sizeof(struct receipt) },
		{ BOOK_ALLOCATIONS, sizeof(struct allocation) },
		{ BOOK_WANTED, sizeof(struct wanted) },
		{ BOOK_REFUNDS, sizeof(struct refund) },
		{ BOOK_CREDITS, sizeof(struct credit) },
		{ BOOK_PAYOUTS, sizeof(struct payout) },
		{ BOOK_PAYOUT_LINES, sizeof(struct payout_line) },
		{ BOOK_EXCEPTIONS, sizeof(struct exception) },
		{ BOOK_MERCHANTS, sizeof(struct merchant) },
		{ BOOK_CUSTOMERS, sizeof(struct customer) },
		{ BOOK_PAYERS, sizeof(struct payer) },
		{ BOOK_EXCEPTION_STEPS, sizeof(struct exception_step) },
		{ BOOK_LIMITS, sizeof(struct limit) },
		{ BOOK_CANDIDATES, sizeof(struct kept_candidate) },
		{ BOOK_AUDITS, sizeof(struct audit) },
		{ BOOK_PERIODS, sizeof(struct period) },
		{ BOOK_PERIOD_BALANCES, sizeof(struct period_balance) },
		{ BOOK_EXPORT_MAPPINGS, sizeof(struct export_mapping) },
		{ BOOK_EXPORTS, sizeof(struct export) },
		{ BOOK_CHAINS_BEFORE, sizeof(struct chain_before) },
		{ BOOK_GAPS_BEFORE, sizeof(struct gap_before) },
		{ BOOK_RULE_SETS, sizeof(struct stored_rule_set) },
		{ BOOK_POLICIES, sizeof(struct difference_policy) },
		{ BOOK_DIFFERENCES, sizeof(struct difference) },
		{ BOOK_LINE_DETAILS, sizeof(struct line_detail) },
	};
	struct memory *m = ARENA_NEW(arena, struct memory);

	m->arena = arena;
	m->world = world;
	for (size_t i = 0; i < sizeof saved / sizeof *saved; i++)
		mem_open(&m->tables[saved[i].shelf], arena, saved[i].size, "reconciliation's rows");
	open_indexes(m);
	sums_open(m);
	mem_open(&m->cash, arena, 1, "cash");
	mem_open(&m->tokens, arena, sizeof(struct tokens), "tokens");
	mem_open(&m->journal, arena, sizeof(struct posted), "journal");
	bank_open(m);
	return m;
}

static struct book *memory_book(struct memory *m, struct arena *arena)
{
	(void)m;
	return book_open(arena);
}
/* ---- the rest ---- */

static void memory_expect(void)
{
	size_t n;
	const struct line_rule *lines = line_rules(&n);

	for (size_t i = 0; i < n; i++)
		cover_expect_pair("line", line_state_word(lines[i].from), line_state_word(lines[i].to), NULL);
	const struct statement_rule *statements = statement_rules(&n);
	for (size_t i = 0; i < n; i++)
		cover_expect_pair("statement", statement_state_word(statements[i].from), statement_state_word(statements[i].to), NULL);
	for (int k = 1; k < EXCEPTION_KINDS; k++)
		for (int open = 0; open < 2; open++)
			cover_expect_pair("exception", exception_word((enum exception_kind)k), open ? "opened" : "closed",
				k == EXCEPTION_REFERENCE_MISSING || k == EXCEPTION_REFUND_UNEXPLAINED || k >= EXCEPTION_RETURN_UNKNOWN
					? "rare: the longer runs meet it"
					: NULL);
	for (int k = DIFFERENCE_NONE + 1; k < DIFFERENCE_KINDS; k++) {
		cover_expect_pair("difference", difference_row((enum difference_kind)k)->word, "granted", NULL);
		cover_expect_pair("difference", difference_row((enum difference_kind)k)->word, "undone", NULL);
	}
	cover_expect("difference: granted again", NULL);
	for (int k = RULE_SET_DRAFT + 1; k < RULE_SET_STATES; k++)
		cover_expect_pair(
			"rule set", rule_set_state_word((enum rule_set_state)(k - 1)), rule_set_state_word((enum rule_set_state)k), NULL);
	cover_expect("gap: opened", NULL);
	cover_expect("gap: closed", NULL);
	cover_expect("payout: told before its lines", NULL);
	cover_expect("payout: told after its lines", NULL);
	cover_expect("payout: arrived", NULL);
	seals_expect();
}

static bool memory_item(struct memory *m, struct span merchant, struct span invoice, int part, int64_t *open)
{
	int64_t number = part;
	char both[sizeof(struct uuid) + sizeof number];
	const struct open_item *item;

	memcpy(both, invoice.at, sizeof(struct uuid));
	memcpy(both + sizeof(struct uuid), &number, sizeof number);
	item = mem_find(&m->tables[BOOK_ITEMS], sim_key(m->arena, merchant, span_bytes(both, sizeof both)));
	*open = item != NULL ? item->open : 0;
	return item != NULL;
}

static bool memory_rest(struct memory *m, struct rng *r, struct arena *arena, struct message *to)
{
	(void)r;
	(void)arena;
	(void)to;
	bank_deliver_all(m);
	return false;
}

static bool memory_holds(const struct book *book, const struct need *need)
{
	return need_holds(need, book);
}

static struct shelf *memory_shelves(struct book *book, size_t *n)
{
	*n = BOOK_SHELVES;
	return book->shelves;
}

static const char *const topics[] = { "dunlin.invoices.v1", "dunlin.payments.v1", "dunlin.customers.v1", NULL };

const struct core reconciliation_core = {
	.name = "reconciliation",
	.kinds = reconciliation_kinds,
	.handlers = reconciliation_handlers,
	.topics = topics,
	.open = memory_open,
	.book = memory_book,
	.find = sim_find,
	.fetch = sim_fetch,
	.save = sim_save,
	.check_locks = sim_check_locks,
	.holds = memory_holds,
	.mark = book_mark,
	.restore = book_restore,
	.due = sim_due,
	.next = sim_next,
	.operate = reconciliation_operate,
	.rest = memory_rest,
	.expect = memory_expect,
	.quiet = sim_quiet,
	.item = memory_item,
	.tables = reconciliation_tables,
	.shelves = memory_shelves,
};
