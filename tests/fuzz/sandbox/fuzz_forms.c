/*
 * Forms, paths and pages: what is read is written and read back as the same; a page's form is found or not. Input: a line with the form, a line with a
 * path, and the page.
 */
#include "../fuzz.h"

#include "form.h"
#include "payers/html.h"

static void check_form(struct arena *arena, struct span text)
{
	struct form form = { 0 }, again = { 0 };
	struct text written;
	struct span key;

	if (form_read(&form, arena, text, NULL) != OK)
		return;
	text_init(&written, arena);
	for (size_t i = 0; i < form.n; i++)
		form_write(&written, form.pairs[i].name, form.pairs[i].value);
	demand(form_read(&again, arena, text_done(&written), NULL) == OK && again.n == form.n, "a form comes back");
	for (size_t i = 0; i < form.n; i++) {
		demand(span_equal(form.pairs[i].name, again.pairs[i].name) && span_equal(form.pairs[i].value, again.pairs[i].value),
			"name and value come back");
		if (form_key(&form.pairs[i], "metadata", &key))
			demand(key.size + 10 == form.pairs[i].name.size, "a key is what stands in the brackets");
	}
	demand(!form_has(&form, "a") || form_get(&form, "a").at != NULL, "what it has it gives");
}

static void check_path(struct arena *arena, struct span path)
{
	struct form parts;

	if (form_path(&parts, arena, "/v1/refunds/{id}/{what}", path))
		demand(parts.n == 2 && form_get(&parts, "id").size > 0, "a part for each name");
	(void)form_path(&parts, arena, "/v1/", path);
}

static void check_page(struct arena *arena, struct span page)
{
	struct form fields = { 0 };
	struct span action, url;

	if (html_form(arena, page, &action, &fields))
		for (size_t i = 0; i < fields.n; i++)
			demand(fields.pairs[i].name.size > 0, "a field has a name");
	(void)html_refresh(arena, page, &url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span form, path, page = span_bytes(data, size);

	(void)span_cut(page, '\n', &form, &page);
	(void)span_cut(page, '\n', &path, &page);
	check_form(arena, form);
	check_path(arena, path);
	check_page(arena, page);
	arena_close(arena);
	return 0;
}
