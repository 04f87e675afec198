#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>

#include "settings_inside.h"

enum { FILE_MOST = 1 << 16 };
enum level { LEVEL_DEFAULT, LEVEL_FILE, LEVEL_ENVIRONMENT, LEVEL_COMMAND_LINE };

/* One load: what each setting was given at so far. */
struct load {
	struct settings *settings;
	enum level *level;
	bool strict;
	const char *config;
	struct why *why;
};

bool walk_next(const struct settings *settings, struct walk *walk, struct place *place)
{
	const struct setting *setting;

	while (settings->tables[walk->table] != NULL) {
		setting = &settings->tables[walk->table][walk->row];
		if (setting->name != NULL) {
			place->setting = setting;
			place->at = (char *)settings->structs[walk->table] + setting->offset;
			place->index = walk->index++;
			walk->row++;
			return true;
		}
		walk->table++;
		walk->row = 0;
	}
	return false;
}

static bool find(const struct settings *settings, struct span name, struct place *place)
{
	struct walk walk = { 0 };

	while (walk_next(settings, &walk, place))
		if (span_is(name, place->setting->name))
			return true;
	return false;
}

static size_t count(const struct settings *settings)
{
	struct walk walk = { 0 };
	struct place place;

	while (walk_next(settings, &walk, &place))
		;
	return walk.index;
}

static char *format(const char *fmt, ...) PRINTF(1, 2);

static char *format(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		bug("settings: no memory");
	va_end(ap);
	return text;
}

char *settings_variable(const struct settings *settings, const char *name)
{
	char *text = format("%s_%s", settings->service, name);

	for (char *c = text; *c != '\0'; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return text;
}

/* --- one value --- */

static enum err cannot_be(const struct load *load, const struct place *place, const char *origin, const char *value, const char *rule)
{
	const struct setting *setting = place->setting;

	if ((setting->flags & SETTING_SECRET) != 0)
		return why_field(load->why, ERR_INVALID, "setting_invalid", setting->name, "%s (%s) %s", setting->name, origin, rule);
	return why_field(
		load->why, ERR_INVALID, "setting_invalid", setting->name, "%s (%s) %s, not \"%s\"", setting->name, origin, rule, value);
}

static enum err store_text(const struct load *load, const struct place *place, const char *origin, const char *value)
{
	char **at = place->at;

	if (!span_is_text(span_of(value)))
		return cannot_be(load, place, origin, value, "must be UTF-8 without control characters");
	if (load->settings->origin[place->index] != NULL)
		free(*at);
	*at = format("%s", value);
	return OK;
}

static enum err store_number(const struct load *load, const struct place *place, const char *origin, const char *value)
{
	const struct setting *setting = place->setting;
	bool any = setting->least == 0 && setting->most == 0;
	int64_t number;
	char rule[80];

	if (span_int64(span_of(value), &number) != OK)
		return cannot_be(load, place, origin, value, "must be an integer");
	snprintf(rule, sizeof(rule), "must be %" PRId64 " to %" PRId64, setting->least, setting->most);
	if (!any && (number < setting->least || number > setting->most))
		return cannot_be(load, place, origin, value, rule);
	*(int64_t *)place->at = number;
	return OK;
}

static enum err store_bool(const struct load *load, const struct place *place, const char *origin, const char *value)
{
	bool yes = strcmp(value, "true") == 0;

	if (!yes && strcmp(value, "false") != 0)
		return cannot_be(load, place, origin, value, "must be true or false");
	*(bool *)place->at = yes;
	return OK;
}

static enum err store(const struct load *load, const struct place *place, const char *origin, const char *value)
{
	switch (place->setting->type) {
	case SETTING_TEXT: return store_text(load, place, origin, value);
	case SETTING_NUMBER: return store_number(load, place, origin, value);
	case SETTING_BOOL: return store_bool(load, place, origin, value);
	}
	bug("settings: %s is of no type", place->setting->name);
}

static enum err check(const struct load *load, const struct place *place, const char *origin, const char *value)
{
	struct why inner = { .text = "can't be used" };

	if (place->setting->check == NULL || value[0] == '\0' || place->setting->check(value, &inner) == OK)
		return OK;
	return cannot_be(load, place, origin, value, inner.text);
}

static enum err set(const struct load *load, const struct place *place, enum level level, const char *origin, const char *value)
{
	char **kept = &load->settings->origin[place->index];

	if (level != LEVEL_DEFAULT && load->level[place->index] == level)
		return why_field(load->why, ERR_INVALID, "setting_twice", place->setting->name, "%s is given twice: %s and %s",
			place->setting->name, *kept, origin);
	TRY(store(load, place, origin, value));
	TRY(check(load, place, origin, value));
	load->level[place->index] = level;
	free(*kept);
	*kept = format("%s", origin);
	return OK;
}

/* --- files --- */

static enum err read_file(const char *path, char **text, size_t *size, struct why *why)
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return why_set(why, ERR_INVALID, "setting_file", "%s: %s", path, strerror(errno));
	*text = calloc(1, FILE_MOST + 1);
	if (*text == NULL)
		bug("settings: no memory");
	*size = fread(*text, 1, FILE_MOST + 1, file);
	fclose(file);
	if (*size <= FILE_MOST && memchr(*text, '\0', *size) == NULL)
		return OK;
	free(*text);
	return why_set(why, ERR_INVALID, "setting_file", "%s: more than %d bytes, or not a text", path, FILE_MOST);
}

