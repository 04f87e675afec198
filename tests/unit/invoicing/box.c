#include "box.h"

char merchant[] = "nord", customer[] = "c1", ref[] = "x-1", text[] = "Strom M\xc3\xa4rz";

struct message *message(struct world *w, const char *type, const char *key, const ProtobufCMessage *body)
{
	struct message *m = ARENA_NEW(w->arena, struct message);

	m->source = SPAN("/shop");
	m->id = span_of(arena_printf(w->arena, "e%d", ++w->messages));
	m->type = span_of(type);
	m->format = FORMAT_PROTOBUF;
	m->payload = protobuf_print(w->arena, body);
	m->time = w->now;
	m->topic = SPAN("dunlin.billing.v1");
	m->key = span_of(key);
	m->partition = 3;
	m->offset = 4711;
	return m;
}

Money eur(int64_t minor)
{
	static char code[] = "EUR";
	Money m = DUNLIN__TYPE__V1__MONEY__INIT;

	m.minor = minor;
	m.currency = code;
	return m;
}

Decimal decimal(int64_t unscaled, uint32_t scale)
{
	Decimal d = DUNLIN__TYPE__V1__DECIMAL__INIT;

	d.unscaled = unscaled;
	d.scale = scale;
	return d;
}

void box_open(struct charge_box *b)
{
	*b = (struct charge_box){ .m = DUNLIN__BILLING__V1__ADD_CHARGE__INIT, .key = "nord:c1" };
	b->amount = eur(1000);
	b->quantity = decimal(25, 1);
	b->price = decimal(42, 4);
	b->rate = decimal(190, 1);
	b->from = (Date)DUNLIN__TYPE__V1__DATE__INIT;
	b->from.year = 2026;
	b->from.month = 2;
	b->from.day = 1;
	b->to = b->from;
	b->to.day = 28;
	b->m.merchant_id = merchant;
	b->m.customer_ref = customer;
	b->m.external_ref = ref;
	b->m.description = text;
	b->m.amount = &b->amount;
	b->m.tax_category = DUNLIN__TYPE__V1__TAX_CATEGORY__TAX_CATEGORY_STANDARD;
	b->m.tax_rate = &b->rate;
	b->m.period_from = &b->from;
	b->m.period_to = &b->to;
	b->m.when = DUNLIN__BILLING__V1__CHARGE_WHEN__CHARGE_WHEN_AT_ONCE;
}

enum err box_run(struct world *w, struct charge_box *b)
{
	return world_run(w, message(w, "dunlin.billing.v1.AddCharge", b->key, &b->m.base));
}
