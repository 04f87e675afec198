#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_door.h"
#include "peer.h"
#include "role.h"

enum { BODY_LIMIT = 65536 };

/* A door with a thread behind it, which answers what it was asked. */
struct house {
	struct arena *arena;
	struct role role;
	struct door *door;
	struct visit *kept; /* answered when the next visit comes */
	pthread_t thread;
	int port;
	_Atomic int smuggled;
};

#define POST "POST /echo HTTP/1.1\r\nHost: a\r\n"
#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

static void answer(struct visit *visit, int status)
{
	struct param header = { "X-Method", span_of(visit->method) };
	struct text body;

	text_init(&body, visit->arena);
	text_printf(&body, "%.*s|", SPAN_ARG(visit->target));
	text_span(&body, visit->body);
	http_door_answer(
		visit, &(struct answer){
			       .status = status, .type = "text/plain", .body = text_done(&body), .headers = &header, .header_count = 1 });
}

static void enter(void *arg, struct visit *visit)
{
	struct house *house = arg;
	struct visit *kept = house->kept;

	if (span_is(visit->target, "/smuggled"))
		atomic_fetch_add(&house->smuggled, 1);
	if (span_is(visit->target, "/keep")) {
		house->kept = visit;
		return;
	}
	house->kept = NULL;
	if (kept != NULL)
		answer(kept, 200);
	answer(visit, 200);
}

static void *serve(void *arg)
{
	struct house *house = arg;

	while (!role_stopping(&house->role))
		http_door_turn(house->door);
	http_door_shut(house->door);
	if (house->kept != NULL)
		answer(house->kept, 503);
	while (!http_door_is_empty(house->door))
		http_door_turn(house->door);
	http_door_close(house->door);
	return NULL;
}

