/*
 * metrics: counters, gauges and histograms in Prometheus text format 0.0.4.
 *
 * A family is declared once, statically, in the file that counts it; series come and go by label values. Counting takes a
 * lock-free add for unlabelled and a short spin for labelled series; it never blocks on the reader.
 */
#ifndef DUNLIN_METRICS_H
#define DUNLIN_METRICS_H

#include <stdint.h>

#include "span.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric {
	const char *name; /* dunlin_…; counters end in _total, seconds in _seconds */
	enum metric_type type;
	const char *help;
	const char *labels;  /* comma-separated label names, or NULL */
	const double *bounds; /* histograms: upper bounds, ended by 0 */
	struct metric *next;  /* filled by the registry */
	struct metric_series *series;
};

/* Values of the labels in order, as C strings; NULL-terminated list. */
void metric_add(struct metric *, int64_t by, ...) __attribute__((sentinel));
void metric_set(struct metric *, double value, ...) __attribute__((sentinel));
void metric_observe(struct metric *, double value, ...) __attribute__((sentinel));

/* All families that were touched or registered, as text. */
void metrics_register(struct metric *);
void metrics_print(struct text *);

/* Upper bounds in seconds for latencies from 0.5 ms to 30 s. */
extern const double metric_seconds[];
extern const double metric_sizes[]; /* 1, 2, 5, 10 … 500 */

#endif
