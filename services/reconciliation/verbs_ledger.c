#include "verbs_ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/verbs.h"
#include "reconciliation_queries.h"
#include "store_ledger.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

static void print_fault(struct span merchant, const struct fault *f)
{
	if (f->entry)
		printf("%.*s: block %" PRId64 ", entry %" PRId64 " %s\n", SPAN_ARG(merchant), f->block, f->entry, misfit_text(f->misfit));
	else
		printf("%.*s: block %" PRId64 ": %s\n", SPAN_ARG(merchant), f->block, misfit_text(f->misfit));
}

static void print_verdict(struct arena *arena, struct span merchant, const struct ledger_verdict *v)
{
	printf("%.*s: %" PRId64 " blocks with %" PRId64 " entries fit, %" PRId64 " wait for their seal, head %.*s\n", SPAN_ARG(merchant),
		v->blocks, v->entries, v->unsealed, SPAN_ARG(span_hex(arena, span_bytes(v->head.b, sizeof(v->head.b)))));
}

/* *fits is left as it is when all does. */
static enum err verify(struct db *db, struct arena *arena, struct span merchant, const struct digest *met, bool *fits, struct why *why)
{
	struct ledger_verdict verdict;
	TRY(ledger_verify(db, merchant, met, &verdict, why));
	if (verdict.fault.misfit)
		print_fault(merchant, &verdict.fault);
	else if (!verdict.met)
		printf("%.*s: no block has the head that was asked for\n", SPAN_ARG(merchant));
	else
		print_verdict(arena, merchant, &verdict);
	*fits &= !verdict.fault.misfit && verdict.met;
	return OK;
}

static enum err verify_all(struct db *db, struct arena *arena, const char *merchant, const struct digest *met, bool *fits, struct why *why)
{
	struct rows rows;
	*fits = true;
	if (merchant)
		return verify(db, arena, span_of(merchant), met, fits, why);
	TRY(db_exec(db, arena, &q_ledger_merchants, NULL, &rows, why));
	for (size_t i = 0; i < rows.count; i++)
		TRY(verify(db, arena, rows_text(&rows, i, 0), met, fits, why));
	return OK;
}

static bool read_head(struct arena *arena, const char *text, struct digest *head)
{
	struct span bytes;
	if (span_unhex(arena, span_of(text), &bytes) != OK || bytes.size != sizeof(head->b))
		return false;
	memcpy(head->b, bytes.at, sizeof(head->b));
	return true;
}

static int run(const struct service *service, int argc, char **argv, const char *merchant, const struct digest *met)
{
	struct db *db = NULL;
	struct why why = { 0 };
	bool fits;
	int code = verb_begin(service, argc, argv, &db);
	if (code)
		return code;
	struct arena *arena = arena_open();
	if (verify_all(db, arena, merchant, met, &fits, &why) != OK)
		code = verb_fail(&why);
	else
		code = fits ? 0 : EXIT_FAILED;
	arena_close(arena);
	db_close(db);
	return code;
}

/* A head is one merchant's. */
int verb_ledger(const struct service *service, int argc, char **argv)
{
	const char *merchant = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL, *text = verb_option(argc, argv, "--head");
	struct arena *arena = arena_open();
	struct digest head;
	bool understood = argc > 0 && !strcmp(argv[0], "verify") && (!text || (merchant && read_head(arena, text, &head)));
	arena_close(arena);
	if (understood)
		return run(service, argc, argv, merchant, text ? &head : NULL);
	fprintf(stderr, "usage: reconciliation " LEDGER_USAGE "   HEAD is one that GET /v1/ledger/head gave\n");
	return EXIT_USAGE;
}
