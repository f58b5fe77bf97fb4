"""--rate: tasks arrive at set times, whoever is ready; latency counts from the intended moment."""
import unittest

from harness import BenchTest, names, tiny

TASKS = 40
RATE = 400  # per second: the last of 40 arrives after 97.5 ms


class Rate(BenchTest):
    def run_at(self, rate, *more, workload="sleep", mode="all", sets=None):
        self.bench("--workload", workload, "--mode", mode, "--rate", str(rate), "--workers", "2",
                   "--runs", "1", "--warmup", "0", "--output", "out", "--quiet", *more,
                   *(sets or tiny(workload)))
        return {row["mode"]: row for row in self.rows() if row["status"] == "ok"}

    def tasks_of(self, mode):
        found = [row for row in self.tasks() if row["mode"] == mode]
        return sorted(found, key=lambda row: int(row["task"]))

    def test_every_mode_takes_arrivals(self):
        rows = self.run_at(RATE, "--tasks", str(TASKS))
        self.assertEqual(set(rows), set(names("modes")))
        for mode, row in rows.items():
            with self.subTest(mode=mode):
                self.assertEqual((row["rate"], row["arrivals"]), (str(RATE), "constant"))
                self.assertEqual(row["requests"], str(TASKS))
                for task in self.tasks_of(mode):
                    self.assertEqual(int(task["queued_ns"]), int(task["task"]) * 10**9 // RATE)
                    self.assertGreaterEqual(int(task["start_ns"]), int(task["queued_ns"]),
                                            "no task begins before it has arrived")
                self.assertGreaterEqual(int(row["wall_ns"]), (TASKS - 1) * 10**9 // RATE)

    def test_the_figures_are_those_of_the_tasks(self):
        rows = self.run_at(RATE, "--tasks", str(TASKS))
        for mode, row in rows.items():
            tasks = self.tasks_of(mode)
            for figure, begin, end in (("latency", "queued_ns", "end_ns"),
                                       ("queue", "queued_ns", "start_ns"),
                                       ("service", "start_ns", "end_ns")):
                with self.subTest(mode=mode, figure=figure):
                    took = sorted(int(task[end]) - int(task[begin]) for task in tasks)
                    self.assertEqual(int(row[f"{figure}_max_ns"]), took[-1])
                    self.assertEqual(int(row[f"{figure}_p50_ns"]), took[TASKS // 2 - 1])
            # 40 samples are enough for the 90th percentile, not for the 99th.
            self.assertTrue(row["latency_p90_ns"].isdigit(), row)
            self.assertEqual(row["latency_p99_ns"], "unknown")

    def test_poisson_arrivals(self):
        self.run_at(2000, "--arrivals", "poisson", "--tasks", "200", mode="coroutine,thread-pool")
        moments = [[int(task["queued_ns"]) for task in self.tasks_of(mode)]
                   for mode in ("coroutine", "thread-pool")]
        self.assertEqual(moments[0], moments[1], "every mode has the same arrivals")
        gaps = [b - a for a, b in zip(moments[0], moments[0][1:])]
        self.assertGreater(len(set(gaps)), 100)
        self.assertGreater(min(gaps), -1)
        # The mean of 200 exponential gaps of 0.5 ms is within 40% but once in 10^8 seeds.
        self.assertTrue(300000 < moments[0][-1] / 200 < 700000, moments[0][-1])

    def test_what_arrives_too_fast_waits_in_the_queue(self):
        rows = self.run_at(100000, "--tasks", "20", mode="serial",
                           sets=["--set", "sleep.duration=10ms"])
        row = rows["serial"]
        # The last one waits for the 19 before it, 10 ms each; its own 10 ms are service.
        self.assertGreaterEqual(int(row["queue_max_ns"]), 19 * 10 * 10**6 - 200000)
        self.assertGreaterEqual(int(row["service_p50_ns"]), 10 * 10**6)
        self.assertGreaterEqual(int(row["latency_max_ns"]), int(row["queue_max_ns"]))

    def test_requests_of_tcp_are_paced(self):
        rows = self.run_at(1000, workload="tcp", mode="coroutine,thread",
                           sets=["--set", "tcp.connections=3", "--set", "tcp.messages=20"])
        for mode in ("coroutine", "thread"):
            self.assertEqual(rows[mode]["requests"], "60")
            self.assertGreaterEqual(int(rows[mode]["wall_ns"]), 59 * 10**6)
            self.assertTrue(rows[mode]["latency_p90_ns"].isdigit())

    def test_the_summary_tells(self):
        done = self.bench("--workload", "sleep", "--mode", "coroutine", "--rate", "1000", "--tasks",
                          "50", "--runs", "1", "--warmup", "0", "--output", "out", *tiny("sleep"))
        for word in ("p50", "p99", "queue", "50 requests"):
            self.assertIn(word, done.stdout)

    def test_bad_values(self):
        for words, told in ((["--rate", "0"], "--rate"), (["--rate", "x"], "--rate"),
                            (["--rate", "1", "--arrivals", "sometimes"], "--arrivals"),
                            (["--arrivals", "poisson"], "--arrivals")):
            done = self.bench("--workload", "sleep", "--mode", "serial", *words, status=2)
            self.assertIn(told, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_without_a_rate_nothing_is_told(self):
        self.bench("--workload", "sleep", "--mode", "coroutine", "--runs", "1", "--warmup", "0",
                   "--output", "out", *tiny("sleep"))
        for row in self.rows():
            self.assertEqual({row[name] for name in ("rate", "arrivals", "requests",
                                                     "latency_p50_ns", "queue_max_ns")}, {"off"})


if __name__ == "__main__":
    unittest.main()
