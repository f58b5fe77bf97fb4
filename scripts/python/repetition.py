"""One repetition of one shape in one mode, in this interpreter; started by shapes.py, not by hand.

    repetition.py '{"shape": "cpu", "mode": "threads", ...}'    prints its figures as JSON
    repetition.py --probe                   prints whether the lock is on, and {mode: why missing}

A mode gets a task, how many of them, how many workers, and returns what each task returned, in
their order. Where tasks are processes they inherit everything by fork. Every process ends itself
by an alarm, so that nothing stays, whoever dies.
"""
import asyncio
import concurrent.futures
import contextlib
import functools
import importlib
import json
import os
import signal
import struct
import sys
import tempfile
import threading
import time
import types

# Knuth's MMIX generator, as the workload cpu of bench has it (workloads/chain.h).
MULTIPLIER, INCREMENT, MASK = 6364136223846793005, 1442695040888963407, (1 << 64) - 1
ROUNDS_PER_LOOK = 100  # of a task that computes until it is told to stop


def chain(x, rounds):
    for _ in range(rounds):
        x = (x * MULTIPLIER + INCREMENT) & MASK
    return x


def chain_jump(x, steps):
    """Where chain() ends, in O(log steps): squaring an affine map gives that of two steps."""
    multiplier, increment = MULTIPLIER, INCREMENT
    while steps > 0:
        if steps & 1:
            x = (x * multiplier + increment) & MASK
        increment = increment * (multiplier + 1) & MASK
        multiplier = multiplier * multiplier & MASK
        steps >>= 1
    return x


# --- modes ---

def forks():
    context = importlib.import_module("multiprocessing").get_context("fork")
    context.Lock()  # there may be no semaphores here
    return context


def in_series(task, tasks, _workers, _limit):
    return [task(index) for index in range(tasks)]


def in_threads(task, tasks, _workers, _limit):
    results = [None] * tasks

    def run(index):
        results[index] = task(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def in_processes(task, tasks, _workers, limit):
    """Results are whole numbers below 2^64, or a list of some: each has a pipe of its own."""
    context = forks()

    def run(index, sender):
        signal.alarm(limit)
        sender.send(task(index))
        sender.close()

    pipes = [context.Pipe(duplex=False) for _ in range(tasks)]
    workers = [context.Process(target=run, args=(index, pipes[index][1]))
               for index in range(tasks)]
    for worker in workers:
        worker.start()
    for _, sender in pipes:
        sender.close()
    results = []
    for receiver, _ in pipes:
        try:
            results.append(receiver.recv())
        except EOFError:
            results.append(None)
    for worker in workers:
        worker.join()
    return results


def in_thread_pool(task, tasks, workers, _limit):
    with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(task, range(tasks)))


def in_process_pool(task, tasks, workers, limit):
    with concurrent.futures.ProcessPoolExecutor(max_workers=workers, mp_context=forks(),
                                                initializer=signal.alarm,
                                                initargs=(limit,)) as pool:
        return list(pool.map(task, range(tasks)))


def in_asyncio(task, tasks, _workers, _limit):
    async def all_of_them():
        return await asyncio.gather(*[task(index) for index in range(tasks)])
    return asyncio.run(all_of_them())


def in_gevent(task, tasks, _workers, _limit):
    gevent = importlib.import_module("gevent")
    greenlets = [gevent.spawn(task, index) for index in range(tasks)]
    gevent.joinall(greenlets)
    return [greenlet.value for greenlet in greenlets]


MODES = {"serial": in_series, "threads": in_threads, "processes": in_processes,
         "ThreadPoolExecutor": in_thread_pool, "ProcessPoolExecutor": in_process_pool,
         "asyncio": in_asyncio, "gevent": in_gevent}


def prepare(mode):
    """Imports what the mode needs, which belongs to no figure. Raises where it is missing."""
    if mode in ("processes", "ProcessPoolExecutor"):
        forks()
    elif mode == "gevent":
        importlib.import_module("gevent")


# --- shapes: what is timed returns figures, having checked every result ---

class WrongResult(Exception):
    pass


def check(results, expected):
    for index, result in enumerate(results):
        if result != expected(index):
            raise WrongResult(f"task {index} returned {result}, not {expected(index)}")


def timed(cell, task):
    """All tasks' results and the wall time of running them, workers made and joined."""
    start = time.monotonic_ns()
    results = MODES[cell["mode"]](task, cell["tasks"], cell["workers"], cell["limit"])
    return results, time.monotonic_ns() - start


def compute_task(rounds, index):
    return chain(index, rounds)


def run_cpu(cell):
    results, wall_ns = timed(cell, functools.partial(compute_task, cell["rounds"]))
    check(results, lambda index: chain_jump(index, cell["rounds"]))
    return {"wall_ns": wall_ns}


def nap_task(sleep, seconds, index):
    start = time.monotonic_ns()
    sleep(seconds)
    return index if time.monotonic_ns() - start >= int(seconds * 1e9) else None


async def nap_await(seconds, index):
    await asyncio.sleep(seconds)
    return index