/* The value is the file's content without its last newline. */
static enum err set_from_file(const struct load *load, const struct place *place, enum level level, const char *from, const char *path)
{
	struct why inner = { .text = "" };
	char *text, *origin;
	size_t size;
	enum err err;

	if (read_file(path, &text, &size, &inner) != OK)
		return why_field(load->why, ERR_INVALID, "setting_file", place->setting->name, "%s (%s): %s", place->setting->name, from,
			inner.text);
	if (size > 0 && text[size - 1] == '\n')
		text[--size] = '\0';
	origin = format("%s, file %s", from, path);
	err = set(load, place, level, origin, text);
	free(origin);
	free(text);
	return err;
}

/* `name` is a setting, or a secret's followed by _file. False: neither. */
static bool resolve(const struct load *load, struct span name, struct place *place, bool *is_file)
{
	static const char suffix[] = "_file";
	size_t tail = sizeof(suffix) - 1;

	*is_file = false;
	if (find(load->settings, name, place))
		return true;
	if (name.size <= tail || !span_is(span_from(name, name.size - tail), suffix))
		return false;
	*is_file = true;
	return find(load->settings, span_bytes(name.at, name.size - tail), place) && (place->setting->flags & SETTING_SECRET) != 0;
}

static enum err give(const struct load *load, struct span name, enum level level, const char *origin, const char *value)
{
	struct place place;
	bool is_file;

	if (!resolve(load, name, &place, &is_file))
		return why_set(load->why, ERR_INVALID, "setting_unknown", "%s: %.*s is not a setting", origin, SPAN_ARG(name));
	if (is_file)
		return set_from_file(load, &place, level, origin, value);
	return set(load, &place, level, origin, value);
}

static enum err give_line(const struct load *load, struct span line, const char *path, int number)
{
	struct span name, value;
	char *origin, *text;
	enum err err;

	line = span_trim(line);
	if (line.size == 0 || line.at[0] == '#')
		return OK;
	if (!span_cut(line, '=', &name, &value))
		return why_set(load->why, ERR_INVALID, "setting_file", "%s:%d is not \"name = value\"", path, number);
	value = span_trim(value);
	origin = format("file %s:%d", path, number);
	text = format("%.*s", SPAN_ARG(value));
	err = give(load, span_trim(name), LEVEL_FILE, origin, text);
	free(text);
	free(origin);
	return err;
}

