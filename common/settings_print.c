#include <inttypes.h>

#include "settings_inside.h"

static void print_value(const struct place *place, FILE *to)
{
	const char *text;

	switch (place->setting->type) {
	case SETTING_TEXT:
		text = *(const char *const *)place->at;
		fputs((place->setting->flags & SETTING_SECRET) != 0 && text[0] != '\0' ? "***" : text, to);
		break;
	case SETTING_NUMBER: fprintf(to, "%" PRId64, *(const int64_t *)place->at); break;
	case SETTING_BOOL: fputs(*(const bool *)place->at ? "true" : "false", to); break;
	}
}

void settings_print(const struct settings *settings, FILE *to)
{
	struct walk walk = { 0 };
	struct place place;

	while (walk_next(settings, &walk, &place)) {
		fprintf(to, "%s = ", place.setting->name);
		print_value(&place, to);
		fprintf(to, "  # %s\n", settings->origin[place.index]);
	}
}

static void print_bounds(const struct setting *setting, FILE *to)
{
	if (setting->type == SETTING_BOOL)
		fputs(" true or false.", to);
	if (setting->type == SETTING_NUMBER && (setting->least != 0 || setting->most != 0))
		fprintf(to, " %" PRId64 " to %" PRId64 ".", setting->least, setting->most);
	if ((setting->flags & SETTING_REQUIRED) != 0)
		fputs(" Required.", to);
	if ((setting->flags & SETTING_SECRET) != 0)
		fputs(" Secret: `_FILE` reads it from a file.", to);
}

void settings_markdown(const struct settings *settings, FILE *to)
{
	struct walk walk = { 0 };
	struct place place;

	fputs("| setting | environment | default | meaning |\n|---|---|---|---|\n", to);
	while (walk_next(settings, &walk, &place)) {
		char *variable = settings_variable(settings, place.setting->name);
		const char *initial = place.setting->initial == NULL ? "" : place.setting->initial;
		const char *tick = initial[0] == '\0' ? "" : "`";

		fprintf(to, "| `%s` | `%s` | %s%s%s | %s", place.setting->name, variable, tick, initial, tick, place.setting->help);
		print_bounds(place.setting, to);
		fputs(" |\n", to);
		free(variable);
	}
}
