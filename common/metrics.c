#include "metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_MOST = 4 };

/*
 * 1. A series is linked once, by compare-and-swap at the head of its family's list, and never changes its place or labels.
 * 2. A family's `next` is NULL until it is registered; the last one of the registry points to `last`.
 * 3. Numbers are changed by atomic operations alone. A histogram's count is the sum of its buckets.
 */
struct metric_series {
	struct metric_series *next;
	char *values[LABELS_MOST];
	int64_t count;      /* counters */
	uint64_t bits;      /* gauges, and sums of histograms: a double */
	uint64_t buckets[]; /* histograms: one for each bound, one for what is above */
};

const double metric_seconds[] = { 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 0 };
const double metric_sizes[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 0 };

static struct metric last;
static struct metric *registry = &last;

static size_t bound_count(const struct metric *metric)
{
	size_t n = 0;

	while (metric->bounds != NULL && metric->bounds[n] != 0)
		n++;
	return n;
}

static size_t label_count(const struct metric *metric)
{
	size_t n = metric->labels != NULL;

	for (const char *c = metric->labels; c != NULL && *c != '\0'; c++)
		n += *c == ',';
	return n;
}

static bool ends_in(const char *name, const char *end)
{
	size_t size = strlen(name), tail = strlen(end);

	return size >= tail && strcmp(name + size - tail, end) == 0;
}

static void check(const struct metric *metric)
{
	bool is_counter = metric->type == METRIC_COUNTER;

	if (strncmp(metric->name, "dunlin_", 7) != 0 || metric->help == NULL || is_counter != ends_in(metric->name, "_total") ||
		(metric->type == METRIC_HISTOGRAM) != (metric->bounds != NULL) || label_count(metric) > LABELS_MOST)
		bug("metrics: %s is against the conventions", metric->name);
}

/* --- series --- */

static bool has_values(const struct metric_series *series, const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(series->values[i], values[i]) != 0)
			return false;
	return true;
}

static struct metric_series *series_make(const struct metric *metric, const char *const *values, size_t n)
{
	struct metric_series *series = calloc(1, sizeof(*series) + (bound_count(metric) + 1) * sizeof(uint64_t));

	for (size_t i = 0; series != NULL && i < n; i++)
		if ((series->values[i] = strdup(values[i])) == NULL)
			bug("metrics: no memory");
	if (series == NULL)
		bug("metrics: no memory");
	return series;
}

static void series_free(struct metric_series *series)
{
	for (size_t i = 0; series != NULL && i < LABELS_MOST; i++)
		free(series->values[i]);
	free(series);
}

static struct metric_series *series_of(struct metric *metric, const char *const *values, size_t n)
{
	struct metric_series *head = __atomic_load_n(&metric->series, __ATOMIC_ACQUIRE), *made = NULL;

