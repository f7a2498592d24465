/* What the load client and the baseline share: the mark every benchmark message carries, and clocks.

   mark: "@@bench@", sequence as 8 hex digits, CLOCK_MONOTONIC ns of publishing as 16 hex digits.
   It is text, so that the same mark travels in Opus packets, JSON and Ogg pages. */

#ifndef WIRE_H
#define WIRE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MARK "@@bench@"
#define MARK_TAG_BYTES 8
#define MARK_BYTES 32

static inline uint64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static inline void write_mark(char *to, uint32_t sequence, uint64_t sent_ns) {
    char text[MARK_BYTES + 1];
    snprintf(text, sizeof text, MARK "%08x%016llx", sequence, (unsigned long long)sent_ns);
    memcpy(to, text, MARK_BYTES);
}

static inline uint64_t read_hex(const char *text, int digits) {
    uint64_t value = 0;
    while (digits--) {
        unsigned c = (unsigned char)*text++;
        value = value << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
}

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

#endif
