#include "agenda.h"

struct task {
	struct instant at;
	void (*run)(struct world *, void *arg);
	void *arg;
};

/* The tasks, latest first, so that the next one is taken from the end. */
struct agenda {
	struct list tasks;
};

struct agenda *agenda_open(struct arena *arena)
{
	return ARENA_NEW(arena, struct agenda);
}

static struct task *last(const struct agenda *agenda)
{
	return agenda->tasks.n == 0 ? NULL : agenda->tasks.at[agenda->tasks.n - 1];
}

struct task *agenda_add(struct world *world, struct instant at, void (*run)(struct world *, void *arg), void *arg)
{
	struct task *task = malloc(sizeof(*task));
	struct list *tasks = &world->agenda->tasks;
	size_t i = tasks->n;

	if (task == NULL)
		bug("no memory");
	*task = (struct task){ at, run, arg };
	list_add(tasks, task);
	for (; i > 0 && ((struct task *)tasks->at[i - 1])->at.us <= at.us; i--)
		tasks->at[i] = tasks->at[i - 1];
	tasks->at[i] = task;
	return task;
}

void agenda_cancel(struct world *world, struct task *task)
{
	struct list *tasks = &world->agenda->tasks;

	for (size_t i = 0; i < tasks->n; i++)
		if (tasks->at[i] == task) {
			list_remove(tasks, i);
			free(task);
			return;
		}
	bug("agenda: a task that is not planned");
}

struct instant agenda_next(const struct world *world)
{
	const struct task *task = last(world->agenda);

	return task != NULL ? task->at : (struct instant){ INT64_MAX };
}

size_t agenda_due(const struct world *world)
{
	const struct list *tasks = &world->agenda->tasks;
	size_t n = 0;

	while (n < tasks->n && ((struct task *)tasks->at[tasks->n - 1 - n])->at.us <= world->now.us)
		n++;
	return n;
}

void agenda_run(struct world *world)
{
	struct list *tasks = &world->agenda->tasks;
	struct task *task;

	while ((task = last(world->agenda)) != NULL && task->at.us <= world->now.us) {
		tasks->n--;
		task->run(world, task->arg);
		free(task);
	}
}
