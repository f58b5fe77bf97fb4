/*
 * bare_switch SWITCHES: so many jump_fcontext calls to and fro between the program and one
 * other stack, nothing else.
 */
#include "bench/coroutine/context.h"
#include "tests/perf/perf.h"

enum { STACK_BYTES = 64 << 10 };

static void back(struct transfer transfer)
{
    for (;;) {
        transfer = jump_fcontext(transfer.context, NULL);
    }
}

int main(int count, char **arguments)
{
    static _Alignas(64) char stack[STACK_BYTES];
    uint64_t switches = perf_number(count, arguments, 1);
    fcontext_t other = make_fcontext(stack + sizeof stack, sizeof stack, back);
    other = jump_fcontext(other, NULL).context; /* its first page is touched by then */
    uint64_t start = perf_now_ns();
    for (uint64_t i = 0; i < switches; i += 2) {
        other = jump_fcontext(other, NULL).context;
    }
    perf_print(start, perf_now_ns());
    return 0;
}
