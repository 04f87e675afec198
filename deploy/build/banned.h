/* Read before every source of ours (-include): what nobody may call. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>

/* Unbounded writes; parsers that cannot fail; state hidden from the caller and shared between threads; shells. */
#pragma GCC poison strcpy strcat sprintf vsprintf gets strncpy strncat
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison strtok localtime gmtime ctime asctime tmpnam mktemp
#pragma GCC poison popen

/* An error where it is called, not poison: these are good names for fields, and headers of libraries have them. */
#ifdef __clang__
#define BANNED(why) /* it wants that on the first declaration; GCC builds everything too */
#else
#define BANNED(why) __attribute__((error(why)))
#endif
int system(const char *) BANNED("no shells");
int rand(void) BANNED("common/random.c makes random numbers");
long random(void) BANNED("common/random.c makes random numbers");

/* The time is an argument: common/clock.c alone reads it, and chance is common/random.c's alone. */
#ifndef MAY_READ_THE_CLOCK
time_t time(time_t *) BANNED("common/clock.c reads the time");
int clock_gettime(clockid_t, struct timespec *) BANNED("common/clock.c reads the time");
int gettimeofday(struct timeval *restrict, void *restrict) BANNED("common/clock.c reads the time");
int timespec_get(struct timespec *, int) BANNED("common/clock.c reads the time");
ssize_t getrandom(void *, size_t, unsigned int) BANNED("common/random.c makes random numbers");
int getentropy(void *, size_t) BANNED("common/random.c makes random numbers");
int RAND_bytes(unsigned char *, int) BANNED("common/random.c makes random numbers");
#endif
