#include <string.h>

#include "provider.h"
#include "stripe_object.h"
#include "webhook.h"

/* A provider like Stripe: sessions, payments, refunds, payouts, and events that come late, twice, in any order, or not at all. What it says is its own JSON. */

void provider_open(struct memory *m)
{
	mem_open(&m->sessions, m->arena, sizeof(struct session), "sessions");
	mem_open(&m->payouts_made, m->arena, sizeof(struct made_payout), "payouts");
	mem_open(&m->late, m->arena, sizeof(struct world_transfer), "payouts that are late");
	mem_open(&m->events, m->arena, sizeof(struct event), "events");
	mem_index_open(&m->of_account, m->arena, "sessions of an account");
}

#define TEXT(m, ...) arena_printf((m)->arena, __VA_ARGS__)

static const char *currency_of(struct span merchant)
{
	return strcmp(world_merchant(merchant)->currency, "EUR") == 0 ? "eur" : "jpy";
}

/* ---- its objects ---- */

static const char *session_json(struct memory *m, const struct session *s)
{
	static const char *const statuses[] = { "open", "complete", "expired" };
	const char *id = uuid_text(m->arena, s->attempt);

	return TEXT(m,
		"{\"id\":\"%s\",\"object\":\"checkout.session\",\"livemode\":false,\"status\":\"%s\",\"payment_status\":\"%s\",\"payment_intent\":%s%s%s,"
		"\"amount_total\":%lld,\"currency\":\"%s\",\"client_reference_id\":\"%s\",\"metadata\":{\"attempt_id\":\"%s\"},\"expires_at\":%lld,"
		"\"url\":\"https://checkout.example/%s\"}",
		s->id, statuses[s->status], s->paid == PAID ? "paid" : "unpaid", s->status == COMPLETE ? "\"" : "",
		s->status == COMPLETE ? s->payment : "null", s->status == COMPLETE ? "\"" : "", (long long)s->amount, s->currency, id, id,
		(long long)s->expires, s->id);
}

static const char *payment_json(struct memory *m, const struct session *s, const char *status, int64_t received)
{
	return TEXT(m,
		"{\"id\":\"%s\",\"object\":\"payment_intent\",\"livemode\":%s,\"status\":\"%s\",\"amount\":%lld,\"amount_received\":%lld,\"currency\":\"%s\","
		"\"metadata\":{\"attempt_id\":\"%s\"},\"last_payment_error\":{\"code\":\"card_declined\",\"decline_code\":\"insufficient_funds\"},"
		"\"latest_charge\":\"%s\"}",
		s->payment, s->live ? "true" : "false", status, (long long)s->amount, (long long)received, s->currency,
		uuid_text(m->arena, s->attempt), s->charge);
}

static int64_t refunded_of(const struct session *s)
{
	int64_t sum = 0;

	for (int i = 0; i < s->refund_count; i++)
		sum += strcmp(s->refunds[i].status, "failed") != 0 ? s->refunds[i].amount : 0;
	return sum;
}

static const char *charge_json(struct memory *m, const struct session *s, bool fee)
{
	return TEXT(m,
		"{\"id\":\"%s\",\"object\":\"charge\",\"livemode\":false,\"status\":\"succeeded\",\"captured\":true,\"paid\":true,\"amount\":%lld,"
		"\"amount_captured\":%lld,\"amount_refunded\":%lld,\"currency\":\"%s\",\"payment_intent\":\"%s\",\"metadata\":{},\"balance_transaction\":%s%s%s,"
		"\"payment_method_details\":{\"type\":\"card\"},\"created\":%lld}",
		s->charge, (long long)s->amount, (long long)s->amount, (long long)refunded_of(s), s->currency, s->payment, fee ? "\"" : "",
		fee ? s->transaction : "null", fee ? "\"" : "", (long long)s->created);
}

