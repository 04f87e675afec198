#include "verb_command.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "random.h"

enum err verb_read_file(struct arena *arena, const char *name, struct span *bytes, struct why *why)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	char *to = arena_raw(arena, VERB_FILE_MOST + 1);
	size_t size;

	if (file == NULL)
		return why_set(why, ERR_INVALID, "file_unreadable", "%s can't be opened", name);
	size = fread(to, 1, VERB_FILE_MOST + 1, file);
	if (file != stdin)
		fclose(file);
	if (size > VERB_FILE_MOST)
		return why_set(why, ERR_INVALID, "file_too_large", "%s has more than %d bytes", name, VERB_FILE_MOST);
	*bytes = span_bytes(to, size);
	return OK;
}

static struct message *message_of(struct arena *arena, const struct verb_command *command)
{
	struct message *m = ARENA_NEW(arena, struct message);
	struct instant now = clock_real();
	uint8_t random[10];

	random_bytes(random, sizeof random);
	m->source = span_of(command->source);
	m->id = span_of(uuid_text(arena, uuid_v7(now, random)));
	m->type = span_of(command->type);
	m->format = FORMAT_JSON;
	m->target = command->path.at != NULL ? command->path : SPAN("");
	m->payload = command->json;
	m->time = now;
	m->fate = FATE_ANSWER;
	m->merchant = span_of(command->merchant);
	m->client = SPAN("verb");
	return m;
}

static enum err run(struct unit *unit, const struct verb_command *command, struct why *why)
{
	struct message *m = message_of(unit_arena(unit), command);

	TRY(unit_run(unit, &m, 1, NULL, 0, why));
	if (m->outcome != OUTCOME_APPLIED) {
		*why = m->why;
		return why->err;
	}
	printf("%.*s\n", SPAN_ARG(m->reply.body));
	return OK;
}

enum err verb_command_run(const struct service *service, struct db *db, const struct verb_command *command, struct why *why)
{
	struct unit *unit = unit_open(service, db);
	enum err err = run(unit, command, why);

	unit_close(unit);
	return err;
}

enum err verb_command_file(const struct service *service, struct db *db, struct verb_command command, const char *file, struct why *why)
{
	struct arena *arena = arena_open();
	enum err err = verb_read_file(arena, file, &command.json, why);

	if (err == OK)
		err = verb_command_run(service, db, &command, why);
	arena_close(arena);
	return err;
}
