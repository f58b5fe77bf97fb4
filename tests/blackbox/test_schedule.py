"""--schedule in coroutine modes: in which order tasks have their turns, and for how long."""
import os
import unittest

from harness import BenchTest, TINY, job_priority, tiny

COROUTINES = ["coroutine", "thread-coroutine", "process-coroutine"]
KINDS = ["fcfs", "sjf", "priority", "lifo", "rr", "mlfq"]
# How rows name them where nothing else is said.
TEXTS = {"fcfs": "fcfs", "sjf": "sjf", "priority": "priority", "lifo": "lifo", "rr": "rr;slice=1ms",
         "mlfq": "mlfq;levels=3;slice=1ms;boost=100ms"}
# Those that ask nothing of the workload.
ANYWHERE = ["fcfs", "lifo", "rr", "mlfq"]

TASKS = 12
WORKERS = 2
LENGTHS = [3, 1, 2, 5, 1]
JOBS = ["--set", "jobs.lengths=list", "--set", "jobs.list=" + ":".join(map(str, LENGTHS)),
        "--set", "jobs.unit=20us", "--set", "jobs.wait=0%"]

ORDERS = {"fcfs": lambda task: task, "rr": lambda task: task, "mlfq": lambda task: task,
          "lifo": lambda task: -task,
          "sjf": lambda task: (LENGTHS[task % len(LENGTHS)], task),
          "priority": lambda task: (job_priority(1, task), task)}


