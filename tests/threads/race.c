/*
 * race ordered|unordered: two threads add to one number, with a mutex of C11 around it or without. So that it is seen that ThreadSanitizer sees races, and
 * takes the locks of <threads.h> (c11_threads.c) for what they are.
 */
#include <stdbool.h>
#include <string.h>
#include <threads.h>

static mtx_t lock;
static int number;
static bool is_ordered;

static int add(void *arg)
{
	if (is_ordered)
		mtx_lock(&lock);
	number++;
	if (is_ordered)
		mtx_unlock(&lock);
	return arg != NULL;
}

int main(int argc, char **argv)
{
	thrd_t threads[2];

	is_ordered = argc > 1 && strcmp(argv[1], "ordered") == 0;
	if (mtx_init(&lock, mtx_plain) != thrd_success)
		return 1;
	for (int i = 0; i < 2; i++)
		if (thrd_create(&threads[i], add, NULL) != thrd_success)
			return 1;
	for (int i = 0; i < 2; i++)
		thrd_join(threads[i], NULL);
	return number != 2;
}
