/* Many durations in three figures. */

#ifndef SPREAD_H
#define SPREAD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Prints "name": [p50, p99, most] in ms, and a comma; sorts the nanoseconds. */
static void print_spread(const char *name, uint64_t *ns, int count) {
    qsort(ns, (size_t)count, sizeof *ns, compare);
    double p50 = count ? (double)ns[count / 2] / 1e6 : 0;
    double p99 = count ? (double)ns[(int)(count * 0.99)] / 1e6 : 0;
    double most = count ? (double)ns[count - 1] / 1e6 : 0;
    printf("\"%s\": [%.3f, %.3f, %.3f], ", name, p50, p99, most);
}

#endif
