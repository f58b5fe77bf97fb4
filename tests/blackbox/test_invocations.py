"""Runs made of several invocations: --invocations and --pause in one go, --append later."""
import fcntl
import json
import os
import shutil
import signal
import unittest
from collections import Counter

from harness import BENCH, FAULTY, LIMIT, BenchTest, stacked, tiny

RUN = ["--workload", "cpu", *tiny("cpu"), "--mode", "thread-pool", "--tasks", "4", "--runs", "2",
       "--quiet"]
CELLS = 3  # thread-pool, the serial baseline, the reference
BLOCKS = 3  # with the warm-up


class Invocations(BenchTest):
    def make(self, *more, output="out", **options):
        return self.bench(*RUN, "--output", output, *more, **options)

    def append(self, *more, folder="out", **options):
        return self.bench("run", "--append", folder, "--quiet", *more, **options)

    def raw(self, folder="out", name="timings.csv"):
        with open(os.path.join(self.work, folder, name), encoding="utf-8") as file:
            return file.read()

    def machine(self, folder="out"):
        return json.loads(self.raw(folder, "machine.json"))

    def put(self, text, folder="out", name="timings.csv"):
        with open(os.path.join(self.work, folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def edit(self, change):
        """Lets `change` loose on machine.json."""
        facts = self.machine()
        change(facts)
        self.put(json.dumps(facts), name="machine.json")

    def blocks(self, folder="out"):
        return Counter((int(row["invocation"]), int(row["block"]))
                       for row in self.rows(folder, reference=True))

    def check_blocks(self, invocations, folder="out"):
        self.assertEqual(self.blocks(folder),
                         {(invocation, block): CELLS for invocation in range(1, invocations + 1)
                          for block in range(1, BLOCKS + 1)})

    def refused(self, *told, status=2, words=(), **options):
        """Nothing in the folder changes but where it is there at all."""
        folder = os.path.join(self.work, "out")
        before = self.snapshot(folder)
        done = self.append(*words, status=status, **options)
        self.assertRegex(done.stderr, r"\Abench: [^\n]+\n\Z")
        for text in told:
            self.assertIn(text, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.snapshot(folder), before)

    @staticmethod
    def snapshot(folder):
        found = {}
        for path, folders, files in os.walk(folder):
            for name in folders:
                found[os.path.join(path, name)] = None
            for name in files:
                with open(os.path.join(path, name), "rb") as file:
                    found[os.path.join(path, name)] = file.read()
        return found

    # --- in one go ---

    def test_three_invocations(self):
        done = self.make("--invocations", "3", "--pause", "0")
        self.check_blocks(3)
        rows = self.rows(reference=True)
        self.assertEqual([int(row["invocation"]) for row in rows],
                         sorted(int(row["invocation"]) for row in rows))
        self.assertEqual(self.machine()["run"]["invocations"], 3)
        self.assertNotIn("appended", self.machine()["run"])
        runs = [line.split()[-1] for line in done.stdout.splitlines()
                if line.startswith(("  serial", "  thread-pool"))]
        self.assertEqual(runs, ["6", "6"])
        self.assertEqual(len(self.tasks()), 2 * 4, "tasks of one repetition per cell")

    def test_each_invocation_has_its_own_order(self):
        self.bench("--workload", "empty", "--mode", stacked(), "--tasks", "2", "--runs", "1",
                   "--warmup", "0", "--invocations", "4", "--pause", "0", "--output", "out",
                   "--quiet")
        orders = {}
        for row in self.rows(reference=True):
            orders.setdefault(row["invocation"], []).append(row["mode"] + row["reference"])
        self.assertEqual({tuple(sorted(order)) for order in orders.values()},
                         {tuple(sorted(orders["1"]))})
        self.assertGreater(len({tuple(order) for order in orders.values()}), 1)

    def test_the_plan(self):
        told = " ".join(self.make("--invocations", "3", "--pause", "1m", "--dry-run").stdout.split())
        self.assertIn("in 3 invocations 60.0 s apart", told)
        self.assertFalse(os.path.exists(os.path.join(self.work, "out")))

    def test_bad_words(self):
        for words, told in ((("--pause", "10"), "--pause: '10'"), (("--pause", "-1s"), "'-1s'"),
                            (("--pause", "8d"), "'8d'"), (("--pause", "169h"), "'169h'"),
                            (("--pause", ""), "--pause: ''"), (("--pause",), "needs a value"),
                            (("--invocations", "0"), "--invocations: '0'"),
                            (("--invocations", "10001"), "1 to 10000"),
                            (("--invocations", "1.5"), "'1.5'"), (("--append", ""), "is empty")):
            done = self.make(*words, status=2)
            self.assertRegex(done.stderr, r"\Abench: [^\n]+\n\Z", words)
            self.assertIn(told, done.stderr)

    def test_the_pause_is_no_measuring_time(self):
        self.make("--invocations", "2", "--pause", "1ms", "--max-time", "1h")
        self.check_blocks(2)

    # --- Ctrl-C ---

    def interrupted(self, run):
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130, self.said())
        self.assertIn("Results: out", self.said("stdout"))
        self.check_nothing_left()
        return self.rows(reference=True)

    def lines(self):
        path = os.path.join(self.work, "out", "timings.csv")
        return self.raw().count("\n") if os.path.exists(path) else 0

    def test_interrupted_in_the_pause(self):
        run = self.start(*RUN, "--output", "out", "--invocations", "2", "--pause", "1h")
        self.wait_until(lambda: self.lines() == 1 + CELLS * BLOCKS, "the first invocation's rows")
        rows = self.interrupted(run)
        self.assertEqual({row["status"] for row in rows}, {"ok"})
        self.check_blocks(1)

    def test_interrupted_in_the_second_invocation(self):
        run = self.start("--workload", "sleep", "--set", "sleep.duration=1s", "--mode", "serial",
                         "--tasks", "1", "--runs", "1", "--warmup", "0", "--invocations", "50",
                         "--pause", "0", "--output", "out", "--quiet")
        self.wait_until(lambda: self.lines() >= 4, "a row of the second invocation")
        before = self.raw()
        rows = self.interrupted(run)
        self.assertTrue(self.raw().startswith(before))
        self.assertGreaterEqual(int(rows[-1]["invocation"]), 2)
        self.assertEqual({row["status"] for row in rows[:-1]}, {"ok"})
        self.assertIn(rows[-1]["status"], ("ok", "interrupted"))

    def test_a_further_invocation_after_an_interrupted_one(self):
        run = self.start(*RUN, "--output", "out", "--invocations", "2", "--pause", "1h")
        self.wait_until(lambda: self.lines() == 1 + CELLS * BLOCKS, "the first invocation's rows")
        self.interrupted(run)
        self.append()
        self.check_blocks(2)

    # --- later ---

    def test_append_twice(self):
        self.make("--seed", "7")
        first, made = self.raw(), self.machine()
        self.append()
        self.assertTrue(self.raw().startswith(first), "the rows that were there are as they were")
        self.check_blocks(2)
        done = self.append("--invocations", "2", "--pause", "0")
        self.check_blocks(4)
        self.assertIn("Results: out", done.stdout)
        rows = self.rows(reference=True)
        for column in ("run", "seed", "cores", "params", "schema"):
            self.assertEqual({row[column] for row in rows if row["reference"] == "0"},
                             {rows[0][column]} if column != "params" else {"rounds=100"}, column)
        facts = self.machine()
        appended = facts["run"].pop("appended")
        self.assertEqual(facts, made, "nothing else is written over")
        self.assertEqual([(one["first_invocation"], one["invocations"]) for one in appended],
                         [(2, 1), (3, 2)])
        for one in appended:
            self.assertRegex(one["started"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertIn("load_average", one["conditions"])
        self.assertEqual(len(self.tasks()), 2 * 4)
        self.assertEqual(set(os.listdir(os.path.join(self.work, "out"))) - {"charts"},
                         {"timings.csv", "tasks.csv", "states.csv", "machine.json",
                          "topology.xml"})

    def test_the_charts_are_drawn_again(self):
        self.make(gnuplot=True)
        chart = os.path.join("out", "charts", "wall.svg")
        before = self.raw("out/charts", "wall.svg")
        self.append(gnuplot=True)
        self.assertNotEqual(self.raw("out/charts", "wall.svg"), before, chart)

    def test_a_precision_is_kept(self):
        self.bench("--workload", "cpu", *tiny("cpu"), "--mode", "thread-pool", "--tasks", "4",
                   "--precision", "0.01%", "--max-runs", "7", "--output", "out", "--quiet")
        done = self.append()
        self.assertEqual(len(self.rows(reference=True)), 2 * 8 * CELLS)
        self.assertIn("Target of +-0.01% not met", done.stdout)

    def test_blanks_in_the_name(self):
        self.make(output="my old run")
        self.append(folder="my old run")
        self.append(folder="my old run/")
        self.check_blocks(3, "my old run")

    def test_a_folder_that_was_moved(self):
        self.make()
        os.rename(os.path.join(self.work, "out"), os.path.join(self.work, "moved"))
        self.append(folder="moved")
        self.check_blocks(2, "moved")
        self.assertEqual({row["run"] for row in self.rows("moved")}, {"out"})
        self.assertFalse(os.path.exists(os.path.join(self.work, "out")))

    def test_a_run_on_a_made_up_machine(self):
        self.make("--topology", "pack:1 core:3 pu:2", "--pin", "core")
        self.append()
        self.check_blocks(2)
        self.assertEqual({(row["cores"], row["pin"]) for row in self.rows()}, {("6", "simulated")})

    def test_append_without_the_word_run(self):
        self.make()
        self.bench("--append", "out", "--quiet")
        self.check_blocks(2)

    def test_a_plan_only(self):
        self.make()
        folder = os.path.join(self.work, "out")
        before = self.snapshot(folder)
        told = self.append("--dry-run", "--invocations", "4", "--pause", "2m").stdout
        self.assertIn("in 4 invocations 2.00 min apart", " ".join(told.split()))
        self.assertEqual(told.count("thread-pool"), 1)
        self.assertEqual(self.snapshot(folder), before)

    def test_failures_count_in_an_appended_invocation(self):
        self.bench("--workload", "failing", "--mode", "serial", "--tasks", "4", "--runs", "1",
                   "--output", "out", "--quiet", status=1, program=FAULTY)
        self.append(program=FAULTY, status=1)
        self.assertEqual({row["invocation"] for row in self.rows()}, {"1", "2"})

    # --- what is refused ---

    def test_options_that_belong_to_the_plan(self):
        self.make()
        for words in (("--workload", "cpu"), ("--runs", "3"), ("--seed", "2"), ("--output", "x"),
                      ("--label", "x"), ("--topology", "pu:2"), ("--no-reference",),
                      ("--timeout", "1s"), ("--precision", "5%")):
            self.refused(f"so {words[0]} says nothing", words=words)
        self.refused("unexpected argument 'out'", words=("out",))

    def test_no_such_run(self):
        self.refused("out", status=2)
        os.mkdir(os.path.join(self.work, "out"))
        self.refused("machine.json is missing")
        self.put("x", folder=".", name="file")
        done = self.append(folder="file", status=2)
        self.assertRegex(done.stderr, r"\Abench: [^\n]*file[^\n]*\n\Z")

    def test_files_that_lack(self):
        self.make()
        os.rename(os.path.join(self.work, "out", "timings.csv"), os.path.join(self.work, "kept"))
        self.refused("out/timings.csv is missing")
        shutil.copy(os.path.join(self.work, "kept"), os.path.join(self.work, "out", "timings.csv"))
        os.unlink(os.path.join(self.work, "out", "machine.json"))
        self.refused("out", "machine.json is missing")

    def test_broken_files(self):
        self.make()
        rows, facts = self.raw(), self.raw(name="machine.json")
        self.put(facts[:-20], name="machine.json")
        self.refused("out/machine.json")
        self.put(facts, name="machine.json")
        self.put(rows[:-20])
        self.refused("out/timings.csv")
        self.put(rows[:-1])
        self.refused("out/timings.csv", "does not end in a whole line")
        self.put(rows.split("\n", maxsplit=1)[0] + "\n")
        self.refused("out/timings.csv", "no rows")
        self.put("")
        self.refused("out/timings.csv")
        self.put(rows.replace("schema,run", "schema,walk", 1))
        self.refused("out/timings.csv")
        self.put(rows)
        self.append()
        self.check_blocks(2)

    def test_another_plan(self):
        self.make()
        plan = self.machine()["run"]["command"]

        def command(words):
            self.edit(lambda facts: facts["run"].update(command=words))

        for change, told in ((("--tasks", "5"), "no rows of cpu"), (("--seed", "3"), "no rows of"),
                             (("--set", "cpu.rounds=101"), "given twice"),
                             (("--mode", "thread"), "given twice"), (("--dance",), "none that this"),
                             (("--help",), "it asks for help"),
                             (("--append", "out"), "start a new run")):
            command([*plan, *change])
            self.refused(told)
        command([word.replace("thread-pool", "thread-pool,thread") for word in plan])
        self.refused("no rows of cpu under thread ")
        command([word.replace("thread-pool", "serial") for word in plan])
        self.refused("belong to no cell")
        command([*plan, "--no-reference"])
        self.refused("belong to no cell")
        command([*plan, "--pin", "core"])
        self.refused("no rows of")
        for words in ([], "words", None, 7, [7], [plan[0]], [*plan, None]):
            command(words)
            self.refused("out/machine.json")
        self.edit(lambda facts: facts.pop("run"))
        self.refused("run.command")
        self.put("[]", name="machine.json")
        self.refused("out/machine.json")

    def test_edited_rows(self):
        self.make()
        rows = self.raw()
        for was, now, told in ((",rounds=100,", ",rounds=101,", "no rows of cpu"),
                               (",serial,", ",serial2,", "no rows of cpu")):
            self.put(rows.replace(was, now))
            self.refused(told)
        lines = rows.splitlines(keepends=True)
        pool = next(line for line in lines if ",thread-pool," in line)
        for was, now in ((",rounds=100,", ",rounds=101,"), (",thread-pool,", ",thread,"),
                         (",none,", ",core,")):
            self.put(rows + pool.replace(was, now, 1))
            self.refused("1 rows of the run that is there belong to no cell")

    def test_another_machine_or_build(self):
        self.make()
        facts = self.raw(name="machine.json")
        for section, name, value in (("cpu", "model", "Another CPU"), ("cores", "usable", 4711),
                                     ("build", "commit", "0123456789ab"), ("build", "type", "X"),
                                     ("build", "compiler", "tcc"), ("build", "flags", "-O9")):
            self.edit(lambda facts, s=section, n=name, v=value: facts[s].update({n: v}))
            self.refused(f"{section}.{name}", str(value), "bench compare")
            self.edit(lambda facts, s=section, n=name: facts[s].pop(n))
            self.refused(f"{section}.{name}", "nothing then")
            self.put(facts, name="machine.json")
        self.edit(lambda facts: facts.update(simulated=True))
        self.refused("another kind of topology")

    def test_a_run_that_was_interrupted_in_its_first_block(self):
        self.make()
        lines = self.raw().splitlines(keepends=True)
        self.put("".join(lines[:1 + CELLS - 1]))
        self.refused("interrupted in its first block")

    def test_a_hostile_command_line_is_not_followed(self):
        self.make()
        elsewhere = os.path.join(self.work, "elsewhere")
        self.edit(lambda facts: facts["run"]["command"].extend(
            ["--output", elsewhere, "--label", "x", "--quiet", "--dry-run", "--invocations", "9",
             "--pause", "168h", "--max-time", "1ms"]))
        self.append()
        self.assertFalse(os.path.exists(elsewhere))
        self.assertEqual(os.listdir(self.work), ["out"])
        self.check_blocks(2)

    def test_a_topology_file_is_not_read(self):
        """hwloc reads XML files, where it is asked to."""
        self.make()
        trap = os.path.join(self.work, "trap.xml")
        os.mkfifo(trap)  # who opened it would hang
        self.edit(lambda facts: facts["run"]["command"].extend(["--topology", trap]))
        self.refused("--topology")

    def test_the_label_of_the_old_run_may_be_anything_but_bad(self):
        self.make()
        self.edit(lambda facts: facts["run"]["command"].extend(["--label", "../../x"]))
        self.refused("--label")

    def test_a_folder_that_may_not_be_written(self):
        self.make()
        options = {}
        if os.geteuid() == 0:  # whom no permission stops
            for name in ("bench", "bench-repetition"):
                shutil.copy(os.path.join(os.path.dirname(BENCH), name), self.home)
            os.chmod(self.home, 0o755)
            options = {"user": 54321, "group": 54321, "extra_groups": [],
                       "program": os.path.join(self.home, "bench")}
        os.chmod(os.path.join(self.work, "out", "timings.csv"), 0o444)
        self.refused("out/timings.csv: Permission denied", status=1, **options)
        os.chmod(os.path.join(self.work, "out", "timings.csv"), 0o666)
        os.chmod(os.path.join(self.work, "out"), 0o555)
        self.refused("out/machine.json", "Permission denied", status=1, **options)
        os.chmod(os.path.join(self.work, "out"), 0o755)

    def test_a_folder_that_another_bench_writes_to(self):
        self.make()
        folder = os.open(os.path.join(self.work, "out"), os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            self.refused("another bench is writing to out", status=1)
        finally:
            os.close(folder)
        self.append()
        self.check_blocks(2)

    def test_a_run_that_goes_on_is_not_added_to(self):
        run = self.start(*RUN, "--output", "out", "--invocations", "2", "--pause", "1h")
        self.wait_until(lambda: self.lines() == 1 + CELLS * BLOCKS, "the first invocation's rows")
        self.refused("another bench is writing to out", status=1)
        self.interrupted(run)
        self.append()
        self.check_blocks(2)

    def test_two_appends_at_once(self):
        self.make()
        first = self.start("run", "--append", "out", "--invocations", "2", "--pause", "1h",
                           "--quiet")
        self.wait_until(lambda: self.lines() == 1 + 2 * CELLS * BLOCKS, "the second invocation")
        self.refused("another bench is writing to out", status=1)
        self.interrupted(first)
        self.check_blocks(2)

    # --- read by the others ---

    def test_the_summary_of_six_invocations(self):
        done = self.make("--runs", "1", "--invocations", "6", "--pause", "0")
        serial = next(line for line in done.stdout.splitlines() if line.startswith("  serial"))
        self.assertIn(" .. ", serial, "six medians have an interval")
        self.assertEqual(serial.split()[-1], "6")


if __name__ == "__main__":
    unittest.main()
