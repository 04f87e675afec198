#include "store_rows.h"

#include <string.h>

enum { COLUMNS_MOST = 40 };

const struct table *table_of(enum book_shelf shelf)
{
	for (size_t i = 0; i < table_count; i++)
		if (tables[i].shelf == shelf)
			return &tables[i];
	bug("shelf %d has no table", (int)shelf);
}

void table_keep(const struct table *t, struct arena *arena, void *value)
{
	for (const struct column *c = t->columns; c->name; c++)
		if (c->type == COLUMN_TEXT) {
			struct span *text = (void *)((char *)value + c->offset);
			*text = span_copy(arena, *text);
		}
}

/* ---- reading ---- */

static int word_of(const struct column *c, struct span text)
{
	for (int i = 0; i < c->words; i++)
		if (c->word(i) && span_is(text, c->word(i)))
			return i;
	bug("column %s holds '%.*s'", c->name, SPAN_ARG(text));
}

static struct currency currency_of(struct span text)
{
	struct currency currency = { "" };
	if (text.size == 3)
		memcpy(currency.code, text.at, 3);
	return currency;
}

static void read_date(const struct column *c, const struct rows *rows, size_t row, int at, char *value)
{
	bool there = !rows_is_null(rows, row, at);
	struct date date = there ? rows_date(rows, row, at) : (struct date){ 0 };
	memcpy(value + c->offset, &date, sizeof(date));
	if (c->type == COLUMN_MAY_DATE)
		memcpy(value + c->extra, &there, sizeof(there));
}

static void read_number(const struct column *c, const struct rows *rows, size_t row, int at, char *value)
{
	int number = c->type == COLUMN_WORD ? word_of(c, rows_text(rows, row, at)) : (int)rows_int4(rows, row, at);
	memcpy(value + c->offset, &number, sizeof(number));
}

static void read_column(const struct column *c, struct arena *arena, const struct rows *rows, size_t row, char *value)
{
	int at = rows_column(rows, c->name);
	char *to = value + c->offset;
	(void)arena;
	switch (c->type) {
	case COLUMN_TEXT: *(struct span *)(void *)to = rows_text(rows, row, at); break;
	case COLUMN_UUID:
	case COLUMN_MAY_UUID: *(struct uuid *)(void *)to = rows_uuid(rows, row, at); break;
	case COLUMN_INT4: *(int32_t *)(void *)to = rows_int4(rows, row, at); break;
	case COLUMN_PLACE:
	case COLUMN_INT8: *(int64_t *)(void *)to = rows_int8(rows, row, at); break;
	case COLUMN_BOOL: *(bool *)(void *)to = rows_bool(rows, row, at); break;
	case COLUMN_INSTANT: *(struct instant *)(void *)to = rows_instant(rows, row, at); break;
	case COLUMN_CURRENCY: *(struct currency *)(void *)to = currency_of(rows_text(rows, row, at)); break;
	case COLUMN_DIGEST: memcpy(to, rows_text(rows, row, at).at, sizeof(struct digest)); break;
	case COLUMN_DATE:
	case COLUMN_MAY_DATE: read_date(c, rows, row, at, value); break;
	case COLUMN_SMALL:
	case COLUMN_WORD: read_number(c, rows, row, at, value); break;
	case COLUMN_END: bug("no column");
	}
}

void table_read(const struct table *t, struct arena *arena, const struct rows *rows, size_t row, void *value)
{
	memset(value, 0, t->size);
	for (const struct column *c = t->columns; c->type != COLUMN_END; c++)
		read_column(c, arena, rows, row, value);
	if (t->loaded)
		t->loaded(arena, rows, row, value);
}

void table_load(const struct table *t, struct arena *arena, struct book *book, const struct rows *rows)
{
	void *value = arena_alloc(arena, t->size);
	for (size_t row = 0; row < rows->count; row++) {
		table_read(t, arena, rows, row, value);
		struct span key = t->key(book, value);
		if (!shelf_is_loaded(&book->shelves[t->shelf], key))
			shelf_put(&book->shelves[t->shelf], key, value);
	}
}

/* ---- writing ---- */

