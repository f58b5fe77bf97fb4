"""bench compare over result folders that are written by hand, as a user reads and scripts it."""
import csv
import io
import json
import os
import pty
import re
import subprocess
import unittest

from harness import BENCH, LIMIT, BenchTest, names

MS = 1000000
QUIET = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]     # thousandths, of one cell's repetitions
WILD = [0, 900, 50, 400, 700, 20, 600, 300, 800, 100, 500, 200]

# What every row has unless a test says otherwise.
ROW = {"schema": "3", "run": "made", "workload": "cpu", "workload_version": "1",
       "params": "rounds=1000", "mode": "thread", "wait": "blocking", "workers": "2", "tasks": "8",
       "width": "1", "stack": "off", "rate": "off", "arrivals": "off", "pin": "none", "submit": "off", "cores": "2", "reference": "0", "warmup": "0",
       "status": "ok", "reason": "off", "spawn_ns": "1000", "join_ns": "1000",
       "peak_bytes": "off", "peak_alive": "2", "running_before": "1", "checksum": "9179c98d3c27fa91",
       "seed": "1", "start_unix_ns": "1767323045000000000"}


def cell(ms, noise=None, invocations=1, spread=(0,), **fields):
    """Rows of a cell: `ms` a repetition, `noise` thousandths more each, `spread` thousandths more
    in each invocation, over and over."""
    rows = []
    for invocation in range(1, invocations + 1):
        drift = 1 + spread[(invocation - 1) % len(spread)] / 1000
        for block, more in enumerate(noise or QUIET, 1):
            wall = round(ms * MS * drift * (1 + more / 1000))
            rows.append({**ROW, "invocation": str(invocation), "block": str(block),
                         "rep": str(block), "wall_ns": str(wall), **fields})
    return rows


# Spreads of a thousandth or so between invocations.
CALM = (0, 2, 1, 3, 2, 1, 0)
ROUGH = (0, 90, 30, 60, 120, 10, 50)


