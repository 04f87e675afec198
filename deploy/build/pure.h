/* Read before every source of the pure core (-include): no database, broker, event loop, network or thread here, nor the
 * headers of their libraries, which these names poison. */
#pragma once

#pragma GCC poison PQexec PQexecParams PQconnectdb PQsendQuery
#pragma GCC poison rd_kafka_new rd_kafka_poll rd_kafka_consumer_poll
#pragma GCC poison event_base_new evhttp_new bufferevent_socket_new
#pragma GCC poison curl_easy_init curl_multi_init

int pthread_create(pthread_t *restrict, const pthread_attr_t *restrict, void *(*)(void *), void *restrict) BANNED("the core is pure");
int pthread_mutex_lock(pthread_mutex_t *) BANNED("the core is pure");
pid_t fork(void) BANNED("the core is pure");
