#include "http_door.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "guard.h"
#include "http_door_inside.h"
#include "log.h"
#include "metrics.h"
#include "role.h"

enum { TICK_MS = 250, BACK_OFF_MS = 50, BACKLOG = 1024, HELD_MOST = 64 << 20, BYTES_PER_SECOND = 256 << 10 };

enum { PATIENCE_MS = 10000, IDLE_MS = 65000 };

static struct metric connections_gauge = { .name = "dunlin_http_connections", .type = METRIC_GAUGE, .help = "Open HTTP connections." };
static struct metric cut_total = { .name = "dunlin_http_cut_total",
	.type = METRIC_COUNTER,
	.help = "HTTP connections cut off at a deadline, by phase.",
	.labels = "phase" };

/* --- connections --- */

struct connection *http_connection_of(const struct door *door, int fd)
{
	return fd >= 0 && (size_t)fd < door->by_fd_size ? door->by_fd[fd] : NULL;
}

static void enlist(struct door *door, struct connection *connection)
{
	size_t fd = (size_t)connection->fd, size = door->by_fd_size;

	if (fd >= size) {
		size = (fd + 1) * 2;
		door->by_fd = realloc(door->by_fd, size * sizeof(*door->by_fd));
		if (door->by_fd == NULL)
			bug("door: no memory");
		memset(door->by_fd + door->by_fd_size, 0, (size - door->by_fd_size) * sizeof(*door->by_fd));
		door->by_fd_size = size;
	}
	door->by_fd[fd] = connection;
}

/* Accepting goes on unless it is shut, full, or out of files. */
static void listen_or_not(struct door *door)
{
	if (door->is_shut)
		return;
	if (door->is_full || door->is_backing_off)
		evconnlistener_disable(door->listener);
	else
		evconnlistener_enable(door->listener);
}

static void connection_free(struct connection *connection)
{
	struct door *door = connection->door;

	if (connection->fd >= 0)
		door->by_fd[connection->fd] = NULL;
	if (connection->guest != NULL)
		http_guest_lost(connection->guest);
	LIST_REMOVE(connection, all);
	door->held -= connection->held;
	door->count--;
	door->is_full = false;
	listen_or_not(door);
	metric_add(&connections_gauge, -1, NULL);
	free(connection);
}

/* How long a phase may take. evhttp's own time-outs count from the last byte: they are no deadlines. */
static int64_t allowed_us(const struct door *door, enum phase phase, size_t bytes)
{
	int64_t patience = door->options.patience_ms == 0 ? PATIENCE_MS : door->options.patience_ms;

	return (phase == PHASE_IDLE ? IDLE_MS : patience) * 1000 + (int64_t)(bytes / BYTES_PER_SECOND) * US_PER_SECOND;
}

void http_connection_begin(struct connection *connection, enum phase phase, size_t bytes)
{
	connection->phase = phase;
	connection->since = clock_monotonic_us();
	connection->until = phase == PHASE_WORKING ? 0 : connection->since + allowed_us(connection->door, phase, bytes);
}

void http_connection_cut(struct connection *connection)
{
	shutdown(bufferevent_getfd(connection->buffers), SHUT_RDWR);
}

static void came_in(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct connection *connection = arg;
	struct door *door = connection->door;
	size_t held;

	(void)buffer;
	if (info->n_added == 0)
		return;
	if (connection->phase == PHASE_FRESH || connection->phase == PHASE_IDLE)
		http_connection_begin(connection, PHASE_READING, 0);
	connection->held += info->n_added;
	door->held += info->n_added;
	/* What is refused for its size in the end buys no more time. */
	held = connection->held < door->options.body_limit ? connection->held : door->options.body_limit;
	if (connection->phase == PHASE_READING)
		connection->until = connection->since + allowed_us(door, PHASE_READING, held);
	if (door->held > HELD_MOST)
		http_connection_cut(connection);
}

