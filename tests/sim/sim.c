#include "sim.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- how a history ends ---- */

static struct ending ending;
static sigjmp_buf unwound;

void sim_fail(const char *code, const char *fmt, ...)
{
	va_list list;

	va_start(list, fmt);
	vsnprintf(ending.text, sizeof ending.text, fmt, list);
	va_end(list);
	snprintf(ending.code, sizeof ending.code, "%s", code);
	siglongjmp(unwound, 1);
}

/* A bug() of the cores, or worse. */
static void fell(int number)
{
	snprintf(ending.code, sizeof ending.code, "signal_%d", number);
	snprintf(ending.text, sizeof ending.text, "%s", strsignal(number));
	siglongjmp(unwound, 1);
}

static void catch_falls(void)
{
	static const int numbers[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGALRM };
	struct sigaction act = { .sa_handler = fell };

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &act, NULL);
}

void sim_say(const struct sim *s, const char *fmt, ...)
{
	va_list list;

	if (!s->talks)
		return;
	printf("%6lld %s ", (long long)s->now_step, instant_text(s->arena, s->world.now));
	va_start(list, fmt);
	vprintf(fmt, list);
	va_end(list);
	printf("\n");
}

/* ---- the beginning ---- */

const char *const topic_names[TOPICS] = { "dunlin.customers.v1", "dunlin.invoices.v1", "dunlin.payments.v1", "dunlin.ledger.v1",
	"dunlin.reminders.v1", "dunlin.billing.v1" };

static const struct core *const cores[NODES] = { &invoicing_core, &reconciliation_core, &reminders_core, &payments_core };

int topic_of(const char *name)
{
	for (int i = 0; i < TOPICS; i++)
		if (strcmp(topic_names[i], name) == 0)
			return i;
	return -1;
}

int partition_of(struct span key)
{
	return (int)(span_hash(key) % PARTITIONS);
}

void expect_cores(void)
{
	for (int i = 0; i < NODES; i++)
		cores[i]->expect();
}

static void ask_now(struct sim *s, int node, struct message *m)
{
	struct rng r = rng_of(s->seed, 0);

	s->is_calm = true;
	request(s, node, m, &r);
	s->is_calm = false;
}

static void open_merchant(struct sim *s, const struct world_merchant *w)
{
	struct span merchant = span_of(w->name);
	struct message m = { 0 };

	world_ask(&m, s->arena, merchant, "dunlin.invoicing.DefineMerchant", "/v1/merchants",
		"{\"name\":\"Haus\",\"zone\":\"%s\",\"currency\":\"%s\",\"language\":\"de\",\"invoice_prefix\":\"%s\",\"credit_note_prefix\":\"C%s\","
		"\"email\":\"haus@example.org\",\"address\":{\"lines\":[\"Hafen 1\"],\"city\":\"Hamburg\",\"country\":\"DE\"},"
		"\"transfer_accounts\":[{\"iban\":\"%s\",\"currency\":\"%s\"}]}",
		w->zone, w->currency, w->prefix, w->prefix, w->iban, w->currency);
	ask_now(s, 0, &m);
	m = (struct message){ 0 };
	world_ask(&m, s->arena, merchant, "dunlin.reconciliation.DefineAccount", "/v1/bank-accounts",
		"{\"iban\":\"%s\",\"currency\":\"%s\",\"zone\":\"%s\",\"name\":\"Konto\",\"provider_accounts\":[\"main\"]}", w->iban,
		w->currency, w->zone);
	ask_now(s, 1, &m);
	m = (struct message){ 0 };
	world_ask(&m, s->arena, merchant, "payments.PutProviderAccount", "/v1/provider-accounts",
		"{\"account\":\"main\",\"provider\":\"stripe\",\"live\":false,\"preferred\":true,\"api_key\":\"sk_test_1\",\"webhook_secrets\":[\"whsec_0001\"]}");
	ask_now(s, 3, &m);
	for (int i = 1; i <= WORLD_CUSTOMERS; i++) {
		struct span ref = span_of(arena_printf(s->arena, "c%d", i));

		m = (struct message){ 0 };
		world_ask(&m, s->arena, merchant, "dunlin.billing.v1.DefineCustomer", "/v1/customers",
			"{\"customer_ref\":\"%.*s\",\"name\":\"Kunde %d\",\"emails\":[\"kunde@example.org\"],\"billing_day\":%d,\"ibans\":[\"%.*s\"]}",
			SPAN_ARG(ref), i, i * 5, SPAN_ARG(world_iban(s->arena, merchant, ref)));
		ask_now(s, 0, &m);
	}
}

void sim_open(struct sim *s, const struct history *h)
{
	struct arena *arena = arena_open();

	*s = (struct sim){ .arena = arena, .seed = h->seed, .talks = h->talks };
	world_open(&s->world, arena, h->seed);
	/* Some day of some year, so that leap days and both changes of daylight saving are met. */
	s->world.now.us = INT64_C(1767225600) * US_PER_SECOND + (int64_t)rng_below(&s->world.rng, 900 * 86400) * US_PER_SECOND;
	for (int i = 0; i < TOPICS; i++)
		s->topics[i].name = topic_names[i];
	for (int i = 0; i < NODES; i++)
		node_open(&s->nodes[i], cores[i], arena, &s->world);
	for (size_t i = 0; i < WORLD_MERCHANTS; i++)
		open_merchant(s, &world_merchants[i]);
}

