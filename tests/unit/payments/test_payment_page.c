#include "world.h"

#include "page.h"
#include "template.h"

struct scene {
	struct world *w;
	const struct template_set *set;
	struct pay_page page;
	struct attempt attempt;
};

static struct scene scene_open(struct arena *arena)
{
	struct scene scene = { .w = world_open(arena) };
	struct why why = { .err = OK };

	if (page_compile(arena, &scene.set, &why) != OK)
		fail_msg("%s", why.text);
	scene.attempt = *world_attempt(scene.w, world_checkout(scene.w, 2));
	scene.page = (struct pay_page){
		.merchant = { .name = SPAN("Nord & Söhne"), .email = SPAN("billing@nord.example") }, .owed = 1, .now = scene.w->now
	};
	return scene;
}

static const char *shown(struct scene *scene, enum attempt_state state)
{
	struct why why = { .err = OK };
	struct span html;

	scene->attempt.state = state;
	scene->page.attempt = &scene->attempt;
	if (page_pay(scene->set, scene->w->arena, &scene->page, &html, &why) != OK)
		fail_msg("%s", why.text);
	return span_cstr(scene->w->arena, html);
}

static void every_state_has_a_page_that_needs_no_script_and_asks_for_no_card(void **state)
{
	struct scene scene = scene_open(*state);

	for (unsigned s = 0; s < ATTEMPT_STATES; s++)
		for (unsigned back = PAGE_FRESH; back <= PAGE_CANCELLED; back++)
			for (scene.page.owed = 0; scene.page.owed < 2; scene.page.owed++) {
				const char *html;

				scene.page.back = (enum page_back)back;
				html = shown(&scene, (enum attempt_state)s);
				assert_non_null(strstr(html, "Nord &amp; Söhne"));
				assert_null(strstr(html, "<script"));
				assert_null(strstr(html, "<input"));
				assert_null(strstr(html, "{{"));
			}
}

static void a_button_is_shown_where_something_can_be_pressed_and_nowhere_else(void **state)
{
	struct scene scene = scene_open(*state);

	scene.attempt.url = SPAN("https://checkout.example/c/1");
	scene.page.back = PAGE_CANCELLED;
	for (unsigned s = 0; s < ATTEMPT_STATES; s++) {
		const char *html = shown(&scene, (enum attempt_state)s);

		assert_int_equal(strstr(html, "<form") != NULL, s == ATTEMPT_CREATED);
		assert_int_equal(strstr(html, "checkout.example") != NULL, s == ATTEMPT_OPEN || s == ATTEMPT_DECLINED);
	}
}

static void a_page_reloads_while_it_waits_and_not_for_ever(void **state)
{
	struct scene scene = scene_open(*state);

	scene.page.back = PAGE_CANCELLED;
	for (unsigned s = 0; s < ATTEMPT_STATES; s++)
		assert_int_equal(strstr(shown(&scene, (enum attempt_state)s), "http-equiv=\"refresh\"") != NULL,
			s == ATTEMPT_OPENING || s == ATTEMPT_UNKNOWN);
	scene.page.back = PAGE_PAID;
	assert_non_null(strstr(shown(&scene, ATTEMPT_OPEN), "http-equiv=\"refresh\""));
	assert_null(strstr(shown(&scene, ATTEMPT_SUCCEEDED), "http-equiv=\"refresh\""));
}

static void whoever_comes_fresh_is_sent_on_once_the_provider_has_a_page(void **state)
{
	struct scene scene = scene_open(*state);

	scene.attempt.state = ATTEMPT_OPEN;
	assert_false(page_sends_on(&scene.attempt, PAGE_FRESH));
	scene.attempt.url = SPAN("https://checkout.example/c/1");
	assert_true(page_sends_on(&scene.attempt, PAGE_FRESH));
	assert_false(page_sends_on(&scene.attempt, PAGE_CANCELLED));
	assert_false(page_sends_on(&scene.attempt, PAGE_PAID));
	scene.attempt.state = ATTEMPT_CLOSING;
	assert_false(page_sends_on(&scene.attempt, PAGE_FRESH));
}

static void what_is_paid_is_listed_with_its_sum(void **state)
{
	struct scene scene = scene_open(*state);
	const char *html = shown(&scene, ATTEMPT_CREATED);

	assert_non_null(strstr(html, "Invoice NORD-2<"));
	assert_non_null(strstr(html, "Invoice NORD-2, part 2"));
	assert_non_null(strstr(html, "EUR 20.00"));
	assert_non_null(strstr(html, "EUR 50.00"));
	assert_non_null(strstr(html, "mailto:billing@nord.example"));
}

static void an_address_that_is_no_page_is_not_linked(void **state)
{
	struct scene scene = scene_open(*state);

	scene.page.back = PAGE_CANCELLED;
	scene.attempt.url = SPAN("javascript:alert(1)");
	assert_null(strstr(shown(&scene, ATTEMPT_OPEN), "javascript:"));
}

static void a_link_that_leads_nowhere_says_so(void **state)
{
	struct scene scene = scene_open(*state);
	struct span html;

	assert_int_equal(page_no_link(scene.set, *state, &html, &scene.w->why), OK);
	assert_non_null(strstr(span_cstr(*state, html), "leads nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(every_state_has_a_page_that_needs_no_script_and_asks_for_no_card),
		WITH_ARENA(a_button_is_shown_where_something_can_be_pressed_and_nowhere_else),
		WITH_ARENA(a_page_reloads_while_it_waits_and_not_for_ever),
		WITH_ARENA(whoever_comes_fresh_is_sent_on_once_the_provider_has_a_page),
		WITH_ARENA(what_is_paid_is_listed_with_its_sum),
		WITH_ARENA(an_address_that_is_no_page_is_not_linked),
		WITH_ARENA(a_link_that_leads_nowhere_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
