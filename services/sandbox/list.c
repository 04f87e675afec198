#include "list.h"

#include "err.h"

void list_add(struct list *list, void *p)
{
	if (list->n == list->room) {
		list->room = list->room == 0 ? 16 : list->room * 2;
		list->at = reallocarray(list->at, list->room, sizeof(*list->at));
		if (list->at == NULL)
			bug("no memory");
	}
	list->at[list->n++] = p;
}

void list_remove(struct list *list, size_t i)
{
	if (i >= list->n)
		bug("list: no element %zu of %zu", i, list->n);
	memmove(list->at + i, list->at + i + 1, (list->n - i - 1) * sizeof(*list->at));
	list->n--;
}

void list_clear(struct list *list)
{
	free(list->at);
	*list = (struct list){ 0 };
}
