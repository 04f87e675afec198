/*
 * mockbroker: librdkafka's mock cluster as a process of its own, for a first run and for tests on one machine.
 *
 * It speaks Kafka's protocol on 127.0.0.1, on a port of its own choosing, and keeps everything in memory: at most 5 MiB per partition, the
 * oldest dropped in silence; a new start is a new cluster with nothing in it. It knows no admin requests, so topics are named here. A group's
 * first member waits 3 s to be let in. Never a broker for data that is worth something.
 *
 *   mockbroker --topics NAME:PARTITIONS[,...] [--file PATH]
 *
 * Prints its address (host:port) on a line, to PATH too if given (whole or not at all), and serves until SIGTERM or SIGINT.
 */
#include <errno.h>
#include <getopt.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, PARTITIONS_MAX = 1000 };

static int usage(void)
{
	fputs("usage: mockbroker --topics NAME:PARTITIONS[,...] [--file PATH]\n", stderr);
	return EXIT_USAGE;
}

static int failed(const char *what, const char *why)
{
	fprintf(stderr, "mockbroker: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

/* Makes one topic of "NAME:PARTITIONS". */
static int make_topic(rd_kafka_mock_cluster_t *cluster, char *topic)
{
	char *colon = strrchr(topic, ':');
	if (!colon || colon == topic)
		return failed(topic, "not NAME:PARTITIONS");
	*colon = '\0';
	char *end;
	errno = 0;
	long partitions = strtol(colon + 1, &end, 10);
	if (errno || end == colon + 1 || *end || partitions < 1 || partitions > PARTITIONS_MAX)
		return failed(topic, "its number of partitions is not one of 1 to 1000");
	rd_kafka_resp_err_t err = rd_kafka_mock_topic_create(cluster, topic, (int)partitions, 1);
	return err ? failed(topic, rd_kafka_err2str(err)) : EXIT_SUCCESS;
}

static int make_topics(rd_kafka_mock_cluster_t *cluster, char *topics)
{
	char *rest = NULL;
	for (char *topic = strtok_r(topics, ",", &rest); topic; topic = strtok_r(NULL, ",", &rest)) {
		int status = make_topic(cluster, topic);
		if (status)
			return status;
	}
	return EXIT_SUCCESS;
}

/* Under another name first, so that who waits for the file never reads half a line. */
static int write_address(const char *path, const char *address)
{
	char new_path[4096];
	if (snprintf(new_path, sizeof(new_path), "%s.new", path) >= (int)sizeof(new_path))
		return failed(path, "too long");
	FILE *file = fopen(new_path, "w");
	if (!file)
		return failed(new_path, strerror(errno));
	int written = fprintf(file, "%s\n", address);
	if (fclose(file) || written < 0 || rename(new_path, path))
		return failed(path, strerror(errno));
	return EXIT_SUCCESS;
}

static int serve(rd_kafka_t *client, char *topics, const char *path, const sigset_t *ends)
{
	rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(client, 1);
	if (!cluster)
		return failed("cluster", "it cannot be made");
	const char *address = rd_kafka_mock_cluster_bootstraps(cluster);
	int status = make_topics(cluster, topics);
	if (!status && path)
		status = write_address(path, address);
	if (!status) {
		int signal_number;
		printf("%s\n", address);
		fflush(stdout);
		sigwait(ends, &signal_number);
	}
	rd_kafka_mock_cluster_destroy(cluster);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "topics", required_argument, NULL, 't' }, { "file", required_argument, NULL, 'f' },
		{ 0 } };
	char *topics = NULL;
	const char *path = NULL;
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (option == 't')
			topics = optarg;
		else if (option == 'f')
			path = optarg;
		else
			return usage();
	}
	if (!topics || optind != argc)
		return usage();

	/* Before librdkafka starts its threads, which inherit the mask: sigwait alone sees these. */
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);

	/* It has no broker to talk to and says so as a warning. */
	char error[512];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "log_level", "4", error, sizeof(error));
	rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
	if (!client)
		return failed("client", error);
	int status = serve(client, topics, path, &ends);
	rd_kafka_destroy(client);
	return status;
}
