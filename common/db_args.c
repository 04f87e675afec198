#include <arpa/inet.h>
#include <endian.h>
#include <string.h>

#include "db_inside.h"

/* PostgreSQL counts days and microseconds from 2000-01-01. */
enum { EPOCH_DAYS = 10957 };
#define EPOCH_US (INT64_C(946684800) * US_PER_SECOND)

/* Type OIDs of elements, fixed for ever in pg_type.dat. */
static const uint32_t element_oid[] = {
	[DB_BOOL] = 16,
	[DB_BYTES] = 17,
	[DB_INT8] = 20,
	[DB_INT4] = 23,
	[DB_TEXT] = 25,
	[DB_DATE] = 1082,
	[DB_INSTANT] = 1184,
	[DB_UUID] = 2950,
};

enum { ARRAY_HEADER = 20 };

struct args *args_new(struct arena *arena)
{
	struct args *a = ARENA_NEW(arena, struct args);

	a->arena = arena;
	return a;
}

static struct param *param_new(struct args *a)
{
	if (a->count == ARGS_MOST)
		bug("a statement with more than %d parameters", ARGS_MOST);
	return &a->params[a->count++];
}

static void param_scalar(struct args *a, const void *bytes, size_t size)
{
	struct param *p = param_new(a);

	p->value = span_bytes(arena_copy(a->arena, bytes, size), size);
}

void args_bool(struct args *a, bool v)
{
	param_scalar(a, &(char){ v ? 1 : 0 }, 1);
}

void args_int4(struct args *a, int32_t v)
{
	param_scalar(a, &(uint32_t){ htonl((uint32_t)v) }, 4);
}

void args_int8(struct args *a, int64_t v)
{
	param_scalar(a, &(uint64_t){ htobe64((uint64_t)v) }, 8);
}

void args_text(struct args *a, struct span v)
{
	param_new(a)->value = v.at == NULL ? SPAN("") : v;
}

void args_bytes(struct args *a, struct span v)
{
	args_text(a, v);
}

void args_uuid(struct args *a, struct uuid v)
{
	param_scalar(a, v.b, sizeof v.b);
}

void args_date(struct args *a, struct date v)
{
	args_int4(a, v.day - EPOCH_DAYS);
}

void args_instant(struct args *a, struct instant v)
{
	args_int8(a, v.us - EPOCH_US);
}

void args_null(struct args *a)
{
	param_new(a)->value = (struct span){ NULL, 0 };
}

struct array *args_array(struct args *a, enum db_type type)
{
	struct param *p = param_new(a);

	p->array = ARENA_NEW(a->arena, struct array);
	p->array->type = type;
	text_init(&p->array->bytes, a->arena);
	text_bytes(&p->array->bytes, (char[ARRAY_HEADER]){ 0 }, ARRAY_HEADER);
	return p->array;
}

static void element_add(struct array *x, enum db_type type, const void *at, size_t size)
{
	uint32_t length = htonl((uint32_t)size);

	if (x->type != type)
		bug("an element of type %d in an array of %d", (int)type, (int)x->type);
	text_bytes(&x->bytes, &length, sizeof length);
	text_bytes(&x->bytes, at, size);
	x->count++;
}

void array_bool(struct array *x, bool v)
{
	element_add(x, DB_BOOL, &(char){ v ? 1 : 0 }, 1);
}

void array_int4(struct array *x, int32_t v)
{
	element_add(x, DB_INT4, &(uint32_t){ htonl((uint32_t)v) }, 4);
}

void array_int8(struct array *x, int64_t v)
{
	element_add(x, DB_INT8, &(uint64_t){ htobe64((uint64_t)v) }, 8);
}

void array_text(struct array *x, struct span v)
{
	element_add(x, DB_TEXT, v.at == NULL ? "" : v.at, v.size);
}

void array_bytes(struct array *x, struct span v)
{
	element_add(x, DB_BYTES, v.at == NULL ? "" : v.at, v.size);
}

void array_uuid(struct array *x, struct uuid v)
{
	element_add(x, DB_UUID, v.b, sizeof v.b);
}

