#include "../core.h"
#include "rows.h"

/* What clerks ask of reconciliation. */

struct asking {
	struct memory *m;
	struct rng *r;
	struct arena *arena;
	struct message *to;
};

#define BY "\"who\":\"ada\",\"why\":\"nachgesehen\""

static const void *pick(const struct asking *a, enum book_shelf which)
{
	const struct mem_row *row = rng_row(a->r, &a->m->tables[which]);

	return row != NULL ? row->value : NULL;
}

static const char *id(const struct asking *a, struct uuid of)
{
	return uuid_text(a->arena, of);
}

/* An item of the merchant, or of anybody; amount left out, or some of it. */
static const char *item(const struct asking *a, struct span merchant)
{
	const struct open_item *i = pick(a, BOOK_ITEMS);
	const char *amount = "";

	for (int tries = 0; i != NULL && tries < 6 && (!span_equal(i->merchant, merchant) || i->open == 0); tries++)
		i = pick(a, BOOK_ITEMS);
	if (i == NULL)
		return NULL;
	if (rng_one_in(a->r, 3))
		amount = arena_printf(a->arena, ",\"amount\":{\"minor\":%lld,\"currency\":\"%s\"}",
			(long long)(1 + rng_below(a->r, (uint64_t)i->amount)), rng_one_in(a->r, 10) ? "USD" : i->currency.code);
	if (rng_one_in(a->r, 12))
		return arena_printf(a->arena, "{\"invoice_number\":\"%s\"%s}", "R-2020-000001", amount);
	if (rng_one_in(a->r, 2))
		return arena_printf(a->arena, "{\"invoice_number\":\"%.*s\"%s}", SPAN_ARG(i->number), amount);
	return arena_printf(a->arena, "{\"invoice_id\":\"%s\"%s%s}", id(a, i->invoice), rng_one_in(a->r, 3) ? ",\"part\":1" : "", amount);
}

static bool match(const struct asking *a)
{
	const struct line *l = pick(a, BOOK_LINES);
	const struct payout *p = pick(a, BOOK_PAYOUTS);
	const struct line *other = pick(a, BOOK_LINES);
	const struct receipt *receipt = pick(a, BOOK_RECEIPTS);
	struct span customer = world_pick_customer(a->r);
	const char *what = NULL, *one;

	for (int tries = 0; l != NULL && tries < 8 && l->state != LINE_WAITING; tries++)
		l = pick(a, BOOK_LINES);
	if (l == NULL)
		return false;
	for (int tries = 0; tries < 4 && receipt != NULL && receipt->kind != RECEIPT_PROVIDER; tries++)
		receipt = pick(a, BOOK_RECEIPTS);
	switch (rng_below(a->r, 8)) {
	case 0: what = p != NULL ? arena_printf(a->arena, "\"payout_id\":\"%s\"", id(a, p->id)) : NULL; break;
	case 1: what = other != NULL ? arena_printf(a->arena, "\"return_of\":\"%s\"", id(a, other->id)) : NULL; break;
	case 2: what = receipt != NULL ? arena_printf(a->arena, "\"refund_of\":\"%s\"", id(a, receipt->id)) : NULL; break;
	case 3: what = rng_one_in(a->r, 4) ? "\"account\":\"receivable\"" : "\"account\":\"bank_charges\""; break;
	case 4:
		what = arena_printf(a->arena, "\"customer_ref\":\"%s\"", rng_one_in(a->r, 8) ? "nobody" : span_cstr(a->arena, customer));
		break;
	default:
		one = item(a, l->merchant);
		what = one != NULL ? arena_printf(a->arena, "\"items\":[%s]%s", one, rng_one_in(a->r, 2) ? ",\"customer_ref\":\"c1\"" : "")
				   : NULL;
		break;
	}
	if (what == NULL)
		return false;
	world_ask(a->to, a->arena, rng_one_in(a->r, 40) ? world_pick_merchant(a->r) : l->merchant, "dunlin.reconciliation.MatchLine",
		arena_printf(a->arena, "/v1/lines/%s/match", id(a, l->id)), "{" BY ",%s}", what);
	return true;
}