class Comparing(BenchTest):
    columns = None

    def folder(self, name, *cells, machine=None, rows=None):
        path = os.path.join(self.work, name)
        os.mkdir(path)
        Comparing.columns = Comparing.columns or names("columns")
        with open(os.path.join(path, "timings.csv"), "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.columns)
            for row in rows or [row for rows in cells for row in rows]:
                writer.writerow([row.get(column, "unknown") for column in self.columns])
        if machine is not None:
            with open(os.path.join(path, "machine.json"), "w", encoding="utf-8") as file:
                json.dump(machine, file)
        return name

    def json(self, *words, **options):
        return json.loads(self.bench("compare", "--format", "json", *words, **options).stdout)

    def cells(self, *words, **options):
        """The cells of the first comparison by the mode."""
        return {one["mode"]: one for one in self.json(*words, **options)["comparisons"][0]["cells"]}

    def words(self, *words, **options):
        """The table as one line of words: it may be broken anywhere."""
        return " ".join(self.bench("compare", *words, **options).stdout.split())

    # --- verdicts ---

    def four(self, invocations=7):
        self.folder("before", *[cell(100, invocations=invocations, spread=CALM, mode=mode)
                                for mode in ("thread", "process", "thread-pool", "process-pool")])
        self.folder("after", cell(90, invocations=invocations, spread=CALM, mode="thread"),
                    cell(115, invocations=invocations, spread=CALM, mode="process"),
                    cell(100.1, invocations=invocations, spread=CALM, mode="thread-pool"),
                    cell(101, invocations=invocations, spread=ROUGH, mode="process-pool"))
        return "before", "after"

    def test_the_four_verdicts(self):
        found = self.cells(*self.four())
        self.assertEqual({mode: one["verdict"] for mode, one in found.items()},
                         {"thread": "faster", "process": "slower", "thread-pool": "equivalent",
                          "process-pool": "inconclusive"})
        self.assertAlmostEqual(found["thread"]["ratio"], 0.9, places=3)
        self.assertAlmostEqual(found["process"]["ratio"], 1.15, places=3)
        for one in found.values():
            low, high = one["interval"]
            self.assertTrue(low <= one["ratio"] <= high, one)
            self.assertEqual((one["base"]["runs"], one["base"]["invocations"]), (84, 7))
        self.assertGreater(found["process-pool"]["needed"], 7)
        self.assertEqual(found["process-pool"]["needed_unit"], "invocations")
        self.assertIsNone(found["thread"]["needed"])

    def test_the_table_says_the_same(self):
        told = self.words(*self.four())
        self.assertIn("after against before (base)", told)
        self.assertRegex(told, r"cpu thread 10\d\.?\d* ms")
        self.assertIn("after faster 1.11x", told)
        self.assertIn("after slower 1.15x", told)
        self.assertIn("equivalent", told)
        self.assertIn("inconclusive: about", told)
        self.assertIn("7 invocations, whose spread is in the intervals", told)

    def test_the_other_way_round(self):
        before, after = self.four()
        found = self.cells(after, before)
        self.assertEqual(found["thread"]["verdict"], "slower")
        self.assertEqual(found["process"]["verdict"], "faster")

    def test_the_least_effect_moves_the_verdict(self):
        self.four()
        found = self.cells("before", "after", "--min-effect", "20%")
        self.assertEqual({one["verdict"] for one in found.values()}, {"equivalent"})
        found = self.cells("before", "after", "--min-effect", "0.01%")
        self.assertNotEqual(found["thread-pool"]["verdict"], "equivalent")
        self.assertEqual(self.json("before", "after", "--min-effect", "0.5%")["effect"], 0.005)

    def test_the_seed_changes_nothing_that_matters(self):
        self.four()
        one, other = (self.cells("before", "after", "--seed", seed) for seed in ("1", "987654"))
        for mode, here in one.items():
            there = other[mode]
            self.assertEqual((here["verdict"], here["ratio"], here["p"]),
                             (there["verdict"], there["ratio"], there["p"]))
            for ours, theirs in zip(here["interval"], there["interval"]):
                self.assertAlmostEqual(ours, theirs, delta=0.02)
        self.assertEqual(self.cells("before", "after"), one, "the seed is 1 unless asked for")

    # --- one invocation ---

    NOISE = {"noise": {"sd": 0.01, "degrees_of_freedom": 9}}

    def test_one_invocation_proves_little(self):
        self.folder("before", cell(100))
        self.folder("after", cell(90))
        self.folder("far", cell(50))
        one = self.cells("before", "after")["thread"]
        self.assertEqual(one["verdict"], "inconclusive")
        self.assertEqual(one["needed_unit"], "invocations")
        self.assertGreaterEqual(one["needed"], 6)
        self.assertEqual(self.cells("before", "far")["thread"]["verdict"], "faster",
                         "no drift of 20% explains half the time")
        told = self.words("before", "after")
        self.assertIn("drift of up to 20%", told)
        self.assertIn("bench run --append", told)

    def test_the_noise_that_doctor_measured(self):
        self.folder("before", cell(100), machine=self.NOISE)
        self.folder("after", cell(90), machine=self.NOISE)
        self.folder("near", cell(101), machine=self.NOISE)
        self.folder("unknown", cell(90), machine={})
        self.assertEqual(self.cells("before", "after")["thread"]["verdict"], "faster")
        self.assertEqual(self.cells("before", "near")["thread"]["verdict"], "inconclusive")
        self.assertEqual(self.cells("before", "unknown")["thread"]["verdict"], "inconclusive",
                         "one side's noise is not known")
        told = self.words("before", "after")
        self.assertIn("what bench doctor measured", told)
        self.assertNotIn("drift of up to", told)

    def test_noise_that_cannot_be(self):
        self.folder("before", cell(100), machine=self.NOISE)
        for number, noise in enumerate(({"sd": 0, "degrees_of_freedom": 9}, {"sd": -1}, "much", 7,
                                        {"sd": "0.01", "degrees_of_freedom": 9},
                                        {"sd": 0.01, "degrees_of_freedom": 0}, None)):
            other = self.folder(f"after{number}", cell(90), machine={"noise": noise})
            self.assertEqual(self.cells("before", other)["thread"]["verdict"], "inconclusive",
                             noise)

    # --- which folders ---

    def test_labels(self):
        self.folder("one", cell(100))
        self.folder("two=x", cell(100))
        both = self.json("old=one", "new=one")["comparisons"][0]
        self.assertEqual((both["base"]["label"], both["other"]["label"]), ("old", "new"))
        both = self.json("one", "two=x")["comparisons"][0]
        self.assertEqual(both["other"]["folder"], "two=x", "a folder of that whole name is there")
        both = self.json("one/", "./two=x")["comparisons"][0]
        self.assertEqual((both["base"]["label"], both["other"]["label"]), ("one", "two=x"))

    def test_one_folder_twice(self):
        self.folder("one", cell(100, invocations=7, spread=CALM))
        both = self.json("one", "one")["comparisons"][0]
        self.assertEqual((both["base"]["label"], both["other"]["label"]), ("one", "one-2"))
        self.assertEqual([(one["ratio"], one["verdict"]) for one in both["cells"]],
                         [(1, "equivalent")])
        self.assertEqual(both["geomean"], 1)

    def test_no_two_runs_have_one_name(self):
        self.folder("one", cell(100))
        found = self.json("x-3=one", "x=one", "x=one", "x=one")["comparisons"]
        labels = [found[0]["base"]["label"]] + [one["other"]["label"] for one in found]
        self.assertEqual(len(set(labels)), 4, labels)
        self.assertEqual(labels[:2], ["x-3", "x"])

    def test_three_folders(self):
        self.folder("one", cell(100, invocations=6, spread=CALM))
        self.folder("two", cell(120, invocations=6, spread=CALM))
        self.folder("three", cell(80, invocations=6, spread=CALM))
        found = self.json("one", "two", "three")["comparisons"]
        self.assertEqual([(c["base"]["label"], c["other"]["label"], c["cells"][0]["verdict"])
                          for c in found], [("one", "two", "slower"), ("one", "three", "faster")])
        table = self.bench("compare", "one", "two", "three").stdout
        self.assertLess(table.index("two against one"), table.index("three against one"))

    # --- which cells ---

    def test_cells_on_one_side_only_are_named(self):
        self.folder("before", cell(100), cell(50, mode="process"))
        self.folder("after", cell(100), cell(60, workload="sleep", params="duration=1ms"))
        found = self.json("before", "after")["comparisons"][0]
        self.assertEqual([one["mode"] for one in found["cells"]], ["thread"])
        self.assertEqual([m["cell"]["mode"] for m in found["missing"]["other"]], ["process"])
        self.assertEqual([m["cell"]["workload"] for m in found["missing"]["base"]], ["sleep"])
        told = self.words("before", "after")
        self.assertIn("1 cell of before not in after: cpu rounds=1000, 8 tasks, process x2", told)
        self.assertIn("1 cell of after not in before: sleep duration=1ms", told)
        self.assertIn("over the 1 common cell", told)

    def test_a_cell_that_only_fails_is_missing(self):
        bad = [{**row, "status": "crashed", "reason": "killed by signal 11", "wall_ns": "off"}
               for row in cell(1, mode="process")]
        self.folder("before", cell(100), cell(50, mode="process"))
        self.folder("after", cell(100), bad)
        found = self.json("before", "after")["comparisons"][0]
        self.assertEqual([m["cell"]["mode"] for m in found["missing"]["other"]], ["process"])

    def test_other_work_is_refused_cell_by_cell(self):
        self.folder("before", cell(100), cell(100, mode="process"),
                    cell(100, mode="thread-pool", submit="async"), cell(100, mode="process-pool"))
        self.folder("after", cell(100, params="rounds=2000"),
                    cell(100, mode="process", workload_version="2"),
                    cell(100, mode="thread-pool", submit="async", tasks="16"),
                    cell(100, mode="process-pool"))
        found = self.json("before", "after")["comparisons"][0]
        self.assertEqual([one["mode"] for one in found["cells"]], ["process-pool"])
        reasons = {one["name"].split()[1]: one["reason"] for one in found["refused"]}
        self.assertEqual(set(reasons), {"thread", "process", "thread-pool"}, found["refused"])
        self.assertIn("rounds=1000 against rounds=2000", reasons["thread"])
        self.assertIn("version 1", reasons["process"])
        self.assertIn("version 2", reasons["process"])
        self.assertIn("8 tasks against 16", reasons["thread-pool"])
        told = self.words("before", "after")
        for reason in reasons.values():
            self.assertIn(reason, told)
        self.assertEqual(found["missing"], {"base": [], "other": []})

    def test_one_worker_per_core_is_one_way(self):
        self.folder("small", cell(100, workers="4", cores="4"), cell(400, mode="serial", workers="1"))
        self.folder("large", cell(50, workers="8", cores="8"), cell(400, mode="serial", workers="1"))
        found = self.cells("small", "large")
        self.assertEqual(set(found), {"thread", "serial"})
        self.assertEqual((found["thread"]["base"]["workers"], found["thread"]["other"]["workers"]),
                         (4, 8))
        self.assertAlmostEqual(found["thread"]["speedup_ratio"], 2, places=6)
        self.assertIn("4 and 8 workers", found["thread"]["name"])

    def test_the_like_with_the_same_workers_comes_first(self):
        self.folder("small", cell(100, workers="4", cores="4"))
        self.folder("large", cell(50, workers="8", cores="8"), cell(90, workers="4", cores="8"))
        self.assertEqual(self.cells("small", "large")["thread"]["other"]["workers"], 4)

    def test_two_counts_of_workers_are_two_cells(self):
        self.folder("small", cell(100, workers="2", cores="4"))
        self.folder("large", cell(50, workers="3", cores="4"))
        done = self.bench("compare", "small", "large")
        self.assertIn("No cell was measured in both: nothing to compare", done.stdout)

    def test_filter(self):
        self.folder("before", cell(100), cell(100, mode="process"),
                    cell(100, workload="sleep", params="duration=1ms"))
        self.assertEqual({(one["workload"], one["mode"]) for one in self.json(
            "before", "before", "--filter", "cpu/*")["comparisons"][0]["cells"]},
                         {("cpu", "thread"), ("cpu", "process")})
        self.assertEqual(set(self.cells("before", "before", "--filter", "*/process")), {"process"})
        for form in ("table", "csv", "json", "markdown"):
            done = self.bench("compare", "before", "before", "--filter", "cqu/*", "--format", form,
                              status=2)
            self.assertEqual(done.stdout, "")
            self.assertRegex(done.stderr, r"\Abench: compare: --filter 'cqu/\*' matches no [^\n]*\n\Z")

    def test_sort(self):
        self.four()
        order = {"file": ["thread", "process", "thread-pool", "process-pool"],
                 "ratio": ["thread", "thread-pool", "process-pool", "process"],
                 "name": ["process", "process-pool", "thread", "thread-pool"],
                 "change": ["process", "thread", "process-pool", "thread-pool"]}
        for sort, modes in order.items():
            found = self.json("before", "after", "--sort", sort)["comparisons"][0]["cells"]
            if sort == "change":
                sizes = [max(one["ratio"], 1 / one["ratio"]) for one in found]
                self.assertEqual(sizes, sorted(sizes, reverse=True))
            self.assertEqual([one["mode"] for one in found], modes, sort)
        found = self.json("before", "after", "--sort", "p")["comparisons"][0]["cells"]
        chances = [one["p"] for one in found]
        self.assertEqual(chances, sorted(chances))

    def test_reference_cells_are_told_of_and_no_cells(self):
        fixed = {"reference": "1", "mode": "serial", "workers": "1", "params": "rounds=7500000"}
        self.folder("before", cell(100), cell(35, **fixed))
        self.folder("after", cell(100), cell(42, **fixed))
        self.assertEqual(set(self.cells("before", "after")), {"thread"})
        found = self.json("before", "after")["comparisons"][0]
        self.assertAlmostEqual(found["reference"]["ratio"], 1.2, places=3)
        self.assertIn("after's machine was 20.0% slower", self.words("before", "after"))
        self.folder("without", cell(100))
        self.assertIn("Reference cell: none measured in without", self.words("before", "without"))

    # --- formats ---

    def test_csv_reads_back(self):
        self.four()
        self.folder("more", cell(100), cell(1, mode="serial", workers="1"))
        text = self.bench("compare", "--format", "csv", "before", "after", "more").stdout
        rows = list(csv.reader(io.StringIO(text), strict=True))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        table = [dict(zip(rows[0], row)) for row in rows[1:]]
        self.assertNotIn("", [field for row in rows for field in row])
        told = {(row["other"], row["mode"]): row["verdict"] for row in table}
        self.assertEqual(told[("after", "thread")], "faster")
        self.assertEqual(told[("more", "serial")], "missing-a")
        self.assertEqual(told[("more", "process")], "missing-b")
        found = self.cells("before", "after")
        for row in table:
            if row["other"] == "after":
                self.assertAlmostEqual(float(row["ratio"]), found[row["mode"]]["ratio"], places=8)
                self.assertEqual(float(row["median_a_ns"]), found[row["mode"]]["base"]["median_ns"])

    def test_markdown_reads_back(self):
        self.four()
        text = self.bench("compare", "--format", "markdown", "before", "after").stdout
        tables = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(tables[0].count("|"), 7, "six columns")
        self.assertRegex(tables[1], r"^[|:\- ]+$")
        cells = [line for line in tables if line.startswith("| cpu ")]
        self.assertEqual(len(cells), 4)
        for line in cells:
            self.assertEqual(line.count("|"), 7, line)
        self.assertIn("after faster", [line for line in cells if line.startswith("| cpu thread |")][0])

    def test_hostile_texts_stay_texts(self):
        label = "a|b;\x1b[31m"
        self.folder(label, cell(100, params="x=|`<b>;y=1"), cell(100, params="x=2;y=1"),
                    machine={"host": "\x1b]0;x\x07"})
        for form in ("table", "csv", "json", "markdown"):
            done = self.bench("compare", label, label, "--format", form)
            self.assertNotIn("\x1b", done.stdout, form)
            self.assertNotIn("\x07", done.stdout, form)
        cells = [line for line in done.stdout.splitlines() if line.startswith("| cpu ")]
        self.assertEqual({len(re.split(r"(?<!\\)\|", line)) for line in cells[:2]}, {8}, cells)

    def test_a_row_with_control_characters_is_refused(self):
        self.folder("before", cell(100, params="x=\x1b[31m"))
        done = self.bench("compare", "before", "before", status=2)
        self.assertRegex(done.stderr, r"\Abench: compare: before/timings.csv:2:5: 'params' [^\n]+\n\Z")
        self.assertNotIn("\x1b", done.stderr)

    def test_no_escapes_but_on_a_terminal(self):
        self.four()
        self.assertNotIn("\x1b", self.bench("compare", "before", "after").stdout)
        self.assertIn("\x1b[1m", self.on_terminal(TERM="xterm"))
        self.assertNotIn("\x1b", self.on_terminal(TERM="xterm", NO_COLOR="1"))
        self.assertNotIn("\x1b", self.on_terminal(TERM="dumb"))

    def on_terminal(self, **variables):
        here, there = pty.openpty()
        try:
            done = subprocess.Popen([BENCH, "compare", "before", "after"], cwd=self.work,
                                    stdin=subprocess.DEVNULL, stdout=there,
                                    env=self.environment(**variables))
            os.close(there)
            text = b""
            while True:
                try:
                    got = os.read(here, 65536)
                except OSError:
                    break
                if not got:
                    break
                text += got
            self.assertEqual(done.wait(LIMIT), 0)
        finally:
            os.close(here)
        return text.decode()

    # --- exit status ---

    def test_regressions_fail(self):
        self.four()
        self.bench("compare", "before", "after", "--fail-on-regression", "10%", status=3)
        self.bench("compare", "before", "after", "--fail-on-regression", "20%", status=0)
        self.bench("compare", "before", "after", "--filter", "*/thread", "--fail-on-regression",
                   "1%", status=0)
        self.bench("compare", "after", "before", "--filter", "*/thread", "--fail-on-regression",
                   "1%", status=3)
        self.bench("compare", "before", "before", "after", "--fail-on-regression", "10", status=3)
        done = self.bench("compare", "before", "after", "--format", "json", "--fail-on-regression",
                          "10%", status=3)
        self.assertTrue(json.loads(done.stdout)["comparisons"])

    def test_what_is_not_sure_is_no_regression(self):
        self.folder("before", cell(100))
        self.folder("after", cell(115))
        self.bench("compare", "before", "after", "--fail-on-regression", "5%")

    def test_nothing_compared_is_not_fine(self):
        self.folder("before", cell(100))
        self.folder("after", cell(300, params="rounds=2000"))
        done = self.bench("compare", "before", "after", "--fail-on-regression", "5%", status=1)
        self.assertIn("no cell of after could be compared", done.stderr)
        self.bench("compare", "before", "after")

    def test_a_full_disk(self):
        self.four()
        for form in ("table", "csv", "json", "markdown"):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = self.bench("compare", "before", "after", "--format", form, stdout=full,
                                  status=1)
            self.assertRegex(done.stderr, r"\Abench: compare: [^\n]*could not be written[^\n]*\n\Z")

    def test_bad_words(self):
        self.folder("one", cell(100))
        self.folder("empty", rows=[])
        os.mkdir(os.path.join(self.work, "bare"))
        for words, told in (((), "name two or more"),
                            (("one", "nowhere"), "nowhere"),
                            (("one", "bare"), "bare/timings.csv"),
                            (("one", "one/timings.csv"), "one/timings.csv"),
                            (("one", "empty"), "no rows"),
                            (("one", ""), "name of a folder is empty"),
                            (("one", "x="), "name of a folder is empty"),
                            (("one", "a b=one"), "a label may hold"),
                            (("one", "=one"), "a label may hold"),
                            (("one",) * 33, "more than 32 runs"),
                            (("one", "one", "--filtre", "x"), "did you mean '--filter'"),
                            (("one", "--filtre", "x", "one"), "unknown option '--filtre'"),
                            (("one", "one", "-f"), "unknown option '-f'"),
                            (("one", "one", "--filter"), "--filter needs a value"),
                            (("one", "one", "--filter", ""), "the pattern is empty"),
                            (("one", "one", "--sort", "size"), "known: file, ratio, name, p"),
                            (("one", "one", "--format", "jsn"), "did you mean 'json'"),
                            (("one", "one", "--min-effect", "0"), "--min-effect: '0'"),
                            (("one", "one", "--min-effect", "-1%"), "--min-effect: '-1%'"),
                            (("one", "one", "--min-effect", "nan"), "--min-effect: 'nan'"),
                            (("one", "one", "--fail-on-regression", "x"), "--fail-on-regression"),
                            (("one", "one", "--seed", "-1"), "--seed: '-1'")):
            done = self.bench("compare", *words, status=2)
            self.assertEqual(done.stdout, "", words)
            self.assertRegex(done.stderr, r"\Abench: compare: [^\n]+\n\Z", words)
            self.assertIn(told, done.stderr)

    def test_words_in_any_order(self):
        self.folder("one", cell(100))
        self.folder("-two", cell(100))
        for words in (("--format", "csv", "one", "./-two"), ("one", "--format=csv", "./-two"),
                      ("one", "--format", "csv", "--", "-two"), ("--format=csv", "--", "one", "-two")):
            self.assertIn("one,-two,cpu thread", self.bench("compare", *words).stdout, words)

    def test_help(self):
        told = self.bench("compare", "--help").stdout
        self.assertEqual(told, self.bench("help", "compare").stdout)
        self.assertIn("--fail-on-regression", told)

    # --- inside one run ---

    def test_works_of_one_run_are_paired(self):
        slow, fast = cell(100), cell(97, params="rounds=2000")
        other = cell(100, mode="process"), cell(100, params="rounds=2000", mode="process",
                                                noise=WILD)
        for rows in (slow, fast):  # what moves both of a block moves no ratio
            for row, drift in zip(rows, WILD):
                row["wall_ns"] = str(int(row["wall_ns"]) * (1000 + drift) // 1000)
        self.folder("one", slow, fast, *other)
        found = self.json("one")["comparisons"]
        self.assertEqual(len(found), 1)
        told = {one["mode"]: (one["verdict"], round(one["ratio"], 4)) for one in found[0]["cells"]}
        self.assertTrue(found[0]["paired"])
        self.assertEqual(told["thread"], ("faster", 0.97))
        self.assertNotEqual(told["process"][0], "faster")
        self.assertIn("in one run", self.words("one"))

    def test_one_run_of_one_work(self):
        self.folder("one", cell(100), cell(100, mode="process"))
        done = self.bench("compare", "one", status=2)
        self.assertRegex(done.stderr, r"\Abench: compare: one is one run, [^\n]+second run\n\Z")


if __name__ == "__main__":
    unittest.main()
