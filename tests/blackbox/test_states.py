"""states.csv: at which moments the tasks of every mode ran, were ready or blocked."""
import collections
import unittest

from harness import BenchTest, names, tiny

PARTS = ("running_ns", "ready_ns", "blocked_ns", "unknown_ns")
CELL = ("workload", "params", "mode", "wait", "workers", "width")


def by_task(rows):
    """Each task's segments, by cell."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        segment = {name: int(value) if value.isdigit() else value for name, value in row.items()}
        found[tuple(row[name] for name in CELL)][segment["task"]].append(segment)
    return found


class States(BenchTest):
    def check(self, cells, tasks):
        """Every task is there, its segments fill its time and their states fill them."""
        for cell, found in cells.items():
            with self.subTest(cell=cell):
                self.assertEqual(sorted(found), list(range(tasks)))
                for segments in found.values():
                    self.assertEqual(len({s["worker"] for s in segments}), 1)
                    self.assertEqual(len({s["queued_ns"] for s in segments}), 1)
                    for one, other in zip(segments, segments[1:]):
                        self.assertEqual(one["to_ns"], other["from_ns"])
                    for segment in segments:
                        self.assertGreater(segment["to_ns"], segment["from_ns"])
                        self.assertEqual(sum(segment[part] for part in PARTS),
                                         segment["to_ns"] - segment["from_ns"])
                        self.assertGreaterEqual(segment["joined"], 1)

    def test_every_mode_and_wait(self):
        self.bench("--workload", "sleep", "--set", "sleep.duration=20ms", "--mode", "all", "--wait",
                   "all", "--tasks", "4", "--workers", "2", "--runs", "1", "--output", "out",
                   "--quiet")
        ran = {tuple(row[name] for name in CELL) for row in self.rows() if row["status"] == "ok"}
        cells = by_task(self.states())
        self.assertEqual({cell[2] for cell in cells}, set(names("modes")))
        self.assertEqual(set(cells), ran)
        self.check(cells, 4)
        for cell, found in cells.items():
            with self.subTest(cell=cell):
                for segments in found.values():
                    slept = [s for s in segments if s["doing"] == "sleep"]
                    self.assertTrue(slept)
                    # A sleeper that another program kept from its CPU as it lay down was ready
                    # for a part of its sleep, and of some of it nobody knows.
                    self.assertGreaterEqual(
                        sum(s[part] for s in segments for part in PARTS), 15_000_000)
                    if cell[3] == "blocking":
                        self.assertGreater(sum(s["blocked_ns"] for s in segments), 0)

    def test_every_workload(self):
        """What they do by the names of the context's calls."""
        self.bench("--workload", "all", "--mode", "thread,coroutine", "--tasks", "4", "--runs", "1",
                   "--output", "out", "--quiet", *[word for name in names("workloads")
                                                   for word in tiny(name)], status=None)
        ran = {tuple(row[name] for name in CELL) for row in self.rows() if row["status"] == "ok"}
        cells = by_task(self.states())
        self.assertEqual(set(cells), ran)
        for cell, found in cells.items():
            self.check({cell: found}, len(found))
        known = {"computing", "sleep", "open", "read", "write", "fsync", "close", "accept",
                 "receive", "send", "yield", "lock", "acquire", "await", "arrive", "wait",
                 "several"}
        self.assertLessEqual({row["doing"] for row in self.states()}, known)

    def test_only_the_last_warm_up_of_the_first_invocation(self):
        arguments = ["--workload", "sleep", "--mode", "thread", "--tasks", "2", "--runs", "1",
                     "--quiet", *tiny("sleep")]
        self.bench(*arguments, "--warmup", "3", "--invocations", "2", "--output", "out")
        self.assertEqual({(row["block"], row["rep"], row["invocation"]) for row in self.states()},
                         {("3", "3", "1")})
        before = self.states()
        self.bench("--append", "out", "--quiet")
        self.assertEqual(self.states(), before)
        self.bench(*arguments, "--warmup", "0", "--output", "none")
        self.assertEqual(self.states("none"), [])

    def test_not_of_shared_stacks_nor_of_too_many_tasks(self):
        for stack, expected in (("own", {"own"}), ("shared", set())):
            self.bench("--workload", "sleep", "--set", "sleep.duration=0", "--mode", "coroutine",
                       "--stack", stack, "--tasks", "2", "--runs", "1", "--quiet", "--output",
                       stack)
            self.assertEqual({row["stack"] for row in self.states(stack)} - {"off"}, expected)
        self.bench("--workload", "sleep", "--set", "sleep.duration=0", "--mode", "serial",
                   "--tasks", "10001", "--runs", "1", "--quiet", "--output", "many")
        self.assertEqual(self.states("many"), [])


if __name__ == "__main__":
    unittest.main()