static const char *refund_json(struct memory *m, const struct session *s, const struct given_back *r)
{
	return TEXT(m,
		"{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"%s\",\"amount\":%lld,\"currency\":\"%s\",\"payment_intent\":\"%s\",\"charge\":\"%s\","
		"\"metadata\":{%s%s%s},\"created\":%lld}",
		r->id, r->status, (long long)r->amount, s->currency, s->payment, s->charge, uuid_is_zero(r->ours) ? "" : "\"refund_id\":\"",
		uuid_is_zero(r->ours) ? "" : uuid_text(m->arena, r->ours), uuid_is_zero(r->ours) ? "" : "\"", (long long)s->created);
}

static void say_once(struct memory *m, struct span merchant, const char *type, const char *object, bool live)
{
	const char *id = world_ref(m->world, "evt");
	struct event e = { .merchant = merchant, .id = span_of(id), .sure = m->sure };

	e.body = span_of(TEXT(m,
		"{\"id\":\"%s\",\"object\":\"event\",\"type\":\"%s\",\"livemode\":%s,\"created\":%lld,\"pending_webhooks\":1,\"data\":{\"object\":%s}}",
		id, type, live ? "true" : "false", (long long)(m->world->now.us / US_PER_SECOND), object));
	mem_put(&m->events, e.id, &e);
}

/* Now and then an object tells the same under two events. */
static void say(struct memory *m, struct span merchant, const char *type, const char *object, bool live)
{
	say_once(m, merchant, type, object, live);
	if (m->world->counter % 13 == 0)
		say_once(m, merchant, type, object, live);
}

/* ---- its answers ---- */

static struct session *session_of(struct memory *m, struct uuid attempt)
{
	struct mem_row *row = mem_row(&m->sessions, uuid_span(&attempt));

	return row != NULL ? row->value : NULL;
}

static struct session *make_session(struct memory *m, const struct intent *i)
{
	const struct attempt *a = mem_find(&m->attempts, key_attempt(m->arena, i->merchant, i->subject));
	struct session s = { .merchant = i->merchant, .attempt = i->subject };
	struct mem_row *row;

	s.id = world_ref(m->world, "cs");
	s.payment = world_ref(m->world, "pi");
	s.charge = world_ref(m->world, "ch");
	s.transaction = world_ref(m->world, "txn");
	s.currency = span_cstr(m->arena, stripe_currency(m->arena, a->amount.currency));
	s.amount = a->amount.minor;
	s.fee = 25 + s.amount / 50;
	s.created = m->world->now.us / US_PER_SECOND;
	s.expires = a->session_expires_at.us / US_PER_SECOND;
	s.first = span_of(session_json(m, &s));
	row = mem_put(&m->sessions, span_copy(m->arena, uuid_span(&s.attempt)), &s);
	mem_index_add(&m->of_account, i->merchant, row);
	return row->value;
}

static struct span refuse(int *status)
{
	*status = 400;
	return SPAN("{\"error\":{\"code\":\"resource_missing\",\"type\":\"invalid_request_error\"}}");
}

static struct span answer_expire(struct memory *m, struct session *s, int *status)
{
	if (s == NULL || s->status == COMPLETE)
		return refuse(status);
	if (s->status == OPEN) {
		s->status = EXPIRED;
		say(m, s->merchant, "checkout.session.expired", session_json(m, s), false);
	}
	return span_of(session_json(m, s));
}

static struct span answer_ask(struct memory *m, const struct intent *i, const struct session *s)
{
	const struct attempt *a = mem_find(&m->attempts, key_attempt(m->arena, i->merchant, i->subject));

	if (a->session.size > 0 && s != NULL)
		return span_of(session_json(m, s));
	return span_of(TEXT(m, "{\"object\":\"list\",\"has_more\":false,\"data\":[%s]}", s != NULL ? session_json(m, s) : ""));
}

