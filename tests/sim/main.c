#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cover.h"
#include "sim.h"

/* The simulator's command line: many histories, one again, or one made small. */

struct options {
	uint64_t from;
	int64_t seeds, steps, seconds;
	const char *replay, *shrink, *file;
	bool table, first; /* first: ends with the first failure, and asks for no coverage */
};

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- many ---- */

static void tell_failure(uint64_t seed, int64_t steps, const struct ending *e)
{
	printf("FAILED: seed %llu, step %lld: %s: %s\n", (unsigned long long)seed, (long long)e->at, e->code, e->text);
	printf("  again: make sim SEED=%llu STEPS=%lld      smaller: make sim SHRINK=%llu STEPS=%lld\n", (unsigned long long)seed,
		(long long)steps, (unsigned long long)seed, (long long)steps);
	fflush(stdout);
}

static int run_many(const struct options *o)
{
	double began = seconds_of(CLOCK_MONOTONIC), worked = seconds_of(CLOCK_PROCESS_CPUTIME_ID), took;
	int64_t steps = 0, histories = 0;
	int failures = 0, missing;

	for (uint64_t seed = o->from; histories < o->seeds || (o->seconds > 0 && seconds_of(CLOCK_MONOTONIC) - began < (double)o->seconds);
		seed++) {
		/* Short ones and long ones. */
		struct history h = { .seed = seed, .steps = o->steps * (int64_t)(1 + seed % 3) / 2 };
		struct ending e;

		alarm(60);
		e = sim_run(&h);
		alarm(0);
		histories++;
		steps += e.steps;
		if (!e.failed)
			continue;
		tell_failure(seed, h.steps, &e);
		if (++failures == 10 || o->first)
			break;
	}
	took = seconds_of(CLOCK_MONOTONIC) - began;
	worked = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - worked;
	missing = o->first ? 0 : cover_print(o->table);
	printf("%lld histories, %lld steps in %.1f s (%.1f s of one core: %.0f steps/s of it); seeds %llu to %llu; %d failed, %d never reached\n",
		(long long)histories, (long long)steps, took, worked, (double)steps / worked, (unsigned long long)o->from,
		(unsigned long long)o->from + (uint64_t)histories - 1, failures, missing);
	return failures > 0 || missing > 0;
}

/* ---- one ---- */

struct kept {
	uint64_t seed;
	int64_t steps;
	bool *left_out;
	char code[64];
};

static bool fails_alike(const struct kept *k)
{
	struct history h = { .seed = k->seed, .steps = k->steps, .left_out = k->left_out };
	struct ending e;

	alarm(60);
	e = sim_run(&h);
	alarm(0);
	return e.failed && strcmp(e.code, k->code) == 0;
}

static int64_t count_kept(const struct kept *k)
{
	int64_t n = 0;

	for (int64_t i = 1; i <= k->steps; i++)
		n += !k->left_out[i];
	return n;
}

/* Leaves out as many of the steps [from, from + size) as it can; true: they were not needed. */
static bool try_without(struct kept *k, int64_t from, int64_t size)
{
	bool *before = malloc((size_t)k->steps + 1);
	bool any = false;

	if (before == NULL)
		bug("no memory");
	memcpy(before, k->left_out, (size_t)k->steps + 1);
	for (int64_t i = from; i < from + size && i <= k->steps; i++) {
		any |= !k->left_out[i];
		k->left_out[i] = true;
	}
	if (any && !fails_alike(k)) {
		memcpy(k->left_out, before, (size_t)k->steps + 1);
		any = false;
	}
	free(before);
	return any;
}

/* Delta debugging: halves, quarters … single steps, as long as something can go. */
static void shrink(struct kept *k)
{
	for (int64_t size = k->steps / 2 > 0 ? k->steps / 2 : 1; size > 0; size /= 2) {
		bool again = true;

		while (again) {
			again = false;
			for (int64_t from = 1; from <= k->steps; from += size)
				again |= try_without(k, from, size);
			again = again && size == 1;
		}
		fprintf(stderr, "%lld steps left\n", (long long)count_kept(k));
	}
}

static void write_kept(const struct kept *k, const char *file)
{
	FILE *out = file != NULL ? fopen(file, "w") : stdout;

	if (out == NULL)
		bug("%s can't be written", file);
	fprintf(out, "# %s\nseed %llu\nsteps %lld\nkeep", k->code, (unsigned long long)k->seed, (long long)k->steps);
	for (int64_t i = 1; i <= k->steps; i++)
		if (!k->left_out[i])
			fprintf(out, " %lld", (long long)i);
	fprintf(out, "\n");
	if (file != NULL)
		fclose(out);
}

