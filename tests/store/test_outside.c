#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "outside.h"
#include "peer.h"

enum { HELD = 8, CONNECTIONS = 64 };

struct peer;

/* One connection of the other end, served by a thread of its own. */
struct line {
	struct peer *peer;
	struct arena *arena;
	int fd;
	pthread_t thread;
};

/* What the other end does with each connection. */
struct peer {
	int listener, port;
	pthread_t thread;
	void (*serve)(struct line *);
	const char *answer;
	struct line lines[CONNECTIONS];
	int count;
	_Atomic int requests, most;
	int held;
	pthread_mutex_t lock;
	pthread_cond_t eight;
	struct span mail; /* what an SMTP peer was given after DATA */
};

static struct arena *arena;

static void *line_main(void *arg)
{
	struct line *line = arg;

	line->peer->serve(line);
	shutdown(line->fd, SHUT_RDWR);
	return NULL;
}

static void *peer_main(void *arg)
{
	struct peer *peer = arg;

	for (;;) {
		struct line *line = &peer->lines[peer->count];

		*line = (struct line){ .peer = peer, .fd = accept(peer->listener, NULL, NULL) };
		if (line->fd < 0 || peer->count == CONNECTIONS - 1)
			return NULL;
		line->arena = arena_open();
		if (pthread_create(&line->thread, NULL, line_main, line) != 0)
			abort();
		peer->count++;
	}
}

static void peer_open(struct peer *peer, void (*serve)(struct line *), const char *answer)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	*peer = (struct peer){ .serve = serve, .answer = answer, .lock = PTHREAD_MUTEX_INITIALIZER, .eight = PTHREAD_COND_INITIALIZER };
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(peer->listener, 64), 0);
	assert_int_equal(getsockname(peer->listener, (struct sockaddr *)&at, &size), 0);
	peer->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&peer->thread, NULL, peer_main, peer), 0);
}

/* Ends what is left of its connections too: the caller's library keeps some. */
static void peer_close(struct peer *peer)
{
	shutdown(peer->listener, SHUT_RDWR);
	pthread_join(peer->thread, NULL);
	close(peer->listener);
	for (int i = 0; i < peer->count; i++) {
		shutdown(peer->lines[i].fd, SHUT_RDWR);
		pthread_join(peer->lines[i].thread, NULL);
		close(peer->lines[i].fd);
		if (peer->mail.size > 0)
			peer->mail = span_copy(arena, peer->mail);
		arena_close(peer->lines[i].arena);
	}
}

/* Reads up to `end` and what stands before it in the same reads; empty when the other side closes. */
static struct span read_until(struct line *line, const char *end)
{
	struct text text;
	char byte;

	text_init(&text, line->arena);
	text_add(&text, "");
	while (!peer_has(text_done(&text), end)) {
		if (recv(line->fd, &byte, 1, 0) != 1)
			return SPAN("");
		text_char(&text, byte);
	}
	return text_done(&text);
}

/* A request with its body. */
static bool read_request(struct line *line)
{
	struct span head = read_until(line, "\r\n\r\n");
	const char *length = strstr(head.size == 0 ? "" : head.at, "Content-Length: ");
	long body = length == NULL ? 0 : strtol(length + 16, NULL, 10);
	char byte;

	if (head.size == 0)
		return false;
	while (body-- > 0)
		if (recv(line->fd, &byte, 1, 0) != 1)
			return false;
	atomic_fetch_add(&line->peer->requests, 1);
	return true;
}

static void answer_once(struct line *line)
{
	if (read_request(line))
		peer_send_some(line->fd, span_of(line->peer->answer));
}

static void say_nothing(struct line *line)
{
	char byte;

	if (read_request(line))
		while (recv(line->fd, &byte, 1, 0) > 0)
			;
}

/* Answers the first request, takes the second and closes without a word. */
static void die_at_the_second(struct line *line)
{
	answer_once(line);
	read_request(line);
}

