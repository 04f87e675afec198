#include "http_preview.h"

#include "http_reading.h"
#include "json_out.h"

static void print_statement(struct json_out *out, const struct previewed_statement *p)
{
	const struct statement *s = p->statement;
	bool broken = s->rule != RULE_NONE;
	json_out_object(out, NULL);
	json_out_span(out, "bank_ref", s->bank_ref);
	json_out_span(out, "identifier", s->identifier);
	json_out_string(out, "would_be", statement_state_word(s->state));
	json_out_string(out, "placement", placement_word(s->placement));
	json_out_string(out, "rule", broken ? rule_word(s->rule) : "");
	json_out_span(out, "reason", broken ? s->reason : SPAN(""));
	json_out_int(out, "lines", p->lines);
	json_out_int(out, "new", p->news);
	json_out_int(out, "twins", p->twins);
	json_out_int(out, "matched", p->matched);
	json_out_int(out, "ambiguous", p->ambiguous);
	json_out_int(out, "unmatched", p->unmatched);
	json_out_int(out, "unseen", p->unseen);
	json_out_object_end(out);
}

static void print_line(struct json_out *out, const struct previewed_line *p)
{
	const struct line *line = p->line;
	json_out_object(out, NULL);
	json_out_span(out, "bank_ref", p->statement->bank_ref);
	json_out_int(out, "number", line->number);
	json_out_int(out, "line", line->place.line);
	json_out_date(out, "booking_date", line->booking);
	json_out_money(out, "amount", line->amount);
	json_out_string(out, "would_be", line_state_word(line->state));
	json_out_string(out, "is_what", line_as_word(line->as));
	json_out_string(out, "verdict", verdict_word(line->verdict));
	json_out_string(out, "rule", p->rule);
	json_out_span(out, "label", p->label);
	json_out_object_end(out);
}

struct span preview_print(struct arena *arena, const struct preview *p)
{
	struct json_out out;
	struct text t;
	text_init(&t, arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_bool(&out, "is_new", p->imported.is_new);
	json_out_array(&out, "statements");
	for (size_t i = 0; i < p->statement_count; i++)
		print_statement(&out, &p->statements[i]);
	json_out_array_end(&out);
	json_out_array(&out, "lines");
	for (size_t i = 0; i < p->line_count; i++)
		print_line(&out, &p->lines[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}

enum err preview_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct import_source source = import_bytes(&r->body);
	struct import_origin from = { r->merchant, r->client, SPAN("preview"), SPAN("") };
	struct preview p;
	if (!r->body.size)
		return why_set(why, ERR_INVALID, "body_missing", "the body is the statement file");
	TRY(reading_settings_read(r, &source.reading, why));
	TRY(import_preview(db, r->arena, &from, &source, &p, why));
	const struct violation *refused = &p.imported.refused;
	if (refused->rule != RULE_NONE)
		return why_set(why, ERR_REFUSED, rule_word(refused->rule), "line %ld: %s", (long)refused->place.line,
			refused->text[0] ? refused->text : rule_help(refused->rule));
	*response = (struct response){ .status = 200, .body = preview_print(r->arena, &p) };
	return OK;
}