static enum err load_file(const struct load *load)
{
	char *text;
	size_t size;
	struct span rest, line;
	enum err err = OK;

	if (load->config == NULL || load->config[0] == '\0')
		return OK;
	TRY(read_file(load->config, &text, &size, load->why));
	rest = span_bytes(text, size);
	for (int number = 1; err == OK && rest.size > 0; number++) {
		span_cut(rest, '\n', &line, &rest);
		err = give_line(load, line, load->config, number);
	}
	free(text);
	return err;
}

/* --- environment --- */

/* What follows "INVOICING_" in the variable's name, in lower case and allocated; NULL when it is not one of the service's. */
static char *own_variable(const struct load *load, const char *entry, const char **value)
{
	char *prefix = settings_variable(load->settings, "");
	size_t size = strlen(prefix);
	bool own = strncmp(entry, prefix, size) == 0;
	const char *equals = strchr(entry, '=');
	char *name = NULL;

	free(prefix);
	if (!own || equals == NULL)
		return NULL;
	name = format("%.*s", (int)(equals - entry) - (int)size, entry + size);
	for (char *c = name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	*value = equals + 1;
	return name;
}

/* Kubernetes and Docker give each container INVOICING_SERVICE_HOST, INVOICING_PORT_8080_TCP_ADDR … for a service named invoicing. */
static bool is_platforms(const char *name)
{
	return strcmp(name, "port") == 0 || strncmp(name, "service_", 8) == 0 || strncmp(name, "port_", 5) == 0;
}

static enum err load_environment(struct load *load, char **environment, bool config_only)
{
	for (char **entry = environment; *entry != NULL; entry++) {
		const char *value;
		char *name = own_variable(load, *entry, &value);
		struct place place;
		bool is_file, known;
		enum err err = OK;

		if (name == NULL)
			continue;
		known = resolve(load, span_of(name), &place, &is_file);
		if (strcmp(name, "config") == 0)
			load->config = value;
		else if (!config_only && (known || !is_platforms(name)))
			err = give(load, span_of(name), LEVEL_ENVIRONMENT, "environment", value);
		free(name);
		TRY(err);
	}
	return OK;
}

/* --- command line --- */

/* One option: its name with underscores, and where its value is: after '=', in the next word, or nowhere. */
struct option {
	char name[64];
	const char *value;
};

static bool read_option(const char *word, struct option *option)
{
	const char *equals = strchr(word, '=');
	size_t size = equals == NULL ? strlen(word) : (size_t)(equals - word);

	if (strncmp(word, "--", 2) != 0 || size - 2 >= sizeof(option->name) || size == 2)
		return false;
	memcpy(option->name, word + 2, size - 2);
	option->name[size - 2] = '\0';
	for (char *c = option->name; *c != '\0'; c++)
		*c = *c == '-' ? '_' : *c;
	option->value = equals == NULL ? NULL : equals + 1;
	return true;
}

/* Handles the option at *i and moves past it. */
static enum err load_option(struct load *load, int argc, char **argv, int *i, bool config_only)
{
	const char *word = argv[(*i)++];
	bool is_config, is_file, known;
	struct option option;
	struct place place;

	if (!read_option(word, &option))
		return load->strict ? why_set(load->why, ERR_INVALID, "setting_unknown", "command line: what is \"%s\"?", word) : OK;
	is_config = strcmp(option.name, "config") == 0;
	known = resolve(load, span_of(option.name), &place, &is_file);
	if (!known && !is_config && load->strict)
		return why_set(load->why, ERR_INVALID, "setting_unknown", "command line: %s is not a setting", word);
	if (option.value == NULL && known && !is_file && place.setting->type == SETTING_BOOL)
		option.value = "true";
	else if (option.value == NULL && *i < argc && (known || is_config || strncmp(argv[*i], "--", 2) != 0))
		option.value = argv[(*i)++];
	if (option.value == NULL && (known || is_config))
		return why_set(load->why, ERR_INVALID, "setting_invalid", "command line: %s has no value", word);
	if (is_config)
		load->config = option.value;
	else if (known && !config_only)
		return give(load, span_of(option.name), LEVEL_COMMAND_LINE, "command line", option.value);
	return OK;
}

static enum err load_options(struct load *load, int argc, char **argv, bool config_only)
{
	for (int i = 0; i < argc;)
		TRY(load_option(load, argc, argv, &i, config_only));
	return OK;
}

/* --- all of it --- */

static enum err load_defaults(const struct load *load)
{
	struct walk walk = { 0 };
	struct place place;

	while (walk_next(load->settings, &walk, &place)) {
		static const char *const empty[] = { [SETTING_TEXT] = "", [SETTING_NUMBER] = "0", [SETTING_BOOL] = "false" };
		const char *initial = place.setting->initial == NULL ? empty[place.setting->type] : place.setting->initial;

		TRY(store(load, &place, "default", initial));
		load->settings->origin[place.index] = format("default");
	}
	return OK;
}

static enum err check_required(const struct load *load)
{
	struct walk walk = { 0 };
	struct place place;

	while (walk_next(load->settings, &walk, &place))
		if ((place.setting->flags & SETTING_REQUIRED) != 0)
			TRY(settings_require(load->settings, place.setting->name, load->why));
	return OK;
}

static enum err load_all(struct load *load, int argc, char **argv, char **environment)
{
	TRY(load_defaults(load));
	TRY(load_environment(load, environment, true));
	TRY(load_options(load, argc, argv, true));
	TRY(load_file(load));
	TRY(load_environment(load, environment, false));
	TRY(load_options(load, argc, argv, false));
	return load->strict ? check_required(load) : OK;
}

static enum err load_with(struct settings *settings, bool strict, int argc, char **argv, char **environment, struct why *why)
{
	struct load load = { .settings = settings, .strict = strict, .why = why };
	size_t n = count(settings);
	enum err err;

	settings_clear(settings);
	settings->origin = calloc(n + 1, sizeof(*settings->origin));
	load.level = calloc(n + 1, sizeof(*load.level));
	if (settings->origin == NULL || load.level == NULL)
		bug("settings: no memory");
	err = load_all(&load, argc, argv, environment);
	free(load.level);
	return err;
}

enum err settings_load(struct settings *settings, int argc, char **argv, char **environment, struct why *why)
{
	return load_with(settings, true, argc, argv, environment, why);
}

enum err settings_load_known(struct settings *settings, int argc, char **argv, char **environment, struct why *why)
{
	return load_with(settings, false, argc, argv, environment, why);
}

enum err settings_require(const struct settings *settings, const char *name, struct why *why)
{
	struct place place;
	char *variable;
	enum err err;

	if (!find(settings, span_of(name), &place) || place.setting->type != SETTING_TEXT)
		bug("settings: no text setting %s", name);
	if (*(char **)place.at != NULL && (*(char **)place.at)[0] != '\0')
		return OK;
	variable = settings_variable(settings, name);
	err = why_field(why, ERR_INVALID, "setting_missing", name, "%s is not set: give %s%s", name, variable,
		(place.setting->flags & SETTING_SECRET) != 0 ? " or its _FILE" : "");
	free(variable);
	return err;
}

void settings_clear(struct settings *settings)
{
	struct walk walk = { 0 };
	struct place place;

	while (settings->origin != NULL && walk_next(settings, &walk, &place)) {
		if (place.setting->type == SETTING_TEXT) {
			free(*(char **)place.at);
			*(char **)place.at = NULL;
		}
		free(settings->origin[place.index]);
	}
	free(settings->origin);
	settings->origin = NULL;
}
