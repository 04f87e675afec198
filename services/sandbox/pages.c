#include "pages.h"

#include "mailbox/mailbox.h"
#include "version.h"

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<title>{{title}}</title>\n"
	"<style>\n"
	":root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --line: #d8dee6; --paper: #fff; --ground: #f2f5f8; --act: #1f5f8b; --warn: #8a5a00; }\n"
	"@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #a3afbd; --line: #34404d; --paper: #1a222b; --ground: #11171d; --act: #7dbbe4; --warn: #e8b960; } }\n"
	"* { box-sizing: border-box; }\n"
	"body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }\n"
	"main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }\n"
	"main.narrow { max-width: 27rem; padding-top: 8vh; }\n"
	"main.wide { max-width: 64rem; }\n"
	".test { background: var(--ink); color: var(--ground); padding: .5rem 1rem; text-align: center; font-size: .9rem; }\n"
	".card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1.5rem; }\n"
	"h1 { font-size: 1.3rem; margin: 0 0 1rem; line-height: 1.3; }\n"
	".amount { font-size: 2.1rem; font-weight: 650; margin: 0; font-variant-numeric: tabular-nums; }\n"
	".soft { color: var(--soft); margin: .25rem 0 1.25rem; }\n"
	".warn { color: var(--warn); font-weight: 600; }\n"
	"button { width: 100%; font: inherit; font-weight: 600; padding: .75rem; margin-top: .6rem; border-radius: 8px; border: 1px solid var(--act); "
	"background: transparent; color: var(--act); cursor: pointer; }\n"
	"button.main { background: var(--act); color: var(--paper); }\n"
	"button:focus-visible, a:focus-visible, select:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }\n"
	"select { width: 100%; font: inherit; padding: .6rem; border-radius: 8px; border: 1px solid var(--line); background: var(--paper); color: var(--ink); }\n"
	"label { display: block; margin-top: 1.25rem; font-size: .9rem; color: var(--soft); }\n"
	"table { width: 100%; border-collapse: collapse; }\n"
	"th, td { text-align: left; padding: .5rem .5rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }\n"
	"@media (min-width: 50rem) { main.wide td:not(:last-child) { white-space: nowrap; padding-right: 1rem; } }\n"
	"th { font-size: .85rem; color: var(--soft); font-weight: 600; }\n"
	"a { color: var(--act); }\n"
	"pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.5 ui-monospace, monospace; margin: 0; }\n"
	"iframe { width: 100%; height: 60vh; border: 1px solid var(--line); border-radius: 8px; background: #fff; }\n"
	"dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0 0 1rem; }\n"
	"dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }\n"
	"</style>\n"
	"</head>\n"
	"<body>\n";

static const char checkout[] =
	"{{>head}}"
	"<div class=\"test\">This is a test page. No money will be taken.</div>\n"
	"<main class=\"narrow\"><div class=\"card\">\n"
	"<h1>{{product}}</h1>\n"
	"<p class=\"amount\">{{amount}}</p>\n"
	"<p class=\"soft\">{{#email}}{{email}}, {{/email}}to be paid until {{until}}</p>\n"
	"{{#declined}}<p class=\"warn\" role=\"alert\">{{declined}}</p>{{/declined}}\n"
	"<form method=\"post\">\n"
	"<button class=\"main\" name=\"action\" value=\"pay\">Pay {{amount}}</button>\n"
	"<label for=\"why\">Or let the bank refuse it, because of</label>\n"
	"<select id=\"why\" name=\"why\">{{#declines}}<option value=\"{{code}}\">{{words}}</option>{{/declines}}</select>\n"
	"<button name=\"action\" value=\"decline\">Decline</button>\n"
	"<button name=\"action\" value=\"leave\">Leave without paying</button>\n"
	"</form>\n"
	"</div></main>\n</body>\n</html>\n";

static const char ended[] =
	"{{>head}}"
	"<div class=\"test\">This is a test page. No money will be taken.</div>\n"
	"<main class=\"narrow\"><div class=\"card\"><h1>{{title}}</h1><p class=\"soft\">{{text}}</p></div></main>\n</body>\n</html>\n";

