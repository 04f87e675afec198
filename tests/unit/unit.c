#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t chance_below(struct chance *chance, uint64_t limit)
{
	return chance_next(chance) % limit;
}

int64_t chance_int64(struct chance *chance)
{
	static const int64_t ends[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX };

	if (chance_below(chance, 8) == 0)
		return ends[chance_below(chance, sizeof(ends) / sizeof(ends[0]))];
	return (int64_t)chance_next(chance) >> chance_below(chance, 64);
}

int open_arena(void **state)
{
	*state = arena_open();
	return 0;
}

int close_arena(void **state)
{
	arena_close(*state);
	return 0;
}

bool aborts(void (*call)(void *), void *arg, const char *says)
{
	char said[1024] = "";
	size_t size = 0;
	int ends[2], status;
	ssize_t n;
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		return false;
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		signal(SIGABRT, SIG_DFL);
		dup2(ends[1], STDERR_FILENO);
		call(arg);
		_exit(0);
	}
	close(ends[1]);
	while (size < sizeof(said) - 1 && (n = read(ends[0], said + size, sizeof(said) - 1 - size)) > 0)
		size += (size_t)n;
	close(ends[0]);
	said[size] = '\0';
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(said, says) != NULL;
}

struct span read_file(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct text text;
	char part[4096];
	size_t n;

	if (file == NULL)
		fail_msg("%s cannot be read", path);
	text_init(&text, arena);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		text_bytes(&text, part, n);
	fclose(file);
	return text_done(&text);
}
