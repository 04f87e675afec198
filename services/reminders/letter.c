#include "letter.h"

#include <stddef.h>
#include <string.h>

#include "reminders_templates.h"
#include "rf.h"
#include "words.h"

enum err letter_compile(struct arena *arena, const struct template_set **set, struct why *why)
{
	return template_compile(arena, reminders_templates, reminders_template_count, set, why);
}

/* What is being written, and where. */
struct writing {
	const struct template_set *set;
	const struct book *book;
	const struct notice *notice;
	const struct post *post;
	const struct merchant *merchant;
	const struct customer *customer;
	const struct words *words;
	struct arena *arena;
	struct tvalue *root;
};

#define LABEL(name) { #name, offsetof(struct words, name) }

static const struct {
	const char *name;
	size_t offset;
} labels[] = {
	LABEL(greeting),
	LABEL(invoice),
	LABEL(due),
	LABEL(reference),
	LABEL(view),
	LABEL(total),
	LABEL(pay_text),
	LABEL(holder),
	LABEL(contact),
	LABEL(regards),
};

static void add_labels(const struct writing *w)
{
	struct tvalue *to = tvalue_object(w->root, "w");

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		const char *const *word = (const void *)((const char *)w->words + labels[i].offset);

		tvalue_text(to, labels[i].name, *word);
	}
}

/* Names come from others: a control character in one does not break a header. */
static struct span one_line(struct arena *arena, struct span s)
{
	char *copy = span_cstr(arena, s);

	for (size_t i = 0; i < s.size; i++)
		if ((unsigned char)copy[i] < ' ' || copy[i] == 0x7f)
			copy[i] = ' ';
	return span_trim(span_bytes(copy, s.size));
}

/* ---- the tone ---- */

enum tone { TONE_BEFORE, TONE_DUE, TONE_LEVEL_1, TONE_LEVEL_2, TONE_LEVEL_3, TONE_RECEIPT, TONES };

static enum tone tone_of(const struct notice *n)
{
	static const enum tone levels[] = { TONE_LEVEL_1, TONE_LEVEL_2, TONE_LEVEL_3 };

	if (n->kind == NOTICE_RECEIPT)
		return TONE_RECEIPT;
	if (n->level > 0)
		return levels[(n->level < 3 ? n->level : 3) - 1];
	for (size_t i = 0; i < n->item_count; i++)
		if (date_compare(n->items[i].due, n->day) <= 0)
			return TONE_DUE;
	return TONE_BEFORE;
}

static void add_tone(const struct writing *w)
{
	static const char *const names[TONES] = { "before", "due", "level_1", "level_2", "level_3", "receipt" };
	const struct notice *n = w->notice;
	enum tone tone = tone_of(n);

	for (int i = 0; i < TONES; i++)
		tvalue_bool(w->root, names[i], i == (int)tone);
	tvalue_bool(w->root, "one", n->item_count == 1);
	tvalue_bool(w->root, "many", n->item_count > 1);
	tvalue_printf(w->root, "count", "%zu", n->item_count);
	if (n->item_count > 0) {
		tvalue_span(w->root, "number", n->items[0].number);
		tvalue_text(w->root, "date", words_date(w->arena, w->words, n->items[0].due));
	}
}

/* ---- what it speaks of ---- */

static void add_late(const struct writing *w, struct tvalue *to, struct date due)
{
	int32_t days = w->notice->day.day - due.day;

	if (days > 0)
		tvalue_printf(to, "late", "%d %s", (int)days, days == 1 ? w->words->day_late : w->words->days_late);
	else
		tvalue_bool(to, "late", false);
}

static void add_item(const struct writing *w, struct tvalue *to, const struct notice_item *said)
{
	const struct item *item = book_item(w->book, w->merchant->id, said->invoice, said->part);
	bool is_reminder = w->notice->kind == NOTICE_REMINDER, has_page = item != NULL && item->document_path.size > 0;

	tvalue_span(to, "number", said->number);
	tvalue_text(to, "amount", words_money(w->arena, w->words, said->open));
	tvalue_text(to, "date", is_reminder ? words_date(w->arena, w->words, said->due) : NULL);
	if (is_reminder)
		add_late(w, to, said->due);
	else
		tvalue_bool(to, "late", false);
	tvalue_text(to, "reference",
		is_reminder && item != NULL && item->rf_reference.size > 0 ? rf_print(w->arena, item->rf_reference) : NULL);
	if (has_page)
		tvalue_printf(to, "url", "%s%.*s", w->post->invoices_url, SPAN_ARG(item->document_path));
	else
		tvalue_bool(to, "url", false);
}

static void add_items(const struct writing *w)
{
	struct tvalue *items = tvalue_list(w->root, "items");

	for (size_t i = 0; i < w->notice->item_count; i++)
		add_item(w, tvalue_item(items), &w->notice->items[i]);
}

