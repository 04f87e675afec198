/*
 * peer: the other end of an HTTP connection, byte by byte: it may send what no decent client would.
 */
#ifndef DUNLIN_TEST_PEER_H
#define DUNLIN_TEST_PEER_H

#include "span.h"

/* A connection to 127.0.0.1; fails the test where there is none. Reads give up after 20 s, which fails the test. */
int peer_connect(int port);
void peer_send(int fd, struct span bytes);
/* Sends what it can; a peer that has closed is no failure. */
void peer_send_some(int fd, struct span bytes);
/* All that comes until the other end closes. */
struct span peer_read_all(struct arena *, int fd);
/* One response, by its Content-Length (none after HEAD). */
struct span peer_read_one(struct arena *, int fd, bool is_head);
/* Connects, sends, reads all, closes. */
struct span peer_exchange(struct arena *, int port, struct span bytes);

int peer_status(struct span response);               /* 0: not a response */
size_t peer_count(struct span text, const char *part); /* how often it stands there */
bool peer_has(struct span text, const char *part);
struct span peer_body(struct span response);

#endif
