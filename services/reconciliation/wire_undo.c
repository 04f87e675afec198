#include "undo.h"
#include "wire.h"

enum err wire_read_undo(const struct message *m, struct arena *arena, struct undo_statement *c, struct why *why)
{
	struct json_in in;
	TRY(wire_read_target(m, &c->statement, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	return json_in_done(&in, why);
}
