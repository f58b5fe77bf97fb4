"""What is planned: dry runs, counted and simulated cores, pinning, and the seeded order."""
import json
import os
import unittest

from harness import BenchTest, names, stacked, tiny

SPEC = "pack:2 core:4 pu:2"


class DryRun(BenchTest):
    def test_runs_nothing_and_leaves_nothing(self):
        done = self.bench("--workload", "sleep", "--set", "sleep.duration=1h", "--mode", "all",
                          "--dry-run")
        self.assertEqual(os.listdir(self.work), [])
        for mode in names("modes"):
            self.assertIn(f" {mode} ", done.stdout)
        self.assertIn("duration=1h", done.stdout)
        self.assertRegex(done.stdout, r"about \S+ .* in all")

    def test_leaves_nothing_where_a_folder_is_named(self):
        self.bench("--workload", "file", "--mode", "all", "--dry-run", "--output", "out")
        self.assertEqual(os.listdir(self.work), [])

    def test_counts_the_cells(self):
        done = self.bench("--workload", "cpu", "--mode", "thread-pool", "--workers", "1..3",
                          "--set", "cpu.rounds=1,2", "--dry-run")
        self.assertIn("8 cells", done.stdout)  # 2 values x (3 worker counts + serial)

    def test_marks_the_baseline_that_was_added(self):
        added = self.bench("--workload", "cpu", "--mode", "process", "--dry-run")
        asked = self.bench("--workload", "cpu", "--mode", "process,serial", "--dry-run")
        self.assertIn("baseline", added.stdout)
        self.assertNotIn("baseline", asked.stdout)

    def test_a_baseline_that_takes_too_long_is_left_out_and_said(self):
        words = ["--workload", "sleep", "--set", "sleep.duration=1h", "--dry-run", "--no-reference"]
        done = self.bench(*words, "--mode", "process")
        self.assertNotRegex(done.stdout, r"\bserial\b")
        self.assertRegex(done.stderr, r"baseline.*--mode serial")
        done = self.bench(*words, "--mode", "process,serial")
        self.assertRegex(done.stdout, r"\bserial\b")


class Seed(BenchTest):
    def order(self, folder, seed):
        self.bench("--workload", "cpu", "--mode", stacked(), "--workers", "1..4", "--tasks", "4",
                   "--runs", "2", "--warmup", "1", "--seed", seed, "--output", folder, "--quiet",
                   *tiny("cpu"))
        rows = self.rows(folder)
        starts = [int(row["start_unix_ns"]) for row in rows]
        self.assertEqual(starts, sorted(starts), "rows are in the order of the runs")
        return [(row["block"], row["mode"], row["workers"]) for row in rows]

    def test_the_same_seed_gives_the_same_order(self):
        first, again, other = self.order("a", "7"), self.order("b", "7"), self.order("c", "8")
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
        self.assertEqual(sorted(first), sorted(other))

    def test_each_block_runs_every_cell_once_in_its_own_order(self):
        order = self.order("a", "7")
        blocks = {number: [cell[1:] for cell in order if cell[0] == number]
                  for number in ("1", "2", "3")}
        self.assertEqual([cell[0] for cell in order], sorted(cell[0] for cell in order))
        for cells in blocks.values():
            # Two modes have one worker.
            self.assertEqual(len(cells), 2 + (len(stacked().split(",")) - 2) * 4)
            self.assertEqual(len(set(cells)), len(cells))
        self.assertEqual(len({tuple(cells) for cells in blocks.values()}), 3)


class Topology(BenchTest):
    def test_a_simulated_machine_is_planned_for(self):
        done = self.bench("--workload", "cpu", "--mode", "thread-pool", "--topology", SPEC,
                          "--dry-run")
        self.assertRegex(done.stdout, r"thread-pool +blocking +16 ")
        self.assertIn("16 usable cores", done.stdout)
        self.assertIn("simulated", done.stdout + done.stderr)
        self.assertEqual(os.listdir(self.work), [])

    def test_tasks_per_core_follow_it(self):
        done = self.bench("--workload", "cpu", "--mode", "serial", "--topology", SPEC, "--tasks",
                          "3x", "--dry-run")
        self.assertRegex(done.stdout, r"serial +blocking +1 +48 ")

    def test_pinning_is_recorded_as_simulated(self):
        self.bench("--workload", "cpu", "--mode", "all", "--topology", SPEC, "--pin", "core",
                   "--runs", "1", "--output", "out", *tiny("cpu"))
        self.assertEqual({row["pin"] for row in self.rows()}, {"simulated"})
        self.assertEqual({row["cores"] for row in self.rows()}, {"16"})
        self.assertEqual({row["pinned"] for row in self.tasks()}, {"simulated"})
        with open(os.path.join(self.work, "out", "machine.json"), encoding="utf-8") as file:
            self.assertTrue(json.load(file)["run"]["simulated"])

    def test_variables_of_hwloc_do_not_change_the_machine(self):
        plain = self.machine()
        other = self.machine(variables={"HWLOC_SYNTHETIC": SPEC})
        self.assertEqual(other["cores"]["usable"], plain["cores"]["usable"])

    def machine(self, **options):
        return json.loads(self.bench("machine", "--json", **options).stdout)

    def test_affinity_bounds_the_usable_cores(self):
        first = min(os.sched_getaffinity(0))
        facts = self.machine(preexec_fn=lambda: os.sched_setaffinity(0, {first}))
        self.assertEqual(facts["cores"]["usable"], 1)
        self.assertIn("affinity", facts["cores"]["why"])

    @unittest.skipIf(os.cpu_count() == 1, "there is one CPU only")
    def test_affinity_is_what_makes_the_difference(self):
        self.assertNotIn("affinity mask", self.machine()["cores"]["why"])


class Pinning(BenchTest):
    def test_every_place_and_mode(self):
        allowed = os.sched_getaffinity(0)
        for pin in ("core", "pu", "numa"):
            self.bench("--workload", "cpu", "--mode", stacked(), "--workers", "3", "--pin", pin,
                       "--tasks", "9", "--runs", "1", "--warmup", "0", "--output", pin, "--quiet",
                       *tiny("cpu"))
            self.assertEqual({(row["pin"], row["status"]) for row in self.rows(pin)}, {(pin, "ok")})
            places = {}
            for task in self.tasks(pin):
                with self.subTest(pin=pin, mode=task["mode"], task=task["task"]):
                    cpus = [int(cpu) for cpu in task["pin_cpus"].split()]
                    self.assertEqual(task["pinned"], "yes")
                    self.assertIn(int(task["cpu"]), cpus)
                    self.assertIn(int(task["start_cpu"]), cpus)
                    self.assertLessEqual(set(cpus), allowed)
                    if pin == "pu":
                        self.assertEqual(len(cpus), 1)
                if task["mode"] != "process-thread":  # threads go where their process belongs
                    places.setdefault(task["worker"], set()).add(task["pin_cpus"])
            # A worker's place depends on its number only, and two workers have two places.
            self.assertEqual({len(found) for found in places.values()}, {1})
            if pin == "pu" and len(allowed) > 1 and {"0", "1"} <= set(places):
                self.assertNotEqual(places["0"], places["1"])

    def test_unpinned_work_says_so(self):
        self.bench("--workload", "cpu", "--mode", "all", "--runs", "1", "--output", "out",
                   *tiny("cpu"))
        self.assertEqual({row["pin"] for row in self.rows()}, {"none"})
        self.assertEqual({(row["pin_cpus"], row["pinned"]) for row in self.tasks()},
                         {("off", "off")})


if __name__ == "__main__":
    unittest.main()