static struct span answer_fee(struct memory *m, const struct session *s, int *status)
{
	if (s == NULL)
		return refuse(status);
	return span_of(TEXT(m,
		"{\"id\":\"%s\",\"type\":\"charge\",\"currency\":\"%s\",\"amount\":%lld,\"fee\":%lld,\"net\":%lld,\"source\":\"%s\"}",
		s->transaction, s->currency, (long long)s->amount, (long long)s->fee, (long long)(s->amount - s->fee), s->charge));
}

static struct span answer_refund(struct memory *m, const struct intent *i, struct session *s, int *status)
{
	const struct attempt *a = mem_find(&m->attempts, key_attempt(m->arena, i->merchant, i->attempt));
	const struct refund *wanted = refund_find(a, i->subject);
	struct given_back *r;

	for (int k = 0; s != NULL && k < s->refund_count; k++)
		if (uuid_equal(s->refunds[k].ours, i->subject))
			return span_of(refund_json(m, s, &s->refunds[k]));
	if (s == NULL || s->paid != PAID || s->refund_count == REFUNDS || refunded_of(s) + wanted->amount.minor > s->amount)
		return refuse(status);
	r = &s->refunds[s->refund_count++];
	*r = (struct given_back){
		.id = world_ref(m->world, "re"), .ours = i->subject, .amount = wanted->amount.minor, .status = "pending"
	};
	if (m->world->counter % 3 != 0) {
		r->status = "succeeded";
		world_add(m->world, "given back", s->merchant, r->amount);
	}
	say(m, s->merchant, "refund.created", refund_json(m, s, r), false);
	return span_of(refund_json(m, s, r));
}

static struct span answer_refunds(struct memory *m, const struct intent *i, const struct session *s)
{
	struct text t;
	int from = 0, n = 0;

	text_init(&t, m->arena);
	for (int k = 0; s != NULL && k < s->refund_count; k++)
		if (span_is(i->cursor, s->refunds[k].id))
			from = k + 1;
	for (int k = from; s != NULL && k < s->refund_count && n < PAGE; k++, n++)
		text_printf(&t, "%s%s", n > 0 ? "," : "", refund_json(m, s, &s->refunds[k]));
	return span_of(TEXT(m, "{\"object\":\"list\",\"has_more\":%s,\"data\":[%.*s]}",
		s != NULL && from + n < s->refund_count ? "true" : "false", SPAN_ARG(text_done(&t))));
}

static struct span answer_payout(struct memory *m, const struct intent *i, int *status)
{
	const struct mem_rows *rows = mem_index_find(&m->payouts_of_id, key_attempt(m->arena, i->merchant, i->subject));
	const struct payout *known = rows->count > 0 ? rows->at[0]->value : NULL;
	const struct made_payout *p = known != NULL ? mem_find(&m->payouts_made, known->provider_payout) : NULL;
	struct text t;
	int from = 0, n = 0;

	if (p == NULL)
		return refuse(status);
	text_init(&t, m->arena);
	for (int k = 0; k < p->count; k++)
		if (span_is(i->cursor, p->line_ids[k]))
			from = k + 1;
	for (int k = from; k < p->count && n < PAGE; k++, n++)
		text_printf(&t, "%s%s", n > 0 ? "," : "", p->lines[k]);
	return span_of(TEXT(m, "{\"object\":\"list\",\"has_more\":%s,\"data\":[%.*s]}", from + n < p->count ? "true" : "false",
		SPAN_ARG(text_done(&t))));
}

struct span provider_answer(struct memory *m, const struct intent *i, int *status)
{
	struct session *s = session_of(m, i->attempt);

	*status = 200;
	switch (i->kind) {
	case INTENT_OPEN: s = s != NULL ? s : make_session(m, i); return s->first;
	case INTENT_EXPIRE: return answer_expire(m, s, status);
	case INTENT_ASK: return answer_ask(m, i, s);
	case INTENT_FEE: return answer_fee(m, s, status);
	case INTENT_REFUND: return answer_refund(m, i, s, status);
	case INTENT_REFUNDS: return answer_refunds(m, i, s);
	case INTENT_PAYOUT: return answer_payout(m, i, status);
	case INTENT_KINDS: break;
	}
	bug("a call of no kind");
}

