#include "smtp.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>

#include "certificate.h"
#include "log.h"
#include "mailbox.h"
#include "mischief.h"
#include "port.h"

enum { MAGIC = 0x736d7470, LINE_MOST = 2000, MAIL_MOST = 10 << 20, RECIPIENTS_MOST = 100, TIMEOUT_S = 300, GOODBYE_S = 2 };

enum smtp_state { SMTP_COMMAND, SMTP_LOGIN_USER, SMTP_LOGIN_PASSWORD, SMTP_PLAIN, SMTP_DATA };

struct smtp {
	uint32_t magic;
	struct world *world;
	struct bufferevent *io;
	enum smtp_state state;
	bool secure, greeted, ends; /* ends: nothing more is read; the peer closes, or time is up */
	bool too_long;
	struct arena *arena; /* of the mail under way */
	struct mail mail;
	bool has_sender;
	struct text data;
};

static struct evconnlistener *listener;
static SSL_CTX *tls;
static struct span certificate;

struct span smtp_certificate(void)
{
	return certificate;
}

/* --- the conversation --- */

static void reply(struct smtp *smtp, const char *line)
{
	evbuffer_add_printf(bufferevent_get_output(smtp->io), "%s\r\n", line);
}

static void goodbye(struct smtp *smtp, const char *line)
{
	const struct timeval timeout = { .tv_sec = GOODBYE_S };

	reply(smtp, line);
	smtp->ends = true;
	bufferevent_set_timeouts(smtp->io, &timeout, &timeout);
}

static void forget_mail(struct smtp *smtp)
{
	arena_reset(smtp->arena);
	smtp->mail = (struct mail){ 0 };
	smtp->has_sender = false;
	smtp->too_long = false;
	text_init(&smtp->data, smtp->arena);
}

static void close_smtp(struct smtp *smtp)
{
	bufferevent_free(smtp->io);
	arena_close(smtp->arena);
	free(smtp);
}

static void hello(struct smtp *smtp, struct span name)
{
	forget_mail(smtp);
	smtp->greeted = true;
	evbuffer_add_printf(bufferevent_get_output(smtp->io),
		"250-sandbox greets %.*s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n", name.size < 200 ? (int)name.size : 200,
		name.at);
	if (!smtp->secure)
		reply(smtp, "250-STARTTLS");
	else
		reply(smtp, "250-AUTH PLAIN LOGIN");
	evbuffer_add_printf(bufferevent_get_output(smtp->io), "250 SIZE %d\r\n", MAIL_MOST);
}

/* "<address>" after FROM: or TO:; further parameters are let be. */
static bool read_path(struct span args, const char *word, struct span *address)
{
	struct span rest;
	size_t n = strlen(word);

	if (args.size < n || strncasecmp(args.at, word, n) != 0)
		return false;
	args = span_trim(span_from(args, n));
	if (args.size == 0 || args.at[0] != '<')
		return false;
	return span_cut(span_from(args, 1), '>', address, &rest);
}

static void mail_from(struct smtp *smtp, struct span args)
{
	struct span address;

	if (!smtp->greeted)
		reply(smtp, "503 5.5.1 Say EHLO first");
	else if (!smtp->secure && smtp->world->options->smtp_tls_required)
		reply(smtp, "530 5.7.0 Must issue a STARTTLS command first");
	else if (smtp->has_sender)
		reply(smtp, "503 5.5.1 There is a sender already");
	else if (!read_path(args, "FROM:", &address))
		reply(smtp, "501 5.5.4 MAIL FROM:<address>");
	else {
		smtp->mail.sender = span_copy(smtp->arena, address);
		smtp->has_sender = true;
		reply(smtp, "250 2.1.0 Sender ok");
	}
}

static void rcpt_to(struct smtp *smtp, struct span args)
{
	struct span address;

	if (!smtp->has_sender)
		reply(smtp, "503 5.5.1 MAIL comes first");
	else if (!read_path(args, "TO:", &address) || memchr(address.at, '@', address.size) == NULL)
		reply(smtp, "501 5.1.3 RCPT TO:<address>");
	else if (smtp->mail.recipients.n == RECIPIENTS_MOST)
		reply(smtp, "452 4.5.3 Too many recipients");
	else if (mischief_take(smtp->world, SMTP_REJECT, address))
		reply(smtp, "550 5.1.1 No such mailbox");
	else if (mischief_take(smtp->world, SMTP_DEFER, address))
		reply(smtp, "451 4.3.0 Try again later");
	else {
		form_add(&smtp->mail.recipients, smtp->arena, span_copy(smtp->arena, address), SPAN(""));
		reply(smtp, "250 2.1.5 Recipient ok");
	}
}

