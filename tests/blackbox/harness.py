"""What the black-box tests share: a folder of their own, a way to run the
program, readers of what it leaves, and the check that it leaves nothing else.

Nothing here asserts how long anything took. LIMIT only ends a test that hangs.
"""
import collections
import csv
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
import unittest
import uuid

BENCH = os.environ.get("BENCH", "")
FAULTY = os.environ.get("BENCH_FAULTY", "")
SANITIZED = os.environ.get("BENCH_SANITIZED", "")

# A shell lets a job in its background ignore Ctrl-C, and nohup SIGHUP. The programs that are started
# here would inherit it, and what they are told to ignore they do ignore.
for _number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)

# Seconds until a program that does not end is killed; shorter while a test is being written.
LIMIT = int(os.environ.get("BENCH_TEST_LIMIT", "300"))
GONE = min(120, LIMIT)  # seconds until everything must be gone after an end by force

# The smallest honest work of each workload. A new workload must be entered here.
TINY = {
    "cpu": ["cpu.rounds=100"],
    "float": ["float.rounds=1"],
    "memory": ["memory.access=stream,random", "memory.buffer=1MiB", "memory.bytes=64KiB",
               "memory.loads=100"],
    "sleep": ["sleep.duration=1ms"],
    "file": ["file.size=4KiB", "file.block=1KiB"],
    "tcp": ["tcp.connections=4", "tcp.messages=3"],
    "pipe": ["pipe.rounds=5"],
    "mixed": ["mixed.total=1ms", "mixed.alternations=2", "mixed.rounds_per_ms=1000"],
    "jobs": ["jobs.short=10us", "jobs.long=200us", "jobs.wait=50%"],
    "beside": ["beside.waits=3", "beside.wait=100us", "beside.most=20000"],
    "empty": [],
    # Not without a lock, nor in an order that may end in a deadlock: that is test_sync.py's.
    "lock": ["lock.kind=mutex,rw", "lock.updates=5", "lock.locks=2", "lock.reads=30"],
    "semaphore": ["semaphore.places=2", "semaphore.hold=1ms"],
    "event": ["event.delay=1ms"],
    "barrier": ["barrier.rounds=3", "barrier.work=10"],
    "queue": ["queue.items=5", "queue.capacity=2"],
    "deadlock": ["deadlock.order=same", "deadlock.hold=1ms"],
    "isolation": [],
    "child": [],
}


# Workloads that offer call-backs for the mode event.
STEPS = {"sleep", "tcp", "pipe", "mixed", "jobs"}

# Modes whose workers run an event loop, and those of them with one worker.
LOOP_MODES = {"coroutine", "thread-coroutine", "process-coroutine", "event"}
ONE_WORKER = {"serial", "coroutine", "event"}

# How many tasks wait for each other: those of pipe in pairs, of others all.
ALL = 1000000
TOGETHER = {"pipe": 2, "event": ALL, "barrier": ALL, "queue": ALL}


def runs(workload, mode, workers):
    """Whether a mode can run the workload (with auto's wait)."""
    if mode == "event" and workload not in STEPS:
        return False
    at_once = workers if mode not in LOOP_MODES | {"process-thread"} else ALL
    return at_once >= TOGETHER.get(workload, 1)


def tiny(*workloads):
    """The --set options that make these workloads tiny."""
    return [word for name in workloads for value in TINY[name] for word in ("--set", value)]


def mix64(x):
    """SplitMix64's output function."""
    mask = 2**64 - 1
    x = (x + 0x9e3779b97f4a7c15) & mask
    x = ((x ^ (x >> 30)) * 0xbf58476d1ce4e5b9) & mask
    x = ((x ^ (x >> 27)) * 0x94d049bb133111eb) & mask
    return x ^ (x >> 31)


def job_priority(seed, task):
    """The first draw of a task of jobs, from 0 to 9 (workloads/key.h and jobs.c, by hand)."""
    return (mix64(mix64(mix64(seed) ^ task)) * 10) >> 64


def names(topic, program=None):
    """What `bench list TOPIC --names` prints, as a list."""
    return subprocess.run([program or BENCH, "list", topic, "--names"], check=True,
                          stdout=subprocess.PIPE, text=True, timeout=LIMIT).stdout.split()


def stacked(program=None):
    """The modes that run every workload that a thread could, as a value of --mode."""
    return ",".join(mode for mode in names("modes", program) if mode != "event")


