"""The main job: a short command line gives rows, charts, a summary and exit status 0."""
import json
import os
import re
import shutil
import unittest

from harness import BenchTest, names

SIGNATURE = ["--workload", "cpu", "--mode", "process"]
SMALL = ["--set", "cpu.rounds=1000", "--tasks", "4", "--runs", "2"]


class MainJob(BenchTest):
    def test_two_options_are_enough(self):
        done = self.bench(*SIGNATURE)
        folder = self.only_folder()
        rows = self.rows(folder)
        for mode in ("process", "serial"):
            runs = len([row for row in rows if row["mode"] == mode and row["warmup"] == "0"])
            self.assertTrue(10 <= runs <= 50, f"{runs} runs of {mode}")
        self.assertEqual({row["mode"] for row in rows}, {"process", "serial"})
        self.assertEqual({row["status"] for row in rows}, {"ok"})
        self.assertEqual({row["tasks"] for row in rows}, {"64"})
        self.assertIn(f"Results: {folder}", done.stdout)
        for word in ("95% interval", "process", "serial"):
            self.assertIn(word, done.stdout)

    def test_rows_are_cells_times_blocks(self):
        self.bench("run", *SIGNATURE, *SMALL, "--warmup", "3", "--output", "out")
        rows = self.rows()
        self.assertEqual(len(rows), 2 * (3 + 2))
        for mode in ("process", "serial"):
            own = [row for row in rows if row["mode"] == mode]
            self.assertEqual([(row["warmup"], row["rep"]) for row in own],
                             [("1", "1"), ("1", "2"), ("1", "3"), ("0", "1"), ("0", "2")])
            self.assertEqual([row["block"] for row in own], ["1", "2", "3", "4", "5"])

    def test_header_is_the_declared_columns(self):
        self.bench(*SIGNATURE, *SMALL, "--output", "out")
        with open(os.path.join(self.work, "out", "timings.csv"), encoding="utf-8") as file:
            header = file.readline().rstrip("\n").split(",")
        self.assertEqual(header, names("columns"))

    def test_serial_is_not_added_twice(self):
        self.bench("--workload", "cpu", "--mode", "serial,process", *SMALL, "--output", "out")
        self.assertEqual(len([row for row in self.rows() if row["mode"] == "serial"]), 1 + 2)

    def test_figures_of_an_ok_row_are_numbers(self):
        self.bench(*SIGNATURE, *SMALL, "--output", "out")
        for row in self.rows():
            for column in ("wall_ns", "spawn_ns", "join_ns", "user_ns", "sys_ns", "peak_alive",
                           "longest_task_ns", "minor_faults", "start_unix_ns"):
                self.assertRegex(row[column], r"^\d+$", column)
            self.assertEqual(row["reason"], "off")
            self.assertRegex(row["checksum"], "^[0-9a-f]{16}$")
            # Memory is measured in warm-ups only, and is said to be off elsewhere.
            self.assertRegex(row["peak_bytes"], r"^\d+$" if row["warmup"] == "1" else "^off$")

    def test_one_task_row_per_task_of_one_repetition_per_cell(self):
        self.bench(*SIGNATURE, *SMALL, "--output", "out")
        got = sorted((row["mode"], row["rep"], row["task"]) for row in self.tasks())
        self.assertEqual(got, sorted((mode, "1", str(task)) for mode in ("process", "serial")
                                     for task in range(4)))

    def test_label_names_the_folder(self):
        self.bench(*SIGNATURE, *SMALL, "--label", "my_box-1.a")
        name = os.path.basename(self.only_folder())
        self.assertRegex(name, r"^my_box-1\.a-\d{8}T\d{6}Z$")
        self.assertEqual({row["run"] for row in self.rows(self.only_folder())}, {name})

    def test_two_runs_in_the_same_second_do_not_meet(self):
        for _ in range(3):
            self.bench("--workload", "empty", "--mode", "serial", "--runs", "1", "--label", "x")
        self.assertEqual(len(os.listdir(os.path.join(self.work, "results"))), 3)

    def test_machine_json_holds_the_run(self):
        self.bench(*SIGNATURE, *SMALL, "--output", "out", "--seed", "77")
        with open(os.path.join(self.work, "out", "machine.json"), encoding="utf-8") as file:
            machine = json.load(file)
        self.assertEqual(machine["run"]["seed"], 77)
        self.assertEqual(machine["run"]["max_runs"], 2)
        self.assertGreaterEqual(machine["cores"]["usable"], 1)
        self.assertIn("compiler", machine["build"])

    def test_quiet_says_nothing_beside_the_summary(self):
        done = self.bench(*SIGNATURE, *SMALL, "--output", "out", "--quiet", gnuplot=True)
        self.assertEqual(done.stderr, "")

    def test_no_control_sequences_where_there_is_no_terminal(self):
        done = self.bench(*SIGNATURE, *SMALL, "--output", "out")
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("\r", done.stdout + done.stderr)

    def test_an_empty_folder_may_be_the_output(self):
        os.mkdir(os.path.join(self.work, "out"))
        self.bench(*SIGNATURE, *SMALL, "--output", "out")
        self.assertTrue(self.rows())


@unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
class Charts(BenchTest):
    def chart_files(self):
        return sorted(os.listdir(os.path.join(self.work, "out", "charts")))

    def check_pictures(self, *charts):
        """Those and whatever else the rows can carry, each with its three files."""
        drawn = {name.rsplit(".", 1)[0] for name in self.chart_files()}
        self.assertLessEqual(set(charts), drawn)
        self.assertEqual(self.chart_files(), sorted(f"{chart}.{kind}" for chart in drawn
                                                    for kind in ("csv", "png", "svg")))
        for chart in drawn:
            path = os.path.join(self.work, "out", "charts", chart)
            with open(path + ".png", "rb") as file:
                self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
            with open(path + ".svg", encoding="utf-8") as file:
                self.assertRegex(file.read(), re.compile(r"<svg.*</svg>", re.DOTALL))

    def test_a_run_leaves_pictures_and_plot_draws_them_again(self):
        self.bench("--workload", "cpu", "--mode", "all", "--workers", "1..3", *SMALL, "--output",
                   "out", gnuplot=True)
        self.check_pictures("speedup", "wall")
        shutil.rmtree(os.path.join(self.work, "out", "charts"))
        self.bench("plot", "out", gnuplot=True)
        self.check_pictures("speedup", "wall")

    def test_a_chart_that_cannot_be_drawn_is_said(self):
        self.bench(*SIGNATURE, *SMALL, "--output", "out", "--quiet")
        done = self.bench("plot", "out", gnuplot=True)
        self.check_pictures("wall")
        self.assertRegex(done.stdout, r"speed-up.*not drawn.*--workers")


class NoGnuplot(BenchTest):
    def test_costs_only_the_pictures(self):
        done = self.bench(*SIGNATURE, *SMALL, "--output", "out")
        self.assertIn("gnuplot-nox", done.stderr)
        self.assertEqual(len(self.rows()), 6)
        charts = os.path.join(self.work, "out", "charts")
        if os.path.exists(charts):  # the figures, to be drawn elsewhere
            self.assertEqual({name.rsplit(".", 1)[1] for name in os.listdir(charts)}, {"csv"})

    def test_plot_fails_and_names_the_package(self):
        self.bench(*SIGNATURE, *SMALL, "--output", "out")
        done = self.bench("plot", "out", status=1)
        self.assertIn("gnuplot-nox", done.stderr)


if __name__ == "__main__":
    unittest.main()
