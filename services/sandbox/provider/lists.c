#include "call.h"

enum { LIMIT = 10, LIMIT_MOST = 100 };

/* A kind of objects as a list shows it. */
struct listing {
	const char *url;
	const struct list *objects;
	bool (*is_wanted)(const struct call *, const void *object); /* NULL: all */
	void (*print)(struct call *, const void *object);
};

/* Lists print `data.x` where the object has `x`. */
static void expand_below_data(struct call *call)
{
	size_t n = 0;

	for (size_t i = 0; i < call->expand.n; i++)
		if (span_starts(call->expand.paths[i], "data."))
			call->expand.paths[n++] = span_from(call->expand.paths[i], strlen("data."));
	call->expand.n = n;
}

/* created=t or created[gte]=t and so on. */
static enum err is_in_time(const struct call *call, const struct head *head, bool *in, struct why *why)
{
	static const char *const bounds[] = { "created", "created[gt]", "created[gte]", "created[lt]", "created[lte]" };
	int64_t at = head->created.us / US_PER_SECOND, bound;

	*in = true;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++) {
		if (!form_has(&call->form, bounds[i]))
			continue;
		TRY(call_number(call, bounds[i], 0, INT64_MAX, 0, &bound, why));
		*in = *in && (i == 0 ? at == bound : i == 1 ? at > bound : i == 2 ? at >= bound : i == 3 ? at < bound : at <= bound);
	}
	return OK;
}

/* Where the page begins: just below the object that starting_after names; newest first. */
static enum err first_index(const struct call *call, const struct list *objects, size_t *first, struct why *why)
{
	struct span after = form_get(&call->form, "starting_after");

	*first = objects->n;
	if (form_has(&call->form, "ending_before"))
		return why_field(why, ERR_INVALID, "", "ending_before", "This sandbox pages forward alone.");
	if (after.at == NULL)
		return OK;
	for (size_t i = 0; i < objects->n; i++) {
		const struct head *head = objects->at[i];

		if (head->account == call->account && span_is(after, head->id)) {
			*first = i;
			return OK;
		}
	}
	return why_field(why, ERR_INVALID, "resource_missing", "starting_after", "No such object: '%.*s'", SPAN_ARG(after));
}

static enum err print_page(struct call *call, const struct listing *listing, size_t first, int64_t limit, bool *more, struct why *why)
{
	int64_t n = 0;

	*more = false;
	for (size_t i = first; i > 0; i--) {
		const struct head *head = listing->objects->at[i - 1];
		bool in;

		TRY(is_in_time(call, head, &in, why));
		if (head->account != call->account || !in || (listing->is_wanted != NULL && !listing->is_wanted(call, head)))
			continue;
		if (n++ == limit) {
			*more = true;
			return OK;
		}
		listing->print(call, head);
	}
	return OK;
}

static enum err print_list(struct call *call, const char *object, const struct listing *listing, struct why *why)
{
	int64_t limit;
	size_t first;
	bool more;

	TRY(call_number(call, "limit", 1, LIMIT_MOST, LIMIT, &limit, why));
	TRY(first_index(call, listing->objects, &first, why));
	expand_below_data(call);
	json_out_object(call->out, NULL);
	json_out_string(call->out, "object", object);
	json_out_array(call->out, "data");
	TRY(print_page(call, listing, first, limit, &more, why));
	json_out_array_end(call->out);
	json_out_bool(call->out, "has_more", more);
	json_out_string(call->out, "url", listing->url);
	json_out_object_end(call->out);
	return OK;
}

/* A filter by a reference: absent fits everything. */
static bool fits(const struct call *call, const char *param, const char *id)
{
	struct span wanted = form_get(&call->form, param);

	return wanted.at == NULL || (id != NULL && span_is(wanted, id));
}

/* --- each kind --- */

static bool is_session_wanted(const struct call *call, const void *object)
{
	static const char *const words[] = { "open", "complete", "expired" };
	const struct session *session = object;

	return fits(call, "payment_intent", session->payment != NULL ? session->payment->head.id : NULL) &&
	       fits(call, "status", words[session->status]);
}

static void print_one_session(struct call *call, const void *object)
{
	print_session(call->out, NULL, object, &call->expand);
}

enum err sessions_list(struct call *call, struct why *why)
{
	const struct listing listing = { "/v1/checkout/sessions", &call->world->provider->sessions, is_session_wanted, print_one_session };

