"""Waits: every workload under every mode and wait that can run it, that waits differ in the
system calls which they make, and that none of them blocks its loop."""
import collections
import glob
import os
import re
import shutil
import subprocess
import unittest

from harness import BENCH, LOOP_MODES, SANITIZED, TINY, TOGETHER, BenchTest, runs, tiny

LOOPS = sorted(LOOP_MODES)
WAITS = ("nonblock", "select", "poll", "epoll", "uring")

# The system calls in which each loop waits. A call of any other loop must not be seen.
SIGNS = {"select": {"pselect6", "select"}, "poll": {"ppoll", "poll"},
         "epoll": {"epoll_wait", "epoll_pwait", "epoll_pwait2"}, "uring": {"io_uring_enter"},
         "nonblock": set()}


def uring_here():
    """bench list says of each wait whether this machine lacks it."""
    told = subprocess.run([BENCH, "list", "waits"], check=True, stdout=subprocess.PIPE, text=True)
    return not any("uring" in line and "not here" in line for line in told.stdout.split("\n"))


class Waits(BenchTest):
    def usable(self):
        return [wait for wait in WAITS if wait != "uring" or uring_here()]

    def check(self, workload):
        """Every loop mode under every wait: the same checksum as serially, or a reason why not."""
        self.bench("--workload", workload, "--mode", ",".join(["thread-pool", *LOOPS]),
                   "--workers", "2", "--wait", "all", "--tasks", "6", "--runs", "1", "--warmup",
                   "0", "--output", "out", "--quiet", *tiny(workload))
        checksums = collections.defaultdict(set)
        done = set()
        for row in self.rows():
            if row["status"] == "unsupported":
                self.assertNotEqual(row["reason"], "off")
                continue
            self.assertEqual(row["status"], "ok", row)
            checksums[row["params"]].add(row["checksum"])
            done.add((row["mode"], row["wait"]))
        for params, found in checksums.items():
            self.assertEqual(len(found), 1, f"{params}: {found}")
        expected = {(mode, wait) for mode in LOOPS for wait in self.usable()
                    if runs(workload, mode, 2)}
        blocking = {(mode, "blocking") for mode in LOOPS if mode != "event"}
        # Coroutines that block can only take turns, which tasks that wait for each other cannot.
        blocking |= {("thread-pool", "blocking")}
        blocking = {(mode, wait) for mode, wait in blocking
                    if TOGETHER.get(workload, 1) <= (1 if mode == "coroutine" else 2)}
        if "serial" in {mode for mode, _ in done}:
            blocking |= {("serial", "blocking")}
        self.assertEqual(done, expected | blocking)

    def test_auto_names_what_it_took(self):
        self.bench("--workload", "sleep,file", "--mode", "all", "--tasks", "4", "--runs", "1",
                   "--warmup", "0", "--output", "out", "--quiet", *tiny("sleep", "file"))
        files = "uring" if uring_here() else "epoll"
        for row in self.rows():
            loop = row["mode"] in LOOP_MODES
            expected = (files if row["workload"] == "file" else "epoll") if loop else "blocking"
            self.assertEqual(row["wait"], expected, row)

    def test_select_says_its_limit(self):
        done = self.bench("--workload", "tcp", "--mode", "coroutine,event", "--wait", "select",
                          "--set", "tcp.connections=1", "--set", "tcp.messages=1", "--set",
                          "tcp.idle=1100", "--runs", "1", "--warmup", "0", "--output", "out")
        self.assertIn("1024", done.stdout)
        for row in self.rows():
            if row["mode"] in LOOP_MODES:
                self.assertEqual(row["status"], "unsupported", row)
                self.assertIn("1024", row["reason"])
                self.assertIn("epoll", row["reason"])

    def test_nothing_blocks_a_loop(self):
        """All tasks of a loop live at once, on timers and on sockets alike."""
        self.bench("--workload", "sleep,tcp", "--mode", "coroutine,event", "--wait",
                   ",".join(self.usable()), "--tasks", "8", "--set", "sleep.duration=400ms",
                   "--set", "tcp.connections=8", "--set", "tcp.messages=20", "--set",
                   "tcp.think=20ms", "--runs", "1", "--warmup", "0", "--output", "out", "--quiet")
        for row in self.rows():
            if row["mode"] in LOOP_MODES:
                with self.subTest(workload=row["workload"], mode=row["mode"], wait=row["wait"]):
                    self.assertEqual(row["status"], "ok", row)
                    self.assertEqual(row["peak_alive"], "8")
                    self.assertEqual((row["workers"], row["width"]), ("1", "8"))

    def test_a_blocking_call_holds_up_all_coroutines(self):
        self.bench("--workload", "sleep", "--mode", "coroutine", "--wait", "blocking", "--tasks",
                   "5", "--runs", "1", "--warmup", "0", "--output", "out", *tiny("sleep"))
        row = [row for row in self.rows() if row["mode"] == "coroutine"][0]
        self.assertEqual((row["status"], row["peak_alive"], row["width"]), ("ok", "1", "1"))

    def test_the_width_bounds_what_is_alive(self):
        self.bench("--workload", "sleep", "--mode", ",".join([*LOOPS, "process-thread"]), "--wait",
                   "auto", "--workers", "2", "--width", "3", "--tasks", "20", "--runs", "1",
                   "--warmup", "0", "--output", "out", "--set", "sleep.duration=20ms")
        for row in self.rows():
            if row["mode"] != "serial":
                with self.subTest(mode=row["mode"]):
                    self.assertEqual((row["status"], row["width"]), ("ok", "3"))
                    self.assertLessEqual(int(row["peak_alive"]), 3 * int(row["workers"]))

    def test_ten_thousand_coroutines(self):
        """Under the address sanitizer this also finds what they leak. The first sleeps until the last
        has begun, even where that takes thirty times as long as it does."""
        many = "2000" if SANITIZED == "thread" else "10000"
        for stack in ("own", "shared"):
            self.bench("--workload", "sleep", "--mode", "coroutine", "--stack", stack, "--tasks",
                       many, "--runs", "1", "--warmup", "0", "--output", stack, "--quiet",
                       "--set", "sleep.duration=5s")
            rows = [row for row in self.rows(stack) if row["mode"] == "coroutine"]
            self.assertEqual([(row["status"], row["stack"], row["reason"]) for row in rows],
                             [("ok", stack, "off")])
            self.assertEqual(rows[0]["peak_alive"], many)

    def test_shared_stacks_carry_every_workload(self):
        self.bench("--workload", ",".join(TINY), "--mode", "coroutine", "--stack", "shared",
                   "--wait", "epoll,uring", "--tasks", "9", "--runs", "1", "--warmup", "0",
                   "--output", "out", "--quiet", *tiny(*TINY))
        checksums = collections.defaultdict(set)
        for row in self.rows():
            if row["mode"] == "coroutine" and row["status"] != "unsupported":
                self.assertEqual((row["status"], row["stack"]), ("ok", "shared"), row)
            if row["status"] == "ok":
                checksums[row["workload"], row["params"]].add(row["checksum"])
        self.assertEqual({work for work, _ in checksums}, set(TINY))
        self.assertEqual({len(found) for found in checksums.values()}, {1})


