/* The same facts as the unit tests'. */
#include "../../unit/reminders/facts.c"