static void went_out(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct connection *connection = arg;
	bool more = evbuffer_get_length(bufferevent_get_input(connection->buffers)) > 0;

	if (info->n_deleted == 0 || connection->phase != PHASE_WRITING || evbuffer_get_length(buffer) > 0)
		return;
	http_connection_begin(connection, more ? PHASE_READING : PHASE_IDLE, 0);
}

static void closed(struct evhttp_connection *http, void *arg)
{
	(void)http;
	connection_free(arg);
}

/* Runs before any byte of the connection is read: libevent calls what was activated in a turn within that turn. By now evhttp has
 * put its handle of the connection into the callbacks, where the public API lets us see it. */
static void adopt(evutil_socket_t none, short what, void *arg)
{
	struct connection *connection = arg;
	struct bufferevent *buffers = connection->buffers;
	void *http = NULL;

	(void)none;
	(void)what;
	bufferevent_getcb(buffers, NULL, NULL, NULL, &http);
	if (http == NULL) {
		connection_free(connection);
		bufferevent_decref(buffers);
		return;
	}
	connection->http = http;
	connection->fd = bufferevent_getfd(buffers);
	enlist(connection->door, connection);
	evhttp_connection_set_closecb(http, closed, connection);
	evbuffer_add_cb(bufferevent_get_input(buffers), came_in, connection);
	evbuffer_add_cb(bufferevent_get_output(buffers), went_out, connection);
	/* Bodies are read into this buffer whole; a peer that sends on while it is answered fills it and no more. */
	bufferevent_setwatermark(buffers, EV_READ, 0, connection->door->options.body_limit + 2 * (size_t)GUARD_HEADER_BYTES);
	bufferevent_decref(buffers);
}

/* evhttp asks for the buffers of a connection that it has accepted. */
static struct bufferevent *welcome(struct event_base *base, void *arg)
{
	struct door *door = arg;
	struct connection *connection = calloc(1, sizeof(*connection));
	struct bufferevent *buffers = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	if (connection == NULL || buffers == NULL)
		bug("door: no memory");
	*connection = (struct connection){ .door = door, .buffers = buffers, .fd = -1 };
	LIST_INSERT_HEAD(&door->connections, connection, all);
	http_connection_begin(connection, PHASE_FRESH, 0);
	bufferevent_incref(buffers);
	if (event_base_once(base, -1, EV_TIMEOUT, adopt, connection, NULL) != 0)
		bug("door: no memory");
	door->is_full = ++door->count >= door->options.connections;
	listen_or_not(door);
	metric_add(&connections_gauge, 1, NULL);
	return buffers;
}

static void sweep(evutil_socket_t none, short what, void *arg)
{
	static const char *const names[] = { "fresh", "reading", "working", "writing", "idle" };
	struct door *door = arg;
	int64_t now = clock_monotonic_us();
	struct connection *connection, *next;

	(void)none;
	(void)what;
	for (connection = LIST_FIRST(&door->connections); connection != NULL; connection = next) {
		next = LIST_NEXT(connection, all);
		if (connection->until != 0 && now > connection->until) {
			metric_add(&cut_total, 1, names[connection->phase], NULL);
			connection->until = now + US_PER_SECOND;
			http_connection_cut(connection);
		} else if (door->is_shut && connection->http != NULL &&
			   (connection->phase == PHASE_IDLE || connection->phase == PHASE_FRESH))
			evhttp_connection_free(connection->http);
	}
}

/* --- listening --- */

static void resume(evutil_socket_t none, short what, void *arg)
{
	struct door *door = arg;

	(void)none;
	(void)what;
	door->is_backing_off = false;
	listen_or_not(door);
}

