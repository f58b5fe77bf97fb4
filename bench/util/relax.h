/* relax.h - between two looks of who spins: lets the core's other thread run, if it has one. */
#ifndef BENCH_UTIL_RELAX_H
#define BENCH_UTIL_RELAX_H

static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
