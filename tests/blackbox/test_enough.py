"""How often a cell is repeated: --precision, --min-runs, --max-runs, --max-time, --runs, and the
fixed reference cell that is in every block."""
import json
import os
import re
import unittest
from collections import Counter

from harness import FAULTY, BenchTest, tiny, runs_wanted

# No interval of a median is as narrow as that unless repetitions take the same nanoseconds.
NEVER = "0.01%"
ALWAYS = "100%"


class Enough(BenchTest):
    def run_tiny(self, *more, output="out", workload="cpu", **options):
        return self.bench("--workload", workload, "--mode", "thread-pool", *tiny(workload), "--tasks",
                          "4", "--output", output, *more, **options)

    def counts(self, output="out"):
        """Measured repetitions of each cell, by workload and mode; "reference" for that one."""
        return Counter("reference" if row["reference"] == "1" else f"{row['workload']} {row['mode']}"
                       for row in self.rows(output, reference=True) if row["warmup"] == "0")

    def blocks(self, output="out"):
        """The cells of each block, over all invocations."""
        found = {}
        for row in self.rows(output, reference=True):
            name = "reference" if row["reference"] == "1" else f"{row['workload']} {row['mode']}"
            found.setdefault((int(row["invocation"]), int(row["block"])), []).append(name)
        return found

    def run_long_sleep(self, *more):
        """Only a machine that stands still for as long makes it wild."""
        return self.bench("--workload", "sleep", "--set", "sleep.duration=100ms", "--mode",
                          "serial", "--tasks", "1", "--precision", ALWAYS, "--output", "out",
                          "--quiet", *more)

    def test_the_least_runs_are_enough(self):
        done = self.run_long_sleep()
        self.assertEqual(self.counts(), {"sleep serial": 10, "reference": 10})
        self.assertNotIn("Target", done.stdout)

    def test_other_least_runs_are_enough(self):
        self.run_long_sleep("--min-runs", "7", "--max-runs", "9")
        walls = [int(row["wall_ns"]) for row in self.rows() if row["warmup"] == "0"]
        wanted = runs_wanted(walls, 7, 9)
        self.assertEqual(self.counts(), {"sleep serial": wanted, "reference": wanted})

    def test_the_most_runs_and_the_summary_says_so(self):
        done = self.run_tiny("--precision", NEVER, "--max-runs", "12", "--quiet")
        self.assertEqual(set(self.counts().values()), {12})
        told = " ".join(done.stdout.split())
        self.assertRegex(told, r"Target of \+-0\.01% not met: (serial|thread-pool) \+-[\d.]+% after "
                               r"12 runs, (serial|thread-pool) \+-[\d.]+% after 12 runs")

    def test_no_target_where_the_runs_are_fixed(self):
        done = self.run_tiny("--runs", "3", "--quiet")
        self.assertEqual(set(self.counts().values()), {3})
        self.assertNotIn("Target", done.stdout)

    def test_too_few_for_an_interval(self):
        done = self.run_tiny("--min-runs", "2", "--max-runs", "5", "--quiet")
        self.assertEqual(set(self.counts().values()), {5})
        self.assertRegex(" ".join(done.stdout.split()), "no interval after 5 runs")

    def test_more_least_runs_than_the_usual_most(self):
        self.run_tiny("--min-runs", "53", "--quiet", "--precision", NEVER, "--no-reference",
                      workload="empty")
        self.assertEqual(set(self.counts().values()), {53})

    def test_what_fails_is_not_repeated_while_others_go_on(self):
        self.bench("--workload", "crash,cpu", "--mode", "thread-pool", *tiny("cpu"), "--tasks", "4",
                   "--precision", NEVER, "--min-runs", "6", "--max-runs", "9", "--output", "out",
                   "--quiet", status=1, program=FAULTY)
        runs = self.counts()
        self.assertEqual(runs, {"crash thread-pool": 6, "crash serial": 6, "cpu thread-pool": 9,
                                "cpu serial": 9, "reference": 9})
        blocks = self.blocks()
        self.assertEqual(len(blocks), 10)
        for (_, block), cells in blocks.items():
            self.assertEqual("crash serial" in cells, block <= 7, cells)

    def test_one_failure_is_enough_where_one_run_is(self):
        self.bench("--workload", "failing", "--mode", "serial", "--tasks", "4", "--min-runs", "1",
                   "--output", "out", "--quiet", status=1, program=FAULTY)
        self.assertEqual(self.counts()["failing serial"], 1)

    def test_a_run_of_failures_only(self):
        done = self.bench("--workload", "crash", "--mode", "serial", "--tasks", "4", "--max-runs",
                          "3", "--output", "out", "--quiet", status=1, program=FAULTY)
        self.assertEqual(self.counts()["crash serial"], 3)
        self.assertNotIn("Target", done.stdout)

    def test_each_block_has_each_cell_once_and_the_reference(self):
        self.run_tiny("--precision", NEVER, "--max-runs", "7", "--warmup", "2", "--quiet")
        blocks = self.blocks()
        self.assertEqual(sorted(blocks), [(1, block) for block in range(1, 10)])
        for cells in blocks.values():
            self.assertEqual(sorted(cells), ["cpu serial", "cpu thread-pool", "reference"])
        for row in self.rows(reference=True):
            block, rep = int(row["block"]), int(row["rep"])
            self.assertEqual(row["warmup"] == "1", block <= 2)
            self.assertEqual(rep, block if block <= 2 else block - 2)

    # --- the time ---

    def test_the_time_ends_after_a_whole_block(self):
        self.run_tiny("--precision", NEVER, "--max-time", "1ms", "--warmup", "3", "--quiet")
        # After the first measured block no other one is begun, however fast it was.
        blocks = self.blocks()
        self.assertEqual(sorted(blocks), [(1, 1), (1, 2), (1, 3), (1, 4)])
        self.assertEqual({len(cells) for cells in blocks.values()}, {3})
        self.assertEqual(set(self.counts().values()), {1})

    def test_time_without_end_is_no_limit(self):
        self.run_tiny("--precision", NEVER, "--max-runs", "7", "--max-time", "168h", "--quiet")
        self.assertEqual(set(self.counts().values()), {7})

    def test_the_time_in_each_invocation(self):
        self.run_tiny("--precision", NEVER, "--max-time", "1ms", "--invocations", "2", "--pause",
                      "0", "--quiet")
        self.assertEqual(sorted(self.blocks()), [(1, 1), (1, 2), (2, 1), (2, 2)])

    # --- the reference cell ---

    def test_the_reference_is_shown_nowhere(self):
        done = self.run_tiny("--runs", "6", gnuplot=True)
        self.assertNotIn("rounds=7500000", done.stdout)
        self.assertNotIn("reference", done.stdout.lower())
        self.assertEqual(len(re.findall(r"^  Winner|^  No |^  Fastest", done.stdout, re.M)), 1)
        self.assertNotIn("7500000", json.dumps(self.tasks()))
        charts = os.path.join(self.work, "out", "charts")
        for name in os.listdir(charts):
            if name.endswith((".csv", ".svg")):
                with open(os.path.join(charts, name), encoding="utf-8") as file:
                    self.assertNotIn("7500000", file.read(), name)

    def test_the_reference_is_a_fixed_work(self):
        self.run_tiny("--runs", "1", "--quiet")
        self.bench("--workload", "empty", "--mode", "thread", "--tasks", "9", "--runs", "1",
                   "--output", "other", "--quiet")
        fixed = ("workload", "workload_version", "params", "mode", "wait", "workers", "tasks")
        found = [{tuple(row[name] for name in fixed) for row in self.rows(folder, reference=True)
                  if row["reference"] == "1"} for folder in ("out", "other")]
        self.assertEqual(found[0], found[1])
        self.assertEqual(len(found[0]), 1)

    def test_no_reference(self):
        self.run_tiny("--runs", "2", "--no-reference", "--quiet")
        self.assertEqual({row["reference"] for row in self.rows(reference=True)}, {"0"})
        self.assertEqual(self.counts(), {"cpu thread-pool": 2, "cpu serial": 2})
        self.assertNotIn("reference", self.run_tiny("--dry-run", "--no-reference").stdout)
        self.assertIn("(reference)", self.run_tiny("--dry-run").stdout)

    # --- what is asked for ---

    def test_the_plan_says_how_often(self):
        told = " ".join(self.run_tiny("--dry-run").stdout.split())
        self.assertIn("10 to 50 measured blocks, until its median is known to +-2%", told)
        told = " ".join(self.run_tiny("--dry-run", "--precision", "0.5", "--min-runs", "3",
                                      "--max-runs", "4").stdout.split())
        self.assertIn("3 to 4 measured blocks, until its median is known to +-0.5%", told)
        told = " ".join(self.run_tiny("--dry-run", "--runs", "7").stdout.split())
        self.assertIn("1 warm-up and 7 measured blocks, in an order", told)

    def test_bad_words(self):
        for words, told in ((("--precision", "0"), "--precision: '0'"),
                            (("--precision", "101%"), "from 0.01% to 100%"),
                            (("--precision", "-1%"), "--precision: '-1%'"),
                            (("--precision", "2%%"), "--precision: '2%%'"),
                            (("--min-runs", "0"), "--min-runs: '0'"),
                            (("--min-runs", "9", "--max-runs", "8"), "--min-runs 9 is more than"),
                            (("--runs", "5", "--precision", "1%"), "--runs fixes"),
                            (("--runs", "5", "--max-runs", "9"), "--runs fixes"),
                            (("--max-time", "10"), "--max-time: '10'"),
                            (("--max-time", "0"), "--max-time: '0'"),
                            (("--max-time", "169h"), "to 168h"),
                            (("--no-reference=1",), "--no-reference takes no value")):
            done = self.run_tiny(*words, status=2)
            self.assertRegex(done.stderr, r"\Abench: [^\n]+\n\Z", words)
            self.assertIn(told, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.work, "out")))


if __name__ == "__main__":
    unittest.main()