static bool unmatch(const struct asking *a)
{
	const struct line *l = pick(a, BOOK_LINES);

	for (int tries = 0; l != NULL && tries < 4 && l->state != LINE_MATCHED; tries++)
		l = pick(a, BOOK_LINES);
	if (l == NULL)
		return false;
	world_ask(a->to, a->arena, l->merchant, "dunlin.reconciliation.UnmatchLine",
		arena_printf(a->arena, "/v1/lines/%s/unmatch", id(a, l->id)), "{" BY "}");
	return true;
}

static bool receipt(const struct asking *a)
{
	struct span merchant = world_pick_merchant(a->r), customer = world_pick_customer(a->r);
	const char *one = rng_one_in(a->r, 2) ? item(a, merchant) : NULL;

	world_ask(a->to, a->arena, merchant, "dunlin.reconciliation.RecordReceipt", "/v1/receipts",
		"{" BY ",\"customer_ref\":\"%s\",\"amount\":{\"minor\":%lld,\"currency\":\"%s\"},\"value_date\":\"2026-03-01\"%s%s%s}",
		rng_one_in(a->r, 12) ? "nobody" : span_cstr(a->arena, customer), (long long)world_price(a->r, merchant),
		world_merchant(merchant)->currency, one != NULL ? ",\"items\":[" : "", one != NULL ? one : "", one != NULL ? "]" : "");
	return true;
}

static bool allocate(const struct asking *a)
{
	const struct receipt *r = pick(a, BOOK_RECEIPTS);
	const char *one;

	for (int tries = 0; r != NULL && tries < 6 && r->unapplied == 0; tries++)
		r = pick(a, BOOK_RECEIPTS);
	if (r == NULL || (one = item(a, r->merchant)) == NULL)
		return false;
	world_ask(a->to, a->arena, r->merchant, "dunlin.reconciliation.AllocateReceipt",
		arena_printf(a->arena, "/v1/receipts/%s/allocate", id(a, r->id)), "{" BY ",\"items\":[%s]}", one);
	return true;
}

static bool write_off(const struct asking *a)
{
	const struct open_item *i = pick(a, BOOK_ITEMS);

	if (i == NULL)
		return false;
	world_ask(a->to, a->arena, i->merchant, "dunlin.reconciliation.WriteOff",
		arena_printf(a->arena, "/v1/open-items/%s/write-off", id(a, i->invoice)), "{" BY "%s%s}",
		rng_one_in(a->r, 10) ? ",\"part\":7" : "",
		rng_one_in(a->r, 2) ? arena_printf(a->arena, ",\"amount\":{\"minor\":%d,\"currency\":\"%s\"}",
					      1 + (int)rng_below(a->r, 3000), i->currency.code)
				    : "");
	return true;
}

static bool close_exception(const struct asking *a)
{
	const struct exception *e = pick(a, BOOK_EXCEPTIONS);

	for (int tries = 0; e != NULL && tries < 20 && !(e->open && exception_is_closed_by_hand(e->kind)); tries++)
		e = pick(a, BOOK_EXCEPTIONS);
	if (e == NULL)
		return false;
	world_ask(a->to, a->arena, e->merchant, "dunlin.reconciliation.CloseException",
		arena_printf(a->arena, "/v1/exceptions/%s/close", id(a, e->id)), "{" BY "}");
	return true;
}

