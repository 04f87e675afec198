#include "send.h"

#include "handlers.h"
#include "log.h"
#include "settings.h"
#include "store.h"

static const struct template_set *letters;

static struct post post_of_settings(void)
{
	return (struct post){ .mail_from = reminders_settings.mail_from,
		.mail_domain = reminders_settings.mail_domain,
		.invoices_url = reminders_settings.invoices_url };
}

enum err send_start(struct why *why)
{
	static struct arena *life; /* as long as the process */

	if (life == NULL)
		life = arena_open();
	return letters != NULL ? OK : letter_compile(life, &letters, why);
}

enum err send_letter(const struct book *book, const struct notice *n, struct arena *arena, struct mail *mail, struct why *why)
{
	struct post post = post_of_settings();

	return letter_write(letters, book, n, &post, arena, mail, why);
}

static const char *or_none(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

static struct call *call_of(struct arena *arena, const struct notice *n)
{
	struct call *call = ARENA_NEW(arena, struct call);
	struct post post = post_of_settings();

	*call = (struct call){ .kind = CALL_SMTP,
		.id = span_of(arena_printf(arena, "%s:%d", uuid_text(arena, n->id), n->tries)),
		.url = reminders_settings.smtp_url,
		.mail_from = letter_sender(arena, n, &post),
		.user = or_none(reminders_settings.smtp_user),
		.password = or_none(reminders_settings.smtp_password),
		.ca_file = or_none(reminders_settings.smtp_ca_file),
		.tls_required = reminders_settings.smtp_tls_required };
	return call;
}

/* A letter that can't be written is refused for good, as a mail system would refuse it (RFC 5321 §4.2.3: 554). */
static void refuse(struct call *call, const struct why *why)
{
	log_why(LOG_ERROR, "a letter can't be written", why);
	call->sent = true;
	call->status = 554;
}

static struct call *write_call(struct arena *arena, const struct book *book, const struct notice *n)
{
	struct call *call = call_of(arena, n);
	struct answered *of = ARENA_NEW(arena, struct answered);
	struct why why = { 0 };
	struct mail mail;

	*of = (struct answered){ .of = { .merchant = n->merchant, .customer = n->customer, .id = n->id }, .tries = n->tries };
	call->intent = of;
	if (send_letter(book, n, arena, &mail, &why) != OK || mail_print(arena, &mail, &call->body, &why) != OK) {
		refuse(call, &why);
		return call;
	}
	call->rcpt_to = span_cstr(arena, mail.to);
	return call;
}

static enum err claim(struct db *db, struct arena *arena, struct instant now, size_t most, struct call **calls, size_t *n, struct why *why)
{
	const struct notice **notices;
	struct book *book;

	TRY(store_claim(db, arena, now, most, reminders_settings.notices_per_hour, &book, &notices, n, why));
	*calls = ARENA_ARRAY(arena, struct call, *n);
	for (size_t i = 0; i < *n; i++)
		(*calls)[i] = *write_call(arena, book, notices[i]);
	return OK;
}

static void answered(struct arena *arena, const struct call *call, struct message *m)
{
	struct answered *a = arena_copy(arena, call->intent, sizeof(*a));

	a->handover = (struct handover){ .sent = call->sent, .unknown = call->unknown, .status = call->status };
	answered_message(arena, a, m);
}

/* Those that have a letter. */
static void carry(struct arena *arena, struct call *calls, size_t n, size_t at_once)
{
	struct call *going = ARENA_ARRAY(arena, struct call, n);
	size_t count = 0, back = 0;

	for (size_t i = 0; i < n; i++)
		if (calls[i].rcpt_to != NULL)
			going[count++] = calls[i];
	outside_run(arena, going, count, at_once);
	for (size_t i = 0; i < n; i++)
		if (calls[i].rcpt_to != NULL)
			calls[i] = going[back++];
}

static enum err pending(struct db *db, struct arena *arena, struct instant now, int64_t *n, struct instant *next, struct why *why)
{
	int64_t held;

	return store_pending(db, arena, now, reminders_settings.notices_per_hour, n, &held, next, why);
}

const struct errand reminders_errands[] = {
	{ .name = "mail", .period_ms = 1000, .at_once = 16, .claim = claim, .answered = answered, .carry = carry, .pending = pending },
	{ .name = NULL },
};
