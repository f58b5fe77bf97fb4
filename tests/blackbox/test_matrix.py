"""The loop: every workload under every mode with a few worker counts, at tiny size."""
import collections
import unittest

from harness import ONE_WORKER, TINY, BenchTest, names, runs, tiny

WORKERS = (1, 2, 3)
TASKS = 7


class Matrix(BenchTest):
    def test_every_workload_has_a_tiny_size_here(self):
        self.assertEqual(sorted(names("workloads")), sorted(TINY),
                         "enter a new workload into TINY of harness.py")

    def check(self, workload, *more):
        """All cells there, all ok, and the same checksum under every mode."""
        modes = names("modes")
        self.bench("--workload", workload, "--mode", "all", "--workers", "1..3", "--tasks",
                   str(TASKS), "--runs", "1", "--warmup", "1", "--output", "out", "--quiet",
                   *tiny(workload), *more)
        refused = [row for row in self.rows() if row["status"] == "unsupported"]
        for row in refused:
            self.assertFalse(runs(workload, row["mode"], int(row["workers"])), row)
            self.assertNotEqual(row["reason"], "off")
        rows = [row for row in self.rows() if row["status"] != "unsupported"]
        self.assertEqual([(row["mode"], row["workers"], row["reason"]) for row in rows
                          if row["status"] != "ok"], [])
        checksums = collections.defaultdict(set)
        cells = collections.Counter()
        for row in rows:
            checksums[row["params"]].add(row["checksum"])
            cells[row["params"], row["mode"], int(row["workers"])] += 1
        for params, found in checksums.items():
            self.assertEqual(len(found), 1, f"{workload} {params}: {found}")
        expected = {(params, mode, workers) for params in checksums for mode in modes
                    for workers in ((1,) if mode in ONE_WORKER else WORKERS)
                    if runs(workload, mode, workers)}
        self.assertEqual(set(cells), expected)
        self.assertEqual(set(cells.values()), {2})  # one warm-up, one measured
        for row in rows:
            self.assertLessEqual(int(row["peak_alive"]), int(row["workers"]) * int(row["width"]))

    def test_pools_with_a_queue_of_one(self):
        self.check("cpu", "--queue", "1")

    def test_pools_fed_one_at_a_time(self):
        self.check("cpu", "--submit", "sync")

    def test_more_workers_than_tasks(self):
        self.bench("--workload", "cpu", "--mode", "all", "--workers", "9", "--tasks", "2", "--runs",
                   "1", "--output", "out", *tiny("cpu"))
        self.assertEqual({(row["mode"], row["status"]) for row in self.rows()},
                         {(mode, "unsupported" if mode == "event" else "ok")
                          for mode in names("modes")})

    def test_many_tasks(self):
        self.bench("--workload", "empty", "--mode", "thread-pool,process-pool", "--tasks", "20000",
                   "--queue", "16", "--runs", "1", "--warmup", "0", "--output", "out")
        rows = self.rows()
        self.assertEqual({row["status"] for row in rows}, {"ok"})
        self.assertEqual(len({row["checksum"] for row in rows}), 1)
        self.assertEqual(len(self.tasks()), 20000 * len(rows))

    def test_a_list_of_values_is_a_cell_each(self):
        self.bench("--workload", "cpu", "--mode", "serial", "--set", "cpu.rounds=10,20,30",
                   "--tasks", "3", "--runs", "1", "--warmup", "0", "--output", "out")
        rows = self.rows()
        self.assertEqual({row["params"] for row in rows},
                         {"rounds=10", "rounds=20", "rounds=30"})
        self.assertEqual(len({row["checksum"] for row in rows}), 3)

    def test_the_checksum_depends_on_the_seed(self):
        for seed in ("1", "2"):
            self.bench("--workload", "cpu", "--mode", "serial", "--tasks", "3", "--runs", "1",
                       "--seed", seed, "--output", f"seed{seed}", *tiny("cpu"))
        first, second = self.rows("seed1")[0], self.rows("seed2")[0]
        self.assertNotEqual(first["checksum"], second["checksum"])
        self.assertEqual((first["seed"], second["seed"]), ("1", "2"))


def _add(workload):
    setattr(Matrix, f"test_{workload}_under_every_mode", lambda self: self.check(workload))


for _workload in TINY:
    _add(_workload)


if __name__ == "__main__":
    unittest.main()
