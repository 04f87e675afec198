/*
 * template: pages and mails with holes: a subset of mustache, compiled when it is loaded.
 *
 *   {{name}} {{customer.name}} {{.}}   a value, escaped for the place where it stands; there is no raw form
 *   {{name|url}}                       percent-encoded, for a part of a URL
 *   {{#name}} … {{/name}}              once per item of a list; or once, when true, an object, or text that is not empty
 *   {{^name}} … {{/name}}              when there is no such thing, or it is false, empty text or an empty list
 *   {{>name}}                          another template of the same set; no recursion
 *   {{! … }}                           a comment
 *
 * A line that holds only a section tag, a comment or a partial leaves no line behind. Names are looked up in the innermost
 * item first, then outwards. A value that is not there is an error that says where: an invoice with a gap must not go out.
 *
 * HTML mode follows the markup while compiling and escapes by place: text, quoted attribute, whole URL (href="{{x}}":
 * http, https, mailto, tel or a relative reference; anything else becomes about:invalid), part of a URL (href="/i/{{x}}":
 * percent-encoded). A value elsewhere (tag or attribute names, unquoted attributes, on…= and style= attributes, script,
 * style, comments) does not compile; nor does a section that ends in another kind of place than it began.
 * Text mode turns line ends and other controls of a value into blanks, so that no value begins a line of its own.
 */
#ifndef DUNLIN_TEMPLATE_H
#define DUNLIN_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

enum template_mode { TEMPLATE_HTML, TEMPLATE_TEXT };

struct template_source {
	const char *name;
	enum template_mode mode;
	struct span source;
};

struct template;
struct template_set;

/* Compiles the sources, which must outlive the set. ERR_INVALID with "name:line:column: what". */
enum err template_compile(struct arena *, const struct template_source *, size_t n, const struct template_set **, struct why *) MUST_CHECK;

/* NULL when the set has none of that name. */
const struct template *template_find(const struct template_set *, const char *name);

/* ---- values: a small tree in an arena ---- */

struct tvalue;

/* The root: an empty object. */
struct tvalue *tvalue_open(struct arena *);

/* A field of an object; a name may be set once (else bug()). A NULL text is false. Texts are copied. */
void tvalue_text(struct tvalue *object, const char *name, const char *);
void tvalue_span(struct tvalue *object, const char *name, struct span);
void tvalue_printf(struct tvalue *object, const char *name, const char *fmt, ...) PRINTF(3, 4);
void tvalue_bool(struct tvalue *object, const char *name, bool);
struct tvalue *tvalue_object(struct tvalue *object, const char *name);
struct tvalue *tvalue_list(struct tvalue *object, const char *name);

/* A further item of a list: an object to be filled, or a text ({{.}}). */
struct tvalue *tvalue_item(struct tvalue *list);
void tvalue_item_text(struct tvalue *list, const char *);

/* Prints. ERR_BUG with "name:line:column: what" when a value is missing or is not a text. */
enum err template_print(const struct template *, const struct tvalue *root, struct text *, struct why *) MUST_CHECK;

#endif
