#include "world.h"

#include <stdio.h>

#include "letter.h"
#include "words.h"

static const struct post post = {
	.mail_from = "noreply@dunlin.example", .mail_domain = "mail.example", .invoices_url = "https://invoices.example"
};

static const struct template_set *templates(struct arena *arena)
{
	const struct template_set *set;
	struct why why;

	if (letter_compile(arena, &set, &why) != OK)
		fail_msg("%s", why.text);
	return set;
}

static struct mail write_letter(struct world *w, const struct notice *n)
{
	struct mail mail;
	struct why why;

	if (letter_write(templates(w->arena), w->book, n, &post, w->arena, &mail, &why) != OK)
		fail_msg("%s", why.text);
	return mail;
}

/* What stands in the golden file. DUNLIN_GOLDEN=write writes it. */
static void golden(struct world *w, const char *name, const struct mail *mail)
{
	const char *path = arena_printf(w->arena, "tests/golden/reminders_letter_%s.txt", name);
	const char *text = arena_printf(w->arena, "Subject: %.*s\n\n%.*s\n", SPAN_ARG(mail->subject), SPAN_ARG(mail->text));
	const char *mode = getenv("DUNLIN_GOLDEN");
	FILE *file;

	if (mode != NULL && strcmp(mode, "write") == 0) {
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(text, file);
		fclose(file);
	}
	assert_string_equal(text, read_file(w->arena, path).at);
}

static void speaks_to(struct world *w, const char *language)
{
	static int revision = 1;

	world_apply(w, fact_customer(w->arena, "c1", ++revision, "c1@example.org", "Europe/Berlin", language));
}

static void the_letters_are_their_golden_files(void **state)
{
	static const struct {
		const char *name, *language, *day;
	} letters[] = {
		{ "before_en", "en", "2026-10-09" },
		{ "due_de", "de-AT", "2026-10-16" },
		{ "level_1_de", "de", "2026-10-23" },
		{ "level_2_en", "en-GB", "2026-10-30" },
		{ "level_3_de", "de", "2026-11-13" },
	};
	struct world *w = world_open(*state);
	struct mail mail;

	world_owe(w, "c1", 1, "2026-10-16", 123456);
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		world_at(w, letters[i].day, 10);
		speaks_to(w, letters[i].language);
		if (i == 3)
			world_owe(w, "c1", 2, "2026-10-22", 900);
		world_go(w);
		mail = write_letter(w, world_notice(w, "c1", i));
		golden(w, letters[i].name, &mail);
	}
	world_apply(w, fact_payment(w->arena, "c1", 1, 1, 123456));
	mail = write_letter(w, world_notice(w, "c1", 5));
	golden(w, "receipt_de", &mail);
}

/* Every language has a word for everything that can be said. */
static void every_language_says_everything(void **state)
{
	struct world *w = world_open(*state);
	struct notice_item items[2];
	struct notice n = {
		.merchant = MERCHANT, .customer = SPAN("c1"), .id = fact_invoice(9), .items = items, .amount = { 5, { "EUR" } }
	};

	for (size_t l = 0; l < words_count(); l++)
		for (int tone = 0; tone < 6; tone++)
			for (n.item_count = tone == 5 ? 0 : 1; n.item_count <= 2; n.item_count++) {
				struct mail mail;

				speaks_to(w, words_at(l)->language);
				n.kind = tone == 5 ? NOTICE_RECEIPT : NOTICE_REMINDER;
				n.level = tone < 2 || tone == 5 ? 0 : tone - 1;
				n.day = fact_date("2026-10-09");
				for (int i = 0; i < 2; i++)
					items[i] = (struct notice_item){ .invoice = fact_invoice(i + 1),
						.part = 1,
						.number = SPAN("N-1"),
						.step = SPAN("due"),
						.due = { n.day.day + (tone == 0) },
						.open = { 5, { "EUR" } } };
				mail = write_letter(w, &n);
				assert_true(mail.subject.size > 10 && memchr(mail.subject.at, '\n', mail.subject.size) == NULL);
				assert_true(mail.text.size > 100);
				assert_true(mail.html.size > 1000);
			}
}

