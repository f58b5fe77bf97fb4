"""tasks.csv: where and when each task really ran."""
import collections
import unittest

from harness import LOOP_MODES, ONE_WORKER, BenchTest, children, names, tiny

IN_ONE_PROCESS = {"serial", "thread", "thread-gil", "thread-pool", "coroutine", "thread-coroutine",
                  "event"}
PROCESS_PER_TASK = {"process", "process-spawn"}
PROCESS_PER_WORKER = {"process-pool", "process-coroutine", "process-thread"}
PER_TASK = {"thread", "thread-gil"} | PROCESS_PER_TASK


def by_mode(rows):
    found = collections.defaultdict(list)
    for row in rows:
        found[row["mode"]].append(row)
    return found


def by_start(rows):
    return sorted(rows, key=lambda row: (int(row["start_ns"]), int(row["end_ns"])))


class Tasks(BenchTest):
    def run_sleep(self, *more):
        """The sleeps are so long that starting all tasks takes less on any machine."""
        self.bench("--workload", "sleep", "--runs", "1", "--warmup", "0", "--output", "out",
                   "--quiet", *more)
        return by_mode(self.tasks()), by_mode(self.rows())

    def test_every_mode_is_known_here(self):
        self.assertEqual(set(names("modes")), IN_ONE_PROCESS | PROCESS_PER_TASK | PROCESS_PER_WORKER,
                         "say here how many processes the new mode makes")

    def test_processes_and_workers(self):
        tasks, _ = self.run_sleep("--mode", "all", "--workers", "2", "--tasks", "8", *tiny("sleep"))
        self.assertEqual(set(tasks), set(names("modes")))
        for mode, rows in tasks.items():
            with self.subTest(mode=mode):
                pids = {row["process"] for row in rows}
                if mode in IN_ONE_PROCESS:
                    self.assertEqual(len(pids), 1)
                elif mode in PROCESS_PER_TASK:
                    self.assertEqual(len(pids), 8)
                else:
                    self.assertLessEqual(len(pids), 2)
                    # A worker is a process: as many ids of the one as of the other; the threads
                    # of process-thread are counted through, four in each.
                    each = 4 if mode == "process-thread" else 1
                    self.assertEqual(len(pids), len({(r["process"], int(r["worker"]) // each)
                                                     for r in rows}))
                self.assertLessEqual({int(row["worker"]) for row in rows},
                                     {0} if mode in ONE_WORKER else
                                     set(range(8 if mode == "process-thread" else 2)))
                self.assertEqual(sorted(int(row["task"]) for row in rows), list(range(8)))
        first = {mode: rows[0]["process"] for mode, rows in tasks.items()}
        self.assertEqual(len(set(first.values())), len(first), "a fresh process per repetition")

    def test_the_processes_are_those_that_the_system_shows(self):
        """Looks at the processes while they run and finds the same ones in the file."""
        run = self.start("--workload", "sleep", "--set", "sleep.duration=1200ms", "--mode", "all",
                         "--tasks", "4", "--workers", "2", "--runs", "1", "--warmup", "0",
                         "--output", "out", "--quiet")
        seen = collections.defaultdict(set)

        def look():
            repetition = self.repetition_of(run.pid)
            if repetition:
                seen[repetition] |= set(children(repetition))
            return run.poll() is not None

        self.wait_until(look, "the run to end")
        self.assertEqual(run.returncode, 0, self.said())
        for mode, rows in by_mode(self.tasks()).items():
            with self.subTest(mode=mode):
                pids = {int(row["process"]) for row in rows}
                if mode in IN_ONE_PROCESS:
                    self.assertLessEqual(pids, set(seen))
                else:
                    self.assertTrue(any(pids <= workers for workers in seen.values()),
                                    f"{pids} not among {dict(seen)}")
                    self.assertFalse(pids & set(seen), "a task ran in the repetition's process")

    def test_the_cap_holds(self):
        tasks, rows = self.run_sleep("--mode", "all", "--workers", "2", "--tasks", "6",
                                     "--set", "sleep.duration=50ms")
        for mode in tasks:
            with self.subTest(mode=mode):
                row = rows[mode][0]
                self.assertLessEqual(int(row["peak_alive"]),
                                     int(row["workers"]) * int(row["width"]))
                self.assertLessEqual(int(row["workers"]), 2)
                self.assertEqual(row["width"] == "1",
                                 mode not in LOOP_MODES and mode != "process-thread")

    def test_tasks_without_a_cap_live_at_once(self):
        modes = sorted(PER_TASK)
        _, rows = self.run_sleep("--mode", ",".join(modes), "--tasks", "8", "--set",
                                 "sleep.duration=500ms")
        for mode in modes:
            with self.subTest(mode=mode):
                self.assertGreater(int(rows[mode][0]["peak_alive"]), 1)
                self.assertEqual(rows[mode][0]["workers"], "8")
        self.assertEqual(rows["serial"][0]["peak_alive"], "1")

    def test_pool_workers_run_at_once(self):
        _, rows = self.run_sleep("--mode", "thread-pool,process-pool", "--workers", "3", "--tasks",
                                 "6", "--set", "sleep.duration=500ms")
        for mode in ("thread-pool", "process-pool"):
            self.assertGreater(int(rows[mode][0]["peak_alive"]), 1, mode)

    def test_times_are_in_order_and_agree_with_the_row(self):
        self.bench("--workload", "mixed", "--mode", "all", "--workers", "3", "--tasks", "9",
                   "--runs", "1", "--warmup", "0", "--output", "out", "--quiet", *tiny("mixed"))
        rows = {row["mode"]: row for row in self.rows()}
        for mode, tasks in by_mode(self.tasks()).items():
            with self.subTest(mode=mode):
                for task in tasks:
                    self.assertLessEqual(int(task["queued_ns"]), int(task["start_ns"]))
                    self.assertLessEqual(int(task["start_ns"]), int(task["end_ns"]))
                self.assertEqual(max(int(task["end_ns"]) for task in tasks),
                                 int(rows[mode]["wall_ns"]))
                self.assertEqual(max(int(task["end_ns"]) - int(task["start_ns"])
                                     for task in tasks), int(rows[mode]["longest_task_ns"]))
                self.assertEqual(self.most_at_once(tasks), int(rows[mode]["peak_alive"]))

    @staticmethod
    def most_at_once(tasks):
        ends = sorted(int(task["end_ns"]) for task in tasks)
        most = done = 0
        for started, task in enumerate(by_start(tasks), 1):
            while done < len(ends) and ends[done] <= int(task["start_ns"]):
                done += 1
            most = max(most, started - done)
        return max(most, 1)

    def check_one_after_the_other(self, tasks):
        order = by_start(tasks)
        for one, next_one in zip(order, order[1:]):
            self.assertLessEqual(int(one["end_ns"]), int(next_one["start_ns"]))

    def test_serial_does_not_overlap(self):
        tasks, _ = self.run_sleep("--mode", "serial", "--tasks", "6", *tiny("sleep"))
        self.check_one_after_the_other(tasks["serial"])

    def test_sync_submission_does_not_overlap(self):
        tasks, rows = self.run_sleep("--mode", "thread-pool,process-pool", "--workers", "3",
                                     "--tasks", "6", "--submit", "sync", *tiny("sleep"))
        for mode in ("thread-pool", "process-pool"):
            with self.subTest(mode=mode):
                self.check_one_after_the_other(tasks[mode])
                order = sorted(tasks[mode], key=lambda row: int(row["task"]))
                for one, next_one in zip(order, order[1:]):
                    self.assertLessEqual(int(one["end_ns"]), int(next_one["queued_ns"]))
                self.assertEqual(rows[mode][0]["submit"], "sync")
        self.assertEqual(rows["serial"][0]["submit"], "off")

    def test_a_pool_does_not_make_its_submitter_wait(self):
        tasks, _ = self.run_sleep("--mode", "thread-pool,process-pool", "--workers", "1",
                                  "--tasks", "4", "--set", "sleep.duration=500ms")
        for mode in ("thread-pool", "process-pool"):
            ends = [int(task["end_ns"]) for task in tasks[mode]]
            for task in tasks[mode]:
                self.assertLess(int(task["queued_ns"]), min(ends), mode)


if __name__ == "__main__":
    unittest.main()