def processes():
    """All processes: {id: (parent's id, name, state)}."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    text = file.read()
            except OSError:
                continue
            state, parent = text[text.rindex(")") + 2:].split()[:2]
            name = text[text.index("(") + 1:text.rindex(")")]
            found[int(entry)] = (int(parent), name, state)
    return found


def children(parent):
    """The living children of a process: {id: name}."""
    return {pid: name for pid, (above, name, state) in processes().items()
            if above == parent and state != "Z"}


def marked(mark):
    """The processes that inherited this word in their environment."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                with open(f"/proc/{entry}/environ", "rb") as file:
                    if mark.encode() in file.read():
                        found.append(int(entry))
            except OSError:
                continue
    return found


def shared_memory():
    """The names in /dev/shm that could be ours."""
    try:
        return {name for name in os.listdir("/dev/shm") if "bench" in name}
    except OSError:
        return set()


# What a run says where another one, not of this test, is under way on the machine.
BESIDE = re.compile(r"^(bench: another run of bench \(process \d+\) is under way|"
                    r"warning: other runs of bench were under way)[^\n]*\n", re.MULTILINE)


def runs_wanted(walls, least, most):
    """After how many of these runs --precision 100% is met (docs/method.md). Up to 8 runs, the
    interval of the median is all of them."""
    while least < most and max(walls[:least]) > 2 * statistics.median(walls[:least]):
        least += 1
    return least