/* ---- what happens there ---- */

static void succeed(struct memory *m, struct session *s)
{
	s->paid = PAID;
	if (strcmp(s->currency, currency_of(s->merchant)) != 0)
		cover("provider: a payment in another currency than the merchant's");
	world_add(m->world, "captured", s->merchant, s->amount);
	say(m, s->merchant, "payment_intent.succeeded", payment_json(m, s, "succeeded", s->amount), false);
	say(m, s->merchant, "charge.succeeded", charge_json(m, s, m->world->counter % 2 == 0), false);
	say(m, s->merchant, "charge.updated", charge_json(m, s, true), false);
}

static void pay(struct memory *m, struct rng *r, struct session *s)
{
	s->status = COMPLETE;
	if (rng_one_in(r, 4)) {
		s->paid = PROCESSING;
		say(m, s->merchant, "checkout.session.completed", session_json(m, s), false);
		say(m, s->merchant, "payment_intent.processing", payment_json(m, s, "processing", 0), false);
		return;
	}
	s->paid = PAID;
	say(m, s->merchant, "checkout.session.completed", session_json(m, s), false);
	succeed(m, s);
}

static void move_session(struct memory *m, struct rng *r, struct session *s)
{
	if (s->status == OPEN && m->world->now.us / US_PER_SECOND >= s->expires) {
		s->status = EXPIRED;
		say(m, s->merchant, "checkout.session.expired", session_json(m, s), false);
		say(m, s->merchant, "payment_intent.canceled", payment_json(m, s, "canceled", 0), false);
	} else if (s->status == OPEN && rng_one_in(r, 3)) {
		say(m, s->merchant, "payment_intent.payment_failed", payment_json(m, s, "requires_payment_method", 0), false);
	} else if (s->status == OPEN) {
		pay(m, r, s);
	} else if (s->paid == PROCESSING && rng_one_in(r, 3)) {
		s->paid = FAILED;
		say(m, s->merchant, "checkout.session.async_payment_failed", session_json(m, s), false);
	} else if (s->paid == PROCESSING) {
		s->paid = PAID;
		say(m, s->merchant, "checkout.session.async_payment_succeeded", session_json(m, s), false);
		succeed(m, s);
	}
}

/* Genuine, and not valid: another amount, another mode. */
static void mislead(struct memory *m, struct rng *r, const struct session *s)
{
	struct session other = *s;

	if (rng_one_in(r, 2)) {
		other.amount = s->amount + 1;
		other.status = COMPLETE;
		other.paid = PAID;
		say(m, s->merchant, "checkout.session.completed", session_json(m, &other), false);
	} else {
		other.live = true;
		say(m, s->merchant, "payment_intent.succeeded", payment_json(m, &other, "succeeded", s->amount), true);
	}
	cover("provider: an event that does not fit");
}

/* A session with our reference that we never asked for: somebody used the provider's own pages. */
static void preempt(struct memory *m, struct rng *r)
{
	const struct mem_row *row = rng_row(r, &m->attempts);
	const struct attempt *a = row != NULL ? row->value : NULL;
	struct intent i = { 0 };
	struct session *s;

	for (int tries = 0; a != NULL && tries < 6 && a->state != ATTEMPT_CREATED; tries++)
		a = (row = rng_row(r, &m->attempts)) != NULL ? row->value : NULL;
	if (a == NULL || a->state != ATTEMPT_CREATED || session_of(m, a->id) != NULL)
		return;
	i.merchant = a->merchant;
	i.subject = a->id;
	s = make_session(m, &i);
	s->expires = m->world->now.us / US_PER_SECOND + 80000;
	s->sure = m->sure = true;
	cover("provider: a session that nobody asked for");
	switch (rng_below(r, 4)) {
	case 0:
		s->status = EXPIRED;
		say(m, s->merchant, "checkout.session.async_payment_failed", session_json(m, s), false);
		break;
	case 1: mislead(m, r, s); break;
	case 2: say(m, s->merchant, "payment_intent.payment_failed", payment_json(m, s, "requires_payment_method", 0), false); break;
	default: pay(m, r, s); break;
	}
}