static void data(struct smtp *smtp, struct span args)
{
	(void)args;
	if (smtp->mail.recipients.n == 0) {
		reply(smtp, "503 5.5.1 RCPT comes first");
		return;
	}
	smtp->state = SMTP_DATA;
	reply(smtp, "354 End with a dot on a line of its own");
}

static void quit(struct smtp *smtp, struct span args)
{
	(void)args;
	goodbye(smtp, "221 2.0.0 Goodbye");
}

static void reset(struct smtp *smtp, struct span args)
{
	(void)args;
	forget_mail(smtp);
	reply(smtp, "250 2.0.0 Forgotten");
}

static void noop(struct smtp *smtp, struct span args)
{
	(void)args;
	reply(smtp, "250 2.0.0 Ok");
}

static void auth(struct smtp *smtp, struct span args)
{
	struct span method, initial;

	span_cut(args, ' ', &method, &initial);
	if (!smtp->secure)
		reply(smtp, "538 5.7.11 Only after STARTTLS");
	else if (method.size == 5 && strncasecmp(method.at, "LOGIN", 5) == 0) {
		smtp->state = initial.size > 0 ? SMTP_LOGIN_PASSWORD : SMTP_LOGIN_USER;
		reply(smtp, initial.size > 0 ? "334 UGFzc3dvcmQ6" : "334 VXNlcm5hbWU6");
	} else if (method.size == 5 && strncasecmp(method.at, "PLAIN", 5) == 0 && initial.size > 0)
		reply(smtp, "235 2.7.0 Welcome");
	else if (method.size == 5 && strncasecmp(method.at, "PLAIN", 5) == 0) {
		smtp->state = SMTP_PLAIN;
		reply(smtp, "334 ");
	} else
		reply(smtp, "504 5.5.4 PLAIN or LOGIN");
}

static void set_callbacks(struct smtp *);

/* What was sent before the handshake is thrown away (RFC 3207 §6): it could be anybody's. */
static void starttls(struct smtp *smtp, struct span args)
{
	struct evbuffer *input = bufferevent_get_input(smtp->io);
	SSL *ssl;

	(void)args;
	if (smtp->secure) {
		reply(smtp, "503 5.5.1 TLS is on already");
		return;
	}
	reply(smtp, "220 2.0.0 Go ahead");
	evbuffer_drain(input, evbuffer_get_length(input));
	ssl = SSL_new(tls);
	if (ssl == NULL)
		bug("no memory");
	smtp->io = bufferevent_openssl_filter_new(smtp->world->base, smtp->io, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (smtp->io == NULL)
		bug("no memory");
	bufferevent_openssl_set_allow_dirty_shutdown(smtp->io, 1);
	smtp->secure = true;
	smtp->greeted = false;
	forget_mail(smtp);
	set_callbacks(smtp);
}

static const struct {
	const char *word;
	void (*run)(struct smtp *, struct span args);
} commands[] = {
	{ "EHLO", hello },
	{ "HELO", hello },
	{ "STARTTLS", starttls },
	{ "AUTH", auth },
	{ "MAIL", mail_from },
	{ "RCPT", rcpt_to },
	{ "DATA", data },
	{ "RSET", reset },
	{ "NOOP", noop },
	{ "QUIT", quit },
};

static void command(struct smtp *smtp, struct span line)
{
	struct span word, args;

	span_cut(line, ' ', &word, &args);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (word.size == strlen(commands[i].word) && strncasecmp(word.at, commands[i].word, word.size) == 0) {
			commands[i].run(smtp, span_trim(args));
			return;
		}
	reply(smtp, "500 5.5.2 No such command");
}

/* --- the mail --- */

/* True when the connection is gone. */
static bool end_of_data(struct smtp *smtp)
{
	struct world *world = smtp->world;
	struct span to = smtp->mail.recipients.pairs[0].name;

	smtp->state = SMTP_COMMAND;
	smtp->mail.raw = text_done(&smtp->data);
	if (smtp->too_long) {
		reply(smtp, "552 5.3.4 Too big");
		forget_mail(smtp);
		return false;
	}
	if (mischief_take(world, SMTP_LOST, to)) {
		close_smtp(smtp);
		return true;
	}
	if (mischief_take(world, SMTP_NO_ANSWER, to)) {
		mailbox_keep(world, &smtp->mail);
		close_smtp(smtp);
		return true;
	}
	if (mischief_take(world, SMTP_BOUNCE, to))
		mailbox_bounce(world, &smtp->mail);
	else
		mailbox_keep(world, &smtp->mail);
	reply(smtp, "250 2.0.0 Taken");
	forget_mail(smtp);
	return false;
}

static void add_line(struct smtp *smtp, struct span line)
{
	if (line.size > 0 && line.at[0] == '.')
		line = span_from(line, 1);
	smtp->too_long = smtp->too_long || smtp->data.size + line.size > MAIL_MOST;
	if (smtp->too_long)
		return;
	text_span(&smtp->data, line);
	text_add(&smtp->data, "\r\n");
}

/* True when the connection is gone. */
static bool take_line(struct smtp *smtp, struct span line)
{
	switch (smtp->state) {
	case SMTP_COMMAND: command(smtp, line); return false;
	case SMTP_LOGIN_USER:
		smtp->state = SMTP_LOGIN_PASSWORD;
		reply(smtp, "334 UGFzc3dvcmQ6");
		return false;
	case SMTP_LOGIN_PASSWORD:
	case SMTP_PLAIN:
		smtp->state = SMTP_COMMAND;
		reply(smtp, "235 2.7.0 Welcome");
		return false;
	case SMTP_DATA:
		if (span_is(line, "."))
			return end_of_data(smtp);
		add_line(smtp, line);
		return false;
	}
	return false;
}

/* --- libevent --- */

static void on_read(struct bufferevent *io, void *arg)
{
	struct smtp *smtp = checked(arg, MAGIC);
	size_t size;
	char *line;

	while (!smtp->ends && (line = evbuffer_readln(bufferevent_get_input(smtp->io), &size, EVBUFFER_EOL_CRLF_STRICT)) != NULL) {
		bool gone = take_line(smtp, span_bytes(line, size));

		free(line);
		if (gone)
			return;
		/* After STARTTLS the rest comes through the other one. */
		if (smtp->io != io)
			return;
	}
	if (evbuffer_get_length(bufferevent_get_input(smtp->io)) > LINE_MOST && !smtp->ends)
		goodbye(smtp, "500 5.5.2 Line too long");
}

static void on_event(struct bufferevent *io, short what, void *arg)
{
	(void)io;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) != 0)
		close_smtp(checked(arg, MAGIC));
}