/* --- HTTP --- */

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRequest-Id: req_1\r\n\r\n{}"

static struct call http_call(int port, const char *method)
{
	return (struct call){ .kind = CALL_HTTP,
		.method = method,
		.url = arena_printf(arena, "http://127.0.0.1:%d/v1", port),
		.body = SPAN("a=b"),
		.timeout_ms = 10000 };
}

static void run(struct call *call)
{
	outside_run(arena, call, 1, 1);
}

static void assert_known(const struct call *call, bool sent, bool unknown, int status)
{
	if (call->sent != sent || call->unknown != unknown || (status >= 0 && call->status != status))
		fail_msg("sent %d, unknown %d, status %d: %s", call->sent, call->unknown, call->status, call->error);
}

/* One call to a peer that serves so. */
static struct call call_to(void (*serve)(struct line *), const char *answer, const char *method, int timeout_ms)
{
	struct peer peer;
	struct call call;

	peer_open(&peer, serve, answer);
	call = http_call(peer.port, method);
	call.timeout_ms = timeout_ms;
	run(&call);
	peer_close(&peer);
	return call;
}

static void an_answer_is_taken_whole_with_its_request_id(void **state)
{
	struct call call = call_to(answer_once, OK_ANSWER, "POST", 10000);

	(void)state;
	assert_known(&call, true, false, 200);
	assert_true(span_is(call.answer, "{}"));
	assert_true(span_is(call.request_id, "req_1"));
	assert_string_equal(call.error, "");
}

static void an_error_of_the_provider_is_an_answer(void **state)
{
	struct call call = call_to(answer_once, "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\noops", "POST", 10000);

	(void)state;
	assert_known(&call, true, false, 500);
	assert_true(span_is(call.answer, "oops"));
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
	struct call call =
		call_to(answer_once, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "GET", 10000);

	(void)state;
	assert_known(&call, true, false, 302);
}

static void nothing_was_sent_where_nobody_listens_or_nothing_resolves(void **state)
{
	struct call nobody = http_call(1, "POST"), nowhere = http_call(1, "POST"), nothing = http_call(1, "POST"),
		    file = http_call(1, "GET");

	(void)state;
	nowhere.url = "http://no.such.host.invalid/";
	nothing.url = "not a url";
	file.url = "file:///etc/hostname";
	run(&nobody);
	run(&nowhere);
	run(&nothing);
	run(&file);
	assert_known(&nobody, false, false, 0);
	assert_known(&nowhere, false, false, 0);
	assert_known(&nothing, false, false, 0);
	assert_known(&file, false, false, 0);
	assert_string_not_equal(nobody.error, "");
	assert_int_equal(file.answer.size, 0);
}

static void a_request_without_an_answer_is_unknown(void **state)
{
	struct call closed = call_to(answer_once, "", "POST", 10000);
	struct call torn = call_to(answer_once, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "POST", 10000);
	struct call silent = call_to(say_nothing, "", "POST", 300);

	(void)state;
	assert_known(&closed, true, true, 0);
	assert_known(&torn, true, true, -1);
	assert_known(&silent, true, true, 0);
}

