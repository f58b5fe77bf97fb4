/*
 * tcp_letters.h - upper case, in bulk. Pure, any thread.
 */
#ifndef WORKLOADS_TCP_LETTERS_H
#define WORKLOADS_TCP_LETTERS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight bytes at once: a to z become A to Z, all others stay. In each byte's low seven bits,
 * adding 0x80 - 'a' carries into the top bit from 'a' on, adding 0x7f - 'z' from behind 'z' on; no
 * sum leaves its byte (the method of SIMD within a register: L. Lamport, "Multiple byte
 * processing with full-word instructions", CACM 18(8), 1975). */
static inline uint64_t tcp_upper_word(uint64_t word)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t low = word & (0x7f * each);
    uint64_t from_a = low + (0x80 - 'a') * each;
    uint64_t behind_z = low + (0x7f - 'z') * each;
    uint64_t lower = (from_a ^ behind_z) & ~word & (0x80 * each);
    return word ^ (lower >> 2);
}

static inline void tcp_upper(char *text, size_t size)
{
    uint64_t word;
    size_t at = 0;

    for (; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, text + at, sizeof word);
        word = tcp_upper_word(word);
        memcpy(text + at, &word, sizeof word);
    }
    if (at < size) {
        word = 0;
        memcpy(&word, text + at, size - at);
        word = tcp_upper_word(word);
        memcpy(text + at, &word, size - at);
    }
}

#endif