@unittest.skipIf(SANITIZED, "the sanitizers' own calls and ptrace do not mix")
@unittest.skipUnless(shutil.which("strace"), "strace is missing (apt-get install strace)")
class SystemCalls(BenchTest):
    def calls(self, wait, mode, workload, *more):
        """The system calls of the process that ran the tasks, counted from its program's start."""
        folder = f"{wait}-{mode}-{workload}"
        trace = os.path.join(self.home, f"{folder}.trace")
        command = [shutil.which("strace"), "-ff", "-o", trace, BENCH, "--workload", workload,
                   "--mode", mode, "--wait", wait, "--runs", "1", "--warmup", "0", "--output",
                   folder, "--quiet", "--no-reference", *more]
        done = subprocess.run(command, cwd=self.work, env=self.environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if "ptrace" in done.stderr and done.returncode != 0:
            self.skipTest(f"strace may not trace here: {done.stderr[:200]}")
        self.assertEqual(done.returncode, 0, done.stderr)
        pids = {row["process"] for row in self.tasks(folder) if row["mode"] == mode}
        self.assertEqual(len(pids), 1)
        with open(f"{trace}.{pids.pop()}", encoding="utf-8", errors="replace") as file:
            text = file.read()
        after = text[re.search(r'execve\("[^"]*bench-repetition"', text).start():]
        counts = collections.Counter(re.findall(r"^(\w+)\(", after, re.M))
        counts["EAGAIN"] = after.count("EAGAIN")
        return counts

    def check_signs(self, wait, counts):
        for other, signs in SIGNS.items():
            seen = sum(counts[sign] for sign in signs)
            if other == wait and signs:
                self.assertGreater(seen, 0, counts)
            else:
                self.assertEqual(seen, 0, f"{other}'s calls under {wait}: {counts}")

    def test_each_loop_waits_in_its_own_way(self):
        for wait in WAITS:
            if wait == "uring" and not uring_here():
                continue
            for mode in ("coroutine", "event"):
                for workload in ("sleep", "tcp"):
                    with self.subTest(wait=wait, mode=mode, workload=workload):
                        # The clients think, so that the server has to wait for them.
                        more = ["--set", "tcp.think=10ms"] if workload == "tcp" else []
                        counts = self.calls(wait, mode, workload, "--tasks", "4", *tiny(workload),
                                            *more)
                        self.check_signs(wait, counts)
                        # What blocks its caller is not to be seen in a loop.
                        self.assertEqual(counts["clock_nanosleep"] + counts["nanosleep"], 0, counts)

    def test_nonblock_asks_again_and_again(self):
        counts = self.calls("nonblock", "coroutine", "tcp", "--set", "tcp.connections=2", "--set",
                            "tcp.messages=5", "--set", "tcp.think=100ms")
        self.assertGreater(counts["EAGAIN"], 100, counts)

    def test_blocking_workers_ask_no_loop(self):
        for mode in ("serial", "coroutine"):
            counts = self.calls("blocking", mode, "sleep", "--tasks", "3", *tiny("sleep"))
            self.check_signs("blocking", counts)
            self.assertEqual(counts["clock_nanosleep"], 3, counts)


def _add(workload):
    setattr(Waits, f"test_{workload}_under_every_wait", lambda self: self.check(workload))


for _workload in TINY:
    _add(_workload)


if __name__ == "__main__":
    unittest.main()