/* The sum of each currency where there is more than one amount; of a receipt what was paid. */
static enum err add_totals(const struct writing *w, struct why *why)
{
	const struct notice *n = w->notice;
	struct money *sums = ARENA_ARRAY(w->arena, struct money, n->item_count + 1);
	struct tvalue *list = tvalue_list(w->root, "totals");
	size_t count = 0;

	for (size_t i = 0; i < n->item_count && n->kind == NOTICE_REMINDER; i++) {
		size_t k = 0;

		while (k < count && !currency_equal(sums[k].currency, n->items[i].open.currency))
			k++;
		if (k == count)
			sums[count++] = money_zero(n->items[i].open.currency);
		TRY(money_add(sums[k], n->items[i].open, &sums[k], why));
	}
	if (n->kind == NOTICE_RECEIPT)
		sums[count++] = n->amount;
	for (size_t k = 0; k < count; k++)
		tvalue_item_text(list, words_money(w->arena, w->words, sums[k]));
	tvalue_text(w->root, "total", words_money(w->arena, w->words, sums[0]));
	return OK;
}

/* "DE89 3704 0044 0532 0130 00" */
static const char *iban_print(struct arena *arena, struct span iban)
{
	struct text t;

	text_init(&t, arena);
	for (size_t i = 0; i < iban.size; i++) {
		if (i > 0 && i % 4 == 0)
			text_char(&t, ' ');
		text_char(&t, iban.at[i]);
	}
	return text_done(&t).at;
}

/* The account for the first item's currency. */
static void add_pay(const struct writing *w)
{
	struct span iban = SPAN("");
	struct tvalue *to;

	if (w->notice->kind == NOTICE_REMINDER && w->notice->item_count > 0)
		iban = merchant_iban(w->merchant, w->notice->items[0].open.currency);
	if (iban.size == 0) {
		tvalue_bool(w->root, "pay", false);
		return;
	}
	to = tvalue_object(w->root, "pay");
	tvalue_span(to, "holder", one_line(w->arena, w->merchant->name));
	tvalue_text(to, "iban", iban_print(w->arena, iban));
}

/* ---- the letter ---- */

/* A template's text without what stands around it. */
static enum err print(const struct writing *w, const char *name, struct span *out, struct why *why)
{
	const struct template *template = template_find(w->set, name);
	struct text t;

	if (template == NULL)
		return why_set(why, ERR_BUG, "template_unknown", "no template %s", name);
	text_init(&t, w->arena);
	TRY(template_print(template, w->root, &t, why));
	*out = span_trim(text_done(&t));
	return OK;
}

static enum err print_in_language(const struct writing *w, const char *name, struct span *out, struct why *why)
{
	return print(w, arena_printf(w->arena, "%s_%s", name, w->words->language), out, why);
}

static struct span sender_address(const struct writing *w)
{
	return mail_is_address(w->merchant->email) ? w->merchant->email : span_of(w->post->mail_from);
}

static enum err fill(const struct writing *w, struct why *why)
{
	struct span contact = mail_is_address(w->merchant->email) ? w->merchant->email : SPAN("");
	struct span name = one_line(w->arena, w->customer->name);

	tvalue_text(w->root, "language", w->words->language);
	tvalue_span(w->root, "merchant", one_line(w->arena, w->merchant->name));
	tvalue_span(w->root, "name", name.size > 0 ? name : span_of(w->words->customer));
	tvalue_span(w->root, "contact", contact);
	add_labels(w);
	add_tone(w);
	add_items(w);
	add_pay(w);
	return add_totals(w, why);
}

enum err letter_write(const struct template_set *set, const struct book *book, const struct notice *n, const struct post *post,
	struct arena *arena, struct mail *mail, struct why *why)
{
	struct writing w = { .set = set, .book = book, .notice = n, .post = post, .arena = arena, .root = tvalue_open(arena) };
	struct span intro;

	w.merchant = book_merchant(book, n->merchant);
	w.customer = book_customer(book, n->merchant, n->customer);
	if (w.merchant == NULL || w.customer == NULL)
		return why_set(why, ERR_BUG, "party_unknown", "a letter needs its merchant and customer");
	w.words = words_find(w.customer->language.size > 0 ? w.customer->language : w.merchant->language);
	TRY(fill(&w, why));
	*mail = (struct mail){ .from_name = one_line(arena, w.merchant->name),
		.from = sender_address(&w),
		.to_name = one_line(arena, w.customer->name),
		.to = w.customer->email,
		.message_id = span_of(notice_message_id(arena, n->id, post->mail_domain)),
		.date = n->planned_at };
	TRY(print_in_language(&w, "subject", &mail->subject, why));
	TRY(print_in_language(&w, "intro", &intro, why));
	tvalue_span(w.root, "subject", mail->subject);
	tvalue_span(w.root, "intro", intro);
	TRY(print(&w, "plain", &mail->text, why));
	return print(&w, "mail", &mail->html, why);
}

const char *letter_sender(struct arena *arena, const struct notice *n, const struct post *post)
{
	return arena_printf(arena, "notice-%s@%s", uuid_text(arena, n->id), post->mail_domain);
}
