#include "health.h"

#include "json_out.h"
#include "metrics.h"
#include "version.h"

static enum err live(struct ask *ask, struct answer *answer, struct why *why)
{
	(void)ask;
	(void)why;
	answer->body = SPAN("{\"status\":\"ok\"}");
	return OK;
}

static enum err show_version(struct ask *ask, struct answer *answer, struct why *why)
{
	struct json_out out;
	struct text text;

	(void)why;
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_string(&out, "service", "sandbox");
	json_out_string(&out, "version", DUNLIN_VERSION);
	json_out_string(&out, "commit", DUNLIN_COMMIT);
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
	return OK;
}

static enum err show_metrics(struct ask *ask, struct answer *answer, struct why *why)
{
	struct text text;

	(void)why;
	text_init(&text, ask->arena);
	metrics_print(&text);
	answer->type = "text/plain; version=0.0.4; charset=utf-8";
	answer->body = text_done(&text);
	return OK;
}

const struct door health_doors[] = {
	{ "GET", "/livez", "it lives", live },
	{ "GET", "/readyz", "it is ready", live },
	{ "GET", "/version", "what it is", show_version },
	{ "GET", "/metrics", "counts, for Prometheus", show_metrics },
	{ 0 },
};