/* A bank debit that was begun before the session ended. */
static void come_late(struct memory *m, struct rng *r, struct session *s)
{
	if (s->status != EXPIRED || s->paid != UNPAID)
		return;
	cover("provider: a payment after the end of its session");
	if (rng_one_in(r, 3)) {
		s->paid = FAILED;
		say(m, s->merchant, "checkout.session.async_payment_failed", session_json(m, s), false);
		return;
	}
	s->status = COMPLETE;
	s->paid = PROCESSING;
	say(m, s->merchant, "payment_intent.processing", payment_json(m, s, "processing", 0), false);
}

/* Somebody at the merchant's gives money back in the provider's own pages; a refund that was under way ends. */
static void move_refund(struct memory *m, struct rng *r, struct session *s)
{
	for (int i = 0; i < s->refund_count; i++) {
		if (strcmp(s->refunds[i].status, "pending") != 0)
			continue;
		s->refunds[i].status = rng_one_in(r, 3) ? "failed" : "succeeded";
		if (strcmp(s->refunds[i].status, "succeeded") == 0)
			world_add(m->world, "given back", s->merchant, s->refunds[i].amount);
		say(m, s->merchant, strcmp(s->refunds[i].status, "failed") == 0 ? "refund.failed" : "refund.updated",
			refund_json(m, s, &s->refunds[i]), false);
		return;
	}
	if (s->paid == PAID && s->refund_count < REFUNDS && refunded_of(s) < s->amount && rng_one_in(r, 3)) {
		int64_t amount = 1 + (int64_t)rng_below(r, (uint64_t)(s->amount - refunded_of(s)));
		struct given_back *g = &s->refunds[s->refund_count++];

		*g = (struct given_back){ .id = world_ref(m->world, "re"), .amount = amount, .status = "succeeded" };
		world_add(m->world, "given back", s->merchant, g->amount);
		say(m, s->merchant, "refund.created", refund_json(m, s, g), false);
		say(m, s->merchant, "charge.refunded", charge_json(m, s, true), false);
		cover("provider: a refund in its own pages");
	}
}

/* Payments that are none of ours. */
static void stranger(struct memory *m, struct rng *r)
{
	struct span merchant = world_pick_merchant(r);

	say(m, merchant, "charge.succeeded",
		TEXT(m,
			"{\"id\":\"%s\",\"object\":\"charge\",\"livemode\":false,\"status\":\"succeeded\",\"captured\":true,\"amount\":700,\"currency\":\"eur\","
			"\"payment_intent\":\"%s\",\"metadata\":{},\"balance_transaction\":null,\"created\":1790000000}",
			world_ref(m->world, "ch"), world_ref(m->world, "pi")),
		false);
}

/* ---- payouts ---- */

static void add_line(struct memory *m, struct made_payout *p, const char *id, const char *type, const char *currency, int64_t amount,
	int64_t fee, const char *source)
{
	p->line_ids[p->count] = id;
	p->lines[p->count++] =
		TEXT(m, "{\"id\":\"%s\",\"type\":\"%s\",\"currency\":\"%s\",\"amount\":%lld,\"fee\":%lld,\"net\":%lld,\"source\":%s}", id,
			type, currency, (long long)amount, (long long)fee, (long long)(amount - fee), source);
}

