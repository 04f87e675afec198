#include "http_ledger.h"

#include "store_ledger.h"

enum err ledger_print_head(
	struct db *db, struct arena *arena, struct span merchant, const char *name, struct json_out *out, struct why *why)
{
	struct ledger_head head;
	TRY(ledger_head(db, arena, merchant, &head, why));
	json_out_object(out, name);
	json_out_int(out, "block", head.block.number);
	json_out_span(out, "head", span_hex(arena, span_bytes(head.block.head.b, sizeof(head.block.head.b))));
	json_out_int(out, "last_entry", head.block.last);
	if (head.block.number)
		json_out_instant(out, "sealed_at", head.sealed);
	else
		json_out_null(out, "sealed_at");
	json_out_int(out, "unsealed", head.unsealed);
	json_out_object_end(out);
	return OK;
}

enum err show_ledger_head(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct json_out out;
	struct text t;
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	TRY(ledger_print_head(db, r->arena, r->merchant, NULL, &out, why));
	json_out_done(&out);
	*response = (struct response){ .status = 200, .body = text_done(&t) };
	return OK;
}