	for (;;) {
		for (struct metric_series *series = head; series != NULL; series = series->next)
			if (has_values(series, values, n)) {
				series_free(made);
				return series;
			}
		if (made == NULL)
			made = series_make(metric, values, n);
		made->next = head;
		/* When another thread was quicker, `head` is its series now, and is looked through again. */
		if (__atomic_compare_exchange_n(&metric->series, &head, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return made;
	}
}

static struct metric_series *series_find(struct metric *metric, va_list ap)
{
	const char *values[LABELS_MOST];
	size_t n = 0, labels = label_count(metric);

	if (__atomic_load_n(&metric->next, __ATOMIC_ACQUIRE) == NULL)
		metrics_register(metric);
	for (const char *value = va_arg(ap, const char *); value != NULL; value = va_arg(ap, const char *)) {
		if (n == labels)
			bug("metrics: %s has %zu labels, not more", metric->name, labels);
		values[n++] = value;
	}
	if (n != labels)
		bug("metrics: %s has %zu labels, not %zu", metric->name, labels, n);
	return series_of(metric, values, n);
}

void metrics_register(struct metric *metric)
{
	struct metric *unregistered = NULL, *head;

	check(metric);
	if (!__atomic_compare_exchange_n(&metric->next, &unregistered, &last, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return;
	if (metric->labels == NULL)
		series_of(metric, NULL, 0);
	head = __atomic_load_n(&registry, __ATOMIC_ACQUIRE);
	do
		__atomic_store_n(&metric->next, head, __ATOMIC_RELEASE);
	while (!__atomic_compare_exchange_n(&registry, &head, metric, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
}

/* --- counting --- */

static double double_of(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static void add_double(uint64_t *to, double by)
{
	uint64_t bits = __atomic_load_n(to, __ATOMIC_RELAXED);

	while (!__atomic_compare_exchange_n(to, &bits, bits_of(double_of(bits) + by), true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

void metric_add(struct metric *metric, int64_t by, ...)
{
	struct metric_series *series;
	va_list ap;

	va_start(ap, by);
	series = series_find(metric, ap);
	va_end(ap);
	switch (metric->type) {
	case METRIC_COUNTER: __atomic_fetch_add(&series->count, by, __ATOMIC_RELAXED); break;
	case METRIC_GAUGE: add_double(&series->bits, (double)by); break;
	case METRIC_HISTOGRAM: bug("metrics: %s is observed, not added to", metric->name);
	}
}

void metric_set(struct metric *metric, double value, ...)
{
	struct metric_series *series;
	va_list ap;

	if (metric->type != METRIC_GAUGE)
		bug("metrics: %s is no gauge", metric->name);
	va_start(ap, value);
	series = series_find(metric, ap);
	va_end(ap);
	__atomic_store_n(&series->bits, bits_of(value), __ATOMIC_RELAXED);
}

void metric_observe(struct metric *metric, double value, ...)
{
	struct metric_series *series;
	va_list ap;
	size_t i = 0;

	if (metric->type != METRIC_HISTOGRAM)
		bug("metrics: %s is no histogram", metric->name);
	va_start(ap, value);
	series = series_find(metric, ap);
	va_end(ap);
	while (metric->bounds[i] != 0 && value > metric->bounds[i])
		i++;
	__atomic_fetch_add(&series->buckets[i], 1, __ATOMIC_RELAXED);
	add_double(&series->bits, value);
}

/* --- printing --- */

static void print_double(struct text *text, double value)
{
	char digits[40];

	snprintf(digits, sizeof(digits), "%.15g", value);
	if (strtod(digits, NULL) != value)
		snprintf(digits, sizeof(digits), "%.17g", value);
	text_add(text, digits);
}

static void print_escaped(struct text *text, const char *value, bool quotes)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			text_add(text, "\\n");
		else if (*value == '\\' || (quotes && *value == '"'))
			text_printf(text, "\\%c", *value);
		else
			text_char(text, *value);
	}
}

/* {a="x",b="y",le="0.5"}; nothing when there are none. */
static void print_labels(struct text *text, const struct metric *metric, const struct metric_series *series, const char *le)
{
	struct span rest = span_of(metric->labels), name;
	const char *sep = "{";

	for (size_t i = 0; rest.size > 0; i++) {
		span_cut(rest, ',', &name, &rest);
		text_printf(text, "%s%.*s=\"", sep, SPAN_ARG(name));
		print_escaped(text, series->values[i], true);
		text_char(text, '"');
		sep = ",";
	}
	if (le != NULL)
		text_printf(text, "%sle=\"%s\"", sep, le);
	if (le != NULL || metric->labels != NULL)
		text_char(text, '}');
}

static void print_histogram(struct text *text, const struct metric *metric, const struct metric_series *series)
{
	size_t bounds = bound_count(metric);
	uint64_t sum = 0;

	for (size_t i = 0; i <= bounds; i++) {
		char le[32] = "+Inf";

		if (i < bounds)
			snprintf(le, sizeof(le), "%g", metric->bounds[i]);
		sum += __atomic_load_n(&series->buckets[i], __ATOMIC_RELAXED);
		text_printf(text, "%s_bucket", metric->name);
		print_labels(text, metric, series, le);
		text_printf(text, " %" PRIu64 "\n", sum);
	}
	text_printf(text, "%s_sum", metric->name);
	print_labels(text, metric, series, NULL);
	text_char(text, ' ');
	print_double(text, double_of(__atomic_load_n(&series->bits, __ATOMIC_RELAXED)));
	text_printf(text, "\n%s_count", metric->name);
	print_labels(text, metric, series, NULL);
	text_printf(text, " %" PRIu64 "\n", sum);
}

static void print_series(struct text *text, const struct metric *metric, const struct metric_series *series)
{
	if (metric->type == METRIC_HISTOGRAM) {
		print_histogram(text, metric, series);
		return;
	}
	text_add(text, metric->name);
	print_labels(text, metric, series, NULL);
	text_char(text, ' ');
	if (metric->type == METRIC_COUNTER)
		text_printf(text, "%" PRId64, __atomic_load_n(&series->count, __ATOMIC_RELAXED));
	else
		print_double(text, double_of(__atomic_load_n(&series->bits, __ATOMIC_RELAXED)));
	text_char(text, '\n');
}

static void print_family(struct text *text, struct metric *metric)
{
	static const char *const types[] = { "counter", "gauge", "histogram" };
	const struct metric_series *series = __atomic_load_n(&metric->series, __ATOMIC_ACQUIRE);

	text_printf(text, "# HELP %s ", metric->name);
	print_escaped(text, metric->help, false);
	text_printf(text, "\n# TYPE %s %s\n", metric->name, types[metric->type]);
	for (; series != NULL; series = series->next)
		print_series(text, metric, series);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct metric *const *)a)->name, (*(struct metric *const *)b)->name);
}

/* Registering it again may look at the field at the same time. */
static struct metric *next_of(const struct metric *metric)
{
	return __atomic_load_n(&metric->next, __ATOMIC_ACQUIRE);
}

void metrics_print(struct text *text)
{
	struct metric *head = __atomic_load_n(&registry, __ATOMIC_ACQUIRE), **all;
	size_t n = 0;

	for (const struct metric *metric = head; metric != &last; metric = next_of(metric))
		n++;
	all = ARENA_ARRAY(text->arena, struct metric *, n);
	n = 0;
	for (struct metric *metric = head; metric != &last; metric = next_of(metric))
		all[n++] = metric;
	qsort(all, n, sizeof(*all), by_name);
	for (size_t i = 0; i < n; i++)
		print_family(text, all[i]);
}