static enum db_type type_of(enum column_type type)
{
	static const enum db_type types[] = {
		[COLUMN_TEXT] = DB_TEXT,
		[COLUMN_UUID] = DB_UUID,
		[COLUMN_MAY_UUID] = DB_UUID,
		[COLUMN_INT4] = DB_INT4,
		[COLUMN_INT8] = DB_INT8,
		[COLUMN_PLACE] = DB_INT8,
		[COLUMN_SMALL] = DB_INT4,
		[COLUMN_BOOL] = DB_BOOL,
		[COLUMN_DATE] = DB_DATE,
		[COLUMN_MAY_DATE] = DB_DATE,
		[COLUMN_INSTANT] = DB_INSTANT,
		[COLUMN_CURRENCY] = DB_TEXT,
		[COLUMN_DIGEST] = DB_BYTES,
		[COLUMN_WORD] = DB_TEXT,
	};
	return types[type];
}

static void write_maybe(const struct column *c, struct array *array, const char *value)
{
	const char *from = value + c->offset;
	if (c->type == COLUMN_MAY_UUID) {
		const struct uuid *id = (const void *)from;
		if (uuid_is_zero(*id))
			array_null(array);
		else
			array_uuid(array, *id);
	} else if (*(const bool *)(const void *)(value + c->extra))
		array_date(array, *(const struct date *)(const void *)from);
	else
		array_null(array);
}

static void write_column(const struct column *c, struct array *array, const char *value)
{
	const void *from = value + c->offset;
	int number;
	switch (c->type) {
	case COLUMN_TEXT: array_text(array, ((const struct span *)from)->at ? *(const struct span *)from : SPAN("")); break;
	case COLUMN_UUID: array_uuid(array, *(const struct uuid *)from); break;
	case COLUMN_INT4: array_int4(array, *(const int32_t *)from); break;
	case COLUMN_PLACE:
	case COLUMN_INT8: array_int8(array, *(const int64_t *)from); break;
	case COLUMN_BOOL: array_bool(array, *(const bool *)from); break;
	case COLUMN_DATE: array_date(array, *(const struct date *)from); break;
	case COLUMN_INSTANT: array_instant(array, *(const struct instant *)from); break;
	case COLUMN_CURRENCY: array_text(array, span_of(((const struct currency *)from)->code)); break;
	case COLUMN_DIGEST: array_bytes(array, span_bytes(from, sizeof(struct digest))); break;
	case COLUMN_SMALL:
		memcpy(&number, from, sizeof(number));
		array_int4(array, number);
		break;
	case COLUMN_WORD:
		memcpy(&number, from, sizeof(number));
		array_text(array, span_of(c->word(number)));
		break;
	case COLUMN_MAY_UUID:
	case COLUMN_MAY_DATE: write_maybe(c, array, value); break;
	case COLUMN_END: bug("no column");
	}
}

static void save_state(const struct table *t, struct db *db, struct arena *arena, const struct book *book, enum shelf_state which)
{
	const struct query *query = which == SHELF_NEW ? t->insert : t->update;
	const struct column *columns = which == SHELF_CHANGED && t->changes ? t->changes : t->columns;
	const struct shelf *shelf = &book->shelves[t->shelf];
	struct args *args = NULL;
	struct array *arrays[COLUMNS_MOST];
	int64_t rows = 0;
	for (size_t i = 0; i < shelf_count(shelf); i++) {
		struct span key;
		const void *value;
		enum shelf_state state;
		int n = 0;
		shelf_at(shelf, i, &key, &value, &state);
		if (state != which || !value || (t->wanted && !t->wanted(value)))
			continue;
		if (!query)
			bug("%s can't be saved", shelf->name);
		if (!args) {
			args = args_new(arena);
			for (const struct column *c = columns; c->type != COLUMN_END; c++)
				arrays[n++] = args_array(args, type_of(c->type));
		}
		n = 0;
		for (const struct column *c = columns; c->type != COLUMN_END; c++)
			write_column(c, arrays[n++], value);
		rows++;
	}
	if (rows)
		db_queue(db, query, args, rows);
}

void table_save(const struct table *t, struct db *db, struct arena *arena, const struct book *book)
{
	save_state(t, db, arena, book, SHELF_NEW);
	save_state(t, db, arena, book, SHELF_CHANGED);
}
