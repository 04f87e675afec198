/*
 * metrics: counters, gauges and histograms in Prometheus text format 0.0.4.
 *
 * A family is declared once, statically, in the file that counts it; a series is made at the first sight of its label values and stays. Label
 * values come from tables of ours (routes, topics, outcomes), never from input: nothing bounds their number. Counting from any thread
 * takes no lock and never waits for a reader.
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
	struct metric *next;  /* the registry's; leave out */
	struct metric_series *series;
};

/* The values of the labels in order, as C strings; NULL ends the list. Gauges may be added to, and by less than 0. */
void metric_add(struct metric *, int64_t by, ...) __attribute__((sentinel));
void metric_set(struct metric *, double value, ...) __attribute__((sentinel));
void metric_observe(struct metric *, double value, ...) __attribute__((sentinel));

/* Makes a family visible before it is first counted (the others do it by themselves). A name against the conventions is a bug(). */
void metrics_register(struct metric *);
/* All families that were registered or counted, in the order of their names. */
void metrics_print(struct text *);

/* Upper bounds in seconds for latencies from 0.5 ms to 30 s. */
extern const double metric_seconds[];
/* 1, 2, 5, 10 … 500. */
extern const double metric_sizes[];

#endif
