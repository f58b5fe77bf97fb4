#!/usr/bin/env python3
"""The shapes of the notes' programs in CPython: see README.md beside this file.

Prints one JSON object; each repetition is a fresh interpreter that runs repetition.py.
"""
import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import sysconfig
import time

REPETITION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "repetition.py")

WORKERS = ("serial", "threads", "processes", "ThreadPoolExecutor", "ProcessPoolExecutor")
WAITERS = WORKERS + ("asyncio", "gevent")
SHAPES = {"cpu": WORKERS, "sleep": WAITERS, "empty": WAITERS,
          "beside": ("serial", "threads", "processes"),
          "tickets": ("threads", "processes"), "tickets-nolock": ("threads", "processes")}
THREADED = ("threads", "ThreadPoolExecutor")  # for which the switch interval matters


def usable_cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


# --- the command line ---

class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"shapes: {message}; see --help\n")


def whole(least):
    def read(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is below {least}")
        return value
    read.__name__ = "whole number"
    return read


def seconds(text):
    value = float(text)
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and up to 3600 seconds")
    return value


def list_of_seconds(text):
    try:
        return [seconds(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no list of seconds such as 0.005,0.001") from None


def list_of(known):
    def read(text):
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(known)}")
        return names
    return read


def parse(words):
    parser = Parser(prog="shapes", usage="shapes.py [options] > FILE.json", description=__doc__)
    add = parser.add_argument
    add("--shapes", type=list_of(SHAPES), default=list(SHAPES), help="S,...; all of them")
    add("--modes", type=list_of(WAITERS), default=list(WAITERS), help="M,...; all of them")
    add("--tasks", type=whole(1), default=4)
    add("--workers", type=whole(1), default=usable_cores(), help="of executors; usable cores")
    add("--rounds", type=whole(1), default=200000, help="of a computing task")
    add("--sleep", type=seconds, default=0.05, help="seconds that a sleeping task sleeps")
    add("--waits", type=whole(1), default=100, help="of the task beside computing ones")
    add("--wait", type=seconds, default=0.001, help="seconds of each of them")
    add("--most", type=whole(1), default=10**9, help="rounds of those that compute beside it")
    add("--hold", type=seconds, default=0.01, help="seconds between reading and writing a ticket")
    add("--switch-interval", type=list_of_seconds, default=[None], metavar="S,...", help="seconds; for modes with threads; Python's own")
    add("--timer-slack", type=whole(1), default=None, metavar="NS", help="of the kernel's timers;"
        " bench takes 1; as it is here, mostly 50000")
    add("--blocks", type=whole(1), default=5)
    add("--warmup", type=whole(0), default=1, help="blocks before, which are not printed")
    add("--max-time", type=seconds, default=None, help="start no further block after so many s")
    add("--limit", type=whole(1), default=60, help="seconds for one repetition")
    add("--seed", type=whole(0), default=1, help="of the order within the blocks")
    options = parser.parse_args(words)
    if not any(mode in SHAPES[shape] for shape in options.shapes for mode in options.modes):
        parser.error("argument --modes: none of " + ", ".join(options.modes) + " runs " +
                     ", ".join(options.shapes) + ", which take " + ", ".join(
                         mode for mode in WAITERS
                         if any(mode in SHAPES[shape] for shape in options.shapes)))
    return options


# --- running ---

def ended_by(signum, _frame):
    raise SystemExit(128 + signum)


def run_fresh(arguments, limit):
    """Runs repetition.py to its end: what it printed. Raises RuntimeError with the reason, and
    leaves none of its processes."""
    with subprocess.Popen([sys.executable, "-B", REPETITION, *arguments], start_new_session=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as child:
        try:
            out, err = child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"not done after {limit} s") from None
        finally:
            # Its group is there as long as any of its processes is.
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    if child.returncode != 0:
        last = err.strip().splitlines()[-1:] or [f"ended with status {child.returncode}"]
        raise RuntimeError(last[0])
    return json.loads(out)


def make_cells(options, absent):
    cells = []
    for shape in options.shapes:
        for mode in SHAPES[shape]:
            if mode not in options.modes or mode in absent:
                continue
            threaded = mode in THREADED
            for interval in options.switch_interval if threaded else [None]:
                cells.append({
                    "shape": shape, "mode": mode, "tasks": options.tasks,
                    "workers": (options.tasks if mode in ("threads", "processes") else
                                options.workers if mode.endswith("Executor") else 1),
                    "switch_interval_s": interval})
    return cells


def run_blocks(options, cells, settings):
    rows, failed = [], []
    order = random.Random(options.seed)
    started = time.monotonic()
    for block in range(-options.warmup, options.blocks):
        if options.max_time is not None and time.monotonic() - started > options.max_time:
            break
        for cell in order.sample(cells, len(cells)):
            row = {**cell, "block": block}
            if row["switch_interval_s"] is None:
                row["switch_interval_s"] = sys.getswitchinterval()
            try:
                # The alarm of its own processes comes after.
                request = {**settings, **cell, "limit": options.limit + 5}
                row.update(run_fresh([json.dumps(request)], options.limit))
            except (RuntimeError, ValueError) as error:
                failed.append({**row, "reason": str(error)})
                continue
            if block >= 0:
                rows.append(row)
    return rows, failed


def about_python(gil):
    disabled = sysconfig.get_config_var("Py_GIL_DISABLED")
    return {"version": platform.python_version(), "implementation":
            platform.python_implementation(), "executable": sys.executable, "gil": gil,
            "free_threaded_build": bool(disabled), "switch_interval_s": sys.getswitchinterval()}


def main():
    if sys.version_info < (3, 9):
        sys.exit("shapes: needs Python 3.9 or later, not " + platform.python_version())
    options = parse(sys.argv[1:])
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, ended_by)
    settings = {"rounds": options.rounds, "sleep_s": options.sleep, "waits": options.waits,
                "wait_s": options.wait, "most": options.most, "hold_s": options.hold,
                "timer_slack_ns": options.timer_slack}
    try:
        found = run_fresh(["--probe"], options.limit)
    except (RuntimeError, ValueError) as error:
        sys.exit(f"shapes: {sys.executable} cannot run repetition.py: {error}")
    used = {mode for shape in options.shapes for mode in SHAPES[shape] if mode in options.modes}
    cells = make_cells(options, found["missing"])
    rows, failed = run_blocks(options, cells, settings)
    json.dump({"schema": 1, "python": about_python(found["gil"]),
               "settings": {**settings, "blocks": options.blocks, "seed": options.seed},
               "rows": rows, "failed": failed,
               "missing": [{"mode": mode, "reason": reason}
                           for mode, reason in sorted(found["missing"].items()) if mode in used]},
              sys.stdout, indent=1)
    print()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