static const char mails[] =
	"{{>head}}"
	"<main class=\"wide\"><h1>{{title}}</h1>\n"
	"<div class=\"card\">\n"
	"{{^mails}}<p class=\"soft\">No mail has come yet.</p>{{/mails}}\n"
	"<table><thead><tr><th>#</th><th>When</th><th>To</th><th>Subject</th></tr></thead><tbody>\n"
	"{{#mails}}<tr><td>{{n}}</td><td>{{when}}</td><td>{{to}}</td><td><a href=\"/mail/{{n}}\">{{subject}}</a>{{#copies}} <span class=\"warn\">{{copies}}</span>{{/copies}}</td></tr>\n{{/mails}}"
	"</tbody></table>\n"
	"</div></main>\n</body>\n</html>\n";

static const char mail[] =
	"{{>head}}"
	"<main><p><a href=\"/mail\">All mails</a></p><h1>{{subject}}</h1>\n"
	"<div class=\"card\"><dl>\n"
	"<dt>From</dt><dd>{{from}}</dd><dt>To</dt><dd>{{to}}</dd><dt>When</dt><dd>{{when}} (business time)</dd><dt>Id</dt><dd>{{id}}</dd>\n"
	"{{#copies}}<dt>Note</dt><dd class=\"warn\">{{copies}}</dd>{{/copies}}\n"
	"</dl>\n"
	"{{#html}}<iframe sandbox title=\"The mail as HTML\" src=\"/mail/{{n}}/html\"></iframe><h1>As text</h1>{{/html}}\n"
	"<pre>{{#lines}}{{.}}\n{{/lines}}</pre>\n"
	"</div></main>\n</body>\n</html>\n";

static const char home[] =
	"{{>head}}"
	"<main><h1>{{title}}</h1>\n"
	"<div class=\"card\"><p>A payment provider, a bank and a mailbox that exist in this process alone. Nothing here is real, nothing is kept.</p>\n"
	"<dl><dt>Business time</dt><dd>{{now}}</dd><dt>Mails</dt><dd><a href=\"/mail\">{{mails}}</a></dd><dt>Version</dt><dd>{{version}}</dd></dl>\n"
	"<table><thead><tr><th>Door</th><th>What it does</th></tr></thead><tbody>\n"
	"{{#doors}}<tr><td>{{method}} {{path}}</td><td>{{help}}</td></tr>\n{{/doors}}"
	"</tbody></table>\n"
	"</div></main>\n</body>\n</html>\n";

#define PAGE(name) { #name, TEMPLATE_HTML, { name, sizeof(name) - 1 } }

static const struct template_source sources[] = { PAGE(head), PAGE(checkout), PAGE(ended), PAGE(mails), PAGE(mail), PAGE(home) };
static const struct template_set *set;

void pages_open(struct arena *arena)
{
	struct why why = { 0 };

	if (template_compile(arena, sources, sizeof(sources) / sizeof(*sources), &set, &why) != OK)
		bug("sandbox: %s", why.text);
}

void page_answer(struct ask *ask, const char *name, const struct tvalue *root, struct answer *answer)
{
	struct why why = { 0 };
	struct text text;

	text_init(&text, ask->arena);
	if (template_print(template_find(set, name), root, &text, &why) != OK)
		bug("sandbox: %s", why.text);
	answer_html(answer, text_done(&text));
}

static void list_doors(struct tvalue *root)
{
	struct tvalue *list = tvalue_list(root, "doors");

	for (const struct door *const *table = all_doors; *table != NULL; table++)
		for (const struct door *door = *table; door->path != NULL; door++) {
			struct tvalue *item = tvalue_item(list);

			tvalue_text(item, "method", door->method != NULL ? door->method : "");
			tvalue_text(item, "path", door->path);
			tvalue_text(item, "help", door->help);
		}
}

static enum err show_home(struct ask *ask, struct answer *answer, struct why *why)
{
	struct tvalue *root = tvalue_open(ask->arena);

	(void)why;
	tvalue_text(root, "title", "Dunlin sandbox");
	tvalue_text(root, "now", instant_text(ask->arena, ask->world->now));
	tvalue_printf(root, "mails", "%zu", mailbox_count(ask->world));
	tvalue_text(root, "version", DUNLIN_VERSION);
	list_doors(root);
	page_answer(ask, "home", root, answer);
	return OK;
}

const struct door page_doors[] = {
	{ "GET", "/", "what there is", show_home },
	{ 0 },
};
