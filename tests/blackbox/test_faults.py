"""Workloads that crash, hang, return wrong results, exit or fail cost their own rows only."""
import signal
import unittest

from harness import FAULTY, BenchTest, names, stacked

TASKS = 8
AT = 3  # the task that goes wrong, the faulty workloads' default
NEVER = 1000000
ONE_AT_A_TIME = {"serial", "process", "process-spawn", "process-pool"}


class Faults(BenchTest):
    def run_faulty(self, workload, *more, runs=2, program=FAULTY):
        """Runs it beside an honest workload under every mode; returns its own rows."""
        modes = stacked(FAULTY).split(",")
        self.bench("--workload", f"{workload},empty", "--mode", ",".join(modes), "--tasks", str(TASKS),
                   "--runs", str(runs), "--warmup", "1", "--output", "out", "--quiet", *more,
                   status=1, program=program)
        rows = self.rows()
        self.assertEqual(len(rows), 2 * len(modes) * (1 + runs), "the run went on to its end")
        honest = [row for row in rows if row["workload"] == "empty"]
        self.assertEqual([row for row in honest if row["status"] != "ok"], [])
        faulty = [row for row in rows if row["workload"] == workload]
        self.assertEqual({row["mode"] for row in faulty}, set(modes))
        self.assertEqual({row["workload"] for row in self.tasks()}, {"empty"},
                         "tasks are recorded of repetitions that came out ok")
        return faulty

    def check(self, rows, status, reason):
        for row in rows:
            self.assertEqual(row["status"], status, row)
            self.assertRegex(row["reason"], reason, row)
            self.assertEqual(row["wall_ns"], "off", "no time is told of work that was not done")

    def check_names_task(self, rows):
        """Where several tasks run in one process the system does not say whose fault it was."""
        for row in rows:
            told = f"task {AT}\\b" if row["mode"] in ONE_AT_A_TIME else r"task \d+\b"
            self.assertRegex(row["reason"], told, row)

    def test_a_wrong_result(self):
        rows = self.run_faulty("wrong")
        self.check(rows, "wrong-result", f"^task {AT}: checksum [0-9a-f]+, expected [0-9a-f]+")

    def test_a_failing_call(self):
        rows = self.run_faulty("failing")
        self.check(rows, "failed", f"^task {AT}: No space left on device")

    def test_an_exit_with_status_0(self):
        rows = self.run_faulty("exits")
        self.check(rows, "failed", ".")
        self.check_names_task(rows)

    def test_a_hang(self):
        # Tiny honest work could be late, too: none beside it.
        self.bench("--workload", "hang", "--mode", stacked(), "--tasks", str(TASKS), "--runs", "1",
                   "--warmup", "1", "--timeout", "300ms", "--output", "out", "--quiet", status=1,
                   program=FAULTY)
        rows = self.rows()
        self.assertEqual(len(rows), 2 * len(stacked().split(",")))
        self.check(rows, "timeout", rf"not done after 300 ms: \d of {TASKS} tasks")

    def test_a_hang_beside_honest_work(self):
        self.bench("--workload", "hang", "--set", f"hang.at={AT},{NEVER}", "--mode", "process-pool",
                   "--tasks", str(TASKS), "--runs", "1", "--warmup", "0", "--timeout", "5s",
                   "--output", "out", "--quiet", status=1, program=FAULTY)
        found = {(row["mode"], f"at={NEVER};" in row["params"]): row["status"]
                 for row in self.rows()}
        self.assertEqual(found, {("process-pool", False): "timeout", ("process-pool", True): "ok",
                                 ("serial", False): "timeout", ("serial", True): "ok"})

    def test_a_worker_that_stops(self):
        """Nobody is told of a stopped process: only the time-out ends it."""
        self.bench("--workload", "crash", "--set", f"crash.signal={int(signal.SIGSTOP)}", "--mode",
                   stacked(), "--tasks", str(TASKS), "--runs", "1", "--warmup", "0", "--timeout",
                   "300ms", "--output", "out", "--quiet", status=1, program=FAULTY)
        rows = self.rows()
        self.assertEqual(len(rows), len(stacked().split(",")))
        self.check(rows, "timeout", "not done after")

    def test_the_first_and_the_last_task(self):
        for at in (0, TASKS - 1):
            self.bench("--workload", "crash", "--set", f"crash.at={at}", "--mode", stacked(),
                       "--tasks", str(TASKS), "--runs", "1", "--warmup", "0", "--output",
                       f"at{at}", "--quiet", status=1, program=FAULTY)
            rows = self.rows(f"at{at}")
            self.assertEqual({row["status"] for row in rows}, {"crashed"})
            for row in rows:
                if row["mode"] in ONE_AT_A_TIME:
                    self.assertIn(f"in task {at}", row["reason"], row)

    def test_a_capped_mode_with_a_crash(self):
        self.bench("--workload", "crash", "--mode", "thread,process,process-spawn", "--workers",
                   "1,2", "--tasks", str(TASKS), "--runs", "1", "--warmup", "0", "--output", "out",
                   "--quiet", status=1, program=FAULTY)
        self.assertEqual({row["status"] for row in self.rows()}, {"crashed"})

    def test_the_summary_tells(self):
        done = self.bench("--workload", "crash", "--mode", "process", "--runs", "2", "--output",
                          "out", status=1, program=FAULTY)
        # The line may be broken anywhere between words.
        self.assertRegex(" ".join(done.stdout.split()), r"process: crashed [^:]*: .* in task 3")

    def test_the_real_program_has_no_faulty_workloads(self):
        self.assertFalse({"crash", "hang", "wrong", "exits", "failing"} & set(names("workloads")))
        self.assertLessEqual({"crash", "hang", "wrong", "exits", "failing"},
                             set(names("workloads", FAULTY)))


def _add(number):
    def test(self):
        rows = self.run_faulty("crash", "--set", f"crash.signal={int(number)}", runs=1)
        self.check(rows, "crashed", rf"killed by signal {int(number)} \(")
        self.check_names_task(rows)
    setattr(Faults, f"test_a_crash_by_{number.name}", test)


for _number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGFPE, signal.SIGTERM,
                signal.SIGPIPE):
    _add(_number)


if __name__ == "__main__":
    unittest.main()
