/*
 * service: what a daemon is, as one value: its handlers, store, routes, topics, due work and outside calls. service_main gives it the
 * verbs (run migrate check settings routes rules topics token parked positions republish schema …) and the roles.
 */
#ifndef DUNLIN_SERVICE_H
#define DUNLIN_SERVICE_H

#include "db.h"
#include "httpd.h"
#include "migrate.h"
#include "outside.h"
#include "settings.h"
#include "unit.h"

/* A topic that this service writes. The same partition count everywhere (setting partitions). */
struct topic {
	const char *name;
	const char *cleanup;      /* "delete" or "compact" */
	int64_t retention_ms;     /* -1: for ever */
	int64_t tombstone_ms;     /* delete.retention.ms of compacted topics; 0: the broker's */
	bool foreign;             /* others write it too: it is not gap-checked, and refusals are dead letters */
};

/* A topic that it reads. */
struct intake {
	const char *topic;
	bool foreign;   /* identities are (ce_source, ce_id); refusals are dead letters */
	bool compacted; /* no gap alarm, no read-back */
};

/* Work that falls due: a pure function of facts, policy and now; unique by the identity of the messages it makes. */
struct duty {
	const char *name;
	int period_ms; /* how often to look; also looked at after each wake-up */
	/* At most `limit` due messages (in the arena, fate FATE_SET_ASIDE, handler type set). */
	enum err (*due)(struct db *, struct arena *, struct instant now, size_t limit, struct message ***, size_t *n, struct why *);
	/* Count of what is due at now, and the instant of the next to fall due (INT64_MAX: none), for /idle. */
	enum err (*next)(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *);
	/* Only every period_ms, not after wake-ups: a safety net whose look costs more than a glance. */
	bool lazy;
	/* Every process's tick does it, and not the leader's alone: `due` sees to it that two don't take the same. */
	bool shared;
	/* After what `due` made was run, or could not be: gives back what it holds. NULL: nothing. */
	enum err (*done)(struct db *, struct arena *, struct why *);
};

/* A verb beyond those that every service has. Returns the exit code. */
struct verb {
	const char *name;
	const char *help;
	int (*run)(const struct service *, int argc, char **argv);
};

struct role;
struct service {
	const char *name; /* also the prefix of settings and the consumer group: dunlin.<name> */
	const struct setting *settings; /* the service's own table, or NULL */
	void *options;                  /* the struct that it fills */
	const struct kind *kinds;       /* ended by a NULL name */
	const struct topic *topics;     /* that it writes, ended by a NULL name */
	const struct intake *intakes;   /* that it reads */
	const struct handler *handlers; /* ended by a NULL type */
	const struct store *store;
	const struct query *const *queries;
	const struct migration *migrations;
	const struct route *routes;     /* ended by a NULL path */
	const struct duty *duties;      /* ended by a NULL name */
	const struct errand *errands;   /* ended by a NULL name */
	const struct verb *verbs;       /* ended by a NULL name */
	void (*rules)(struct text *);   /* prints the rule tables (state machines, policies) for the golden file */
	/* Work that takes long, such as a file of a gigabyte: one piece of it, if there is any (*did). It sees to it that two processes don't take the same,
	 * says role_beat and returns ERR_RETRY when the role is told to stop. NULL: none. */
	enum err (*bulk)(struct role *, struct db *, struct arena *, bool *did, struct why *);
	/* A refused foreign command: says the service's …Refused event. NULL: none. */
	void (*refused)(const struct message *, const struct why *, struct instant now, struct say *);
	/* Checks settings that depend on each other, loads templates and calendars; before any thread starts. NULL: nothing. */
	enum err (*start)(void *options, struct why *);
	/* Current state of a compacted topic again: reads up to limit aggregates after `after` and says them. NULL: none. */
	enum err (*republish)(
		struct db *, struct arena *, const char *topic, struct span *after, size_t limit, struct say *, size_t *n, struct why *);
};

/* The settings that every service has. */
struct common_settings {
	const char *database_url, *owner_database_url; /* application role; owner role (migrate, check --schema) */
	const char *brokers;
	const char *kafka_options; /* "key=value,key=value" passed to librdkafka: security, debug */
	const char *kafka_instance_id; /* static membership where names are stable; empty: dynamic */
	const char *http_address, *ops_address; /* "127.0.0.1:8080"; port 0: any, printed in the log line "listening" */
	const char *public_url; /* how customers reach it */
	const char *roles; /* "http,consume,relay,tick,send,bulk" or a subset */
	const char *log_level;
	const char *crash_at; /* crash.h */
	int64_t http_threads, http_connections, consume_threads, partitions, replication, drain_seconds, patience_seconds;
	bool sandbox; /* business time is a row moved by dunlin.clock.v1 */
	bool embedded_broker; /* a new cluster id is adopted by itself */
	bool wait_for_schema; /* run: wait for migrate instead of stopping when the schema is not current */
};
extern struct common_settings common_settings;
extern const struct setting common_setting_table[];

/* A connection as the application's role; statements are prepared at their first use. */
enum err service_db(const struct service *, const char *name, struct db **, struct why *) MUST_CHECK;
/* The same for a role: waits until the database answers. OK with *db == NULL when the role was told to stop meanwhile. */
struct role;
enum err service_db_wait(const struct service *, struct role *, const char *name, struct db **, struct why *) MUST_CHECK;
/* OK when every migration of common and of the service is applied and nothing differs. */
enum err service_check_schema(const struct service *, struct db *, struct why *) MUST_CHECK;
/* Options of a verb: value of "--name VALUE" or "--name=VALUE", NULL when absent. */
const char *verb_option(int argc, char **argv, const char *name);
/* For verbs: loads the settings (options the settings don't know are left to the verb), opens the database, or says on stderr why not
 * and returns the exit code; 0 is fine. */
int verb_begin(const struct service *, int argc, char **argv, struct db **);

/* The whole of main(). */
int service_main(const struct service *, int argc, char **argv);

#endif
