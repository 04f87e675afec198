#include <stdio.h>

#include "unit.h"

#include "common/template.h"

/* The whole tree that the tests print from. */
static struct tvalue *values(struct arena *arena)
{
	struct tvalue *root = tvalue_open(arena), *customer, *list, *item;

	tvalue_text(root, "name", "Dunlin");
	tvalue_text(root, "empty", "");
	tvalue_text(root, "a_z-AZ09", "odd name");
	tvalue_text(root, "deleted", "a\x7f\xc2\x80\xc2\x9f\u00a0.");
	tvalue_text(root, "letters", "azAZ09-._~");
	tvalue_text(root, "nothing", NULL);
	tvalue_text(root, "nasty", "<b a=\"1\" c='2'>&</b>");
	tvalue_text(root, "lines", "one\r\ntwo\u2028three\x01");
	tvalue_text(root, "link", "https://pay.example/i?a=1&b=2");
	tvalue_text(root, "script", "javascript:alert(1)");
	tvalue_text(root, "odd", "a/b?c&d=e \u00e9");
	tvalue_span(root, "bad", SPAN("x\xff\xc3y"));
	tvalue_printf(root, "number", "%d", 42);
	tvalue_bool(root, "yes", true);
	tvalue_bool(root, "no", false);
	customer = tvalue_object(root, "customer");
	tvalue_text(customer, "name", "Calidris");
	tvalue_text(tvalue_object(customer, "address"), "city", "Husum");
	(void)tvalue_list(root, "none");
	list = tvalue_list(root, "items");
	for (int i = 1; i <= 3; i++) {
		item = tvalue_item(list);
		tvalue_printf(item, "id", "%d", i);
		tvalue_bool(item, "last", i == 3);
	}
	list = tvalue_list(root, "words");
	tvalue_item_text(list, "a");
	tvalue_item_text(list, "<b>");
	return root;
}

static const char *print_set(struct arena *arena, const struct template_source *sources, size_t n)
{
	const struct template_set *set;
	struct text text;
	struct why why;

	text_init(&text, arena);
	if (template_compile(arena, sources, n, &set, &why) != OK)
		return arena_printf(arena, "compiling: %s", why.text);
	if (template_print(template_find(set, sources[0].name), values(arena), &text, &why) != OK)
		return arena_printf(arena, "printing: %s", why.text);
	return text_done(&text).at;
}

static const char *print(struct arena *arena, enum template_mode mode, const char *source)
{
	return print_set(arena, &(struct template_source){ "t", mode, span_of(source) }, 1);
}

static void texts(struct arena *arena, const char *const (*cases)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(print(arena, TEMPLATE_TEXT, cases[i][0]), cases[i][1]);
}