	return print_list(call, "list", &listing, why);
}

static void print_one_payment(struct call *call, const void *object)
{
	print_payment(call->out, NULL, object, &call->expand);
}

enum err payments_list(struct call *call, struct why *why)
{
	const struct listing listing = { "/v1/payment_intents", &call->world->provider->payments, NULL, print_one_payment };

	return print_list(call, "list", &listing, why);
}

/* The one clause that is understood: metadata['key']:'value'. */
static bool read_query(const struct call *call, struct span *key, struct span *value)
{
	struct span query = span_trim(form_get(&call->form, "query")), rest;
	char quote;

	if (!span_starts(query, "metadata[") || query.size < strlen("metadata['k']:'v'"))
		return false;
	query = span_from(query, strlen("metadata["));
	quote = query.at[0];
	if ((quote != '\'' && quote != '"') || !span_cut(span_from(query, 1), quote, key, &rest))
		return false;
	if (!span_starts(rest, "]:") || rest.size < 4 || rest.at[2] != quote || rest.at[rest.size - 1] != quote)
		return false;
	*value = span_bytes(rest.at + 3, rest.size - 4);
	return true;
}

static bool is_payment_wanted(const struct call *call, const void *object)
{
	const struct payment *payment = object;
	struct span key, value;

	return read_query(call, &key, &value) && span_equal(form_get(&payment->metadata, span_cstr(call->arena, key)), value);
}

enum err payments_search(struct call *call, struct why *why)
{
	const struct listing listing = { "/v1/payment_intents/search", &call->world->provider->payments, is_payment_wanted,
		print_one_payment };
	struct span query, key, value;

	TRY(call_text(call, "query", &query, why));
	if (!read_query(call, &key, &value))
		return why_field(why, ERR_INVALID, "", "query", "This sandbox understands metadata['key']:'value' alone.");
	return print_list(call, "search_result", &listing, why);
}

static bool is_charge_wanted(const struct call *call, const void *object)
{
	return fits(call, "payment_intent", ((const struct charge *)object)->payment->head.id);
}

static void print_one_charge(struct call *call, const void *object)
{
	print_charge(call->out, NULL, object, &call->expand);
}

enum err charges_list(struct call *call, struct why *why)
{
	const struct listing listing = { "/v1/charges", &call->world->provider->charges, is_charge_wanted, print_one_charge };

	return print_list(call, "list", &listing, why);
}

static bool is_refund_wanted(const struct call *call, const void *object)
{
	const struct refund *refund = object;

	return fits(call, "charge", refund->charge->head.id) && fits(call, "payment_intent", refund->charge->payment->head.id);
}

static void print_one_refund(struct call *call, const void *object)
{
	print_refund(call->out, NULL, object, &call->expand);
}

enum err refunds_list(struct call *call, struct why *why)
{
	const struct listing listing = { "/v1/refunds", &call->world->provider->refunds, is_refund_wanted, print_one_refund };

	return print_list(call, "list", &listing, why);
}

static bool is_txn_wanted(const struct call *call, const void *object)
{
	static const char *const types[] = { "charge", "refund", "payout" };
	const struct txn *txn = object;
	struct span code = form_get(&call->form, "currency");

	return fits(call, "payout", txn->payout != NULL ? txn->payout->head.id : NULL) && fits(call, "source", txn->source->id) &&
	       fits(call, "type", types[txn->type]) && (code.at == NULL || strncasecmp(code.at, txn->currency.code, code.size) == 0);
}

static void print_one_txn(struct call *call, const void *object)
{
	print_txn(call->out, NULL, object, &call->expand);
}

enum err txns_list(struct call *call, struct why *why)
{
	const struct listing listing = { "/v1/balance_transactions", &call->world->provider->txns, is_txn_wanted, print_one_txn };

	return print_list(call, "list", &listing, why);
}

static bool is_payout_wanted(const struct call *call, const void *object)
{
	return fits(call, "status", ((const struct payout *)object)->is_paid ? "paid" : "in_transit");
}

static void print_one_payout(struct call *call, const void *object)
{
	print_payout(call->out, NULL, object, &call->expand);
}

enum err payouts_list(struct call *call, struct why *why)
{
	const struct listing listing = { "/v1/payouts", &call->world->provider->payouts, is_payout_wanted, print_one_payout };

	return print_list(call, "list", &listing, why);
}
