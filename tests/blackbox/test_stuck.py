"""Tasks that wait for each other for ever, or for one that was killed, cost their own rows only."""
import re
import unittest

from harness import FAULTY, BenchTest, stacked

TASKS = 6
HOW = {"circle": r"^task 0 holds lock 0 and wants lock 1, which task 1 holds, who wants lock 0$",
       "again": r"^task \d holds lock 0 and wants it again$",
       "barrier": rf"^no task can go on: .* at barrier 2, where \d of {TASKS + 1} have arrived",
       "event": r"^no task can go on: .* for event 3, which is not set",
       "semaphore": r"^no task can go on: .* for semaphore 4, which has no place free",
       "condition": r"^no task can go on: .* for a signal of condition 5"}
TIMEOUT = ["--timeout", "250s"]  # a deadlock that is not seen fails by it, not by the test's limit


def without_serial(rows):
    """Without the baseline, which comes with every run."""
    return [row for row in rows if row["mode"] != "serial"]


class Stuck(BenchTest):
    def run_faulty(self, *words, status=1, runs=1):
        return self.bench(*words, "--tasks", str(TASKS), "--runs", str(runs), "--warmup", "0",
                          "--output", "out", *TIMEOUT, status=status, program=FAULTY)

    def check_deadlocks(self, rows):
        for row in rows:
            how = row["params"].removeprefix("how=")
            self.assertEqual(row["status"], "ok" if how == "not" else "deadlock", row)
            self.assertEqual(row["wall_ns"] == "off", how != "not", "no time is told of no end")
            # Alone its tasks do not cross: the first one waits for the second.
            alone = how == "circle" and row["mode"] == "serial"
            reason = r"^no task can go on: task 0 waits for event 6" if alone else HOW.get(how, "off")
            self.assertRegex(row["reason"], reason, row)

    def test_every_mode_sees_every_deadlock(self):
        modes = stacked(FAULTY)
        self.run_faulty("--workload", "tangle,empty", "--set", f"tangle.how={','.join(HOW)},not",
                        "--mode", modes, "--workers", "2", "--quiet")
        rows = self.rows()
        tangled = [row for row in rows if row["workload"] == "tangle"]
        self.assertEqual(len(tangled), len(modes.split(",")) * (len(HOW) + 1))
        self.check_deadlocks(tangled)
        self.assertEqual({row["status"] for row in rows if row["workload"] == "empty"}, {"ok"})

    def test_every_loop_sees_it(self):
        for stack in ("own", "shared"):
            self.bench("--workload", "tangle", "--set", "tangle.how=circle,event,not", "--mode",
                       "coroutine,thread-coroutine,process-coroutine", "--wait",
                       "select,poll,epoll,nonblock", "--stack", stack, "--workers", "2",
                       "--tasks", str(TASKS), "--runs", "1", "--warmup", "0", "--output",
                       f"out-{stack}", "--quiet", *TIMEOUT, status=1, program=FAULTY)
            rows = without_serial(self.rows(f"out-{stack}"))
            self.assertEqual(len(rows), 3 * 3 * 4)
            self.check_deadlocks(rows)

    def test_coroutines_that_block_their_worker(self):
        self.run_faulty("--workload", "tangle", "--set", "tangle.how=event,not", "--mode",
                        "coroutine,thread-coroutine,process-coroutine", "--wait", "blocking",
                        "--workers", "2", "--quiet")
        rows = without_serial(self.rows())
        self.assertEqual(len(rows), 2 * 3)
        self.check_deadlocks(rows)

    def test_one_task_at_a_time_in_a_pool(self):
        self.run_faulty("--workload", "tangle", "--set", "tangle.how=event,not", "--mode",
                        "thread-pool,process-pool", "--submit", "sync", "--quiet")
        rows = without_serial(self.rows())
        self.assertEqual(len(rows), 2 * 2)
        self.check_deadlocks(rows)
        for row in rows:
            if row["status"] == "deadlock":
                self.assertIn("task 0 waits", row["reason"])
                self.assertIn(f"{TASKS - 1} tasks have not started", row["reason"])

    def test_the_summary_says_it(self):
        done = self.run_faulty("--workload", "tangle", "--mode", "thread")
        said = re.sub(r"\s+", " ", done.stdout)
        self.assertIn("deadlock (1 of 1 repetitions): task 0 holds lock 0 and wants lock 1, which "
                      "task 1 holds, who wants lock 0", said)

    def test_tasks_that_arrive_later_may_help(self):
        """At a set rate nobody knows what the next task brings: the time limit ends it."""
        self.bench("--workload", "tangle", "--set", "tangle.how=event", "--mode", "thread",
                   "--rate", "1000", "--tasks", str(TASKS), "--runs", "1", "--warmup", "0",
                   "--timeout", "700ms", "--output", "out", "--quiet", status=1,
                   program=FAULTY)
        self.assertEqual({row["status"] for row in self.rows()}, {"timeout"})

    def test_a_killed_holder_costs_its_own_row(self):
        modes = stacked(FAULTY)
        self.run_faulty("--workload", "abandon,empty", "--mode", modes, "--workers", str(TASKS),
                        "--quiet", runs=2)
        rows = self.rows()
        for row in rows:
            crashed = row["workload"] == "abandon"
            self.assertEqual(row["status"], "crashed" if crashed else "ok", row)
            if crashed:
                self.assertRegex(row["reason"], r"killed by signal 9 .* in task \d", row)
        self.assertEqual(len(rows), 2 * 2 * len(modes.split(",")))


if __name__ == "__main__":
    unittest.main()