/* Some payments the provider leaves out of its payouts, most of them for a while; by their ids, so that no number of the history is another for it. */
static bool leave_out(struct session *s)
{
	unsigned which = s->attempt.b[15];

	if (which % 16 != 0 || (which % 64 != 0 && s->left_out >= 5))
		return false;
	s->left_out++;
	cover("provider: a payment is left out of a payout");
	return true;
}

static int64_t collect(struct memory *m, struct made_payout *p, struct session *s)
{
	int64_t net = 0;

	/* The bank account is in the merchant's currency: what is in another one stays in the provider's balance. */
	if (strcmp(s->currency, currency_of(s->merchant)) != 0)
		return 0;
	if (s->paid == PAID && !s->paid_out && p->count < 60 && !leave_out(s)) {
		s->paid_out = true;
		net += s->amount - s->fee;
		add_line(m, p, s->transaction, "charge", s->currency, s->amount, s->fee,
			TEXT(m, "{\"id\":\"%s\",\"payment_intent\":\"%s\",\"metadata\":{\"attempt_id\":\"%s\"}}", s->charge, s->payment,
				uuid_text(m->arena, s->attempt)));
	}
	for (int i = 0; i < s->refund_count && p->count < 60; i++) {
		struct given_back *r = &s->refunds[i];

		if (strcmp(r->status, "succeeded") != 0 || r->paid_out || !s->paid_out)
			continue;
		r->paid_out = true;
		net -= r->amount;
		add_line(m, p, world_ref(m->world, "txn"), "refund", s->currency, -r->amount, 0,
			TEXT(m, "{\"id\":\"%s\",\"payment_intent\":\"%s\",\"charge\":\"%s\",\"metadata\":{}}", r->id, s->payment,
				s->charge));
	}
	return net;
}

static bool pay_out(struct memory *m, struct rng *r, struct span merchant)
{
	const struct mem_rows *rows = mem_index_find(&m->of_account, merchant);
	struct made_payout p = { .merchant = merchant, .id = world_ref(m->world, "po") };
	struct world_transfer t = { .merchant = merchant };
	int64_t net = 0;
	const char *object;

	for (size_t i = 0; i < rows->count; i++)
		net += collect(m, &p, rows->at[i]->value);
	if (p.count == 0 || net <= 0)
		return false;
	add_line(m, &p, world_ref(m->world, "txn"), "payout", currency_of(merchant), -net, 0, TEXT(m, "\"%s\"", p.id));
	mem_put(&m->payouts_made, span_of(p.id), &p);
	/* Now and then the provider's sum is not that of its lines. */
	net += rng_one_in(r, 12);
	object = TEXT(m,
		"{\"id\":\"%s\",\"object\":\"payout\",\"status\":\"paid\",\"amount\":%lld,\"currency\":\"%s\",\"statement_descriptor\":\"STRIPE\",\"arrival_date\":%lld,"
		"\"livemode\":false}",
		p.id, (long long)net, currency_of(merchant), (long long)(m->world->now.us / US_PER_DAY * 86400 + 86400));
	say(m, merchant, "payout.paid", object, false);
	t.minor = rng_one_in(r, 10) ? net - 1 : net;
	t.text = rng_one_in(r, 3) ? span_of(TEXT(m, "STRIPE %s", p.id)) : SPAN("STRIPE");
	t.end_to_end = span_of(world_ref(m->world, "e2e"));
	if (rng_one_in(r, 8)) {
		cover("provider: a payout comes late");
		mem_put(&m->late, span_of(p.id), &t);
		return true;
	}
	world_transfer(m->world, &t);
	return true;
}

static void arrive_late(struct memory *m, struct rng *r)
{
	const struct mem_row *row = rng_row(r, &m->late);

	if (row == NULL || !rng_one_in(r, 4))
		return;
	world_transfer(m->world, row->value);
	mem_put(&m->late, row->key, NULL);
}