/* What is suggested is done, or the exception is only worked on. */
static bool work(const struct asking *a)
{
	static const char *const acts[][3] = { { "AcceptSuggestion", "accept", "{" BY "}" }, { "AcceptSuggestion", "accept", "{" BY "}" },
		{ "AssignException", "assign", "{" BY ",\"owner\":\"frieda\"}" },
		{ "ParkException", "park", "{" BY ",\"until\":\"2031-01-01\"}" } };
	const struct exception *e = pick(a, BOOK_EXCEPTIONS);
	size_t i = rng_below(a->r, sizeof acts / sizeof *acts);

	for (int tries = 0; e != NULL && tries < 8 && !(e->open && suggestion_is_accepted(e->suggestion)); tries++)
		e = pick(a, BOOK_EXCEPTIONS);
	if (e == NULL)
		return false;
	world_ask(a->to, a->arena, e->merchant, arena_printf(a->arena, "dunlin.reconciliation.%s", acts[i][0]),
		arena_printf(a->arena, "/v1/exceptions/%s/%s", id(a, e->id), acts[i][1]), "%s", acts[i][2]);
	return true;
}

static bool accept(const struct asking *a)
{
	const struct statement *s = pick(a, BOOK_STATEMENTS);

	for (int tries = 0; s != NULL && tries < 6 && s->state != STATEMENT_QUARANTINED; tries++)
		s = pick(a, BOOK_STATEMENTS);
	if (s == NULL)
		return false;
	world_ask(a->to, a->arena, s->merchant, "dunlin.reconciliation.AcceptStatement",
		arena_printf(a->arena, "/v1/statements/%s/accept", id(a, s->id)), "{%s}",
		rng_one_in(a->r, 3) ? "\"who\":\"bob\",\"why\":\"nachgesehen\"" : BY);
	return true;
}

/* What nobody should ask for. */
static bool odd(const struct asking *a)
{
	static const char none[] = "01900000-0000-7000-8000-000000000000";
	const struct line *l = pick(a, BOOK_LINES);
	const struct open_item *i = pick(a, BOOK_ITEMS);

	for (int tries = 0; l != NULL && tries < 8 && l->state != LINE_WAITING; tries++)
		l = pick(a, BOOK_LINES);
	switch (rng_below(a->r, 4)) {
	case 0:
		world_ask(a->to, a->arena, SPAN("nord"), "dunlin.reconciliation.CloseException",
			arena_printf(a->arena, "/v1/exceptions/%s/close", none), "{" BY "}");
		return true;
	case 1:
		world_ask(a->to, a->arena, SPAN("nord"), "dunlin.reconciliation.AcceptStatement",
			arena_printf(a->arena, "/v1/statements/%s/accept", none), "{" BY "}");
		return true;
	case 2:
		world_ask(a->to, a->arena, SPAN("nord"), "dunlin.reconciliation.RecordReceipt", "/v1/receipts",
			"{" BY ",\"customer_ref\":\"c1\",\"amount\":{\"minor\":0,\"currency\":\"EUR\"},\"value_date\":\"2026-03-01\"}");
		return true;
	default:
		if (l == NULL || i == NULL)
			return false;
		world_ask(a->to, a->arena, i->merchant,
			rng_one_in(a->r, 3) ? "dunlin.reconciliation.WriteOff" : "dunlin.reconciliation.MatchLine",
			arena_printf(a->arena, "/v1/lines/%s/match", rng_one_in(a->r, 4) ? none : id(a, l->id)),
			"{" BY ",\"items\":[{\"invoice_id\":\"%s\",\"part\":%s},{\"invoice_id\":\"%s\",\"part\":1}]}", id(a, i->invoice),
			rng_one_in(a->r, 2) ? "9" : "1", rng_one_in(a->r, 3) ? none : id(a, i->invoice));
		return true;
	}
}

/* What posts nothing by itself on the account, as long as nobody says otherwise. */
static const char *trust(const struct asking *a)
{
	static const char *const waits[] = { "", "", "", "\"learned\"", "\"end_to_end\",\"charges\"", "\"payer_account\"",
		"\"everything\"" };
	const char *words = waits[rng_below(a->r, sizeof waits / sizeof *waits)];

	return arena_printf(a->arena, ",\"trust_waits\":[%s],\"person_above\":{\"minor\":%d,\"currency\":\"EUR\"}", words,
		rng_one_in(a->r, 6) ? 20000 : 0);
}

