#include "verbs_export.h"

#include <stdio.h>
#include <string.h>

#include "common/verbs.h"
#include "json_out.h"
#include "store_export.h"
#include "verb_command.h"

enum { EXIT_USAGE = 2 };

/* A month that has its export is not exported again. */
static enum err make(const struct service *service, struct db *db, struct arena *arena, char **argv, struct why *why)
{
	struct json_out out;
	struct text t;
	text_init(&t, arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_string(&out, "target", argv[2]);
	json_out_string(&out, "who", argv[3]);
	json_out_string(&out, "why", "verb");
	json_out_object_end(&out);
	json_out_done(&out);
	const struct verb_command command = {
		.source = "verb:export make", .type = "dunlin.reconciliation.MakeExport", .merchant = argv[1], .json = text_done(&t)
	};
	return verb_command_run(service, db, &command, why);
}

static enum err write_file(const char *name, struct span bytes, struct why *why)
{
	FILE *file = fopen(name, "wxe");
	if (!file)
		return why_set(why, ERR_INVALID, "file_not_made", "%s can't be made, or is there already", name);
	bool written = fwrite(bytes.at, 1, bytes.size, file) == bytes.size;
	if (fclose(file) != 0 || !written)
		return why_set(why, ERR_INVALID, "file_not_written", "%s can't be written", name);
	printf("%s\n", name);
	return OK;
}

/* "EXTF_…" is how DATEV wants its files called. */
static enum err write_part(struct db *db, const char *folder, const struct export *e, const struct export_mapping *m,
	struct currency currency, int64_t part, struct why *why)
{
	struct arena *arena = arena_open();
	struct span bytes;
	enum err err = export_read(db, arena, e, m, currency, part, &bytes, why);
	if (err == OK)
		err = write_file(arena_printf(arena, "%s/%s%s-%04lld-%s-%s-%02lld.csv", folder, e->target == EXPORT_DATEV ? "EXTF_" : "",
					 export_target_word(e->target), (long long)e->number, month_text(arena, e->month), currency.code,
					 (long long)part),
			bytes, why);
	arena_close(arena);
	return err;
}

static enum err write_all(struct db *db, struct arena *arena, char **argv, struct why *why)
{
	int64_t number, entries, most;
	struct export e;
	struct export_mapping m;
	struct currency currency;
	if (span_int64(span_of(argv[3]), &number) != OK)
		return why_set(why, ERR_INVALID, "number_invalid", "%s is no number", argv[3]);
	TRY(export_find(db, arena, span_of(argv[1]), export_target_find(span_of(argv[2])), number, &e, &m, why));
	most = (int64_t)export_target_row(e.target)->entries;
	struct span sums = e.sums, line, code, count;
	while (span_cut(sums, '\n', &line, &sums)) {
		span_cut(line, ' ', &code, &line);
		span_cut(line, ' ', &count, &line);
		if (currency_parse(code, &currency) != OK || span_int64(count, &entries) != OK)
			bug("an export's sums");
		for (int64_t part = 1; (part - 1) * most < entries; part++)
			TRY(write_part(db, argv[4], &e, &m, currency, part, why));
	}
	return OK;
}

static int run(const struct service *service, int argc, char **argv, bool makes)
{
	struct db *db = NULL;
	struct why why = { 0 };
	int code = verb_begin(service, argc, argv, &db);
	if (code)
		return code;
	struct arena *arena = arena_open();
	if ((makes ? make(service, db, arena, argv, &why) : write_all(db, arena, argv, &why)) != OK)
		code = verb_fail(&why);
	arena_close(arena);
	db_close(db);
	return code;
}

int verb_export(const struct service *service, int argc, char **argv)
{
	bool makes = argc > 3 && !strcmp(argv[0], "make"), writes = argc > 4 && !strcmp(argv[0], "write");
	if ((makes || writes) && export_target_find(span_of(argv[2])) != EXPORT_TARGETS)
		return run(service, argc, argv, makes);
	fprintf(stderr, "usage: reconciliation " EXPORT_USAGE "   TARGET is csv, datev, xero or quickbooks\n");
	return EXIT_USAGE;
}
