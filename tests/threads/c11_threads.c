/*
 * c11_threads: C11's threads made of POSIX threads, for LD_PRELOAD under ThreadSanitizer, which sees POSIX threads alone: without this librdkafka, which is
 * built on <threads.h>, would hand records from thread to thread without any order that it can see.
 *
 * glibc's mtx_t and cnd_t are as large as its pthread_mutex_t and pthread_cond_t, and laid out like them.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t) && sizeof(cnd_t) >= sizeof(pthread_cond_t), "a mutex fits");
_Static_assert(sizeof(once_flag) >= sizeof(pthread_once_t), "so does a flag");

static pthread_mutex_t *mutex(mtx_t *m)
{
	return (pthread_mutex_t *)(void *)m;
}

static pthread_cond_t *condition(cnd_t *c)
{
	return (pthread_cond_t *)(void *)c;
}

static int result(int error)
{
	switch (error) {
	case 0: return thrd_success;
	case ENOMEM: return thrd_nomem;
	case ETIMEDOUT: return thrd_timedout;
	case EBUSY: return thrd_busy;
	default: return thrd_error;
	}
}

struct start {
	thrd_start_t function;
	void *arg;
};

static void *run(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	return (void *)(intptr_t)start.function(start.arg);
}

void call_once(once_flag *flag, void (*function)(void))
{
	(void)pthread_once((pthread_once_t *)(void *)flag, function);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *arg)
{
	struct start *start = malloc(sizeof(*start));

	if (start == NULL)
		return thrd_nomem;
	*start = (struct start){ function, arg };
	return result(pthread_create(thread, NULL, run, start));
}

int thrd_join(thrd_t thread, int *value)
{
	void *returned;
	int error = pthread_join(thread, &returned);

	if (error == 0 && value != NULL)
		*value = (int)(intptr_t)returned;
	return result(error);
}

int thrd_detach(thrd_t thread)
{
	return result(pthread_detach(thread));
}

int mtx_init(mtx_t *m, int type)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
	return result(pthread_mutex_init(mutex(m), &attributes));
}

void mtx_destroy(mtx_t *m)
{
	pthread_mutex_destroy(mutex(m));
}

int mtx_lock(mtx_t *m)
{
	return result(pthread_mutex_lock(mutex(m)));
}

int mtx_trylock(mtx_t *m)
{
	return result(pthread_mutex_trylock(mutex(m)));
}

int mtx_unlock(mtx_t *m)
{
	return result(pthread_mutex_unlock(mutex(m)));
}

int cnd_init(cnd_t *c)
{
	return result(pthread_cond_init(condition(c), NULL));
}

void cnd_destroy(cnd_t *c)
{
	pthread_cond_destroy(condition(c));
}

int cnd_signal(cnd_t *c)
{
	return result(pthread_cond_signal(condition(c)));
}

int cnd_broadcast(cnd_t *c)
{
	return result(pthread_cond_broadcast(condition(c)));
}

int cnd_wait(cnd_t *c, mtx_t *m)
{
	return result(pthread_cond_wait(condition(c), mutex(m)));
}

int cnd_timedwait(cnd_t *c, mtx_t *m, const struct timespec *until)
{
	return result(pthread_cond_timedwait(condition(c), mutex(m), until));
}
