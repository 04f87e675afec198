/* The facts and the seeded chance of the unit tests. */
#include "../../unit/reconciliation/world.c"
#include "../../unit/reconciliation/world_find.c"
#include "../../unit/reconciliation/world_terms.c"
#include "../../unit/unit.c"