static bool define(const struct asking *a)
{
	struct span merchant = world_pick_merchant(a->r);
	const struct world_merchant *w = world_merchant(merchant);

	world_ask(a->to, a->arena, merchant, "dunlin.reconciliation.DefineAccount", "/v1/bank-accounts",
		"{\"iban\":\"%s\",\"currency\":\"%s\",\"zone\":\"%s\",\"name\":\"Konto %d\",\"provider_accounts\":[\"main\"]%s%s}", w->iban,
		rng_one_in(a->r, 10) ? "USD" : w->currency, w->zone, (int)rng_below(a->r, 3), rng_one_in(a->r, 8) ? ",\"closed\":true" : "",
		rng_one_in(a->r, 2) ? trust(a) : "");
	return true;
}

/* What waits for a person although the table lets it post; then a version of that goes live. */
static bool define_rules(const struct asking *a)
{
	static const char *const waits[] = { "\"payer_amount\"", "\"number\"", "" };
	const struct stored_rule_set *s = pick(a, BOOK_RULE_SETS);
	struct span merchant = world_pick_merchant(a->r);

	if (s != NULL && rng_one_in(a->r, 2))
		world_ask(a->to, a->arena, s->merchant, "dunlin.reconciliation.ActivateRuleSet",
			arena_printf(a->arena, "/v1/rule-sets/%d/activate", (int)s->version + (int)rng_one_in(a->r, 8)),
			rng_one_in(a->r, 6) ? "{" BY "}" : "{" BY ",\"not_replayed\":true}");
	else
		world_ask(a->to, a->arena, merchant, "dunlin.reconciliation.DefineRuleSet", "/v1/rule-sets",
			"{" BY ",\"waits\":[%s],\"selection_most\":%d}", waits[rng_below(a->r, 3)], (int)rng_below(a->r, 7));
	return true;
}

/* What may lack of a payment and still settle it. */
static bool define_differences(const struct asking *a)
{
	struct span merchant = world_pick_merchant(a->r);
	const char *known = rng_one_in(a->r, 2) ? "\"250\"" : "";
	int days = (int)rng_below(a->r, 3) * 60, lacks = (int)rng_below(a->r, 3) * 10, over = (int)rng_below(a->r, 3) * 250;

	world_ask(a->to, a->arena, merchant, "dunlin.reconciliation.DefineDifferences", "/v1/differences/policies",
		"{" BY
		",\"currency\":\"%s\",\"short_most\":%d,\"short_share\":500,\"over_most\":%d,\"discount_share\":200,\"discount_days\":%d,"
		"\"grace_days\":2,\"known_charges\":[%s]}",
		world_merchant(merchant)->currency, lacks, over, days, known);
	return true;
}

bool reconciliation_operate(struct memory *m, struct rng *r, struct arena *arena, struct instant now, struct message *to)
{
	struct asking a = { m, r, arena, to };

	if (rng_one_in(r, 2))
		return bank_write(m, r, now) && false;
	switch (rng_below(r, 14)) {
	case 0:
	case 1:
	case 2: return match(&a);
	case 3:
	case 4: return unmatch(&a);
	case 5: return receipt(&a);
	case 6: return allocate(&a);
	case 7: return rng_one_in(r, 3) ? odd(&a) : rng_one_in(r, 2) && write_off(&a);
	case 8: return close_exception(&a);
	case 9:
	case 10: return accept(&a);
	case 11:
	case 12: return accountant_asks(m, r, arena, now, to);
	default:
		switch (rng_below(r, 8)) {
		case 0:
		case 1: return define(&a);
		case 2: return define_differences(&a);
		case 3: return define_rules(&a);
		default: return work(&a);
		}
	}
}
