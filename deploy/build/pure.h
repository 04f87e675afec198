/* Read before every source of the pure core (-include): no database, broker, event loop, or network here, nor the
 * headers of their libraries, which these names poison. */
#pragma once

#pragma GCC poison PQexec PQexecParams PQconnectdb PQsendQuery
#pragma GCC poison rd_kafka_new rd_kafka_poll rd_kafka_consumer_poll
#pragma GCC poison event_base_new evhttp_new bufferevent_socket_new
#pragma GCC poison curl_easy_init curl_multi_init

pid_t fork(void) BANNED("the core is pure");