/* ---- the end ---- */

static bool rest_of(struct sim *s, int node, struct rng *r)
{
	const struct core *core = s->nodes[node].core;
	bool any = false;

	for (struct message m = { 0 }; core->rest != NULL && core->rest(s->nodes[node].memory, r, s->arena, &m);
		m = (struct message){ 0 }) {
		request(s, node, &m, r);
		any = true;
	}
	return any;
}

static bool drain_once(struct sim *s, struct rng *r)
{
	bool any = false;

	for (int i = 0; i < NODES; i++) {
		while (relay_some(s, &s->nodes[i], r))
			any = true;
		while (consume_some(s, &s->nodes[i], r))
			any = true;
		any |= tick_some(s, &s->nodes[i], r);
		any |= send_some(s, &s->nodes[i], r);
		any |= rest_of(s, i, r);
	}
	while (deliver_some(s, r))
		any = true;
	return any;
}

static void drain(struct sim *s, struct rng *r)
{
	for (int rounds = 0; drain_once(s, r); rounds++)
		if (rounds > 400)
			sim_fail("never_quiet", "there is always something to do");
}

static void unpark(struct sim *s)
{
	for (int i = 0; i < NODES; i++) {
		struct node *n = &s->nodes[i];

		for (size_t k = 0; k < n->parked_count; k++) {
			if (n->parked[k].ended)
				continue;
			if (!node_retry(n, k, n->parked[k].m->trace.size > 0)) {
				const struct message *m = n->parked[k].m;

				/* One behind it that nobody can read has its turn later. */
				if (m->own && m->trace.size == 0 && !n->parked[k].ended)
					sim_fail("still_parked", "%s: %.*s: %s %s", n->core->name, SPAN_ARG(m->type), m->why.code,
						m->why.text);
			}
		}
	}
}

void sim_calm(struct sim *s)
{
	struct rng r = rng_of(s->seed, UINT64_MAX - 1);

	s->is_calm = true;
	for (int round = 0; round < 16; round++) {
		struct instant next = { INT64_MAX };

		drain(s, &r);
		unpark(s);
		drain(s, &r);
		if (round == 15)
			break;
		for (int i = 0; i < NODES; i++) {
			struct instant at = s->nodes[i].core->next(s->nodes[i].memory, s->world.now);

			next = at.us < next.us ? at : next;
		}
		/* What fails is asked again for days; what is due in weeks is for another history. */
		if (next.us > s->world.now.us + 2 * US_PER_DAY)
			break;
		s->world.now = next;
	}
}

static void check_items(struct sim *s, const struct world_debt *d)
{
	int64_t open, seen;
	struct span id = uuid_span(&d->invoice);

	if (!s->nodes[1].core->item(s->nodes[1].memory, d->merchant, id, 1, &open))
		sim_fail("item_missing", "no open item of %.*s", SPAN_ARG(d->number));
	for (int i = 0; i < NODES; i++) {
		if (i == 1)
			continue;
		if (!s->nodes[i].core->item(s->nodes[i].memory, d->merchant, id, 1, &seen))
			sim_fail("projection_missing", "%s does not know %.*s", s->nodes[i].core->name, SPAN_ARG(d->number));
		if (seen != open)
			sim_fail("projection", "%.*s is open %lld and %s thinks %lld", SPAN_ARG(d->number), (long long)open,
				s->nodes[i].core->name, (long long)seen);
	}
}

/* I7: all is quiet, and everybody says the same. */
void sim_check(struct sim *s)
{
	struct rng r = rng_of(s->seed, UINT64_MAX - 2);

	for (int i = 0; i < NODES; i++)
		s->nodes[i].core->quiet(s->nodes[i].memory, s->world.now);
	for (size_t i = 0; i < s->world.debts.rows.count; i++)
		check_items(s, s->world.debts.rows.at[i]->value);
	/* Everything comes once more, past the inboxes. */
	for (int i = 0; i < NODES; i++) {
		struct node *n = &s->nodes[i];

		for (const char *const *t = n->core->topics; *t != NULL; t++)
			for (int p = 0; p < PARTITIONS; p++) {
				const struct records *log = &s->topics[topic_of(*t)].partitions[p];

				for (size_t k = 0; k < log->count; k++)
					if (log->at[k].own && !log->at[k].is_poison && rng_one_in(&r, 4))
						node_again(n, &log->at[k]);
			}
	}
}

static int64_t steps_of(const struct sim *s)
{
	int64_t steps = s->slept;

	for (int i = 0; i < NODES; i++)
		steps += s->nodes[i].steps;
	return steps;
}

struct ending sim_run(const struct history *h)
{
	static struct sim s;

	ending = (struct ending){ .failed = false };
	catch_falls();
	s.arena = NULL;
	if (sigsetjmp(unwound, 1) == 0) {
		sim_open(&s, h);
		for (s.now_step = 1; s.now_step <= h->steps; s.now_step++)
			if (h->left_out == NULL || !h->left_out[s.now_step])
				sim_step(&s);
		sim_calm(&s);
		sim_check(&s);
	} else
		ending.failed = true;
	ending.at = s.now_step;
	ending.steps = steps_of(&s);
	arena_close(s.arena);
	return ending;
}