static void amounts_and_dates_are_written_as_people_write_them(void **state)
{
	static const struct {
		int64_t minor;
		const char *currency, *en, *de;
	} cases[] = {
		{ 5, "EUR", "EUR\u00a00.05", "0,05\u00a0EUR" },
		{ 123456, "EUR", "EUR\u00a01,234.56", "1.234,56\u00a0EUR" },
		{ 100000000, "USD", "USD\u00a01,000,000.00", "1.000.000,00\u00a0USD" },
		{ 123, "JPY", "JPY\u00a0123", "123\u00a0JPY" },
		{ 1234567, "BHD", "BHD\u00a01,234.567", "1.234,567\u00a0BHD" },
	};
	const struct words *en = words_find(SPAN("en-US")), *de = words_find(SPAN("DE"));

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct money m = { .minor = cases[i].minor };

		assert_int_equal(currency_parse(span_of(cases[i].currency), &m.currency), OK);
		assert_string_equal(words_money(*state, en, m), cases[i].en);
		assert_string_equal(words_money(*state, de, m), cases[i].de);
	}
	assert_string_equal(words_date(*state, en, fact_date("2026-03-05")), "5 March 2026");
	assert_string_equal(words_date(*state, de, fact_date("2026-03-05")), "5. März 2026");
	assert_ptr_equal(words_find(SPAN("fr")), en);
	assert_ptr_equal(words_find(SPAN("")), en);
}

static void the_same_notice_makes_the_same_mail(void **state)
{
	struct world *w = world_open(*state);
	struct mail mail;
	struct span first, second;

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	mail = write_letter(w, world_notice(w, "c1", 0));
	assert_int_equal(mail_print(w->arena, &mail, &first, NULL), OK);
	w->now.us += US_PER_DAY;
	mail = write_letter(w, world_notice(w, "c1", 0));
	assert_int_equal(mail_print(w->arena, &mail, &second, NULL), OK);
	assert_true(span_equal(first, second));
	assert_non_null(strstr(first.at, "Date: Fri, 09 Oct 2026 08:00:00 +0000\r\n"));
	assert_non_null(strstr(
		first.at, arena_printf(w->arena, "Message-ID: <%s@mail.example>", uuid_text(w->arena, world_notice(w, "c1", 0)->id))));
	assert_string_equal(letter_sender(w->arena, world_notice(w, "c1", 0), &post),
		arena_printf(w->arena, "notice-%s@mail.example", uuid_text(w->arena, world_notice(w, "c1", 0)->id)));
}

static void names_of_others_neither_break_headers_nor_pages(void **state)
{
	struct world *w = world_open(*state);
	struct mail mail;
	struct span printed;

	world_apply(w, fact_merchant(w->arena, 2, "Evil\r\nBcc: all@example.org <script>alert(1)</script>"));
	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	mail = write_letter(w, world_notice(w, "c1", 0));
	assert_null(strstr(mail.html.at, "<script>"));
	assert_int_equal(mail_print(w->arena, &mail, &printed, NULL), OK);
	assert_null(strstr(printed.at, "\nBcc:"));
}

static void a_merchant_without_an_address_writes_from_ours(void **state)
{
	struct world *w = world_open(*state);
	struct mail mail;

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	mail = write_letter(w, world_notice(w, "c1", 0));
	assert_true(span_is(mail.from, "billing@nord.example"));
	book_merchant_of(w->book, MERCHANT)->email = SPAN("");
	mail = write_letter(w, world_notice(w, "c1", 0));
	assert_true(span_is(mail.from, "noreply@dunlin.example"));
}

static void the_account_is_the_one_for_the_currency(void **state)
{
	struct merchant m = { .transfer_accounts = SPAN("DE01 USD\nDE02 EUR\nDE03 -\n") };

	(void)state;
	assert_true(span_is(merchant_iban(&m, (struct currency){ "EUR" }), "DE02"));
	assert_true(span_is(merchant_iban(&m, (struct currency){ "USD" }), "DE01"));
	assert_true(span_is(merchant_iban(&m, (struct currency){ "CHF" }), "DE03"));
	m.transfer_accounts = SPAN("DE01 USD\n");
	assert_int_equal(merchant_iban(&m, (struct currency){ "CHF" }).size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(the_letters_are_their_golden_files),
		WITH_ARENA(every_language_says_everything),
		WITH_ARENA(amounts_and_dates_are_written_as_people_write_them),
		WITH_ARENA(the_same_notice_makes_the_same_mail),
		WITH_ARENA(names_of_others_neither_break_headers_nor_pages),
		WITH_ARENA(a_merchant_without_an_address_writes_from_ours),
		cmocka_unit_test(the_account_is_the_one_for_the_currency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