class Schedule(BenchTest):
    def run_it(self, workload, modes, schedules, *more, sets=None, folder="out"):
        self.bench("--workload", workload, "--mode", ",".join(modes), "--schedule",
                   ",".join(schedules), "--tasks", str(TASKS), "--workers", str(WORKERS), "--runs",
                   "1", "--warmup", "0", "--output", folder, "--quiet", *more,
                   *(tiny(workload) if sets is None else sets))

    def cells(self, folder="out"):
        """The tasks of each cell of coroutines: {(mode, schedule): rows by index}."""
        found = {}
        for row in self.tasks(folder):
            if row["mode"] in COROUTINES:
                for name in ("queued_ns", "start_ns", "end_ns", "waited_ns"):
                    row[name] = int(row[name])
                found.setdefault((row["mode"], row["schedule"].split(";")[0]), []).append(row)
        for rows in found.values():
            rows.sort(key=lambda row: int(row["task"]))
        return found

    def shares(self, mode, rows):
        """The rows of each worker: task i belongs to worker i mod W."""
        workers = 1 if mode == "coroutine" else WORKERS
        for row in rows:
            self.assertEqual(int(row["worker"]), int(row["task"]) % workers)
        return [rows[worker::workers] for worker in range(workers)]

    # --- orders ---

    def test_tasks_start_in_the_order_of_the_schedule(self):
        self.run_it("jobs", COROUTINES, KINDS, sets=JOBS)
        cells = self.cells()
        self.assertEqual(set(cells), {(mode, kind) for mode in COROUTINES for kind in KINDS})
        for (mode, kind), rows in cells.items():
            for share in self.shares(mode, rows):
                with self.subTest(mode=mode, kind=kind):
                    started = sorted(share, key=lambda row: row["start_ns"])
                    right = sorted(share, key=lambda row: ORDERS[kind](int(row["task"])))
                    self.assertEqual([row["task"] for row in started],
                                     [row["task"] for row in right])

    def test_without_slices_a_task_that_only_computes_runs_to_its_end(self):
        self.run_it("jobs", COROUTINES, ["fcfs", "sjf", "priority", "lifo"], sets=JOBS)
        for (mode, _), rows in self.cells().items():
            for share in self.shares(mode, rows):
                started = sorted(share, key=lambda row: row["start_ns"])
                for one, other in zip(started, started[1:]):
                    self.assertLessEqual(one["end_ns"], other["start_ns"])

    def test_with_slices_tasks_take_turns(self):
        # 100 us each, with a yield point every 10 us: a slice of 1 us is always over by then.
        self.run_it("cpu", COROUTINES, ["rr", "mlfq"], "--slice", "1us",
                    sets=["--set", "cpu.rounds=75000"])
        for (mode, _), rows in self.cells().items():
            for share in self.shares(mode, rows):
                first_end = min(row["end_ns"] for row in share)
                for row in share:
                    self.assertLess(row["start_ns"], first_end)

    def test_a_long_slice_is_never_over(self):
        self.run_it("cpu", COROUTINES, ["rr", "mlfq"], "--slice", "1h",
                    sets=["--set", "cpu.rounds=75000"])
        for (mode, _), rows in self.cells().items():
            for share in self.shares(mode, rows):
                for one, other in zip(share, share[1:]):
                    self.assertLessEqual(one["end_ns"], other["start_ns"])

    def test_a_width_of_one_lets_nobody_in_between(self):
        self.run_it("cpu", ["coroutine"], ["rr"], "--slice", "1us", "--width", "1",
                    sets=["--set", "cpu.rounds=75000"])
        rows = self.cells()["coroutine", "rr"]
        for one, other in zip(rows, rows[1:]):
            self.assertLessEqual(one["end_ns"], other["start_ns"])

    # --- waiting ---

    def test_waiting_is_told(self):
        self.run_it("cpu", COROUTINES + ["thread"], ["fcfs", "rr"], "--slice", "1us",
                    sets=["--set", "cpu.rounds=75000"])
        for (mode, kind), rows in self.cells().items():
            for share in self.shares(mode, rows):
                # All are there when their worker begins.
                self.assertEqual(len({row["queued_ns"] for row in share}), 1)
                # Each but the first one of a worker waits for a turn, and with slices that one too.
                self.assertEqual([row["task"] for row in share[kind == "fcfs":]
                                  if row["waited_ns"] == 0], [])
                for row in share:
                    self.assertLess(row["waited_ns"], row["end_ns"] - row["queued_ns"])
                    if kind == "fcfs":
                        self.assertLessEqual(row["waited_ns"], row["start_ns"] - row["queued_ns"])
        for row in self.tasks():
            if row["mode"] not in COROUTINES:
                self.assertEqual((row["schedule"], row["waited_ns"]), ("off", "off"))

    def test_arrivals_are_waited_for(self):
        self.run_it("sleep", COROUTINES, ANYWHERE, "--rate", "2000")
        for rows in self.cells().values():
            for row in rows:
                self.assertEqual(row["queued_ns"], int(row["task"]) * 500000)
                self.assertGreaterEqual(row["start_ns"], row["queued_ns"])
                self.assertLessEqual(row["waited_ns"], row["end_ns"] - row["queued_ns"])

    # --- whatever the tasks do ---

    def test_every_workload_under_every_schedule(self):
        for workload in TINY:
            with self.subTest(workload=workload):
                self.run_it(workload, COROUTINES, ANYWHERE, "--slice", "20us", "--no-reference",
                            folder=workload)
                rows = [row for row in self.rows(workload) if row["mode"] in COROUTINES]
                self.assertEqual({row["status"] for row in rows}, {"ok"}, rows[0]["reason"])
                self.assertEqual({row["schedule"].split(";")[0] for row in rows}, set(ANYWHERE))

    def test_every_wait_under_every_schedule(self):
        self.run_it("mixed", COROUTINES, ANYWHERE, "--wait", "select,poll,epoll,uring,nonblock",
                    "--stack", "shared", "--slice", "20us")
        rows = [row for row in self.rows() if row["mode"] in COROUTINES]
        self.assertEqual(len(rows), 5 * len(COROUTINES) * len(ANYWHERE))
        for row in rows:
            if row["wait"] != "uring" or row["status"] != "unsupported":
                self.assertEqual(row["status"], "ok", row["reason"])

    # --- rows, plans, and going on ---

    def test_rows_name_the_schedule(self):
        self.run_it("jobs", ["coroutine", "serial"], KINDS, sets=JOBS)
        self.assertEqual({row["schedule"] for row in self.rows() if row["mode"] == "coroutine"},
                         set(TEXTS.values()))
        self.assertEqual([row["schedule"] for row in self.rows() if row["mode"] == "serial"],
                         ["off"])
        done = self.bench("--workload", "jobs", "--mode", "coroutine", "--schedule", "rr,mlfq",
                          "--slice", "50us", "--levels", "7", "--boost", "off", "--dry-run")
        self.assertIn("rr;slice=50us", done.stdout)
        self.assertIn("mlfq;levels=7;slice=50us;boost=off", done.stdout)

    def test_appending(self):
        self.run_it("cpu", ["coroutine"], ["rr", "mlfq", "fcfs"], "--slice", "70us", "--levels",
                    "4", "--boost", "off")
        self.bench("run", "--append", "out", "--quiet")
        seen = {}
        for row in self.rows():
            seen.setdefault(row["schedule"], []).append(row["invocation"])
        self.assertEqual(seen.pop("off"), ["1", "2"])  # the baseline's
        self.assertEqual(seen, {text: ["1", "2"] for text in
                                ("rr;slice=70us", "mlfq;levels=4;slice=70us;boost=off", "fcfs")})
        path = os.path.join(self.work, "out", "timings.csv")
        with open(path, newline="", encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", newline="", encoding="utf-8") as file:
            file.write(text.replace("rr;slice=70us", "rr;slice=71us"))
        done = self.bench("run", "--append", "out", "--quiet", status=2)
        self.assertIn("has no rows of cpu", done.stderr)

    # --- what is refused, and what is unsupported ---

    def test_bad_values(self):
        one = ["--workload", "cpu", "--mode", "coroutine"]
        for words, told in (
                (["--schedule", "sjb"], "did you mean 'sjf'"),
                (["--schedule", ""], "--schedule"),
                (["--schedule", "fcfs", "--schedule", "rr"], "given twice"),
                (["--schedule", "rr", "--slice", "0"], "--slice: '0'"),
                (["--schedule", "rr", "--slice", "5"], "--slice: '5'"),
                (["--schedule", "rr", "--slice", "999ns"], "1us"),
                (["--schedule", "rr", "--slice"], "--slice needs a value"),
                (["--schedule", "mlfq", "--levels", "1"], "from 2 to 16"),
                (["--schedule", "mlfq", "--levels", "17"], "from 2 to 16"),
                (["--schedule", "mlfq", "--boost", "never"], "or off"),
                (["--schedule", "fcfs", "--slice", "1ms"], "rr and mlfq"),
                (["--schedule", "rr", "--levels", "3"], "mlfq"),
                (["--schedule", "rr", "--boost", "off"], "mlfq"),
                (["--slice", "1ms"], "--schedule rr"),
                (["--mode", "thread"], "--mode is given twice")):
            with self.subTest(words=words):
                done = self.bench(*one, *words, status=2)
                self.assertIn(told, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertEqual(done.stdout, "")
        done = self.bench("--workload", "cpu", "--mode", "thread,event", "--schedule", "rr",
                          status=2)
        self.assertIn("--schedule", done.stderr)
        self.assertEqual(os.listdir(self.work), [])

    def refused(self, *words):
        """Nothing could run, so nothing is made; not planned either."""
        for more in ([], ["--dry-run"], ["--no-reference"]):
            done = self.bench(*words, "--output", "out", *more, status=2)
            self.assertRegex(done.stderr, r"\Abench: --schedule: no cell could run: [^\n]+\n\Z")
            self.assertEqual(done.stdout, "")
        self.assertEqual(os.listdir(self.work), [])
        return done.stderr

    def test_what_leaves_nothing_to_run_is_refused(self):
        for words, told in (
                (["cpu", "--mode", "coroutine", "--schedule", "sjf"], "known lengths"),
                (["cpu", "--mode", "thread-pool,coroutine", "--schedule", "sjf"], "known lengths"),
                (["sleep,cpu", "--mode", "coroutine", "--schedule", "priority"], "priority"),
                (["jobs", "--mode", "coroutine", "--schedule", "rr", "--wait", "blocking"],
                 "--wait epoll"),
                (["jobs", "--mode", "thread-pool,process-pool", "--schedule", "rr,mlfq"],
                 "to its end"),
                (["cpu", "--mode", "thread-pool", "--schedule", "rr,sjf"], "to its end")):
            with self.subTest(words=words):
                self.assertIn(told, self.refused("--workload", *words))

    def test_what_leaves_a_cell_is_told_in_rows(self):
        """One workload, mode or schedule that can is enough, and so is a reason of another kind."""
        for number, (words, right) in enumerate((
                (["cpu,jobs", "--mode", "coroutine", "--schedule", "sjf"], {"cpu"}),
                (["jobs", "--mode", "thread-pool,coroutine", "--schedule", "rr"], {"thread-pool"}),
                (["jobs", "--mode", "thread-pool", "--schedule", "rr,sjf"], {"rr;slice=1ms"}),
                (["jobs", "--mode", "coroutine", "--schedule", "rr", "--wait", "blocking,epoll"],
                 {"blocking"}),
                (["jobs", "--mode", "thread-pool", "--schedule", "fcfs", "--wait", "epoll"],
                 {"thread-pool"}),
                (["jobs", "--mode", "thread-pool,serial", "--schedule", "rr"], {"thread-pool"}))):
            with self.subTest(words=words):
                self.bench("--workload", *words, "--tasks", "2", "--runs", "1", "--warmup", "0",
                           "--output", f"out{number}", "--quiet",
                           *(word for workload in words[0].split(",") for word in tiny(workload)))
                refused = [row for row in self.rows(f"out{number}")
                           if row["status"] == "unsupported"]
                self.assertEqual(len(refused), 1)
                self.assertLessEqual(right, set(refused[0].values()))


if __name__ == "__main__":
    unittest.main()
