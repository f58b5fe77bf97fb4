"""Workloads that crash, hang, return wrong results, exit or fail cost their own rows only.

Each fault is tried under each mode that there is: a mode that is added joins by itself.
"""
import re
import signal
import unittest

from harness import FAULTY, SANITIZED, BenchTest, names

TASKS = 8
AT = 3  # the task that goes wrong, the faulty workloads' default
NEVER = 1000000
ONE_AT_A_TIME = {"serial", "process", "process-spawn", "process-pool", "event"}

# A thread that ends leaves nobody who would tell where others wait for it.
LATE = "100ms"

# By default these stop a process, or do nothing to it.
STOPS = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
KEPT = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
KILLS = sorted(set(range(1, 32)) - STOPS - KEPT) + [signal.SIGRTMIN, signal.SIGRTMAX]
USUAL = [signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM]

# What kills the repetition as a whole, a worker in a task, and one that takes many.
KINDS = ["thread-pool", "process-spawn", "process-pool"]


class Faults(BenchTest):
    def run_faulty(self, *words, modes=None, out="out"):
        """Returns all rows, of which every mode has some."""
        modes = modes or names("modes", FAULTY)
        self.bench(*words, "--mode", ",".join(modes), "--no-reference", "--tasks", str(TASKS),
                   "--runs", "1", "--warmup", "0", "--output", out, "--quiet", status=1,
                   program=FAULTY)
        rows = self.rows(out)
        self.assertEqual({row["mode"] for row in rows} - {"serial"}, set(modes) - {"serial"})
        return rows

    def check(self, rows, status, reason):
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(row["status"], status, row)
            self.assertRegex(row["reason"], reason, row)
            self.assertEqual(row["wall_ns"], "off", "no time is told of work that was not done")

    def check_names_task(self, rows, at=AT):
        """Where several tasks run in one process the system does not say whose fault it was."""
        for row in rows:
            told = f"task {at}\\b" if row["mode"] in ONE_AT_A_TIME else r"task \d+\b"
            self.assertRegex(row["reason"], told, row)

    def check_crashes(self, rows, signals):
        for number in signals:
            crashed = [row for row in rows if f"signal={int(number)};" in row["params"]]
            self.check(crashed, "crashed", rf"killed by signal {int(number)} \(")
            self.check_names_task(crashed)

    def test_every_fault_under_every_mode(self):
        rows = self.run_faulty(
            "--workload", "crash,overflow,exits,wrong,failing,sleep", "--set", "sleep.duration=1ms",
            "--set", "crash.signal=" + ",".join(str(int(number)) for number in USUAL),
            "--set", "exits.how=_exit,exit,failed")
        modes = names("modes", FAULTY)
        self.assertEqual(len(rows), (len(USUAL) + 1 + 3 + 1 + 1 + 1) * len(modes))
        of = {name: [row for row in rows if row["workload"] == name]
              for name in ("crash", "overflow", "exits", "wrong", "failing", "sleep")}
        self.assertEqual([row for row in of["sleep"] if row["status"] != "ok"], [])
        self.assertEqual({row["workload"] for row in self.tasks()}, {"sleep"},
                         "tasks are recorded of repetitions that came out ok")
        self.check_crashes(of["crash"], USUAL)
        self.check(of["overflow"], "crashed", r"killed by signal (7|11) \(")
        self.check_names_task(of["overflow"])
        self.check(of["exits"], "failed", r"exited with status \d+ in task|^task \d never ended")
        self.check_names_task(of["exits"])
        self.check(of["wrong"], "wrong-result", f"^task {AT}: checksum [0-9a-f]+, expected [0-9a-f]+")
        self.check(of["failing"], "failed", f"^task {AT}: No space left on device")

    def test_every_signal_that_kills(self):
        rows = self.run_faulty("--workload", "crash", "--set", "crash.signal=" + ",".join(
            str(int(number)) for number in KILLS), modes=KINDS)
        self.check_crashes(rows, KILLS)

    def test_every_signal_that_stops(self):
        """Nobody is told of a stopped process: only the time-out ends it."""
        rows = self.run_faulty("--workload", "crash", "--set", "crash.signal=" + ",".join(
            str(int(number)) for number in STOPS), "--timeout", LATE, modes=KINDS[:1] + KINDS[2:])
        self.check(rows, "timeout", f"not done after {LATE[:-2]} ms")

    def test_what_never_ends_under_every_mode(self):
        # Tiny honest work could be late, too: none beside it.
        rows = self.run_faulty("--workload", "hang,crash,exits", "--set",
                               f"crash.signal={int(signal.SIGSTOP)}", "--set", "exits.how=thread",
                               "--timeout", LATE)
        late = rf"not done after {LATE[:-2]} ms: \d of {TASKS} tasks"
        self.check([row for row in rows if row["workload"] != "exits"], "timeout", late)
        # Whoever waits for the thread itself sees its end. The thread sanitizer knows no thread that
        # ends in a coroutine: its own check of itself ends the process, with its own status.
        status = "(0|66)" if SANITIZED == "thread" else "0"
        for row in rows:
            if row["workload"] == "exits" and row["status"] != "timeout":
                self.check([row], "failed",
                           rf"exited with status {status} in task|^task \d never ended")

    def test_a_coroutine_whose_stack_is_full(self):
        # Below a stack of its own lies a guard; the shared one has one, too.
        for stack in ("own", "shared"):
            with self.subTest(stack=stack):
                rows = [row for row in self.run_faulty(
                    "--workload", "overflow", "--stack", stack, out=stack,
                    modes=["coroutine", "thread-coroutine", "process-coroutine"])
                    if row["mode"] != "serial"]
                self.assertEqual({row["stack"] for row in rows}, {stack})
                self.check(rows, "crashed", r"killed by signal (7|11) \(")

    def test_a_hang_beside_honest_work(self):
        self.bench("--workload", "hang", "--set", f"hang.at={AT},{NEVER}", "--mode", "process-pool",
                   "--tasks", str(TASKS), "--runs", "1", "--warmup", "0", "--timeout", "3s",
                   "--output", "out", "--quiet", status=1, program=FAULTY)
        found = {(row["mode"], f"at={NEVER};" in row["params"]): row["status"]
                 for row in self.rows()}
        self.assertEqual(found, {("process-pool", False): "timeout", ("process-pool", True): "ok",
                                 ("serial", False): "timeout", ("serial", True): "ok"})

    def test_the_first_and_the_last_task(self):
        rows = self.run_faulty("--workload", "crash", "--set", f"crash.at=0,{TASKS - 1}")
        self.check(rows, "crashed", "killed by signal 11")
        for row in rows:
            self.check_names_task([row], at=int(re.search(r"at=(\d+)", row["params"])[1]))

    def test_a_capped_mode_with_a_crash(self):
        rows = self.run_faulty("--workload", "crash", "--workers", "1,2",
                               modes=["thread", "process", "process-spawn"])
        self.check(rows, "crashed", "killed by signal 11")

    def test_the_summary_tells(self):
        done = self.bench("--workload", "crash", "--mode", "process", "--runs", "2", "--output",
                          "out", status=1, program=FAULTY)
        # The line may be broken anywhere between words.
        self.assertRegex(" ".join(done.stdout.split()), r"process: crashed [^:]*: .* in task 3")

    def test_the_real_program_has_no_faulty_workloads(self):
        faulty = {"crash", "hang", "hungry", "wrong", "exits", "failing", "overflow"}
        self.assertFalse(faulty & set(names("workloads")))
        self.assertLessEqual(faulty, set(names("workloads", FAULTY)))


if __name__ == "__main__":
    unittest.main()