bool provider_move(struct memory *m, struct rng *r, struct instant now)
{
	const struct mem_row *row = rng_row(r, &m->sessions);
	struct session *s = row != NULL ? row->value : NULL;

	(void)now;
	m->sure = s != NULL && s->sure;
	switch (rng_below(r, 16)) {
	case 0: return pay_out(m, r, world_pick_merchant(r));
	case 1: stranger(m, r); return true;
	case 2:
		if (s != NULL && rng_one_in(r, 3))
			mislead(m, r, s);
		return s != NULL;
	case 3:
	case 4:
		if (s != NULL)
			move_refund(m, r, s);
		return s != NULL;
	case 5: preempt(m, r); return true;
	case 6:
		if (s != NULL && rng_one_in(r, 4))
			come_late(m, r, s);
		return s != NULL;
	case 7: arrive_late(m, r); return true;
	default:
		if (s != NULL)
			move_session(m, r, s);
		return s != NULL;
	}
}

/* ---- its webhooks ---- */

static void post(struct event *e, struct arena *arena, struct message *out)
{
	struct digest digest = webhook_digest(e->body);

	e->told++;
	out->source = span_of(arena_printf(arena, "webhook:stripe:%.*s:main", SPAN_ARG(e->merchant)));
	out->id = span_of(arena_printf(arena, "%.*s:%.16s", SPAN_ARG(e->id), span_hex(arena, span_bytes(digest.b, 8)).at));
	out->type = SPAN("payments.ReceiveWebhook");
	out->format = FORMAT_JSON;
	out->fate = FATE_SET_ASIDE;
	out->merchant = e->merchant;
	out->client = SPAN("main");
	out->target = SPAN("");
	out->payload = e->body;
}

bool provider_tell(struct memory *m, struct rng *r, struct arena *arena, bool all, struct message *out)
{
	const struct mem_rows *rows = &m->events.rows;

	for (size_t tries = 0; !all && tries < 6 && rows->count > 0; tries++) {
		struct event *e = rng_row(r, &m->events)->value;

		if (e->told == 0 || rng_one_in(r, 20)) {
			if (e->told == 0 && !e->sure && rng_one_in(r, 50)) {
				cover("provider: an event is lost");
				e->told++;
				return false;
			}
			cover(e->told > 0 ? "provider: an event again" : "provider: an event");
			if (e->told > 0 && rng_one_in(r, 6)) {
				struct event again = *e;

				cover("provider: an event again with other bytes");
				again.body = span_of(arena_printf(arena, "%.*s ", SPAN_ARG(e->body)));
				post(&again, arena, out);
				return true;
			}
			post(e, arena, out);
			return true;
		}
	}
	for (size_t i = 0; all && i < rows->count; i++) {
		struct event *e = rows->at[i]->value;

		/* What nobody would ask about was perhaps never answered: it is told until it is. */
		if (e->told == 0 || e->sure) {
			e->sure = false;
			post(e, arena, out);
			return true;
		}
	}
	return false;
}

/* ---- the end ---- */

void provider_check(struct memory *m)
{
	const struct mem_rows *rows = &m->attempts.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct attempt *a = rows->at[i]->value;
		const struct session *s = session_of(m, a->id);

		SIM_HOLDS(a->state != ATTEMPT_SUCCEEDED || (s != NULL && s->paid == PAID), "payment_invented",
			"an attempt succeeded that nobody paid");
		if (s == NULL)
			continue;
		SIM_HOLDS(s->paid != PAID || a->state == ATTEMPT_SUCCEEDED, "payment_lost", "somebody paid, and the attempt %s is %s%s%.*s",
			uuid_text(m->arena, a->id), attempt_state_name(a->state), a->question.size > 0 ? ": " : "", SPAN_ARG(a->question));
		SIM_HOLDS(s->paid != PAID || a->captured.minor == s->amount, "payment_amount", "a payment of %lld counts %lld",
			(long long)s->amount, (long long)a->captured.minor);
	}
}