static void pages(struct arena *arena, const char *const (*cases)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(print(arena, TEMPLATE_HTML, cases[i][0]), cases[i][1]);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void values_are_found_by_their_names(void **state)
{
	static const char *const cases[][2] = { { "", "" }, { "plain", "plain" }, { "{{name}}", "Dunlin" }, { "a{{ name }}b", "aDunlinb" },
		{ "{{customer.name}} of {{customer.address.city}}", "Calidris of Husum" }, { "[{{empty}}]", "[]" },
		{ "{{a_z-AZ09}}", "odd name" }, { "{{number}}{{number}}", "4242" }, { "{ {name} }", "{ {name} }" },
		{ "a } }} b", "a } }} b" }, { "{{#customer}}{{name}}, {{number}}{{/customer}}", "Calidris, 42" },
		{ "{{#customer}}{{address.city}}{{/customer}}", "Husum" } };

	texts(*state, cases, COUNT(cases));
}

static void sections_follow_what_is_true(void **state)
{
	static const char *const cases[][2] = { { "{{#yes}}y{{/yes}}{{^yes}}n{{/yes}}", "y" }, { "{{#no}}y{{/no}}{{^no}}n{{/no}}", "n" },
		{ "{{#gone}}y{{/gone}}{{^gone}}n{{/gone}}", "n" }, { "{{#empty}}y{{/empty}}{{^empty}}n{{/empty}}", "n" },
		{ "{{#nothing}}y{{/nothing}}{{^nothing}}n{{/nothing}}", "n" }, { "{{#name}}[{{.}}]{{/name}}", "[Dunlin]" },
		{ "{{#none}}y{{/none}}{{^none}}n{{/none}}", "n" }, { "{{#items}}{{id}}{{^last}}, {{/last}}{{/items}}", "1, 2, 3" },
		{ "{{#words}}[{{.}}]{{/words}}", "[a][<b>]" }, { "{{#items}}{{number}}{{/items}}", "424242" },
		{ "{{#items}}{{#items}}{{id}}{{/items}};{{/items}}", "123;123;123;" },
		{ "{{#customer.address}}{{city}}{{/customer.address}}", "Husum" },
		{ "{{#customer.gone}}x{{/customer.gone}}{{^name.gone}}y{{/name.gone}}", "y" }, { "{{^items}}n{{/items}}", "" } };

	texts(*state, cases, COUNT(cases));
}

/* As the mustache specification has it for standalone tags. */
static void a_tag_alone_on_its_line_takes_the_line_away(void **state)
{
	static const char *const cases[][2] = { { "a\n{{#yes}}\nb\n{{/yes}}\nc\n", "a\nb\nc\n" }, { "a\n  {{! note }}  \nb", "a\nb" },
		{ "{{#yes}}\nb\n{{/yes}}", "b\n" }, { "a\r\n{{#yes}}\r\nb\r\n{{/yes}}\r\nc", "a\r\nb\r\nc" },
		{ "{{#yes}} x {{/yes}}\ny", " x \ny" }, { "a\n{{number}}\nb", "a\n42\nb" },
		{ "a\n{{#items}}\n- {{id}}\n{{/items}}\nb", "a\n- 1\n- 2\n- 3\nb" }, { "a {{! note }}\nb", "a \nb" },
		{ "{{#yes}}{{/yes}}\nb", "\nb" }, { "a\n\t{{^yes}}\nb\n\t{{/yes}}", "a\n" }, { "{{! a\nb }}\nc", "c" } };

	texts(*state, cases, COUNT(cases));
}

static void a_text_keeps_a_value_on_its_line(void **state)
{
	static const char *const cases[][2] = { { "{{lines}}", "one  two three " }, { "{{nasty}}", "<b a=\"1\" c='2'>&</b>" },
		{ "{{bad}}", "x\ufffd\ufffdy" }, { "{{deleted}}", "a   \u00a0." }, { "{{letters|url}}", "azAZ09-._~" },
		{ "{{odd|url}}", "a%2Fb%3Fc%26d%3De%20%C3%A9" }, { "{{ odd | url }}", "a%2Fb%3Fc%26d%3De%20%C3%A9" },
		{ "{{link}}", "https://pay.example/i?a=1&b=2" } };

	texts(*state, cases, COUNT(cases));
}

static void a_page_escapes_by_the_place(void **state)
{
	static const char *const cases[][2] = { { "<p>{{nasty}}</p>", "<p>&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;&lt;/b&gt;</p>" },
		{ "<p title=\"{{nasty}}\">", "<p title=\"&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;&lt;/b&gt;\">" },
		{ "<p title='a {{name}} b'>", "<p title='a Dunlin b'>" },
		{ "<title>{{nasty}}</title>", "<title>&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;&lt;/b&gt;</title>" },
		{ "<textarea>{{name}}</textarea><a href=\"{{script}}\">", "<textarea>Dunlin</textarea><a href=\"about:invalid\">" },
		{ "<a href=\"{{link}}\">", "<a href=\"https://pay.example/i?a=1&amp;b=2\">" },
		{ "<a href='{{script}}'>", "<a href='about:invalid'>" }, { "<A HREF = \"{{script}}\">", "<A HREF = \"about:invalid\">" },
		{ "<a href=\"/i/{{odd}}\">", "<a href=\"/i/a%2Fb%3Fc%26d%3De%20%C3%A9\">" },
		{ "<a href=\"{{link}}&amp;n={{odd}}\">",
			"<a href=\"https://pay.example/i?a=1&amp;b=2&amp;n=a%2Fb%3Fc%26d%3De%20%C3%A9\">" },
		{ "<a href=\"{{name}}{{script}}\">", "<a href=\"Dunlinjavascript%3Aalert%281%29\">" },
		{ "<form action='{{script}}'><img src='{{odd}}'>", "<form action='about:invalid'><img src='a/b?c&amp;d=e%20%C3%A9'>" },
		{ "<p>{{odd|url}}", "<p>a%2Fb%3Fc%26d%3De%20%C3%A9" }, { "<p>{{bad}}", "<p>x\ufffd\ufffdy" },
		{ "<p>{{lines}}", "<p>one\ufffd\ntwo\ufffdthree\ufffd" }, { "a < b {{name}} > c", "a < b Dunlin > c" },
		{ "<!doctype html><p>{{name}}", "<!doctype html><p>Dunlin" },
		{ "<!-- a -- > <b> --><p>{{name}}", "<!-- a -- > <b> --><p>Dunlin" },
		{ "<p\ra=b\fhref= c\nhref=\"{{script}}\">", "<p\ra=b\fhref= c\nhref=\"about:invalid\">" },
		{ "<!-- > <p title=' --><p>{{name}}", "<!-- > <p title=' --><p>Dunlin" }, { "<!--><p>{{name}}", "<!--><p>Dunlin" },
		{ "<style>a{b:c}</style><p>{{name}}", "<style>a{b:c}</style><p>Dunlin" },
		{ "<script>if (a</b) \"</scr\"</script ><p>{{name}}", "<script>if (a</b) \"</scr\"</script ><p>Dunlin" },
		{ "<br/><p class=a id=b>{{name}}</p >", "<br/><p class=a id=b>Dunlin</p >" }, { "<p hidden>{{name}}", "<p hidden>Dunlin" },
		{ "<p hidden title=\"{{name}}\">", "<p hidden title=\"Dunlin\">" }, { "</title>{{name}}", "</title>Dunlin" } };

	pages(*state, cases, COUNT(cases));
}

static void only_harmless_urls_are_let_through(void **state)
{
	static const char *const good[] = { "http://a/", "https://a/?b#c", "HTTPS://a", "mailto:a@b.example", "tel:+49-1", "/a", "a/b",
		"?a=b:c", "#a:b", "./a:b", "" };
	static const char *const bad[] = { "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "\tjavascript:x",
		"java\nscript:x", "data:text/html,x", "vbscript:x", "file:///etc/passwd", ":x", "\x01javascript:x", "https\u00e9:x",
		"ftp://a" };
	struct template_source source = { "t", TEMPLATE_HTML, SPAN("<a href=\"{{u}}\">") };
	const struct template_set *set;

	assert_int_equal(template_compile(*state, &source, 1, &set, NULL), OK);
	for (size_t i = 0; i < COUNT(good) + COUNT(bad); i++) {
		bool harmless = i < COUNT(good);
		struct tvalue *root = tvalue_open(*state);
		struct text text;

		tvalue_text(root, "u", harmless ? good[i] : bad[i - COUNT(good)]);
		text_init(&text, *state);
		assert_int_equal(template_print(template_find(set, "t"), root, &text, NULL), OK);
		assert_int_equal(span_is(text_done(&text), "<a href=\"about:invalid\">"), !harmless);
	}
}

static void sections_may_stand_where_the_markup_stays_whole(void **state)
{
	static const char *const cases[][2] = { { "<option{{#yes}} selected{{/yes}}>{{name}}", "<option selected>Dunlin" },
		{ "<option {{#no}}selected{{/no}}>{{name}}", "<option >Dunlin" },
		{ "<p class=\"a{{#yes}} b{{/yes}}\" title=\"{{name}}\">", "<p class=\"a b\" title=\"Dunlin\">" },
		{ "<a{{#link}} href=\"{{.}}\"{{/link}}>", "<a href=\"https://pay.example/i?a=1&amp;b=2\">" },
		{ "<title>{{#yes}}{{name}}{{/yes}}</title>", "<title>Dunlin</title>" },
		{ "<style>{{#yes}}a{}{{/yes}}</style>", "<style>a{}</style>" }, { "{{#yes}}<b>{{/yes}}x{{#yes}}</b>{{/yes}}", "<b>x</b>" },
		{ "<img{{#yes}} alt=x{{/yes}} src=\"{{link}}\">", "<img alt=x src=\"https://pay.example/i?a=1&amp;b=2\">" },
		{ "<p {{#yes}}a {{/yes}}b>", "<p a b>" } };

	pages(*state, cases, COUNT(cases));
}

static void what_cannot_be_escaped_does_not_compile(void **state)
{
	static const char *const bad[] = { "<{{name}}>", "<p {{name}}>", "<p{{name}}>", "</{{name}}>", "<p a{{name}}=\"b\">",
		"<p a={{name}}>", "<p a=x{{name}}>", "<p a= {{name}}>", "<p onclick=\"{{name}}\">", "<p OnLoad='{{name}}'>",
		"<p style=\"color:{{name}}\">", "<img srcset=\"{{name}}\">", "<iframe srcdoc=\"{{name}}\">", "<script>{{name}}</script>",
		"<SCRIPT>{{name}}</SCRIPT>", "<style>{{name}}</style>", "<!-- {{name}} -->", "<!-- > {{name}} -->",
		"<p {{#yes}}><b {{/yes}}>", "<ABC STYLE='{{name}}'>", "<!doctype {{name}}>", "<?x {{name}}?>",
		"<title></{{name}}title></title>", "<p a=\"b\"{{name}}>", "<p a {{name}}>",
		/* sections that tear the markup */
		"<p {{#yes}}a=\"{{/yes}}\">", "{{#yes}}<p {{/yes}}>", "<p a={{#yes}}b{{/yes}}>", "<p a=\"{{#yes}}\">{{/yes}}",
		"<{{#yes}}b{{/yes}}>", "<a href=\"{{#yes}}{{link}}{{/yes}}\">", "<option{{#yes}}s{{/yes}}>", "<p a{{#yes}} b{{/yes}}c>",
		"<!-- {{#yes}}{{/yes}} -->", "<title>{{#yes}}</title><script>{{/yes}}</script>", "<title></{{#yes}}{{/yes}}title>",
		"<p a=\"b{{#yes}}\" c=\"{{/yes}}\">",
		/* a template that does not end */
		"<p", "<p a=\"b", "<!-- a", "<script>a", "<title>a", "<", "<!doctype" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *said = print(*state, TEMPLATE_HTML, bad[i]);

		if (strncmp(said, "compiling: t:1:", 15) != 0)
			fail_msg("\"%s\" gives \"%s\"", bad[i], said);
		/* As a text it is none of the markup's business. */
		assert_null(strstr(print(*state, TEMPLATE_TEXT, bad[i]), "compiling"));
	}
}

static void mistakes_are_told_with_line_and_column(void **state)
{
	static const char *const cases[][2] = { { "{{name", "compiling: t:1:1: {{ without }}" },
		{ "a\n\u00e9 {{}}", "compiling: t:2:3: not a name" }, { "{{a b}}", "compiling: t:1:1: not a name: a b" },
		{ "{{a..b}}", "compiling: t:1:1: not a name: a..b" }, { "{{.a}}", "compiling: t:1:1: not a name: .a" },
		{ "{{a.}}", "compiling: t:1:1: not a name: a." }, { "{{a\"}}", "compiling: t:1:1: not a name: a\"" },
		{ "{{{a}}}", "compiling: t:1:1: there is no raw form: every value is escaped" },
		{ "{{&a}}", "compiling: t:1:1: there is no raw form: every value is escaped" },
		{ "{{=<% %>=}}", "compiling: t:1:1: the braces cannot be changed" },
		{ "{{a|html}}", "compiling: t:1:1: the one filter there is is |url, for values" },
		{ "{{#a|url}}", "compiling: t:1:1: the one filter there is is |url, for values" },
		{ "\n {{#a}}", "compiling: t:2:2: the section is not closed: a" },
		{ "x{{/a}}", "compiling: t:1:2: it closes a section that is not the one open: a" },
		{ "{{#a}}{{#b}}{{/a}}", "compiling: t:1:13: it closes a section that is not the one open: a" },
		{ "{{>gone}}", "compiling: t:1:1: no template of this name: gone" },
		{ "\xff", "compiling: t:1:1: the source is not UTF-8" }, { "{{gone}}", "printing: t:1:1: gone is not there" },
		{ "\n\n  {{customer.gone}}", "printing: t:3:3: customer.gone is not there" },
		{ "{{items}}", "printing: t:1:1: items is not a text" }, { "{{yes}}", "printing: t:1:1: yes is not a text" },
		{ "{{nothing}}", "printing: t:1:1: nothing is not a text" }, { "{{name.x}}", "printing: t:1:1: name.x is not there" },
		{ "{{#items}}{{.}}{{/items}}", "printing: t:1:11: . is not a text" } };

	texts(*state, cases, COUNT(cases));
}

static void sections_nest_sixteen_deep(void **state)
{
	struct text text;

	for (int depth = 16; depth <= 17; depth++) {
		text_init(&text, *state);
		for (int i = 0; i < depth; i++)
			text_add(&text, "{{#yes}}");
		for (int i = 0; i < depth; i++)
			text_add(&text, "{{/yes}}");
		assert_string_equal(print(*state, TEMPLATE_TEXT, text_done(&text).at),
			depth == 16 ? "" : "compiling: t:1:129: sections nested too deep: yes");
	}
}

static void a_partial_is_another_template_in_the_same_place(void **state)
{
	const struct template_source sources[] = { { "page", TEMPLATE_HTML, SPAN("{{>head}}<p>{{>row}}</p>{{#items}}{{>row}}{{/items}}") },
		{ "head", TEMPLATE_HTML, SPAN("<title>{{nasty}}</title>\n") }, { "row", TEMPLATE_HTML, SPAN("{{#id}}[{{id}}]{{/id}}") } };

	assert_string_equal(
		print_set(*state, sources, 3), "<title>&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;&lt;/b&gt;</title>\n<p></p>[1][2][3]");
}

static void a_mistake_in_a_partial_is_told_with_the_partials_name(void **state)
{
	const struct template_source sources[] = { { "page", TEMPLATE_TEXT, SPAN("{{>row}}") },
		{ "row", TEMPLATE_TEXT, SPAN("\n{{gone}}") } };

	assert_string_equal(print_set(*state, sources, 2), "printing: row:2:1: gone is not there");
}

static void partials_that_do_not_fit_are_refused(void **state)
{
	const struct template_source circle[] = { { "a", TEMPLATE_TEXT, SPAN("{{#x}}{{>b}}{{/x}}") },
		{ "b", TEMPLATE_TEXT, SPAN("\n{{>c}}") }, { "c", TEMPLATE_TEXT, SPAN("{{>a}}") } };
	const struct template_source self[] = { { "a", TEMPLATE_TEXT, SPAN("{{>a}}") } };
	const struct template_source mixed[] = { { "a", TEMPLATE_HTML, SPAN("{{>b}}") }, { "b", TEMPLATE_TEXT, SPAN("x") } };
	const struct template_source inside[] = { { "a", TEMPLATE_HTML, SPAN("<p title=\"{{>b}}\">") }, { "b", TEMPLATE_HTML, SPAN("x") } };
	const struct template_source twins[] = { { "a", TEMPLATE_HTML, SPAN("") }, { "a", TEMPLATE_HTML, SPAN("") } };

	assert_string_equal(print_set(*state, circle, 3), "compiling: c:1:1: partials in a circle: a");
	assert_string_equal(print_set(*state, self, 1), "compiling: a:1:1: partials in a circle: a");
	assert_string_equal(print_set(*state, mixed, 2), "compiling: a:1:1: a template of the other mode: b");
	assert_string_equal(print_set(*state, inside, 2), "compiling: a:1:11: a partial can stand between tags only: b");
	assert_string_equal(print_set(*state, twins, 2), "compiling: two templates named a");
}

static void a_set_finds_its_templates(void **state)
{
	const struct template_source sources[] = { { "a", TEMPLATE_TEXT, SPAN("A") }, { "b", TEMPLATE_TEXT, SPAN("B") } };
	const struct template_set *set;

	assert_int_equal(template_compile(*state, sources, 2, &set, NULL), OK);
	assert_non_null(template_find(set, "a"));
	assert_ptr_not_equal(template_find(set, "a"), template_find(set, "b"));
	assert_null(template_find(set, "c"));
}

static void set_twice(void *root)
{
	tvalue_text(root, "name", "again");
}

static void set_in_a_list(void *root)
{
	tvalue_text(tvalue_list(root, "a list"), "name", "x");
}

static void add_to_an_object(void *root)
{
	(void)tvalue_item(root);
}

static void a_tree_that_makes_no_sense_is_a_bug(void **state)
{
	struct tvalue *root = values(*state);

	assert_true(aborts(set_twice, root, "bug: template: name is set twice"));
	assert_true(aborts(set_in_a_list, root, "bug: template"));
	assert_true(aborts(add_to_an_object, root, "bug: template"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(values_are_found_by_their_names),
		WITH_ARENA(sections_follow_what_is_true),
		WITH_ARENA(a_tag_alone_on_its_line_takes_the_line_away),
		WITH_ARENA(a_text_keeps_a_value_on_its_line),
		WITH_ARENA(a_page_escapes_by_the_place),
		WITH_ARENA(only_harmless_urls_are_let_through),
		WITH_ARENA(sections_may_stand_where_the_markup_stays_whole),
		WITH_ARENA(what_cannot_be_escaped_does_not_compile),
		WITH_ARENA(mistakes_are_told_with_line_and_column),
		WITH_ARENA(sections_nest_sixteen_deep),
		WITH_ARENA(a_partial_is_another_template_in_the_same_place),
		WITH_ARENA(a_mistake_in_a_partial_is_told_with_the_partials_name),
		WITH_ARENA(partials_that_do_not_fit_are_refused),
		WITH_ARENA(a_set_finds_its_templates),
		WITH_ARENA(a_tree_that_makes_no_sense_is_a_bug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
