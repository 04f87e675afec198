#include "csv_choose.h"

#include <stdlib.h>
#include <strings.h>

#include "csv_rows.h"
#include "readers.h"

bool csv_same_word(struct span a, struct span b)
{
	return a.size == b.size && !strncasecmp(a.at, b.at, a.size);
}

int csv_find_cell(const struct span *cells, int count, struct span name)
{
	for (int i = 0; i < count; i++)
		if (csv_same_word(cells[i], name))
			return i;
	return -1;
}

bool csv_is_header(const struct csv_profile *p, const struct span *cells, int count)
{
	const struct csv_words *header = &p->lists[CSV_HEADER];
	for (int i = 0; i < header->count; i++)
		if (csv_find_cell(cells, count, header->words[i]) < 0)
			return false;
	return true;
}

/* The first rows of a file through one profile. */
struct look {
	struct telling telling;
	struct csv_rows rows;
	const struct csv_profile *profile;
	int rows_seen, cells; /* cells of the header; 0: not found */
	enum charset charset;
	char utf8[CHARSET_ROOM(CSV_ROW_BYTES)];
};

void csv_cells_utf8(enum charset charset, const struct span *cells, int count, struct span *out, char *room)
{
	for (int i = 0; i < count; i++) {
		struct span text = charset_utf8(charset, cells[i], room);
		out[i] = span_trim(text);
		room += text.at == room ? text.size : 0;
	}
}

static void look_at(void *ctx, const struct span *cells, int count, struct place place)
{
	struct look *look = ctx;
	struct span texts[CSV_CELLS];
	(void)place;
	if (look->cells || look->rows_seen++ > CSV_ABOVE_MOST)
		return;
	csv_cells_utf8(look->charset, cells, count, texts, look->utf8);
	if (csv_is_header(look->profile, texts, count))
		look->cells = count;
}

enum charset csv_charset(const struct csv_profile *p, const struct reading_settings *settings)
{
	return p->charset != CHARSET_AUTO ? p->charset : settings->charset;
}

/* How well the profile fits the first bytes: the more cells of the header it names, and the fewer others there are, the better. 0: not at all. */
static int fit(struct look *look, const struct csv_profile *p, const struct reading_settings *settings, struct span head)
{
	telling_init(&look->telling, NULL, NULL);
	csv_rows_init(&look->rows, &look->telling, p->delimiter, p->quote);
	look->rows.row = look_at;
	look->rows.ctx = look;
	look->profile = p;
	look->charset = csv_charset(p, settings);
	look->rows_seen = look->cells = 0;
	csv_rows_feed(&look->rows, head, head.size < READER_HEAD);
	return look->cells ? 2 * p->lists[CSV_HEADER].count + (look->cells == p->lists[CSV_HEADER].count) : 0;
}

static void best_of(struct span profiles, const struct reading_settings *settings, struct look *look, struct span head, int *best,
	struct csv_profile *out)
{
	struct csv_profile p;
	enum err err;
	struct why why;
	int line = 0;
	while (csv_profile_next(&profiles, &line, &p, &err, &why)) {
		if (settings->profile.size && !span_equal(p.name, settings->profile))
			continue;
		int fits = fit(look, &p, settings, head);
		if (fits > *best) {
			*best = fits;
			*out = p;
		}
	}
}

bool csv_choose(const struct reading_settings *settings, struct span head, struct csv_profile *out)
{
	struct look *look = malloc(sizeof(*look));
	int best = 0;
	if (!look)
		bug("no memory for a reader");
	best_of(settings->profiles, settings, look, head, &best, out);
	if (!best)
		best_of(csv_profiles_shipped(), settings, look, head, &best, out);
	free(look);
	return best > 0;
}