/* Without this evhttp tries again at once, for ever: accept fails as long as no file is closed. */
static void accept_failed(struct evconnlistener *listener, void *arg)
{
	static const struct timeval pause = { .tv_usec = BACK_OFF_MS * 1000 };
	struct door *door = arg;
	int64_t now = clock_monotonic_us();

	(void)listener;
	if (now - door->complained > 10 * US_PER_SECOND || door->complained == 0)
		log_warn("no connection can be accepted", LOG_TEXT("error", strerror(errno)));
	door->complained = now;
	door->is_backing_off = true;
	listen_or_not(door);
	event_add(door->resume, &pause);
}

static enum err refuse_address(const char *address, const char *reason, struct why *why)
{
	return why_set(why, ERR_INVALID, "address_unusable", "can't listen at %s: %s", address, reason);
}

/* Splits "host:port"; brackets around an IPv6 address go. */
static enum err resolve(const struct door_options *options, struct addrinfo **found, struct why *why)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	const char *colon = strrchr(options->address, ':');
	char host[256], port[16];
	size_t size = colon == NULL ? 0 : (size_t)(colon - options->address);
	bool brackets = size >= 2 && options->address[0] == '[' && colon[-1] == ']';
	int64_t number;
	int code;

	if (colon == NULL || size >= sizeof(host) || span_int64(span_of(colon + 1), &number) != OK || number < 0 || number > 65535)
		return refuse_address(options->address, "it is not host:port", why);
	snprintf(host, sizeof(host), "%.*s", (int)size - 2 * brackets, options->address + brackets);
	snprintf(port, sizeof(port), "%d", options->port != 0 ? options->port : (int)number);
	code = getaddrinfo(host[0] == '\0' ? NULL : host, port, &hints, found);
	return code == 0 ? OK : refuse_address(options->address, gai_strerror(code), why);
}

static bool switch_on(int fd, int level, int option)
{
	return setsockopt(fd, level, option, &(int){ 1 }, sizeof(int)) == 0;
}

/* TCP_NODELAY is inherited by what is accepted: answers go out in two writes, which delayed acknowledgements would hold up by 40 ms. */
static int bind_socket(const struct addrinfo *at, bool shared)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (switch_on(fd, SOL_SOCKET, SO_REUSEADDR) && (!shared || switch_on(fd, SOL_SOCKET, SO_REUSEPORT)) &&
		switch_on(fd, IPPROTO_TCP, TCP_NODELAY) && bind(fd, at->ai_addr, at->ai_addrlen) == 0)
		return fd;
	close(fd);
	return -1;
}

static enum err listen_at(struct door *door, struct why *why)
{
	struct addrinfo *found;
	int fd;

	TRY(resolve(&door->options, &found, why));
	fd = bind_socket(found, door->options.shared);
	freeaddrinfo(found);
	if (fd < 0)
		return refuse_address(door->options.address, strerror(errno), why);
	door->listener = evconnlistener_new(door->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
	if (door->listener == NULL) {
		close(fd);
		return refuse_address(door->options.address, strerror(errno), why);
	}
	door->bound = evhttp_bind_listener(door->http, door->listener);
	if (door->bound == NULL)
		bug("door: no memory");
	evconnlistener_set_error_cb(door->listener, accept_failed);
	return OK;
}

int http_door_port(const struct door *door)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof(at);

	if (door->is_shut || getsockname(evhttp_bound_socket_get_fd(door->bound), (struct sockaddr *)&at, &size) != 0)
		return 0;
	return at.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&at)->sin6_port) : ntohs(((struct sockaddr_in *)&at)->sin_port);
}

/* --- the door --- */

static void libevent_says(int severity, const char *text)
{
	log_with(severity >= EVENT_LOG_ERR    ? LOG_ERROR
		 : severity == EVENT_LOG_WARN ? LOG_WARN
					      : LOG_DEBUG,
		"libevent", LOG_TEXT("text", text));
}

/* libevent would end the process as if all were well. */
static void libevent_fails(int code)
{
	bug("libevent: fatal error %d", code);
}

