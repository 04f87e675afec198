#include <stdio.h>

#include <zlib.h>

#include "statements.h"

static const char statement[] = ":20:A\n:25:517852257\n:28C:1\n:60F:C260301EUR1,00\n:61:260301C2,00NTRFB\n:62F:C260301EUR3,00\n";
static const char another[] = ":20:C\n:25:517852257\n:28C:2\n:60F:C260302EUR3,00\n:62F:C260302EUR3,00\n";
#define TOLD                                                                                 \
	"line 0.1 at 5: EUR 2.00 2026-03-01/2026-03-01 e2e=B code=PMNT/RCDT/OTHR own=NTRF\n" \
	"statement 0 at 1: A 1 of 517852257 2026-03-01..2026-03-01, EUR 1.00 1 lines 200 to EUR 3.00 no. 1\n"
#define TOLD_ANOTHER "statement 1 at 1: C 2 of 517852257 2026-03-02..2026-03-02, EUR 3.00 0 lines 0 to EUR 3.00 no. 2\n"

/* window as of deflateInit2: 31 gzip, -15 the bare stream of a zip. */
static struct span deflated(struct arena *a, struct span bytes, int window)
{
	z_stream s = { 0 };
	size_t room = bytes.size + 1000;
	char *out = arena_raw(a, room);
	assert_int_equal(deflateInit2(&s, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	memcpy(&s.next_in, &bytes.at, sizeof(bytes.at));
	s.avail_in = (unsigned)bytes.size;
	s.next_out = (unsigned char *)out;
	s.avail_out = (unsigned)room;
	assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
	size_t size = room - s.avail_out;
	deflateEnd(&s);
	return span_bytes(out, size);
}

static const char *told_of(struct arena *a, struct span file)
{
	return span_cstr(a, statement_told(a, file, 0));
}

static struct span gzip(struct arena *a, const char *text)
{
	return deflated(a, span_of(text), 31);
}

static void a_gzip_says_what_its_content_says_in_any_cut(void **state)
{
	struct span file = gzip(*state, statement);
	for (size_t piece = 0; piece < 40; piece++)
		assert_string_equal(span_cstr(*state, statement_told(*state, file, piece)), TOLD);
}

static void members_of_a_gzip_are_one_file(void **state)
{
	struct text t;
	text_init(&t, *state);
	text_span(&t, gzip(*state, statement));
	text_span(&t, gzip(*state, another));
	text_bytes(&t, "\0\0\0", 3);
	assert_non_null(strstr(told_of(*state, text_done(&t)), "statement 1 at 7: C 2"));
}

static void a_gzip_that_is_cut_or_damaged_is_refused(void **state)
{
	struct span file = gzip(*state, statement);
	assert_non_null(
		strstr(told_of(*state, span_bytes(file.at, file.size - 1)), "archive_malformed: line 1: the archive ends before its end"));
	char *bytes = span_cstr(*state, file);
	bytes[file.size - 8] ^= 1;
	assert_non_null(strstr(told_of(*state, span_bytes(bytes, file.size)), "archive_malformed: line 1: the archive is damaged"));
}

static void what_unpacks_to_more_than_a_hundred_times_is_refused(void **state)
{
	enum { MUCH = 8 << 20 };
	char *much = arena_raw(*state, MUCH);
	memset(much, ' ', MUCH);
	memcpy(much, "<Document>", 10);
	struct span file = deflated(*state, span_bytes(much, MUCH), 31);
	assert_true(file.size * 100 + (1 << 20) < MUCH);
	assert_non_null(strstr(told_of(*state, file), "archive_ratio: "));
}

static void an_archive_in_an_archive_is_refused(void **state)
{
	assert_non_null(strstr(told_of(*state, deflated(*state, gzip(*state, statement), 31)), "archive_nested: "));
}

static void what_is_refused_inside_is_named_with_its_place_there(void **state)
{
	assert_string_equal(told_of(*state, gzip(*state, "<Document>\n</Document")), "xml_malformed: line 2: unclosed token\n");
}

/* ---- zip ---- */

struct file {
	const char *name;
	struct span content;
	int method, flags;
	unsigned crc; /* what it is off by */
};

static void add_little(struct text *t, unsigned long n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		text_char(t, (char)(n >> (8 * i)));
}

static void add_file(struct text *t, const struct file *f)
{
	struct span packed = f->method ? deflated(t->arena, f->content, -15) : f->content;
	unsigned long crc = crc32(0, (const Bytef *)f->content.at, (uInt)f->content.size) + f->crc;
	bool late = f->flags & 8;
	text_bytes(t, "PK\3\4\24\0", 6);
	add_little(t, (unsigned)f->flags, 2);
	add_little(t, (unsigned)f->method, 2);
	add_little(t, 0, 4);
	add_little(t, late ? 0 : crc, 4);
	add_little(t, late ? 0 : packed.size, 4);
	add_little(t, late ? 0 : f->content.size, 4);
	add_little(t, strlen(f->name), 2);
	add_little(t, 3, 2);
	text_add(t, f->name);
	text_add(t, "xyz");
	text_span(t, packed);
	if (!late)
		return;
	if (f->flags & 1024) /* no such flag: with the mark */
		text_bytes(t, "PK\7\10", 4);
	add_little(t, crc, 4);
	add_little(t, packed.size, 4);
	add_little(t, f->content.size, 4);
}

static struct span zip(struct arena *a, const struct file *files, size_t n)
{
	struct text t;
	text_init(&t, a);
	for (size_t i = 0; i < n; i++)
		add_file(&t, &files[i]);
	text_add(&t, "PK\1\2 the directory, which nothing is read from");
	return text_done(&t);
}

static void a_zip_says_what_its_files_say_one_after_the_other_in_any_cut(void **state)
{
	static const int ways[][2] = { { 0, 0 }, { 8, 0 }, { 8, 8 }, { 8, 8 + 1024 } };
	for (size_t i = 0; i < 4; i++)
		for (size_t piece = 0; piece < 40; piece++) {
			const struct file files[] = { { "folder/", SPAN(""), 0, 0, 0 },
				{ "a", span_of(statement), ways[i][0], ways[i][1], 0 }, { "b.sta", span_of(another), 8, 0, 0 } };
			assert_string_equal(span_cstr(*state, statement_told(*state, zip(*state, files, 3), piece)), TOLD TOLD_ANOTHER);
		}
}

static void a_zip_that_is_encrypted_damaged_cut_or_empty_is_refused(void **state)
{
	static const struct {
		int method, flags;
		unsigned crc;
		const char *told;
	} cases[] = {
		{ 8, 1, 0, "archive_malformed: line 1: a file of the archive is encrypted" },
		{ 12, 0, 0, "archive_malformed: line 1: a file of the archive is packed in a way that is not read" },
		{ 0, 8, 0, "archive_malformed: line 1: a file of the archive is packed in a way that is not read" },
		{ 8, 0, 1, "archive_malformed: line 1: a file of the archive is not what its checksum says" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file file = { "a", span_of(statement), cases[i].method, cases[i].flags, cases[i].crc };
		assert_non_null(strstr(told_of(*state, zip(*state, &file, 1)), cases[i].told));
	}
	struct file good = { "a", span_of(statement), 8, 0, 0 }, folder = { "f/", span_of("x"), 0, 0, 0 };
	struct span whole = zip(*state, &good, 1);
	assert_non_null(strstr(told_of(*state, span_bytes(whole.at, 60)), "archive_malformed: line 1: the archive ends before its end"));
	assert_string_equal(
		told_of(*state, zip(*state, &good, 0)), "format_unknown: line 1: the first bytes are of no format that is read\n");
	assert_string_equal(told_of(*state, SPAN("PK\5\6")), "archive_entries: line 1: the archive holds no file\n");
	assert_non_null(strstr(told_of(*state, zip(*state, &folder, 1)), "a folder of the archive has content"));
}

static void a_zip_holds_a_hundred_files_and_no_more(void **state)
{
	struct file files[101];
	for (size_t i = 0; i < 101; i++)
		files[i] = (struct file){ "a", span_of(another), 8, 0, 0 };
	assert_non_null(strstr(told_of(*state, zip(*state, files, 100)), "statement 99 at 1"));
	assert_non_null(strstr(told_of(*state, zip(*state, files, 101)), "archive_entries: "));
}

static void a_file_of_no_known_format_in_a_zip_makes_all_of_it_unreadable(void **state)
{
	const struct file files[] = { { "a", span_of(statement), 8, 0, 0 }, { "b", span_of("%PDF-1.7 not text of columns\n"), 8, 0, 0 } };
	assert_non_null(strstr(told_of(*state, zip(*state, files, 2)), "format_unknown: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_gzip_says_what_its_content_says_in_any_cut),
		WITH_ARENA(members_of_a_gzip_are_one_file),
		WITH_ARENA(a_gzip_that_is_cut_or_damaged_is_refused),
		WITH_ARENA(what_unpacks_to_more_than_a_hundred_times_is_refused),
		WITH_ARENA(an_archive_in_an_archive_is_refused),
		WITH_ARENA(what_is_refused_inside_is_named_with_its_place_there),
		WITH_ARENA(a_zip_says_what_its_files_say_one_after_the_other_in_any_cut),
		WITH_ARENA(a_zip_that_is_encrypted_damaged_cut_or_empty_is_refused),
		WITH_ARENA(a_zip_holds_a_hundred_files_and_no_more),
		WITH_ARENA(a_file_of_no_known_format_in_a_zip_makes_all_of_it_unreadable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