static void an_answer_without_an_end_is_not_taken(void **state)
{
	char *huge = arena_alloc(arena, (2 << 20) + 100);
	int n = snprintf(huge, 100, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	struct call call;

	(void)state;
	memset(huge + n, 'x', 2 << 20);
	call = call_to(answer_once, huge, "GET", 10000);
	assert_known(&call, true, true, -1);
	assert_true(call.answer.size <= 1 << 20);
}

static void what_would_break_out_of_its_line_is_not_sent(void **state)
{
	static const char *const evil[] = { "X: a\r\nY: b", NULL };
	struct call header = http_call(1, "POST"), method = http_call(1, "POST\r\nX: y");
	struct peer peer;

	(void)state;
	peer_open(&peer, answer_once, OK_ANSWER);
	header = http_call(peer.port, "POST");
	header.headers = evil;
	method = http_call(peer.port, "POST /x HTTP/1.1\r\nX: y\r\n\r\n");
	run(&header);
	run(&method);
	peer_close(&peer);
	assert_known(&header, false, false, 0);
	assert_known(&method, false, false, 0);
	assert_int_equal(atomic_load(&peer.requests), 0);
}

static int requests_seen(const char *const *headers)
{
	struct call first, second;
	struct peer peer;

	peer_open(&peer, die_at_the_second, OK_ANSWER);
	first = http_call(peer.port, "GET");
	second = http_call(peer.port, "POST");
	second.headers = headers;
	run(&first);
	run(&second);
	peer_close(&peer);
	assert_known(&first, true, false, 200);
	assert_true(second.sent);
	return atomic_load(&peer.requests);
}

/* On a kept connection that is closed without an answer libcurl would send it a second time by itself. */
static void a_request_is_sent_once_unless_it_carries_an_idempotency_key(void **state)
{
	static const char *const key[] = { "Idempotency-Key: k", NULL };

	(void)state;
	assert_int_equal(requests_seen(NULL), 2);
	assert_int_equal(requests_seen(key), 3);
}

/* Answers none before eight have come, and gives a ninth the time to show itself. */
static void hold_eight(struct line *line)
{
	struct peer *peer = line->peer;
	int group;

	if (!read_request(line))
		return;
	pthread_mutex_lock(&peer->lock);
	group = peer->held++ / HELD;
	if (peer->held % HELD == 0) {
		usleep(20000);
		if (atomic_load(&peer->requests) > peer->held)
			atomic_store(&peer->most, HELD + 1);
		pthread_cond_broadcast(&peer->eight);
	}
	while (peer->held < (group + 1) * HELD)
		pthread_cond_wait(&peer->eight, &peer->lock);
	pthread_mutex_unlock(&peer->lock);
	peer_send_some(line->fd, SPAN("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
}

static void calls_go_side_by_side_but_eight_to_one_host(void **state)
{
	struct call calls[16];
	struct peer peer;

	(void)state;
	peer_open(&peer, hold_eight, "");
	for (int i = 0; i < 16; i++)
		calls[i] = http_call(peer.port, "POST");
	outside_run(arena, calls, 16, 16);
	peer_close(&peer);
	for (int i = 0; i < 16; i++)
		assert_known(&calls[i], true, false, 200);
	assert_int_equal(atomic_load(&peer.requests), 16);
	assert_int_equal(atomic_load(&peer.most), 0);
}

/* --- SMTP --- */

/* The peer's answer, such as "RCPT 550 no such user", where it is for this word, else the usual one; "close" closes. */
static bool reply_to(struct line *line, const char *word, const char *usual)
{
	const char *answer = line->peer->answer;
	const char *reply = strncmp(answer, word, strlen(word)) == 0 ? answer + strlen(word) + 1 : usual;

	if (strcmp(reply, "close") == 0)
		return false;
	peer_send_some(line->fd, span_of(arena_printf(line->arena, "%s\r\n", reply)));
	return true;
}

static bool take_mail(struct line *line)
{
	if (!reply_to(line, "DATA", "354 go on"))
		return false;
	line->peer->mail = read_until(line, "\r\n.\r\n");
	return reply_to(line, "END", "250 queued as 7");
}

static void serve_smtp(struct line *line)
{
	struct span command;
	bool more = reply_to(line, "HELLO", "220 mailbox");

	while (more && (command = read_until(line, "\r\n")).size > 0) {
		if (span_starts(command, "DATA"))
			more = take_mail(line);
		else
			more = reply_to(line, span_starts(command, "RCPT") ? "RCPT" : "OTHER", "250 ok");
	}
}

static struct call mail_call(int port)
{
	return (struct call){ .kind = CALL_SMTP,
		.url = arena_printf(arena, "smtp://127.0.0.1:%d", port),
		.mail_from = "a@acme.example",
		.rcpt_to = "jo@customer.example",
		.body = SPAN("Subject: x\r\n\r\nline\r\n.dot\r\n"),
		.timeout_ms = 10000 };
}

static struct call mail_to(const char *answer)
{
	struct peer peer;
	struct call call;

	peer_open(&peer, serve_smtp, answer);
	call = mail_call(peer.port);
	run(&call);
	peer_close(&peer);
	return call;
}

static void a_mail_is_handed_over_to_the_byte_with_its_dots_stuffed(void **state)
{
	struct peer peer;
	struct call call;

	(void)state;
	peer_open(&peer, serve_smtp, "");
	call = mail_call(peer.port);
	run(&call);
	peer_close(&peer);
	assert_known(&call, true, false, 250);
	assert_true(span_is(call.answer, "250 queued as 7"));
	assert_true(span_is(peer.mail, "Subject: x\r\n\r\nline\r\n..dot\r\n.\r\n"));
}

static void a_refused_recipient_sender_or_mail_is_an_answer(void **state)
{
	struct call recipient = mail_to("RCPT 550 no such user"), busy = mail_to("RCPT 451 later"), mail = mail_to("END 554 no spam");
	struct call greeting = mail_to("HELLO 421 busy");

	(void)state;
	assert_known(&recipient, true, false, 550);
	assert_true(span_is(recipient.answer, "550 no such user"));
	assert_known(&busy, true, false, 451);
	assert_known(&mail, true, false, 554);
	assert_known(&greeting, true, false, 421);
}

static void a_mail_whose_last_reply_never_came_is_unknown(void **state)
{
	struct call call = mail_to("END close");

	(void)state;
	assert_known(&call, true, true, -1);
}

static void a_mail_that_was_not_given_whole_was_not_sent(void **state)
{
	struct call hello = mail_to("HELLO close"), recipient = mail_to("RCPT close"), data = mail_to("DATA close"), nobody = mail_call(1);

	(void)state;
	run(&nobody);
	assert_known(&hello, false, false, -1);
	assert_known(&recipient, false, false, -1);
	assert_known(&data, false, false, -1);
	assert_known(&nobody, false, false, -1);
}

static void without_tls_nothing_is_sent_where_it_is_required(void **state)
{
	struct peer peer;
	struct call call;

	(void)state;
	peer_open(&peer, serve_smtp, "");
	call = mail_call(peer.port);
	call.tls_required = true;
	run(&call);
	peer_close(&peer);
	assert_known(&call, false, false, -1);
}

static void an_address_that_would_break_out_is_not_sent(void **state)
{
	static const char *const evil[] = { "a@b.example\r\nDATA", "a@b.example> SIZE=1", "<a@b.example" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct call call = mail_call(1);

		call.rcpt_to = evil[i];
		run(&call);
		assert_known(&call, false, false, 0);
		assert_non_null(strstr(call.error, "line break"));
	}
}

static int begin(void **state)
{
	(void)state;
	arena = arena_open();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_close(arena);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_taken_whole_with_its_request_id),
		TEST(an_error_of_the_provider_is_an_answer),
		TEST(a_redirect_is_an_answer_and_not_followed),
		TEST(nothing_was_sent_where_nobody_listens_or_nothing_resolves),
		TEST(a_request_without_an_answer_is_unknown),
		TEST(an_answer_without_an_end_is_not_taken),
		TEST(what_would_break_out_of_its_line_is_not_sent),
		TEST(a_request_is_sent_once_unless_it_carries_an_idempotency_key),
		TEST(calls_go_side_by_side_but_eight_to_one_host),
		TEST(a_mail_is_handed_over_to_the_byte_with_its_dots_stuffed),
		TEST(a_refused_recipient_sender_or_mail_is_an_answer),
		TEST(a_mail_whose_last_reply_never_came_is_unknown),
		TEST(a_mail_that_was_not_given_whole_was_not_sent),
		TEST(without_tls_nothing_is_sent_where_it_is_required),
		TEST(an_address_that_would_break_out_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