static bool *none_left_out(int64_t steps, bool value)
{
	bool *left_out = malloc((size_t)steps + 1);

	if (left_out == NULL)
		bug("no memory");
	memset(left_out, value, (size_t)steps + 1);
	return left_out;
}

/* A recorded history: "seed N", "steps N", "keep N N …" (all where there is no such line). */
static void read_kept(const char *file, struct kept *k)
{
	FILE *in = fopen(file, "r");
	char word[128];
	long long n;

	*k = (struct kept){ .steps = 3000 };
	if (in == NULL)
		bug("%s can't be read", file);
	while (fscanf(in, "%127s", word) == 1) {
		if (word[0] == '#')
			(void)!fscanf(in, "%*[^\n]");
		else if (strcmp(word, "seed") == 0 && fscanf(in, "%lld", &n) == 1)
			k->seed = (uint64_t)n;
		else if (strcmp(word, "steps") == 0 && fscanf(in, "%lld", &n) == 1)
			k->steps = n;
		else if (strcmp(word, "keep") == 0) {
			k->left_out = none_left_out(k->steps, true);
			while (fscanf(in, "%lld", &n) == 1)
				if (n >= 0 && n <= k->steps)
					k->left_out[n] = false;
		}
	}
	fclose(in);
	if (k->left_out == NULL)
		k->left_out = none_left_out(k->steps, false);
}

static int replay(struct kept *k, bool talks)
{
	struct history h = { .seed = k->seed, .steps = k->steps, .left_out = k->left_out, .talks = talks };
	struct ending e;

	alarm(60);
	e = sim_run(&h);
	alarm(0);
	if (!e.failed) {
		printf("seed %llu: nothing breaks in %lld steps\n", (unsigned long long)k->seed, (long long)e.steps);
		return 0;
	}
	printf("seed %llu, step %lld: %s: %s\n", (unsigned long long)k->seed, (long long)e.at, e.code, e.text);
	return 1;
}

static int make_small(const struct options *o)
{
	struct kept k = { .seed = strtoull(o->shrink, NULL, 10), .steps = o->steps };
	struct history h = { .seed = k.seed, .steps = k.steps };
	struct ending e = sim_run(&h);

	if (!e.failed) {
		printf("seed %s: nothing breaks\n", o->shrink);
		return 0;
	}
	memcpy(k.code, e.code, sizeof k.code);
	k.steps = e.at < k.steps ? e.at : k.steps;
	k.left_out = none_left_out(k.steps, false);
	shrink(&k);
	write_kept(&k, o->file);
	return replay(&k, true);
}

static int replay_one(const struct options *o)
{
	struct kept k = { .seed = strtoull(o->replay, NULL, 10), .steps = o->steps };

	k.left_out = none_left_out(k.steps, false);
	return replay(&k, true);
}

/* ---- options ---- */

static const char *value_of(int argc, char **argv, const char *name)
{
	size_t size = strlen(name);

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, size) == 0 && argv[i][size] == '=' && argv[i][size + 1] != '\0')
			return argv[i] + size + 1;
	return NULL;
}

static int64_t number_of(int argc, char **argv, const char *name, int64_t otherwise)
{
	const char *value = value_of(argc, argv, name);

	return value != NULL ? strtoll(value, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	struct options o = {
		.from = (uint64_t)number_of(argc, argv, "--from", 1),
		.seeds = number_of(argc, argv, "--seeds", 100),
		.steps = number_of(argc, argv, "--steps", 3000),
		.seconds = number_of(argc, argv, "--seconds", 0),
		.replay = value_of(argc, argv, "--replay"),
		.shrink = value_of(argc, argv, "--shrink"),
		.file = value_of(argc, argv, "--file"),
		.table = number_of(argc, argv, "--table", 0) != 0,
		.first = number_of(argc, argv, "--first", 0) != 0,
	};
	struct kept k;

	if (value_of(argc, argv, "--refusals") != NULL) {
		refusals_print();
		return 0;
	}
	if (o.shrink != NULL)
		return make_small(&o);
	if (o.replay != NULL)
		return replay_one(&o);
	if (o.file != NULL) {
		read_kept(o.file, &k);
		return replay(&k, number_of(argc, argv, "--talk", 0) != 0);
	}
	/* Memory goes round and round: it is not given back between histories. */
	mallopt(M_TRIM_THRESHOLD, 512 << 20);
	mallopt(M_MMAP_THRESHOLD, 512 << 20);
	expect_faults();
	expect_cores();
	expect_refusals();
	return run_many(&o);
}
