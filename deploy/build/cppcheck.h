/* What cppcheck is told of <sys/queue.h>, as it reads no system headers. */
#define LIST_HEAD(name, type) struct name { struct type *lh_first; }
#define LIST_ENTRY(type) struct { struct type *le_next; struct type **le_prev; }
