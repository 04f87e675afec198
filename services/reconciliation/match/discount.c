#include "match/discount.h"

#include "money.h"
#include "open_item.h"

struct discount discount_read(struct span text)
{
	struct discount d = { 0 };
	for (struct tax_share line; share_next(&text, &line); d.count++) {
		if (d.count == DISCOUNT_STEPS || span_int64(line.category, &d.steps[d.count].share) != OK)
			bug("discount '%.*s'", SPAN_ARG(line.category));
		d.steps[d.count].days = line.minor;
	}
	return d;
}

static void add_percent(struct text *t, int64_t share)
{
	text_printf(t, "%lld", (long long)(share / 100));
	if (share % 100)
		text_printf(t, share % 10 ? ".%02lld" : ".%lld", (long long)(share % 10 ? share % 100 : share % 100 / 10));
}

struct span discount_text(struct arena *arena, const struct discount *d, struct date issued)
{
	struct text t;
	text_init(&t, arena);
	for (int i = 0; i < d->count; i++) {
		struct date last = { (int32_t)(issued.day + d->steps[i].days) };
		text_add(&t, i ? ", " : "");
		add_percent(&t, d->steps[i].share);
		text_printf(&t, " %% until %s", date_text(arena, last));
	}
	return text_done(&t);
}
