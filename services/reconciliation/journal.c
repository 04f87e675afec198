#include "journal.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[CAUSE_COUNT] = {
	[CAUSE_INVOICE] = "invoice",
	[CAUSE_CREDIT_NOTE] = "credit_note",
	[CAUSE_LINE] = "line",
	[CAUSE_MATCH] = "match",
	[CAUSE_UNMATCH] = "unmatch",
	[CAUSE_RETURN] = "return",
	[CAUSE_PAYMENT] = "payment",
	[CAUSE_REFUND] = "refund",
	[CAUSE_PAYOUT] = "payout",
	[CAUSE_RECEIPT] = "receipt",
	[CAUSE_WRITE_OFF] = "write_off",
	[CAUSE_OPENING] = "opening",
	[CAUSE_DISCOUNT] = "discount",
	[CAUSE_TOLERANCE] = "tolerance",
	[CAUSE_CHARGES] = "charges",
	[CAUSE_OVER] = "over",
	[CAUSE_UNDO] = "undo",
	[CAUSE_PAYOUT_REPORT] = "payout_report",
};

const char *cause_word(enum cause cause)
{
	return words[cause];
}

enum cause cause_find(struct span word)
{
	int i = 0;
	while (i < CAUSE_COUNT && !span_is(word, words[i]))
		i++;
	return (enum cause)i;
}

static int compare_rows(const void *one, const void *other)
{
	const struct balance_row *a = one, *b = other;
	int by_currency = strcmp(a->currency.code, b->currency.code);
	return by_currency ? by_currency : span_compare(a->account, b->account);
}

size_t journal_trial_balance(struct arena *arena, const struct flow *flows, size_t n, struct balance_row **out)
{
	struct balance_row *rows = ARENA_ARRAY(arena, struct balance_row, 2 * n + 1);
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		rows[2 * i] = (struct balance_row){ flows[i].currency, flows[i].debit, flows[i].minor, 0 };
		rows[2 * i + 1] = (struct balance_row){ flows[i].currency, flows[i].credit, 0, flows[i].minor };
	}
	qsort(rows, 2 * n, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < 2 * n; i++) {
		if (count && compare_rows(&rows[count - 1], &rows[i]) == 0) {
			rows[count - 1].debit += rows[i].debit;
			rows[count - 1].credit += rows[i].credit;
		} else
			rows[count++] = rows[i];
	}
	*out = rows;
	return count;
}