static void stop(struct house *house)
{
	atomic_store(&house->role.stop, true);
	assert_int_equal(write(house->role.wake_fd, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
}

static int begin_with(void **state, size_t connections, int patience_ms)
{
	struct house *house = calloc(1, sizeof(*house));
	struct why why;

	house->arena = arena_open();
	house->role.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (http_door_open(&house->door,
		    &(struct door_options){ .address = "127.0.0.1:0",
			    .connections = connections,
			    .body_limit = BODY_LIMIT,
			    .patience_ms = patience_ms,
			    .role = &house->role,
			    .enter = enter,
			    .arg = house },
		    &why) != OK)
		fail_msg("%s", why.text);
	house->port = http_door_port(house->door);
	*state = house;
	return pthread_create(&house->thread, NULL, serve, house);
}

static int begin(void **state)
{
	return begin_with(state, 100, 0);
}

static int begin_impatient(void **state)
{
	return begin_with(state, 100, 300);
}

static int begin_with_two(void **state)
{
	return begin_with(state, 2, 0);
}

static int end(void **state)
{
	struct house *house = *state;

	stop(house);
	pthread_join(house->thread, NULL);
	close(house->role.wake_fd);
	arena_close(house->arena);
	free(house);
	return 0;
}

static struct span ask(struct house *house, struct span bytes)
{
	return peer_exchange(house->arena, house->port, bytes);
}

static void an_ordinary_request_is_answered(void **state)
{
	struct house *house = *state;
	struct span response =
		ask(house, SPAN("POST /echo?a=%20 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));

	assert_int_equal(peer_status(response), 200);
	assert_true(span_is(peer_body(response), "/echo?a=%20|hello"));
	assert_true(peer_has(response, "X-Method: POST\r\n"));
	assert_true(peer_has(response, "Content-Type: text/plain\r\n"));
	assert_true(peer_has(response, "Content-Length: 17\r\n"));
}

static void a_connection_is_kept_and_pipelined_requests_are_answered_in_order(void **state)
{
	struct house *house = *state;
	struct span all = ask(house,
		SPAN("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" POST
		     "Content-Length: 3\r\n\r\ntwoGET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n"));

	assert_int_equal(peer_count(all, "HTTP/1.1 200"), 3);
	assert_true(peer_has(all, "\r\n\r\n/1|HTTP/1.1"));
	assert_true(peer_has(all, "\r\n\r\n/echo|twoHTTP/1.1"));
	assert_false(peer_has(all, "/4|"));
}

static void an_answer_to_head_has_the_length_and_no_body(void **state)
{
	struct house *house = *state;
	struct span response = ask(house, SPAN("HEAD /head HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));

	assert_int_equal(peer_status(response), 200);
	assert_true(peer_has(response, "Content-Length: 6\r\n"));
	assert_int_equal(peer_count(response, "Content-Length"), 1);
	assert_int_equal(peer_body(response).size, 0);
}

/* Each of these means one thing to one reader and another to the next. */
static const char *const ambiguous[] = {
	POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
	POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
	POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" SMUGGLED,
	POST "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n" SMUGGLED,
	POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
	POST "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" SMUGGLED,
	POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" SMUGGLED,
	POST "TRANSFER-ENCODING: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
	POST "Content-Length: 0\r\nContent-Length: 35\r\n\r\n" SMUGGLED,
	POST "Content-Length: 35\r\nContent-Length: 0\r\n\r\n" SMUGGLED,
	POST "Content-Length: 0\r\nContent-Length: 0\r\n\r\n" SMUGGLED,
	POST "Content-Length: +0\r\n\r\n" SMUGGLED,
	POST "Content-Length: 0x0\r\n\r\n" SMUGGLED,
	POST "Content-Length: 0, 35\r\n\r\n" SMUGGLED,
	POST "Content-Length: 0 35\r\n\r\n" SMUGGLED,
	POST "Content-Length: -1\r\n\r\n" SMUGGLED,
	POST "Content-Length: \r\n\r\n" SMUGGLED,
	POST "Content Length: 0\r\n\r\n" SMUGGLED,
	POST "Content-Length : 0\r\n\r\n" SMUGGLED,
	POST ": 0\r\n\r\n" SMUGGLED,
	POST "X Y: 0\r\n\r\n" SMUGGLED,
	POST "X\x01: 0\r\n\r\n" SMUGGLED,
	POST "X: a\x01"
	     "b\r\nContent-Length: 0\r\n\r\n" SMUGGLED,
	POST "X: a\rb\r\nContent-Length: 0\r\n\r\n" SMUGGLED,
	"HEAD /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n" SMUGGLED,
	"GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n" SMUGGLED,
	"DELETE /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n" SMUGGLED,
	"TRACE /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n" SMUGGLED,
	"HEAD http://a/echo HTTP/1.1\r\nHost: a\r\nProxy-Connection: keep-alive\r\nContent-Length: 35\r\n\r\n" SMUGGLED,
	"GET http://a/echo HTTP/1.1\r\nHost: a\r\nProxy-Connection: keep-alive\r\n\r\n" SMUGGLED,
	"GET http://b/echo HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
	"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
	"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
	"GET /e cho HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
	"GET /e\tcho HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
	"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
	"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
	"GET /echo HTTP/1.1\r\n\r\n" SMUGGLED,
	"GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" SMUGGLED,
	"GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n" SMUGGLED,
	"GET /echo HTTP/1.1\r\nHost:\r\n\r\n" SMUGGLED,
	"GET /echo HTTP/2.0\r\nHost: a\r\n\r\n" SMUGGLED,
	"GET /echo HTTP/1.1 \x01\r\nHost: a\r\n\r\n" SMUGGLED,
	"GET /echo\r\n\r\n" SMUGGLED,
	"FROB /echo HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
};

static void what_is_ambiguous_is_refused_and_what_follows_it_is_never_looked_at(void **state)
{
	struct house *house = *state;

	for (size_t i = 0; i < sizeof(ambiguous) / sizeof(*ambiguous); i++) {
		struct span response = ask(house, span_of(ambiguous[i]));

		if (peer_status(response) < 400 || peer_status(response) > 501 || peer_count(response, "HTTP/1.") != 1 ||
			atomic_load(&house->smuggled) != 0)
			fail_msg("%s\n--- was answered:\n%.*s", ambiguous[i], SPAN_ARG(response));
	}
}

static void headers_are_bounded(void **state)
{
	struct house *house = *state;
	struct text big, many;

	text_init(&big, house->arena);
	text_init(&many, house->arena);
	text_add(&big, "GET /big HTTP/1.1\r\nHost: a\r\nX: ");
	for (int i = 0; i < 8192; i++)
		text_char(&big, 'x');
	text_add(&big, "\r\n\r\n");
	assert_int_equal(peer_status(ask(house, text_done(&big))), 400);
	text_add(&many, "GET /many HTTP/1.1\r\nHost: a\r\n");
	for (int i = 0; i < 64; i++)
		text_add(&many, "X: y\r\n");
	text_add(&many, "\r\n");
	assert_int_equal(peer_status(ask(house, text_done(&many))), 400);
}

static void a_body_beyond_the_limit_is_413(void **state)
{
	struct house *house = *state;
	struct text text;

	text_init(&text, house->arena);
	text_printf(&text, POST "Content-Length: %d\r\n\r\n", BODY_LIMIT + 1);
	for (int i = 0; i < BODY_LIMIT + 1; i++)
		text_char(&text, 'x');
	assert_int_equal(peer_status(ask(house, text_done(&text))), 413);
}

static void an_absurd_length_is_waited_for_no_longer_than_any_other(void **state)
{
	struct house *house = *state;
	struct span response = ask(house, SPAN(POST "Content-Length: 99999999999999999999\r\n\r\n" SMUGGLED));

	assert_true(response.size == 0 || peer_status(response) == 413);
	assert_int_equal(atomic_load(&house->smuggled), 0);
}

static void a_body_of_the_limit_is_taken(void **state)
{
	struct house *house = *state;
	struct text text;

	text_init(&text, house->arena);
	text_printf(&text, POST "Connection: close\r\nContent-Length: %d\r\n\r\n", BODY_LIMIT);
	for (int i = 0; i < BODY_LIMIT; i++)
		text_char(&text, 'x');
	assert_int_equal(peer_body(ask(house, text_done(&text))).size, BODY_LIMIT + strlen("/echo|"));
}

/* A header now and then keeps a connection open for as long as each comes within an inactivity time-out. */
static void a_trickle_is_cut_off(void **state)
{
	struct house *house = *state;
	int fd = peer_connect(house->port);
	char byte;

	peer_send(fd, SPAN("GET /slow HTTP/1.1\r\nHost: a\r\n"));
	for (int i = 0; i < 2000; i++) {
		peer_send_some(fd, SPAN("X: y\r\n"));
		usleep(10000); /* the pace of the trickle */
		if (recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
			break;
	}
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
}

static void a_connection_that_never_says_anything_is_cut_off(void **state)
{
	struct house *house = *state;
	int fd = peer_connect(house->port);

	assert_int_equal(peer_read_all(house->arena, fd).size, 0);
	close(fd);
}

static void more_connections_than_the_cap_wait_and_are_served_in_the_end(void **state)
{
	struct house *house = *state;
	int first = peer_connect(house->port), second = peer_connect(house->port), third = peer_connect(house->port);

	peer_send(first, SPAN("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(peer_status(peer_read_one(house->arena, first, false)), 200);
	peer_send(second, SPAN("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(peer_status(peer_read_one(house->arena, second, false)), 200);
	peer_send(third, SPAN("GET /3 HTTP/1.1\r\nHost: a\r\n\r\n"));
	for (int i = 0; i < 3; i++) {
		peer_send(second, SPAN("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"));
		assert_int_equal(peer_status(peer_read_one(house->arena, second, false)), 200);
	}
	assert_int_equal(recv(third, &(char){ 0 }, 1, MSG_DONTWAIT), -1);
	close(first);
	assert_int_equal(peer_status(peer_read_one(house->arena, third, false)), 200);
	close(second);
	close(third);
}

static void an_answer_may_come_later_and_to_a_peer_that_has_gone(void **state)
{
	struct house *house = *state;
	int gone = peer_connect(house->port), patient;

	peer_send(gone, SPAN("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n"));
	patient = peer_connect(house->port);
	shutdown(gone, SHUT_RDWR);
	close(gone);
	peer_send(patient, SPAN("GET /now HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(peer_status(peer_read_one(house->arena, patient, false)), 200);
	close(patient);
}

static void a_stop_answers_who_is_there_and_closes_who_is_idle(void **state)
{
	struct house *house = *state;
	int idle = peer_connect(house->port), waiting = peer_connect(house->port);
	struct span response;

	peer_send(idle, SPAN("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(peer_status(peer_read_one(house->arena, idle, false)), 200);
	peer_send(waiting, SPAN("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n"));
	/* The kept visit has come in once a later one is answered by another connection. */
	peer_send(idle, SPAN("HEAD /2 HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(peer_status(peer_read_one(house->arena, idle, true)), 200);
	stop(house);
	response = peer_read_all(house->arena, waiting);
	assert_true(peer_status(response) == 200 || peer_status(response) == 503);
	assert_int_equal(peer_read_all(house->arena, idle).size, 0);
	close(idle);
	close(waiting);
}

static void an_address_that_cannot_be_listened_at_is_an_error_that_names_it(void **state)
{
	static const char *const wrong[] = { "127.0.0.1", "no.such.host.invalid:80", "127.0.0.1:99999", "192.0.2.1:0" };
	struct role role = { .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	struct door *door;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct door_options options = { .address = wrong[i], .connections = 1, .role = &role, .enter = enter };
		struct why why;

		assert_int_equal(http_door_open(&door, &options, &why), ERR_INVALID);
		assert_non_null(strstr(why.text, wrong[i]));
	}
	close(role.wake_fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_ordinary_request_is_answered),
		TEST(a_connection_is_kept_and_pipelined_requests_are_answered_in_order),
		TEST(an_answer_to_head_has_the_length_and_no_body),
		TEST(what_is_ambiguous_is_refused_and_what_follows_it_is_never_looked_at),
		TEST(headers_are_bounded),
		TEST(a_body_beyond_the_limit_is_413),
		cmocka_unit_test_setup_teardown(an_absurd_length_is_waited_for_no_longer_than_any_other, begin_impatient, end),
		TEST(a_body_of_the_limit_is_taken),
		cmocka_unit_test_setup_teardown(a_trickle_is_cut_off, begin_impatient, end),
		cmocka_unit_test_setup_teardown(a_connection_that_never_says_anything_is_cut_off, begin_impatient, end),
		cmocka_unit_test_setup_teardown(more_connections_than_the_cap_wait_and_are_served_in_the_end, begin_with_two, end),
		TEST(an_answer_may_come_later_and_to_a_peer_that_has_gone),
		TEST(a_stop_answers_who_is_there_and_closes_who_is_idle),
		cmocka_unit_test(an_address_that_cannot_be_listened_at_is_an_error_that_names_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
