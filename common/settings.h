/*
 * settings: what an operator may set, as one table per service over one struct.
 *
 * Default < file (--config FILE: "name = value" lines, # comments) < environment (INVOICING_DATABASE_URL) < command line
 * (--database-url VALUE; a bool may go without its value). INVOICING_CONFIG names the file too. A secret is also read from the file that …_FILE names. An unknown key is an error and names the key;
 * so is a value that can't work. `settings` prints each value with its origin, secrets masked; the README's table is generated.
 */
#ifndef DUNLIN_SETTINGS_H
#define DUNLIN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"

enum setting_type { SETTING_TEXT, SETTING_NUMBER, SETTING_BOOL };
enum { SETTING_SECRET = 1, SETTING_REQUIRED = 2 };

struct setting {
	const char *name; /* lower case with underscores: database_url */
	enum setting_type type;
	size_t offset; /* in the service's struct: const char *, int64_t or bool */
	const char *initial; /* default as text; NULL is empty, 0, false */
	int flags;
	int64_t least, most; /* numbers only; both 0: any */
	const char *help;
	enum err (*check)(const char *value, struct why *); /* of a value that is not empty; why says what it must be. NULL: none */
};

/* One loaded value and where it came from. */
struct settings {
	const char *service;       /* prefix of the environment, upper case there */
	const struct setting *const
		*tables; /* several tables (common's and the service's), NULL-terminated; every table ends with a NULL name */
	void *const *structs;      /* the struct that each table fills */
	char **origin; /* NULL before the first load. Made by load: "default", "file x:3", "environment", "command line"; index over all tables */
};

/* argv: the options alone, without program and verb. ERR_INVALID: why names the setting and its origin, never a secret's value.
 * Options that are no setting are errors, and so is a setting that is given twice at one level. Environment variables of the service's
 * prefix that are no setting are errors too, but for those that container platforms make for a service of that name (INVOICING_PORT …). */
enum err settings_load(struct settings *, int argc, char **argv, char **environ, struct why *) MUST_CHECK;
/* The same for verbs with options of their own: "--name VALUE" and words that are no setting are left to the verb. */
enum err settings_load_known(struct settings *, int argc, char **argv, char **environ, struct why *) MUST_CHECK;
/* ERR_INVALID where the text setting of this name is empty: it says how to give it. */
enum err settings_require(const struct settings *, const char *name, struct why *) MUST_CHECK;
/* Gives back what load made; the structs hold no texts afterwards. */
void settings_clear(struct settings *);

/* For the check column: an address with a port; an http or https URL without a slash at its end. */
enum err setting_is_address(const char *value, struct why *);
enum err setting_is_url(const char *value, struct why *);

void settings_print(const struct settings *, FILE *); /* effective values and origins, secrets masked */
void settings_markdown(const struct settings *, FILE *); /* the README's table */

#endif