void array_date(struct array *x, struct date v)
{
	element_add(x, DB_DATE, &(uint32_t){ htonl((uint32_t)(v.day - EPOCH_DAYS)) }, 4);
}

void array_instant(struct array *x, struct instant v)
{
	element_add(x, DB_INSTANT, &(uint64_t){ htobe64((uint64_t)(v.us - EPOCH_US)) }, 8);
}

void array_null(struct array *x)
{
	uint32_t none = UINT32_MAX;

	text_bytes(&x->bytes, &none, sizeof none);
	x->count++;
	x->has_null = true;
}

/* The binary form of array_send(): dimensions, null flag, element type, then length and lower bound of the one dimension. */
static struct span array_print(struct array *x)
{
	uint32_t head[5] = { htonl(x->count > 0), htonl(x->has_null), htonl(element_oid[x->type]), htonl(x->count), htonl(1) };

	memcpy(x->bytes.at, head, ARRAY_HEADER);
	return span_bytes(x->bytes.at, x->count > 0 ? x->bytes.size : 12);
}

void args_values(const struct args *a, const char **values, int *lengths, int *formats)
{
	for (int i = 0; i < a->count; i++) {
		const struct param *p = &a->params[i];
		struct span v = p->array != NULL ? array_print(p->array) : p->value;

		if (v.size > INT32_MAX)
			bug("a parameter of %zu bytes", v.size);
		values[i] = v.at;
		lengths[i] = (int)v.size;
		formats[i] = 1;
	}
}

/* --- rows --- */

int rows_column(const struct rows *r, const char *name)
{
	int from = r->near != NULL ? *r->near : 0;

	for (int k = 0; k < r->columns; k++) {
		int i = (from + k) % r->columns;

		if (strcmp(r->names[i], name) != 0)
			continue;
		if (r->near != NULL)
			*r->near = i + 1;
		return i;
	}
	bug("no column \"%s\" in the result", name);
}

static struct span cell(const struct rows *r, size_t row, int column, size_t size)
{
	struct span c;

	if (row >= r->count || column < 0 || column >= r->columns)
		bug("row %zu, column %d of a result of %zu by %d", row, column, r->count, r->columns);
	c = r->cells[row * (size_t)r->columns + (size_t)column];
	if (c.at == NULL || (size != 0 && c.size != size))
		bug("column \"%s\" is null or not of %zu bytes", r->names[column], size);
	return c;
}

bool rows_is_null(const struct rows *r, size_t row, int column)
{
	if (row >= r->count || column < 0 || column >= r->columns)
		bug("row %zu, column %d of a result of %zu by %d", row, column, r->count, r->columns);
	return r->cells[row * (size_t)r->columns + (size_t)column].at == NULL;
}

bool rows_bool(const struct rows *r, size_t row, int column)
{
	return cell(r, row, column, 1).at[0] != 0;
}

int32_t rows_int4(const struct rows *r, size_t row, int column)
{
	uint32_t v;

	memcpy(&v, cell(r, row, column, 4).at, 4);
	return (int32_t)ntohl(v);
}

int64_t rows_int8(const struct rows *r, size_t row, int column)
{
	uint64_t v;

	memcpy(&v, cell(r, row, column, 8).at, 8);
	return (int64_t)be64toh(v);
}

struct span rows_text(const struct rows *r, size_t row, int column)
{
	return rows_is_null(r, row, column) ? SPAN("") : cell(r, row, column, 0);
}

struct uuid rows_uuid(const struct rows *r, size_t row, int column)
{
	struct uuid v = { { 0 } };

	if (!rows_is_null(r, row, column))
		memcpy(v.b, cell(r, row, column, sizeof v.b).at, sizeof v.b);
	return v;
}

struct date rows_date(const struct rows *r, size_t row, int column)
{
	return (struct date){ rows_int4(r, row, column) + EPOCH_DAYS };
}

struct instant rows_instant(const struct rows *r, size_t row, int column)
{
	return (struct instant){ rows_int8(r, row, column) + EPOCH_US };
}
