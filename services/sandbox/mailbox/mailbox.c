#include "mailbox.h"

#include "json_out.h"
#include "metrics.h"
#include "pages.h"
#include "payers/payers.h"
#include "smtp.h"

static struct metric kept = {
	.name = "dunlin_sandbox_mails_total",
	.type = METRIC_COUNTER,
	.help = "Mails that came into the mailbox.",
};

struct mailbox {
	struct list letters;
};

struct mailbox *mailbox_open(struct arena *arena)
{
	return ARENA_NEW(arena, struct mailbox);
}

size_t mailbox_count(const struct world *world)
{
	return world->mailbox->letters.n;
}

/* A second mail of the same id is a copy of the first. */
static void number(struct mailbox *mailbox, struct letter *letter)
{
	struct span id = mail_header(&letter->mail, "message-id");

	letter->n = letter->first = mailbox->letters.n + 1;
	for (size_t i = 0; id.size > 0 && i < mailbox->letters.n; i++) {
		struct letter *other = mailbox->letters.at[i];

		if (span_equal(mail_header(&other->mail, "message-id"), id)) {
			letter->first = other->n;
			other->copies++;
			return;
		}
	}
}

struct letter *mailbox_keep(struct world *world, const struct mail *mail)
{
	struct letter *letter = ARENA_NEW(world->life, struct letter);

	letter->mail.sender = world_keep(world, mail->sender);
	letter->mail.raw = world_keep(world, mail->raw);
	for (size_t i = 0; i < mail->recipients.n; i++)
		form_add(&letter->mail.recipients, world->life, world_keep(world, mail->recipients.pairs[i].name), SPAN(""));
	mail_read(&letter->mail, world->life);
	letter->received = world->now;
	number(world->mailbox, letter);
	list_add(&world->mailbox->letters, letter);
	metric_add(&kept, 1, NULL);
	if (letter->first == letter->n)
		payers_read(world, &letter->mail);
	return letter;
}

void mailbox_bounce(struct world *world, const struct mail *mail)
{
	struct arena *arena = arena_open();
	struct mail bounce = { .sender = SPAN("") };
	struct mail original = *mail;
	struct text text;

	mail_read(&original, arena);
	text_init(&text, arena);
	text_printf(&text, "From: Mail Delivery System <MAILER-DAEMON@sandbox.invalid>\r\nTo: <%.*s>\r\n", SPAN_ARG(mail->sender));
	text_printf(&text, "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n");
	text_printf(&text, "Message-ID: <%s@sandbox.invalid>\r\n", world_id(world, "bounce.", 16));
	text_add(&text, "Content-Type: multipart/report; report-type=delivery-status; boundary=\"bounce\"\r\n\r\n");
	text_add(&text, "--bounce\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe mailbox of the recipient does not exist.\r\n");
	text_add(&text, "--bounce\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; sandbox.invalid\r\n\r\n");
	text_printf(&text, "Final-Recipient: rfc822; %.*s\r\nAction: failed\r\nStatus: 5.1.1\r\n",
		SPAN_ARG(mail->recipients.n > 0 ? mail->recipients.pairs[0].name : SPAN("")));
	text_printf(&text, "--bounce\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: %.*s\r\n--bounce--\r\n",
		SPAN_ARG(mail_header(&original, "message-id")));
	form_add(&bounce.recipients, arena, mail->sender, SPAN(""));
	bounce.raw = text_done(&text);
	mailbox_keep(world, &bounce);
	arena_close(arena);
}

/* --- JSON --- */

static struct span address_of(const struct letter *letter)
{
	return letter->mail.recipients.n > 0 ? letter->mail.recipients.pairs[0].name : SPAN("");
}

static void print_summary(struct json_out *out, const struct letter *letter)
{
	const struct mail *mail = &letter->mail;

	json_out_int(out, "n", (int64_t)letter->n);
	json_out_instant(out, "received", letter->received);
	json_out_span(out, "sender", mail->sender);
	json_out_array(out, "recipients");
	for (size_t i = 0; i < mail->recipients.n; i++)
		json_out_span(out, NULL, mail->recipients.pairs[i].name);
	json_out_array_end(out);
	json_out_span(out, "subject", mail_header(mail, "subject"));
	json_out_span(out, "message_id", mail_header(mail, "message-id"));
	if (letter->first != letter->n)
		json_out_int(out, "copy_of", (int64_t)letter->first);
	json_out_int(out, "copies", (int64_t)letter->copies);
}

static bool is_to(const struct letter *letter, struct span recipient)
{
	for (size_t i = 0; i < letter->mail.recipients.n; i++)
		if (span_equal(letter->mail.recipients.pairs[i].name, recipient))
			return true;
	return recipient.at == NULL;
}

static bool is_after(const struct letter *letter, struct span after)
{
	int64_t n;

	return after.at == NULL || (span_int64(after, &n) == OK && (int64_t)letter->n > n);
}

