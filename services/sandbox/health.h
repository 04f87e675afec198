/*
 * health: what orchestrators and Prometheus ask: /livez /readyz /version /metrics. It listens only once it is ready.
 */
#ifndef SANDBOX_HEALTH_H
#define SANDBOX_HEALTH_H

#include "door.h"

extern const struct door health_doors[];

#endif
