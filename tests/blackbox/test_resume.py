"""A run that was stopped is finished by --resume: every row once, in the order of its plan."""
import json
import os
import re
import resource
import shutil
import signal
import unittest

from harness import LIMIT, BenchTest, runs_wanted

# Long enough to be stopped somewhere in the middle, by polling.
RUN = ["--workload", "sleep", "--set", "sleep.duration=5ms,6ms,7ms", "--mode",
       "thread,thread-pool", "--workers", "2", "--tasks", "8", "--runs", "6", "--output", "out",
       "--quiet"]
CELLS = 3 * 3 + 1  # with the serial baselines and the reference
BLOCKS = 7         # with the warm-up


class Resume(BenchTest):
    def raw(self, name="timings.csv", folder="out"):
        with open(os.path.join(self.work, folder, name), encoding="utf-8") as file:
            return file.read()

    def put(self, text, name="timings.csv", mode="w"):
        with open(os.path.join(self.work, "out", name), mode, encoding="utf-8") as file:
            file.write(text)

    def edit(self, change):
        facts = json.loads(self.raw("machine.json"))
        change(facts)
        self.put(json.dumps(facts), "machine.json")

    def lines(self):
        try:
            return self.raw().count("\n")
        except OSError:
            return 0

    def stop(self, after, number=signal.SIGINT, words=RUN, most=None):
        """Starts a run and stops it once it has written so many rows. Where that was seen so late
        that it was over, or had written more than `most`, once more from where it was."""
        out, kept = os.path.join(self.work, "out"), os.path.join(self.home, "kept-out")
        if os.path.exists(out):
            shutil.copytree(out, kept)
        for _ in range(10):
            run = self.start(*words)
            self.wait_until(lambda: self.lines() > after, f"{after} rows")
            run.send_signal(number)
            status = run.wait(LIMIT)
            if status != 0 and (most is None or self.lines() <= most):
                break
            shutil.rmtree(out)
            if os.path.exists(kept):
                shutil.copytree(kept, out)
        shutil.rmtree(kept, ignore_errors=True)
        self.assertEqual(status, 130 if number != signal.SIGKILL else -number, self.said())
        self.wait_until(lambda: not self.repetition_of(run.pid), "the repetition to be gone")

    def resume(self, *words, **options):
        return self.bench("run", "--resume", "out", *words, **options)

    @staticmethod
    def key(row):
        return tuple(row[name] for name in ("invocation", "block", "rep", "warmup", "workload",
                                            "params", "mode", "workers", "reference"))

    def whole(self, folder="whole"):
        """The rows of the same plan, never stopped, in their order."""
        if not os.path.exists(os.path.join(self.work, folder)):
            self.bench(*[folder if word == "out" else word for word in RUN])
        return [self.key(row) for row in self.rows(folder, reference=True)]

    def check_whole(self, interrupted, statuses=("ok",)):
        """A signal that comes between two repetitions interrupts none."""
        rows = self.rows(reference=True)
        self.assertLessEqual(sum(row["status"] == "interrupted" for row in rows), interrupted)
        kept = [row for row in rows if row["status"] != "interrupted"]
        self.assertLessEqual({row["status"] for row in kept}, set(statuses))
        self.assertEqual([self.key(row) for row in kept], self.whole())

    def check_tasks(self):
        """Each cell has its tasks once, and at most once their states, which are those of a warm-up
        that is not run again."""
        way = ("workload", "params", "mode", "workers")
        ran = {tuple(row[name] for name in way) for row in self.rows()}
        for rows, warmup in ((self.tasks(), "0"), (self.states(), "1")):
            found = {}
            for row in rows:
                found.setdefault(tuple(row[name] for name in way), []).append(row)
            self.assertLessEqual(set(found), ran)
            for cell, own in found.items():
                self.assertEqual(len({(row["block"], row["rep"]) for row in own}), 1, cell)
                self.assertEqual({int(row["task"]) for row in own}, set(range(8)), cell)
                self.assertEqual({row["warmup"] for row in self.rows()
                                  if all(row[name] == own[0][name] for name in (*way, "block"))},
                                 {warmup})
        self.assertEqual(len(self.tasks()), 8 * len(ran), "each cell has its tasks")

    def refused(self, *told, status=2, words=()):
        before = self.raw(), self.raw("machine.json")
        done = self.resume(*words, status=status)
        self.assertRegex(done.stderr, r"\Abench: [^\n]+\n\Z")
        for text in told:
            self.assertIn(text, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual((self.raw(), self.raw("machine.json")), before)

    # --- stopped ---

    def test_by_signals(self):
        for number, after in ((signal.SIGINT, 1), (signal.SIGTERM, 25), (signal.SIGHUP, 45)):
            with self.subTest(signal=number):
                self.stop(after, number)
                before = self.raw()
                done = self.resume()
                self.assertTrue(self.raw().startswith(before), "finished rows are as they were")
                self.check_whole(interrupted=1)
                self.assertIn("Results: out", done.stdout)
                self.assertEqual(len(json.loads(self.raw("machine.json"))["run"]["resumed"]), 1)
                os.rename(os.path.join(self.work, "out"), os.path.join(self.work, f"by{number}"))

    def test_by_kill(self):
        self.stop(33, signal.SIGKILL)
        self.resume()
        self.check_whole(interrupted=0)
        self.check_tasks()

    def test_tasks_and_states(self):
        """Those of a cell that was not run, and those of which a part only was written."""
        for after in (3, 12, 14):
            with self.subTest(after=after):
                self.stop(after, signal.SIGKILL)
                for name, rows in (("tasks.csv", 3), ("states.csv", 5)):
                    lines = self.raw(name).splitlines(keepends=True)
                    if len(lines) > rows:
                        self.put("".join(lines[:-rows]) + lines[-rows][:50], name)
                self.resume()
                self.check_whole(interrupted=0)
                self.check_tasks()
                os.rename(os.path.join(self.work, "out"), os.path.join(self.work, f"at{after}"))

    def test_a_run_without_these_files(self):
        self.stop(20)
        for name in ("tasks.csv", "states.csv"):
            os.unlink(os.path.join(self.work, "out", name))
        self.resume()
        self.check_whole(interrupted=1)
        self.put("schema,task\n1,1\n", "tasks.csv")
        self.refused("out/tasks.csv:1:")
        self.put("task\n1\n", "tasks.csv")
        self.refused("out/tasks.csv is no table of bench")

    def test_scratch_of_a_run_whose_guard_was_killed_too(self):
        self.stop(20)
        kept = os.path.join(self.home, "kept")
        os.mkdir(kept)
        for folder in (kept, os.path.join(self.work, "out", ".scratch-aB3dE6")):
            os.makedirs(os.path.join(folder, "deep"), exist_ok=True)
            with open(os.path.join(folder, "deep", "file"), "w", encoding="utf-8") as file:
                file.write("x")
        link = os.path.join(self.work, "out", ".scratch-linked")
        os.symlink(kept, link)
        self.resume()
        self.assertFalse(os.path.exists(os.path.join(self.work, "out", ".scratch-aB3dE6")))
        self.assertTrue(os.path.exists(os.path.join(kept, "deep", "file")), "not followed")
        os.unlink(link)

    def test_again_and_again(self):
        self.stop(5)
        for after in (15, 30):
            self.stop(after, words=["run", "--resume", "out"])
        self.resume()
        self.check_whole(interrupted=3)
        self.assertEqual(len(json.loads(self.raw("machine.json"))["run"]["resumed"]), 3)

    def left(self):
        """What --dry-run says is left, in milliseconds."""
        before = self.raw()
        last = self.told_to_be_left()
        self.assertEqual(self.raw(), before)
        told = re.fullmatch(r"About ([0-9.]+) (ms|s) of that is left to do\.", last)
        self.assertIsNotNone(told, last)
        return float(told[1]) * (1 if told[2] == "ms" else 1000)

    def test_how_much_is_left(self):
        self.stop(15)
        whole = self.bench(*RUN, "--dry-run").stdout
        cells = [float(time) for time in re.findall(r" ([0-9.]+) ms  \w+=", whole)]
        self.assertEqual(len(cells), CELLS)
        rows = self.rows(reference=True)
        block = max(int(row["block"]) for row in rows)
        done = [row for row in rows if int(row["block"]) == block and row["status"] != "interrupted"]
        behind = sum(cells) * (BLOCKS - block)
        left = self.left()
        self.assertGreaterEqual(left, 0.99 * behind)
        self.assertLessEqual(left, 1.01 * (behind + sum(cells)))
        self.assertLess(left, 0.99 * sum(cells) * BLOCKS)
        if done:
            self.assertLess(left, behind + sum(cells))
        self.resume()
        self.assertEqual(self.resume("--dry-run").stdout.splitlines()[-1], "Nothing of that is left to do.")

    def told_to_be_left(self):
        return self.resume("--dry-run").stdout.splitlines()[-1]

    def test_later_invocations_are_left(self):
        self.stop(5, words=[*RUN, "--invocations", "3", "--pause", "1ms"])
        whole = re.search(r"about ([0-9.]+) s in all", self.bench(*RUN, "--dry-run").stdout)
        self.assertGreater(self.left(), 2 * 0.99 * 1000 * float(whole[1]))

    def test_nothing_is_left_of_what_is_enough(self):
        for name, words in (("deadlock", ("--workload", "deadlock,sleep", "--set", "deadlock.order=opposite",
                                          "--workers", "2", "--runs", "3")),
                            ("precision", ("--workload", "sleep", "--set", "sleep.duration=5ms", "--precision", "50%"))):
            with self.subTest(name):
                self.bench(*words, "--mode", "thread", "--tasks", "4", "--output", "out", "--quiet")
                self.assertEqual(self.told_to_be_left(), "Nothing of that is left to do.")
                shutil.rmtree(os.path.join(self.work, "out"))

    def test_at_most_so_much_is_left_where_it_may_be_enough(self):
        words = [word for word in RUN if word not in ("--runs", "6")]
        words += ["--min-runs", "3", "--max-runs", "60", "--precision", "0.01%"]
        self.stop(CELLS + 1, words=words, most=3 * CELLS)
        self.assertRegex(self.told_to_be_left(), r"^About [0-9.]+ m?s to [0-9.]+ s of that is left to do\.$")
        self.stop(5 * CELLS, words=["run", "--resume", "out", "--quiet"])
        self.assertRegex(self.told_to_be_left(), r"^At most [0-9.]+ s of that is left to do\.$")

    def test_a_torn_row(self):
        self.stop(20, signal.SIGKILL, most=4 * CELLS)
        last = self.raw().splitlines()[-1]
        for torn in (last[:40], last[:-1], "\0" * 100):
            self.put(torn, mode="a")
            before = self.raw()
            dry = self.resume("--dry-run", status=None)
            self.assertEqual(self.raw(), before, dry.stderr)
            done = self.resume("--max-time", "1ms")
            self.assertRegex(done.stderr, r"timings\.csv ended in half a row, which is cut off "
                                          rf"\({len(torn)} bytes\)")
            self.assertLess(self.lines(), 1 + CELLS * BLOCKS, "--max-time is heeded")
        self.resume()
        self.check_whole(interrupted=0)

    def test_a_disk_quota(self):
        """A row cannot be written."""
        limit = 16384
        done = self.bench(*RUN, status=1, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (limit, limit)))
        self.assertIn("out/timings.csv", done.stderr)
        self.assertTrue(self.raw().endswith("\n"), "the half of a row is cut off again")
        self.assertLess(self.lines(), 1 + CELLS * BLOCKS)
        self.resume(status=None)
        # The limit also stands in the way of the memory that a repetition shares.
        rows = self.rows(reference=True)
        for row in rows:
            self.assertIn(row["status"], ("ok", "skipped"))
            if row["status"] == "skipped":
                self.assertRegex(row["reason"], r"\Aftruncate\(\) .*ulimit -f is 16 ")
        ran = {self.key(row) for row in rows}
        # A queue's memory never fitted: it is left out, and --append gives it an invocation.
        self.assertLessEqual({key[6] for key in set(self.whole()) - ran}, {"thread-pool"})
        self.assertLessEqual(ran, set(self.whole()))
        again = len(rows) - len(ran)  # of the last block, where the limit no longer bites
        self.assertLessEqual(again, sum(row["status"] == "skipped" for row in rows))

    def test_failed_rows_are_kept(self):
        self.stop(25)
        lines = self.raw().splitlines(keepends=True)
        done = [number for number, line in enumerate(lines) if ",ok,off," in line]
        for number in done[:3] + done[-1:]:  # of the first block, and of the one that goes on
            lines[number] = lines[number].replace(",ok,off,", ",failed,by hand,")
        self.put("".join(lines))
        self.resume(status=1)  # as the run would have ended that was not stopped
        rows = self.rows(reference=True)
        self.assertEqual(sum(row["status"] == "failed" for row in rows), 4)
        self.assertEqual([self.key(row) for row in rows if row["status"] != "interrupted"],
                         self.whole())

    def test_before_the_first_row(self):
        self.stop(1, signal.SIGKILL)
        os.unlink(os.path.join(self.work, "out", "timings.csv"))
        for told in ("missing", "empty"):
            done = self.resume(status=2)
            self.assertRegex(done.stderr, rf"\Abench: --resume: out/timings\.csv is {told}, "
                                          r"[^\n]*start a new run\n\Z")
            self.put("")

    # --- invocations ---

    def test_in_the_pause(self):
        run = self.start(*RUN, "--invocations", "2", "--pause", "1h")
        self.wait_until(lambda: self.lines() == 1 + CELLS * BLOCKS, "the first invocation")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130)
        self.resume()  # an hour's pause would be seen
        keys = [self.key(row) for row in self.rows(reference=True)]
        self.assertEqual(len(keys), 2 * CELLS * BLOCKS)
        self.assertEqual(len(set(keys)), len(keys))
        self.assertEqual(keys[:CELLS * BLOCKS], self.whole())

    def test_of_an_appended_one(self):
        self.bench(*RUN)
        self.stop(1 + CELLS * BLOCKS + 20, words=["run", "--append", "out", "--quiet"])
        self.resume()
        rows = [row for row in self.rows(reference=True) if row["status"] == "ok"]
        self.assertEqual(len(rows), 2 * CELLS * BLOCKS)
        self.assertEqual({row["invocation"] for row in rows[CELLS * BLOCKS:]}, {"2"})
        self.assertIn("nothing was left to do", self.resume().stderr)
        self.bench("run", "--append", "out", "--quiet")
        self.assertEqual(self.rows(reference=True)[-1]["invocation"], "3")

    def test_of_an_appended_one_before_its_first_row(self):
        self.bench(*RUN)
        before = self.raw()
        self.stop(1 + CELLS * BLOCKS + 3, words=["run", "--append", "out", "--quiet"])
        self.put(before)
        self.resume()
        self.assertTrue(self.raw().startswith(before))
        rows = self.rows(reference=True)[CELLS * BLOCKS:]
        self.assertEqual(len(rows), CELLS * BLOCKS)
        self.assertEqual({(row["invocation"], row["status"]) for row in rows}, {("2", "ok")})

    def test_a_precision_is_kept(self):
        words = [word for word in RUN if word not in ("--runs", "6")]
        words += ["--min-runs", "6", "--max-runs", "9", "--precision", "0.01%"]
        self.stop(25, words=words)
        self.resume()
        blocks = {row["block"] for row in self.rows() if row["status"] == "ok"}
        self.assertEqual(blocks, {str(block) for block in range(1, 11)})

    def test_rows_before_the_stop_count_for_the_precision(self):
        """As many as the rule of docs/method.md wants, which has as its interval all of 6 to 8."""
        words = [word for word in RUN if word not in ("--runs", "6")]
        words += ["--min-runs", "6", "--max-runs", "9", "--precision", "100%"]
        self.stop(45, words=words)
        self.resume()
        walls = {}
        for row in self.rows():
            if (row["status"], row["warmup"]) == ("ok", "0"):
                walls.setdefault((row["params"], row["mode"]), []).append(int(row["wall_ns"]))
        for cell, found in walls.items():
            wanted = runs_wanted(found, 6, 9)
            self.assertEqual(len(found), wanted, (cell, found))

    # --- nothing to do, and refusals ---

    def test_a_whole_run(self):
        self.bench(*RUN)
        before = self.raw()
        done = self.resume()
        self.assertIn("nothing was left to do", done.stderr)
        self.assertIn("--append", done.stderr)
        self.assertEqual(self.raw(), before)

    def test_what_a_limit_skipped_stays_skipped(self):
        self.bench(*RUN)
        self.put(re.sub(r"(,thread,[^\n]*?),ok,off,", r"\1,skipped,by hand,", self.raw()))
        done = self.resume(status=1)
        self.assertIn("`bench run --append out` runs them in a further invocation", done.stderr)

    def test_repetitions_that_a_limit_skipped_are_counted(self):
        """Of cells that ran otherwise; not that one which was tried again and came out."""
        self.bench(*RUN)
        lines = self.raw().splitlines(keepends=True)
        thread = [i for i, line in enumerate(lines) if ",thread," in line]
        for i in thread[2:5]:
            lines[i] = lines[i].replace(",ok,off,", ",skipped,by hand,", 1)
        again = lines[thread[6]]
        lines.insert(thread[6], again.replace(",ok,off,", ",skipped,by hand,", 1))
        self.put("".join(lines))
        done = self.resume(status=1)
        self.assertIn("nothing was left to do, but a limit of the machine kept 3 repetitions from "
                      "running, as their rows say", done.stderr)

    def test_it_is_told_how_to_go_on(self):
        loud = [word for word in RUN if word != "--quiet"]
        self.stop(20, words=loud)
        self.assertIn("to finish the run: bench run --resume out", self.said())

    def test_another_machine_build_or_plan(self):
        self.stop(20)
        sound = self.raw("machine.json")
        self.edit(lambda facts: facts["cpu"].update(model="A Better CPU"))
        self.refused("--resume: this is another CPU", "A Better CPU")
        self.put(sound, "machine.json")
        self.edit(lambda facts: facts["build"].update(commit="0000000"))
        self.refused("--resume: this is another build of bench")
        self.put(sound, "machine.json")
        self.edit(lambda facts: facts["run"].update(
            command=[word.replace("7ms", "8ms") for word in facts["run"]["command"]]))
        self.refused("--resume: ", "belong to no cell of its own command line")
        self.put(sound, "machine.json")
        self.edit(lambda facts: facts["run"].update(appended=[{"first_invocation": 9}]))
        self.refused("--resume: machine.json does not tell which invocations were appended last")

    def test_bad_words(self):
        self.stop(20)
        for words, told in ((["--runs", "3"], "--resume goes on with the plan of out, so --runs"),
                            (["--invocations", "3"], "so --invocations says nothing"),
                            (["--append", "out"], "either --append"),
                            (["--resume", "out"], "either --append")):
            self.refused(told, words=words)
        done = self.bench("run", "--resume", "", status=2)
        self.assertIn("--resume: the name of the folder is empty", done.stderr)
        done = self.bench("run", "--resume", "nowhere", status=2)
        self.assertIn("nowhere", done.stderr)

    def test_before_the_first_row(self):
        self.stop(20)
        self.put(self.raw().splitlines()[0] + "\n")
        self.assertIn("no rows to go on from; start a new run",
                      self.bench("run", "--append", "out", status=2).stderr)
        self.resume()
        self.assertEqual([self.key(row) for row in self.rows(reference=True)], self.whole())
        self.put("\0garbage, and the half of a row")
        before = self.raw()
        self.refused("out/timings.csv is no table of bench")
        self.assertEqual(self.raw(), before)
        self.put("schema,run")
        done = self.resume(status=2)
        self.assertIn("out/timings.csv has no whole line", done.stderr)

    def test_another_bench_writes_to_it(self):
        run = self.start(*RUN[:-1], "--invocations", "2", "--pause", "1h")
        self.wait_until(lambda: self.lines() == 1 + CELLS * BLOCKS, "the first invocation")
        self.refused("another bench is writing to out", status=1)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130)


if __name__ == "__main__":
    unittest.main()