def run_naps(cell, seconds):
    if cell["mode"] == "asyncio":
        task = functools.partial(nap_await, seconds)
    elif cell["mode"] == "gevent":
        task = functools.partial(nap_task, importlib.import_module("gevent").sleep, seconds)
    else:
        task = functools.partial(nap_task, time.sleep, seconds)
    results, wall_ns = timed(cell, task)
    check(results, lambda index: index)
    return {"wall_ns": wall_ns}


def run_sleep(cell):
    return run_naps(cell, cell["sleep_s"])


def empty_task(index):
    return index


async def empty_await(index):
    return index


def run_empty(cell):
    results, wall_ns = timed(cell, empty_await if cell["mode"] == "asyncio" else empty_task)
    check(results, lambda index: index)
    return {"wall_ns": wall_ns}


def percentiles(values):
    """Nearest rank, as bench's own; p99 needs 368 values to be bounded, so it says how many."""
    ordered = sorted(values)

    def rank(permille):
        return ordered[(len(ordered) * permille + 999) // 1000 - 1]
    return {"p50": rank(500), "p99": rank(990), "max": ordered[-1], "count": len(ordered)}


def run_beside(cell):
    """Task 0 waits again and again; the others compute until it is done."""
    done = (forks().RawValue("b", 0) if cell["mode"] == "processes" else
            types.SimpleNamespace(value=0))

    def wait():
        late = []
        for _ in range(cell["waits"]):
            due = time.monotonic_ns() + int(cell["wait_s"] * 1e9)
            time.sleep(cell["wait_s"])
            late.append(max(0, time.monotonic_ns() - due))
        done.value = 1
        return late

    def compute(index):
        x, rounds = index, 0
        while rounds < cell["most"] and not done.value:
            x = chain(x, ROUNDS_PER_LOOK)
            rounds += ROUNDS_PER_LOOK
        return [x, rounds]

    results, wall_ns = timed(cell, lambda index: compute(index) if index else wait())
    check(results[1:], lambda index: [chain_jump(index + 1, (results[index + 1] or [0, 0])[1]),
                                      (results[index + 1] or [0, 0])[1]])
    if results[0] is None:
        raise WrongResult("the task that waits did not end")
    return {"wall_ns": wall_ns, "lateness_ns": percentiles(results[0])}


def run_tickets(cell, locked):
    """One ticket is left for each task; who overwrites what another took loses its change."""
    number = struct.Struct("=q")
    lock = (contextlib.nullcontext() if not locked else
            forks().Lock() if cell["mode"] == "processes" else threading.Lock())
    with tempfile.TemporaryFile(buffering=0) as file:
        os.pwrite(file.fileno(), number.pack(cell["tasks"]), 0)

        def buy(index):
            with lock:
                left, = number.unpack(os.pread(file.fileno(), number.size, 0))
                time.sleep(cell["hold_s"])
                os.pwrite(file.fileno(), number.pack(left - 1), 0)
            return index

        results, wall_ns = timed(cell, buy)
        check(results, lambda index: index)
        left, = number.unpack(os.pread(file.fileno(), number.size, 0))
    return {"wall_ns": wall_ns, "lost": left}


SHAPES = {"cpu": run_cpu, "sleep": run_sleep, "empty": run_empty, "beside": run_beside,
          "tickets": functools.partial(run_tickets, locked=True),
          "tickets-nolock": functools.partial(run_tickets, locked=False)}


def set_timer_slack(ns):
    """As bench sets it for its own repetitions: of this thread, and of all that it makes."""
    pr_set_timerslack = 29
    if importlib.import_module("ctypes").CDLL(None).prctl(pr_set_timerslack, ns, 0, 0, 0) != 0:
        raise OSError("the kernel does not set the timer slack")


def gil_is_on():
    """Before 3.13 there is no CPython without it; of other implementations only PyPy is known."""
    if hasattr(sys, "_is_gil_enabled"):
        return bool(sys._is_gil_enabled())  # pylint: disable=protected-access
    return True if sys.implementation.name in ("cpython", "pypy") else "unknown"


def probe():
    gil = gil_is_on()  # before an import may have turned it on
    missing = {}
    for mode in MODES:
        try:
            prepare(mode)
        except Exception as error:  # pylint: disable=broad-except
            missing[mode] = f"{error}" or type(error).__name__
    return {"missing": missing, "gil": gil}


def main():
    if sys.argv[1:] == ["--probe"]:
        print(json.dumps(probe()))
        return 0
    cell = json.loads(sys.argv[1])
    signal.alarm(cell["limit"])
    if cell["switch_interval_s"] is not None:
        sys.setswitchinterval(cell["switch_interval_s"])
    if cell["timer_slack_ns"] is not None:
        set_timer_slack(cell["timer_slack_ns"])
    prepare(cell["mode"])
    figures = SHAPES[cell["shape"]](cell)
    print(json.dumps({**figures, "gil": gil_is_on()}))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WrongResult as wrong:
        sys.exit(str(wrong))
