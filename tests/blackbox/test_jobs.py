"""The workload jobs, --schedule in pools, and what is told of short and of long tasks."""
import unittest

from harness import BenchTest, job_priority

LIST = [9, 5, 2, 7, 1, 8, 3, 6]
UNIT_NS = 2_000_000
TASKS = 24
SEED = 7
POOLS = ("thread-pool", "process-pool")
SCHEDULES = ("fcfs", "sjf", "priority", "lifo")

# They sleep: the machine may have other things to do, the order is the same.
SLEEPERS = ["--set", "jobs.lengths=list", "--set", "jobs.list=" + ":".join(map(str, LIST)),
            "--set", "jobs.unit=2ms", "--set", "jobs.wait=100%"]


def length_ns(task):
    return LIST[task % len(LIST)] * UNIT_NS


def is_short(task):
    """The lengths are 1 to 9."""
    return length_ns(task) <= 5 * UNIT_NS


KEYS = {"fcfs": lambda task: task, "lifo": lambda task: -task,
        "sjf": lambda task: (length_ns(task), task),
        "priority": lambda task: (job_priority(SEED, task), task)}


class Jobs(BenchTest):
    def run_jobs(self, *words, folder="out", tasks=TASKS):
        return self.bench("--workload", "jobs", "--tasks", str(tasks), "--runs", "1", "--warmup",
                          "0", "--seed", str(SEED), "--no-reference", "--output", folder, *words)

    def numbers(self, rows):
        """The rows of tasks.csv with times as numbers, by index."""
        columns = ("task", "queued_ns", "start_ns", "end_ns")
        return [{**row, **{name: int(row[name]) for name in columns}}
                for row in sorted(rows, key=lambda row: int(row["task"]))]

    def check_order(self, tasks, key):
        """Whenever a worker took a task, none that surely was in the queue should have gone first.

        A task surely is in the queue when the next one is handed over; the worker looked for it
        after the end of the task before."""
        order = sorted(tasks, key=lambda row: row["start_ns"])
        checked = 0
        for before, taken, *rest in (order[i:] for i in range(len(order) - 1)):
            for other in rest:
                following = other["task"] + 1
                if following < len(tasks) and \
                        tasks[following]["queued_ns"] <= before["end_ns"]:
                    self.assertLess(key(taken["task"]), key(other["task"]))
                    checked += 1
        self.assertGreater(checked, 0)

    def test_one_worker_takes_tasks_in_the_order_of_the_schedule(self):
        self.run_jobs("--mode", ",".join(POOLS), "--schedule", ",".join(SCHEDULES), "--workers",
                      "1", "--quiet", *SLEEPERS)
        seen = set()
        for mode in POOLS:
            for schedule in SCHEDULES:
                with self.subTest(mode=mode, schedule=schedule):
                    rows = [row for row in self.tasks()
                            if (row["mode"], row["schedule"]) == (mode, schedule)]
                    self.assertEqual(len(rows), TASKS)
                    tasks = self.numbers(rows)
                    self.check_order(tasks, KEYS[schedule])
                    for row in tasks:
                        self.assertEqual(int(row["waited_ns"]), row["start_ns"] - row["queued_ns"])
                    seen.add((mode, schedule))
        self.assertEqual(len(seen), len(POOLS) * len(SCHEDULES))

    def test_a_small_queue_orders_what_is_in_it(self):
        self.run_jobs("--mode", ",".join(POOLS), "--schedule", "sjf", "--workers", "1", "--queue",
                      "2", "--quiet", *SLEEPERS)
        for mode in POOLS:
            tasks = self.numbers(row for row in self.tasks() if row["mode"] == mode)
            with self.subTest(mode=mode):
                self.check_order(tasks, KEYS["sjf"])
                # A task starts before all but the two or three after it are handed over.
                for row in tasks[5:]:
                    started = [other for other in tasks if other["start_ns"] < row["queued_ns"]]
                    self.assertGreaterEqual(len(started), row["task"] - 4)

    def test_tasks_are_as_long_as_the_list_says_in_every_mode(self):
        self.run_jobs("--mode", "all", "--workers", "2", "--quiet", *SLEEPERS, tasks=10)
        modes = {row["mode"] for row in self.tasks()}
        self.assertGreater(len(modes), 8)
        for row in self.tasks():
            took = int(row["end_ns"]) - int(row["start_ns"])
            self.assertGreaterEqual(took, length_ns(int(row["task"])), row)

    def test_short_and_long_figures_are_those_of_the_tasks(self):
        self.run_jobs("--mode", "serial,thread,thread-pool,process-pool", "--schedule", "sjf",
                      "--workers", "2", "--quiet", *SLEEPERS)
        for row in self.rows():
            tasks = self.numbers(t for t in self.tasks() if t["mode"] == row["mode"])
            with self.subTest(mode=row["mode"]):
                for name in ("short", "long"):
                    some = [task for task in tasks if is_short(task["task"]) == (name == "short")]
                    # All tasks of serial are there at the start.
                    arrivals = [0 if row["mode"] == "serial" else task["queued_ns"]
                                for task in some]
                    turnaround = sum(task["end_ns"] for task in some) - sum(arrivals)
                    waiting = sum(task["start_ns"] for task in some) - sum(arrivals)
                    self.assertEqual(int(row[f"{name}_tasks"]), len(some))
                    self.assertEqual(int(row[f"{name}_turnaround_ns"]), turnaround // len(some))
                    self.assertEqual(row[f"{name}_waiting_ns"], "unknown"
                                     if row["mode"] == "thread" else str(waiting // len(some)))

    def test_pools_tell_how_late_call_backs_are(self):
        self.run_jobs("--mode", "serial,thread,thread-pool,process-pool", "--workers", "2",
                      "--quiet", *SLEEPERS, tasks=8)
        told = {row["mode"]: row["callback_ns"] for row in self.rows()}
        self.assertEqual((told["serial"], told["thread"]), ("off", "off"))
        for mode in POOLS:
            self.assertGreater(int(told[mode]), 0)

    def test_so_many_bimodal_tasks_are_long_whatever_the_seed(self):
        for seed in (1, 2, 3):
            self.bench("--workload", "jobs", "--tasks", "24", "--mode", "process-pool", "--seed",
                       str(seed), "--runs", "1", "--warmup", "0", "--quiet", "--output",
                       f"seed{seed}", "--set", "jobs.short=1us", "--set", "jobs.long=2ms")
            self.assertEqual({(row["short_tasks"], row["long_tasks"])
                              for row in self.rows(f"seed{seed}") if row["workload"] == "jobs"},
                             {("19", "5")})

    def test_tasks_of_one_length_are_all_short(self):
        self.run_jobs("--mode", "serial", "--quiet", "--set", "jobs.lengths=fixed", "--set",
                      "jobs.short=10us", tasks=5)
        row = self.rows()[0]
        self.assertEqual(row["short_tasks"], "5")
        self.assertEqual({row[f"long_{name}"] for name in ("tasks", "waiting_ns", "turnaround_ns")},
                         {"off"})

    def test_other_workloads_tell_no_short_from_long(self):
        self.bench("--workload", "empty", "--mode", "thread-pool", "--schedule", "lifo", "--runs",
                   "1", "--warmup", "0", "--output", "out", "--quiet")
        for row in self.rows():
            self.assertEqual((row["short_tasks"], row["long_waiting_ns"]), ("off", "off"))
        for row in self.tasks():
            self.assertEqual(row["waited_ns"] == "off", row["mode"] == "serial")

    def test_the_summary_tells_who_waited(self):
        done = self.run_jobs("--mode", "thread-pool", "--schedule", "fcfs,sjf", "--workers", "1",
                             *SLEEPERS)
        self.assertIn("short wait  short turnaround  long wait  long turnaround", done.stdout)
        self.assertIn("thread-pool sjf", done.stdout)
        self.assertRegex(done.stdout, r"\n  12 short \(up to the middle .* and 12 long\s+tasks: means")
        self.assertIn("too few runs to compare how long tasks wait", done.stdout)

    def test_what_a_pool_cannot_do_is_said(self):
        self.bench("--workload", "cpu,jobs", "--mode", "thread-pool", "--schedule",
                   "rr,mlfq,sjf,priority", "--runs", "1", "--warmup", "0", "--output", "out",
                   "--quiet", "--tasks", "2", "--set", "cpu.rounds=1", "--set", "jobs.short=1us",
                   "--set", "jobs.long=1us", "--no-reference", status=None)
        said = {(row["workload"], row["schedule"].split(";")[0]): (row["status"], row["reason"])
                for row in self.rows() if row["mode"] == "thread-pool"}
        for schedule in ("rr", "mlfq"):
            self.assertEqual(said["jobs", schedule][0], "unsupported")
            self.assertIn("take turns of coroutines", said["jobs", schedule][1])
        for schedule in ("sjf", "priority"):
            self.assertEqual(said["jobs", schedule][0], "ok")
            self.assertEqual(said["cpu", schedule][0], "unsupported")
            self.assertIn("--workload jobs", said["cpu", schedule][1])


if __name__ == "__main__":
    unittest.main()
