#include "print.h"

#include <string.h>

#include "date.h"
#include "digest.h"
#include "money.h"
#include "uuid.h"

/* A text's bytes may end no line. */
static void print_text(struct text *t, struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		text_char(t, s.at[i] == '\n' ? '|' : s.at[i]);
}

static void print_instant(struct text *t, struct instant at, bool may_be_none)
{
	if (at.us == INT64_MAX)
		text_add(t, "never");
	else if (at.us != 0 || !may_be_none)
		text_printf(t, "%lld", (long long)at.us);
}

static void print_uuid(struct text *t, struct arena *arena, struct uuid id, bool may_be_none)
{
	if (!uuid_is_zero(id) || !may_be_none)
		text_add(t, uuid_text(arena, id));
}

static void print_by(struct text *t, struct arena *arena, const struct print_column *c, const void *row)
{
	struct text said;

	text_init(&said, arena);
	c->by(&said, row);
	print_text(t, text_done(&said));
}

static void print_value(struct text *t, struct arena *arena, const struct print_column *c, const void *row)
{
	const void *at = (const char *)row + c->offset;
	const struct digest *digest = at;

	switch (c->type) {
	case PRINT_TEXT: print_text(t, *(const struct span *)at); break;
	case PRINT_CURRENCY: text_add(t, ((const struct currency *)at)->code); break;
	case PRINT_UUID: print_uuid(t, arena, *(const struct uuid *)at, false); break;
	case PRINT_MAY_UUID: print_uuid(t, arena, *(const struct uuid *)at, true); break;
	case PRINT_INT4: text_printf(t, "%d", *(const int32_t *)at); break;
	case PRINT_INT8: text_printf(t, "%lld", (long long)*(const int64_t *)at); break;
	case PRINT_BOOL: text_add(t, *(const bool *)at ? "true" : "false"); break;
	case PRINT_DATE: text_add(t, date_text(arena, *(const struct date *)at)); break;
	case PRINT_INSTANT: print_instant(t, *(const struct instant *)at, false); break;
	case PRINT_MAY_INSTANT: print_instant(t, *(const struct instant *)at, true); break;
	case PRINT_DIGEST: text_span(t, span_hex(arena, span_bytes(digest->b, sizeof digest->b))); break;
	case PRINT_BYTES: text_span(t, span_hex(arena, *(const struct span *)at)); break;
	case PRINT_BY: print_by(t, arena, c, row); break;
	}
}

static void print_row(struct text *t, struct arena *arena, const struct print_table *table, const void *row)
{
	text_add(t, table->name);
	for (const struct print_column *c = table->columns; c->name != NULL; c++) {
		text_char(t, '\t');
		if (c->has == NULL || c->has(row))
			print_value(t, arena, c, row);
	}
	text_char(t, '\n');
}

static void print_parts(struct text *t, struct arena *arena, const struct print_table *table, const void *row)
{
	const void *part;

	for (size_t i = 0; (part = table->part(arena, row, i)) != NULL; i++)
		print_row(t, arena, table, part);
}

struct span print_rows(struct arena *arena, const struct memory *memory, const struct print_table *tables)
{
	struct text t;

	text_init(&t, arena);
	for (const struct print_table *table = tables; table->name != NULL; table++) {
		const struct mem_rows *rows = &((const struct mem_table *)(const void *)((const char *)memory + table->rows))->rows;

		for (size_t i = 0; i < rows->count; i++)
			if (rows->at[i]->value != NULL && table->part != NULL)
				print_parts(&t, arena, table, rows->at[i]->value);
			else if (rows->at[i]->value != NULL)
				print_row(&t, arena, table, rows->at[i]->value);
	}
	return mem_sort_lines(arena, text_done(&t));
}