static void set_callbacks(struct smtp *smtp)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };

	bufferevent_setcb(smtp->io, on_read, NULL, on_event, smtp);
	bufferevent_set_timeouts(smtp->io, &timeout, &timeout);
	bufferevent_enable(smtp->io, EV_READ | EV_WRITE);
}

static void on_accept(struct evconnlistener *from, evutil_socket_t fd, struct sockaddr *address, int size, void *arg)
{
	struct world *world = checked(arg, WORLD_MAGIC);
	struct smtp *smtp = calloc(1, sizeof(*smtp));

	(void)from;
	(void)address;
	(void)size;
	if (smtp == NULL)
		bug("no memory");
	*smtp = (struct smtp){ .magic = MAGIC, .world = world, .arena = arena_open() };
	smtp->io = bufferevent_socket_new(world->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (smtp->io == NULL)
		bug("no memory");
	forget_mail(smtp);
	set_callbacks(smtp);
	reply(smtp, "220 sandbox ESMTP, a mailbox for tests");
}

/* Under another name first, so that who waits for the file never reads half of it. */
static enum err write_certificate(struct world *world, const char *path, struct why *why)
{
	const char *other = arena_printf(world->life, "%s.new", path);
	FILE *file = fopen(other, "w");
	bool written = file != NULL && fwrite(certificate.at, 1, certificate.size, file) == certificate.size;

	if (file != NULL && fclose(file) != 0)
		written = false;
	if (!written || rename(other, path) != 0)
		return why_field(why, ERR_INVALID, "ca_file", "ca_file", "%s can't be written: %s", path, strerror(errno));
	return OK;
}

enum err smtp_listen(struct world *world, const char *address, struct why *why)
{
	const char *name;

	tls = certificate_make(world->life, world->options->certificate_names, &certificate);
	if (world->options->ca_file != NULL && world->options->ca_file[0] != '\0')
		TRY(write_certificate(world, world->options->ca_file, why));
	TRY(port_open(world->base, world->life, address, on_accept, world, &listener, &name, why));
	world->smtp_url = arena_printf(world->life, "smtp://%s", name);
	return OK;
}

void smtp_close(void)
{
	if (listener != NULL)
		evconnlistener_free(listener);
	SSL_CTX_free(tls);
	listener = NULL;
	tls = NULL;
}