class BenchTest(unittest.TestCase):
    """Runs in a folder of its own; fails where anything but results is left."""

    maxDiff = None
    hears_others = False  # whether a test is about such runs
    started = None        # the latest program that was started and not waited for

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="bench-blackbox-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.work = os.path.join(self.home, "work")
        self.temporary = os.path.join(self.home, "tmp")
        self.no_programs = os.path.join(self.home, "no-programs")
        for folder in (self.work, self.temporary, self.no_programs):
            os.mkdir(folder)
        self.mark = f"BENCH_TEST_MARK={uuid.uuid4()}"
        self.addCleanup(self.kill_marked)
        self.shared_before = shared_memory()

    def tearDown(self):
        self.check_nothing_left()

    def kill_marked(self):
        for pid in marked(self.mark):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass

    def check_nothing_left(self):
        """No process, no scratch folder, no temporary file, no shared memory."""
        self.wait_until(lambda: not marked(self.mark), "every process to be gone",
                        limit=GONE, told=lambda: [processes().get(p) for p in marked(self.mark)])
        # The thread sanitizer makes a file of its own at the start of every program; one that is
        # killed right then leaves it behind.
        left = [name for name in os.listdir(self.temporary)
                if not (SANITIZED == "thread" and name.startswith("tsan.rodata."))]
        self.assertEqual(left, [], "left in TMPDIR")
        hidden = [os.path.join(folder, name) for folder, folders, files in os.walk(self.home)
                  for name in folders + files if name.startswith(".")]
        self.wait_until(lambda: not any(os.path.exists(path) for path in hidden),
                        "scratch to be gone", limit=GONE, told=lambda: hidden)
        self.assertEqual(shared_memory() - self.shared_before, set(), "left in /dev/shm")

    # --- running ---

    def environment(self, gnuplot=False, **more):
        """Without gnuplot on the PATH unless asked: the pictures take longer than the rest."""
        word, value = self.mark.split("=")
        environment = {name: os.environ[name] for name in
                       ("PATH", "LANG", "LC_ALL", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
                        "BENCH_SCRIPTS", "LD_LIBRARY_PATH") if name in os.environ}
        environment.update({word: value, "TMPDIR": self.temporary, "HOME": self.temporary,
                            "XDG_CACHE_HOME": os.path.join(self.home, "cache"),
                            "XDG_STATE_HOME": os.path.join(self.home, "state")})
        if not gnuplot:
            environment["PATH"] = self.no_programs
        environment.update(more)
        return environment

    def bench(self, *words, status=0, program=None, gnuplot=False, variables=None, **options):
        """Runs the program to its end and checks its exit status; status None: any."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        done = subprocess.run([program or BENCH, *words], cwd=self.work, text=True,
                              timeout=LIMIT, check=False,
                              env=self.environment(gnuplot, **variables or {}), **options)
        if done.stderr and not self.hears_others:
            done.stderr = BESIDE.sub("", done.stderr)
        if status is not None:
            self.assertEqual(done.returncode, status,
                             f"{words}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def start(self, *words, program=None, variables=None):
        """Starts the program in a session of its own, as a shell starts a job."""
        # Both streams go to files: a pipe that nobody reads could fill up.
        with open(os.path.join(self.home, "stdout"), "w", encoding="utf-8") as out, \
                open(os.path.join(self.home, "stderr"), "w", encoding="utf-8") as err:
            started = subprocess.Popen([program or BENCH, *words], cwd=self.work, stdout=out,
                                       stderr=err, stdin=subprocess.DEVNULL,
                                       env=self.environment(**variables or {}),
                                       start_new_session=True)
        self.addCleanup(self.end, started)
        self.started = started
        return started

    @staticmethod
    def end(started):
        if started.poll() is None:
            started.kill()
        started.wait(LIMIT)

    def said(self, stream="stderr"):
        with open(os.path.join(self.home, stream), encoding="utf-8") as file:
            return file.read()

    def wait_until(self, true, what, limit=LIMIT, told=None):
        """Polls; what() must come true at some time, no matter how late."""
        end = time.monotonic() + limit
        while True:
            got = true()
            if got:
                return got
            if time.monotonic() > end:
                self.fail(f"waited {limit} s for {what}: {told() if told else ''}\n{self.so_far()}")
            time.sleep(0.02)

    def so_far(self):
        """What a program that was started did, for who reads of the failure and not the folder."""
        if self.started is None:
            return ""
        code = self.started.poll()
        lines = ["it still runs" if code is None else f"it ended with {code}",
                 f"it said: {self.said()[-1000:]}"]
        for folder, _, files in os.walk(self.work):
            if "timings.csv" in files:
                with open(os.path.join(folder, "timings.csv"), encoding="utf-8",
                          errors="replace", newline="") as file:
                    told = collections.Counter((row.get("mode"), row.get("status"), row.get("reason"))
                                               for row in csv.DictReader(file))
                lines.append(f"rows of {os.path.relpath(folder, self.work)}: "
                             f"{told.most_common(10)}")
        return "\n".join(lines)

    # --- the processes of a run ---

    @staticmethod
    def repetition_of(runner):
        """The process of the repetition that runs now, or None."""
        found = [pid for pid, name in children(runner).items() if name == "bench-repetitio"]
        return found[0] if found else None

    def settled(self, runner, workers):
        """Waits for a repetition whose `workers` processes stay the same for a while: the
        long one among short ones. Returns its id and theirs."""
        seen = {}

        def look():
            repetition = self.repetition_of(runner)
            now = (repetition, tuple(sorted(children(repetition)))) if repetition else None
            if not now or len(now[1]) != workers:
                seen.clear()
                return None
            first = seen.setdefault(now, time.monotonic())
            for other in [key for key in seen if key != now]:
                del seen[other]
            return now if time.monotonic() - first > 1 else None

        return self.wait_until(look, f"a repetition that keeps {workers} workers")

    # --- what a run leaves ---

    def table(self, *path):
        """A CSV file as dictionaries; every row must have the header's number of fields."""
        with open(os.path.join(self.work, *path), newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file, strict=True))
        self.assertTrue(lines, f"{path} is empty")
        for number, line in enumerate(lines, 1):
            self.assertEqual(len(line), len(lines[0]), f"{path} line {number}: {line}")
            self.assertNotIn("", line, f"{path} line {number} has an empty field")
        return [dict(zip(lines[0], line)) for line in lines[1:]]

    def rows(self, folder="out", reference=False):
        """The rows of the cells that were asked for, or all with those of the reference cell."""
        return [row for row in self.table(folder, "timings.csv")
                if reference or row["reference"] == "0"]

    def rows_so_far(self, folder="out"):
        """How many whole rows timings.csv has, of all cells, while a run goes on or begins."""
        try:
            with open(os.path.join(self.work, folder, "timings.csv"), encoding="utf-8") as file:
                return max(file.read().count("\n") - 1, 0)
        except FileNotFoundError:
            return 0

    def tasks(self, folder="out"):
        return self.table(folder, "tasks.csv")

    def states(self, folder="out"):
        return self.table(folder, "states.csv")

    def only_folder(self):
        """The one entry of results/."""
        found = os.listdir(os.path.join(self.work, "results"))
        self.assertEqual(len(found), 1, found)
        return os.path.join("results", found[0])
