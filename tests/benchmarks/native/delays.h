/* Delays of many messages, counted in bins. */

#ifndef DELAYS_H
#define DELAYS_H

#include <stdint.h>
#include <string.h>

#define BIN_NS 10000
#define BINS 1000000 /* ten seconds */

static uint32_t delays[BINS];

static void count_delay(uint64_t ns) {
    uint64_t bin = ns / BIN_NS;
    delays[bin < BINS ? bin : BINS - 1]++;
}

static void forget_delays(void) { memset(delays, 0, sizeof delays); }

/* The delay that this share of the counted messages does not exceed. */
static double delay_ms(double share, uint64_t counted) {
    uint64_t before = (uint64_t)((double)counted * share), seen = 0;
    for (int i = 0; i < BINS; i++)
        if ((seen += delays[i]) > before) return i * (BIN_NS / 1e6);
    return 0;
}

#endif