/* ?to=address&after=n */
static enum err list(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct list *letters = &ask->world->mailbox->letters;
	struct span to = form_get(&ask->query, "to"), after = form_get(&ask->query, "after");
	struct json_out out;
	struct text text;

	(void)why;
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_array(&out, "mails");
	for (size_t i = 0; i < letters->n; i++) {
		const struct letter *letter = letters->at[i];

		if (!is_to(letter, to) || !is_after(letter, after))
			continue;
		json_out_object(&out, NULL);
		print_summary(&out, letter);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
	return OK;
}

static enum err find(struct ask *ask, const struct letter **letter, struct why *why)
{
	const struct list *letters = &ask->world->mailbox->letters;
	struct span number = form_get(&ask->params, "n");
	int64_t n;

	if (span_int64(number, &n) != OK || n < 1 || (size_t)n > letters->n)
		return answer_not_found("mail", number, why);
	*letter = letters->at[n - 1];
	return OK;
}

static void print_headers(struct json_out *out, const struct form *headers)
{
	json_out_array(out, "headers");
	for (size_t i = 0; i < headers->n; i++) {
		json_out_object(out, NULL);
		json_out_span(out, "name", headers->pairs[i].name);
		json_out_span(out, "value", headers->pairs[i].value);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static enum err show(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct letter *letter;
	struct json_out out;
	struct text text;

	TRY(find(ask, &letter, why));
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	print_summary(&out, letter);
	print_headers(&out, &letter->mail.headers);
	json_out_span(&out, "text", letter->mail.text);
	json_out_span(&out, "html", letter->mail.html);
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
	return OK;
}

static enum err show_raw(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct letter *letter;

	TRY(find(ask, &letter, why));
	answer->type = "message/rfc822";
	answer->body = letter->mail.raw;
	return OK;
}

static enum err show_certificate(struct ask *ask, struct answer *answer, struct why *why)
{
	(void)ask;
	(void)why;
	answer->type = "application/x-pem-file";
	answer->body = smtp_certificate();
	return OK;
}

/* --- pages --- */

static void fill(struct arena *arena, struct tvalue *at, const struct letter *letter)
{
	struct span subject = mail_header(&letter->mail, "subject");

	tvalue_printf(at, "n", "%zu", letter->n);
	tvalue_printf(at, "when", "%.16s", instant_text(arena, letter->received));
	tvalue_span(at, "to", address_of(letter));
	tvalue_span(at, "subject", subject.size > 0 ? subject : SPAN("(no subject)"));
	if (letter->first != letter->n)
		tvalue_printf(at, "copies", "a copy of %zu", letter->first);
	else if (letter->copies > 0)
		tvalue_printf(at, "copies", "came %zu times", letter->copies + 1);
	else
		tvalue_bool(at, "copies", false);
}

static enum err show_list_page(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct list *letters = &ask->world->mailbox->letters;
	struct tvalue *root = tvalue_open(ask->arena), *list_value = tvalue_list(root, "mails");

	(void)why;
	tvalue_text(root, "title", "Mailbox");
	for (size_t i = letters->n; i > 0; i--)
		fill(ask->arena, tvalue_item(list_value), letters->at[i - 1]);
	page_answer(ask, "mails", root, answer);
	return OK;
}

static enum err show_page(struct ask *ask, struct answer *answer, struct why *why)
{
	struct tvalue *root = tvalue_open(ask->arena), *lines = tvalue_list(root, "lines");
	const struct letter *letter;
	struct span rest, line;

	TRY(find(ask, &letter, why));
	fill(ask->arena, root, letter);
	tvalue_span(root, "title", mail_header(&letter->mail, "subject"));
	tvalue_span(root, "from", mail_header(&letter->mail, "from"));
	tvalue_span(root, "id", mail_header(&letter->mail, "message-id"));
	tvalue_bool(root, "html", letter->mail.html.size > 0);
	rest = letter->mail.text;
	while (rest.size > 0) {
		span_cut(rest, '\n', &line, &rest);
		if (line.size > 0 && line.at[line.size - 1] == '\r')
			line.size--;
		tvalue_item_text(lines, span_cstr(ask->arena, line));
	}
	page_answer(ask, "mail", root, answer);
	return OK;
}

/* In a frame without rights: a mail is somebody else's HTML. */
static enum err show_html(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct letter *letter;

	TRY(find(ask, &letter, why));
	form_add(&answer->headers, ask->arena, SPAN("Content-Security-Policy"),
		SPAN("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"));
	answer_html(answer, letter->mail.html);
	return OK;
}

const struct door mailbox_doors[] = {
	{ "GET", "/sandbox/mail", "mails, oldest first: ?to=address&after=n", list },
	{ "GET", "/sandbox/mail/ca.pem", "the certificate to trust", show_certificate },
	{ "GET", "/sandbox/mail/{n}", "a mail with its headers and parts", show },
	{ "GET", "/sandbox/mail/{n}/raw", "a mail as it came", show_raw },
	{ "GET", "/mail", "the mailbox as a page", show_list_page },
	{ "GET", "/mail/{n}", "a mail as a page", show_page },
	{ "GET", "/mail/{n}/html", "its HTML part", show_html },
	{ 0 },
};
