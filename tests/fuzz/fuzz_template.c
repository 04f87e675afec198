/*
 * Templates: any source compiles or is refused with a place; whatever the values, they add no markup and no line.
 *
 * Input: one byte (odd: HTML), then up to three sources "a", "b", "c", cut at NUL. Each template is printed with harmless
 * and with hostile values of the same shape.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/template.h"

#define HOSTILE "\"'><script>&javascript:x//\r\n\xe2\x80\xa8\xff</title>-->{{x}}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

static struct tvalue *values(struct arena *arena, const char *text)
{
	struct tvalue *root = tvalue_open(arena), *object, *list;

	tvalue_text(root, "x", text);
	tvalue_text(root, "e", "");
	tvalue_text(root, "n", NULL);
	tvalue_printf(root, "p", "%s", text);
	tvalue_bool(root, "t", true);
	object = tvalue_object(root, "o");
	tvalue_text(object, "x", text);
	list = tvalue_list(root, "l");
	tvalue_item_text(list, text);
	tvalue_text(tvalue_item(list), "y", text);
	return root;
}

static size_t count(struct span text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.size; i++)
		n += text.at[i] == c;
	return n;
}

static enum err print(struct arena *arena, const struct template *template, const char *value, struct span *out)
{
	struct why why = { 0 };
	struct text text;
	enum err err;

	text_init(&text, arena);
	err = template_print(template, values(arena, value), &text, &why);
	check(err == OK || (err == ERR_BUG && why.text[0] != '\0'), "an error has a reason");
	*out = text_done(&text);
	return err;
}

static void compare(struct arena *arena, const struct template *template, enum template_mode mode)
{
	const char *kept = mode == TEMPLATE_HTML ? "<>\"'" : "\n\r";
	struct span calm, hostile;
	enum err err = print(arena, template, "v", &calm);

	check(print(arena, template, HOSTILE, &hostile) == err, "values of one shape end alike");
	check(span_is_utf8(calm) && span_is_utf8(hostile), "what is printed is UTF-8");
	for (; *kept != '\0'; kept++)
		check(count(calm, *kept) == count(hostile, *kept), "a value adds no markup and no line");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "a", "b", "c" };
	enum template_mode mode = size > 0 && data[0] % 2 ? TEMPLATE_HTML : TEMPLATE_TEXT;
	struct span rest = span_from(span_bytes(data, size), 1);
	struct arena *arena = arena_open();
	struct template_source sources[3];
	const struct template_set *set;
	struct why why = { 0 };

	for (size_t i = 0; i < 3; i++) {
		sources[i] = (struct template_source){ names[i], mode, rest };
		(void)span_cut(rest, '\0', &sources[i].source, &rest);
	}
	if (template_compile(arena, sources, 3, &set, &why) != OK) {
		check(why.err == ERR_INVALID && why.text[0] != '\0', "a refusal has a reason");
	} else {
		for (size_t i = 0; i < 3; i++)
			compare(arena, template_find(set, names[i]), mode);
	}
	arena_close(arena);
	return 0;
}
