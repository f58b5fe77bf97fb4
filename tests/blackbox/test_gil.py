"""The mode thread-gil and the workload beside: options, what rows say, one task at a time."""
import unittest

from harness import FAULTY, BenchTest, names, runs, tiny

QUICK = ("--warmup", "0", "--runs", "1", "--output", "out", "--quiet")


class InterpreterLock(BenchTest):
    def ok(self, rows):
        self.assertEqual([(row["mode"], row["reason"]) for row in rows if row["status"] != "ok"],
                         [])
        return rows

    # --- one task at a time ---

    def test_never_two_tasks_compute_at_once(self):
        self.bench("--workload", "alone", "--mode", "thread-gil", "--tasks", "8", "--workers",
                   "2,3,8", "--switch-interval", "50us", "--warmup", "0", "--runs", "5",
                   "--output", "out", "--quiet", program=FAULTY)
        rows = [row for row in self.ok(self.rows()) if row["mode"] == "thread-gil"]
        self.assertEqual(len(rows), 15)
        self.assertEqual({row["peak_inside"] for row in rows}, {"1"})

    def test_every_workload_gives_what_threads_give(self):
        workloads = [name for name in names("workloads") if runs(name, "thread-gil", 4)]
        self.bench("--workload", ",".join(workloads), "--mode", "thread,thread-gil", "--tasks", "4",
                   "--switch-interval", "20us", *QUICK, *tiny(*workloads))
        checksums = {}
        for row in self.ok(self.rows()):
            checksums.setdefault((row["workload"], row["params"]), set()).add(row["checksum"])
        self.assertEqual({len(found) for found in checksums.values()}, {1}, checksums)
        self.assertEqual({workload for workload, _ in checksums}, set(workloads))

    # --- what rows say ---

    def test_the_interval_is_told(self):
        self.bench("--workload", "cpu", "--mode", "thread,thread-gil", *QUICK, *tiny("cpu"))
        self.assertEqual({(row["mode"], row["schedule"]) for row in self.ok(self.rows())},
                         {("serial", "off"), ("thread", "off"), ("thread-gil", "gil;interval=5ms")})
        self.bench("--workload", "cpu", "--mode", "thread-gil", "--switch-interval", "250us",
                   "--warmup", "0", "--runs", "1", "--output", "other", "--quiet", *tiny("cpu"))
        self.assertIn(("thread-gil", "gil;interval=250us"),
                      {(row["mode"], row["schedule"]) for row in self.rows("other")})

    def test_tasks_tell_how_long_they_waited_for_the_lock(self):
        self.bench("--workload", "cpu", "--mode", "thread,thread-gil", "--tasks", "6",
                   *QUICK, "--set", "cpu.rounds=200000")
        for task in self.tasks():
            if task["mode"] != "thread-gil":
                self.assertEqual(task["waited_ns"], "off")
            else:
                self.assertLessEqual(int(task["waited_ns"]),
                                     int(task["end_ns"]) - int(task["queued_ns"]))

    # --- the option ---

    def refused(self, *words):
        done = self.bench("--workload", "cpu", *words, status=2)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("--switch-interval", done.stderr)
        return done.stderr

    def test_bad_intervals(self):
        for text in ("0", "5", "-5ms", "5 parsecs", "", "999ns", "1e300s"):
            with self.subTest(text=text):
                self.refused("--mode", "thread-gil", "--switch-interval", text)

    def test_the_interval_is_of_this_mode(self):
        self.assertIn("thread-gil", self.refused("--mode", "thread,process",
                                                 "--switch-interval", "5ms"))


class Beside(BenchTest):
    def test_waits_beside_others_are_requests_in_every_mode(self):
        self.bench("--workload", "beside", "--mode", "all", "--tasks", "3", *QUICK, "--set",
                   "beside.waits=7", "--set", "beside.wait=200us", "--set", "beside.most=100000")
        rows = [row for row in self.rows() if row["status"] != "unsupported"]
        self.assertEqual({row["mode"] for row in rows}, set(names("modes")) - {"event"})
        for row in rows:
            with self.subTest(mode=row["mode"]):
                self.assertEqual((row["status"], row["reason"]), ("ok", "off"))
                self.assertGreaterEqual(int(row["wall_ns"]), 7 * 200000)
                # How many is a matter of luck where the others have little to compute.
                self.assertIn(int(row["requests"]), range(8) if row["mode"] != "serial" else [0])
                if row["requests"] == "0":
                    self.assertEqual((row["latency_p50_ns"], row["latency_max_ns"]),
                                     ("off", "off"))
                else:
                    self.assertLessEqual(200000 + int(row["latency_max_ns"]), int(row["wall_ns"]))

    def test_with_others_until_the_end_waits_count(self):
        self.bench("--workload", "beside", "--mode", "serial,thread-gil", "--tasks", "3", *QUICK,
                   "--set", "beside.waits=50")
        rows = {row["mode"]: row for row in self.rows()}
        self.assertEqual(rows["serial"]["requests"], "0")
        self.assertIn(int(rows["thread-gil"]["requests"]), range(1, 51))
        self.assertGreater(int(rows["thread-gil"]["latency_max_ns"]), 0)


if __name__ == "__main__":
    unittest.main()