static void woken(evutil_socket_t fd, short what, void *arg)
{
	struct door *door = arg;

	(void)fd;
	(void)what;
	role_drain(door->options.role);
}

static void set_up(struct door *door)
{
	static const struct timeval period = { .tv_usec = TICK_MS * 1000 };
	struct event_config *config = event_config_new();

	event_set_log_callback(libevent_says);
	event_set_fatal_callback(libevent_fails);
	signal(SIGPIPE, SIG_IGN);
	/* The change list: what a turn switches on and off again never reaches the kernel. No descriptor here has a duplicate, which it would not bear. */
	if (config == NULL || event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) != 0)
		bug("door: no memory");
	door->base = event_base_new_with_config(config);
	event_config_free(config);
	door->http = door->base == NULL ? NULL : evhttp_new(door->base);
	if (door->http == NULL)
		bug("door: no memory");
	door->tick = event_new(door->base, -1, EV_PERSIST, sweep, door);
	door->wake = event_new(door->base, door->options.role->wake_fd, EV_READ | EV_PERSIST, woken, door);
	door->resume = event_new(door->base, -1, 0, resume, door);
	if (door->tick == NULL || door->wake == NULL || door->resume == NULL || event_add(door->tick, &period) != 0 ||
		event_add(door->wake, NULL) != 0)
		bug("door: no memory");
}

static void set_limits(struct door *door)
{
	evhttp_set_max_headers_size(door->http, GUARD_HEADER_BYTES);
	evhttp_set_max_body_size(door->http, (ev_ssize_t)door->options.body_limit);
	evhttp_set_timeout(door->http, 2 * IDLE_MS / 1000);
	/* All that evhttp knows, so that they are answered 405 by the route table and not by evhttp. */
	evhttp_set_allowed_methods(door->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
						       EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
	evhttp_set_default_content_type(door->http, NULL);
	/* A body that is too long is read to its end, within the deadline, so that the peer gets to see the 413. */
	evhttp_set_flags(door->http, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_gencb(door->http, http_visited, door);
	evhttp_set_bevcb(door->http, welcome, door);
}

enum err http_door_open(struct door **out, const struct door_options *options, struct why *why)
{
	struct door *door = calloc(1, sizeof(*door));
	enum err err;

	if (door == NULL)
		bug("door: no memory");
	door->options = *options;
	LIST_INIT(&door->connections);
	metrics_register(&connections_gauge);
	metrics_register(&cut_total);
	set_up(door);
	set_limits(door);
	err = listen_at(door, why);
	if (err != OK) {
		door->is_shut = true;
		http_door_close(door);
		return err;
	}
	*out = door;
	return OK;
}

static void loop(struct door *door, int how)
{
	role_beat(door->options.role);
	if (event_base_loop(door->base, how) < 0)
		bug("door: the event loop failed");
	role_beat(door->options.role);
}

void http_door_turn(struct door *door)
{
	loop(door, EVLOOP_ONCE);
}

void http_door_look(struct door *door)
{
	loop(door, EVLOOP_NONBLOCK);
}

void http_door_shut(struct door *door)
{
	if (door->is_shut)
		return;
	door->is_shut = true;
	evhttp_del_accept_socket(door->http, door->bound);
}

bool http_door_is_empty(const struct door *door)
{
	return door->count == 0;
}

void http_door_close(struct door *door)
{
	struct connection *connection;

	if (door == NULL)
		return;
	http_door_shut(door);
	evhttp_free(door->http);
	/* What was accepted and never adopted. */
	while ((connection = LIST_FIRST(&door->connections)) != NULL) {
		bufferevent_decref(connection->buffers);
		connection_free(connection);
	}
	event_free(door->tick);
	event_free(door->wake);
	event_free(door->resume);
	event_base_free(door->base);
	while (door->spare_count > 0)
		arena_close(door->spare[--door->spare_count]);
	free(door->by_fd);
	free(door);
}
