"""bench suite: claims are run, judged and told; what it leaves; what it refuses."""
import json
import os
import re
import shutil
import signal
import subprocess
import unittest

from harness import BENCH, LIMIT, BenchTest

VERDICTS = {"holds", "does not hold", "cannot be tested here"}
# Judged by counts and not by times, so that a busy machine gives the same verdict.
EXACT = "C6,C18"
CLAIM = re.compile(r"^(holds|does not hold|cannot be tested here) +(C\d+) ", re.MULTILINE)

ANSWER = {
    "schema": 1,
    "python": {"version": "3.99.1", "implementation": "FakePython", "executable": "fake",
               "gil": False, "free_threaded_build": True, "switch_interval_s": 0.005},
    "settings": {"rounds": 1000, "blocks": 6},
    "rows": [{"shape": shape, "mode": mode, "tasks": 4, "workers": 4, "block": block,
              "switch_interval_s": 0.005, "wall_ns": wall + block,
              **({"lateness_ns": {"p50": 5000000 + block, "p99": 6000000, "max": 7000000}}
                 if shape == "beside" else {})}
             for block in range(6)
             for shape, mode, wall in (("cpu", "serial", 10000000), ("cpu", "threads", 20000000),
                                       ("cpu", "processes", 5000000),
                                       ("beside", "threads", 30000000))],
    "failed": [{"shape": "cpu", "mode": "serial", "reason": "it\u001b[31m fell over"}],
    "missing": [{"mode": "gevent", "reason": "No module named 'gevent'"}]}


def told(out):
    """{id: verdict} of a printed table."""
    return {found[2]: found[1] for found in CLAIM.finditer(out)}


def listed():
    """{id: [command line, ...]} as --list prints them, unfolded."""
    out = subprocess.run([BENCH, "suite", "--list"], check=True, stdout=subprocess.PIPE, text=True,
                         timeout=LIMIT).stdout
    claims, lines = {}, None
    for line in out.splitlines():
        start = re.match(r"(C\d+) ", line)
        if start:
            lines = claims.setdefault(start[1], [])
        elif line.startswith("     bench "):
            lines.append(line.split()[1:])
        elif line.startswith("         "):
            lines[-1] += line.split()
    return claims


class Suite(BenchTest):
    def suite(self, *words, status=0, **options):
        return self.bench("suite", "notes", *words, status=status, **options)

    def fake_python(self, *lines):
        """A program that takes the place of an interpreter."""
        path = os.path.join(self.home, "python")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(["#!/bin/sh", *lines, ""]))
        os.chmod(path, 0o755)
        return path

    def answering_python(self):
        path = os.path.join(self.home, "answer.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(ANSWER, file)
        return self.fake_python(f'echo "$@" >> "{self.home}/asked"', f'exec /bin/cat "{path}"')

    # --- what is told and left ---

    def test_claims_are_judged_and_kept(self):
        done = self.suite("--only", EXACT, "--runs", "2", "--output", "out", "--quiet")
        self.assertEqual(told(done.stdout), {"C6": "holds", "C18": "holds"})
        self.assertIn("2 claims: 2 hold, 0 do not hold, 0 cannot be tested here", done.stdout)
        self.assertIn("Results: out", done.stdout)
        rows = self.table("out", "claims.csv")
        self.assertEqual([(row["id"], row["verdict"]) for row in rows],
                         [("C6", "holds"), ("C18", "holds")])
        for row in rows:
            self.assertEqual((row["schema"], row["run"], row["suite"], row["full"], row["runs"]),
                             ("1", "out", "notes", "0", "2"))
            self.assertEqual(row["reason"], "off")
            self.assertTrue(row["commands"].startswith("bench --workload "), row)
        self.assertEqual({row["workload"] for row in self.rows()}, {"isolation", "queue"})
        self.assertTrue({"claims.csv", "timings.csv", "tasks.csv", "machine.json"} <=
                        set(os.listdir(os.path.join(self.work, "out"))))
        with open(os.path.join(self.work, "out", "machine.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["run"]["command"][:2], ["suite", "notes"])

    def test_the_folder_is_one_that_other_commands_read(self):
        self.suite("--only", EXACT, "--runs", "6", "--output", "out", "--quiet")
        self.assertIn("queue", self.bench("compare", "out").stdout)
        self.assertIn("isolation", self.bench("compare", "out", "out").stdout)
        self.assertIn("start a new run", self.bench("run", "--append", "out", status=2).stderr)

    def test_a_shared_scene_is_run_once(self):
        done = self.suite("--only", "c18,C6,C18", "--dry-run")
        self.assertEqual(len(re.findall("^isolation ", done.stdout, re.MULTILINE)), 2)
        self.assertEqual(len(re.findall("^queue ", done.stdout, re.MULTILINE)), 3)
        self.assertEqual(os.listdir(self.work), [], "a dry run leaves nothing")

    def test_a_deadlock_that_a_claim_wants_is_no_trouble(self):
        done = self.suite("--only", "C15", "--runs", "1", "--output", "out", "--quiet")
        self.assertEqual(told(done.stdout), {"C15": "holds"})
        self.assertIn("deadlock", {row["status"] for row in self.rows()})

    def test_too_few_runs_show_nothing(self):
        done = self.suite("--only", "C24", "--runs", "2", "--output", "out", "--quiet")
        self.assertEqual(told(done.stdout), {"C24": "cannot be tested here"})
        reason = self.table("out", "claims.csv")[0]["reason"]
        self.assertEqual(reason, "2 measured runs: it takes 6 (--runs, --max-time)")

    def test_no_line_is_wider_than_a_page(self):
        done = self.suite("--only", "C6,C18,C24,C12", "--runs", "1", "--output", "out", "--quiet")
        for line in done.stdout.splitlines():
            self.assertLessEqual(len(line), 100, line)
        self.assertNotIn("\033", done.stdout, "no colour in a file")

    def test_max_time_ends_it_early(self):
        done = self.suite("--only", "C24", "--max-time", "1ms", "--output", "out", "--quiet")
        self.assertEqual(told(done.stdout), {"C24": "cannot be tested here"})
        self.assertEqual(max(int(row["block"]) for row in self.rows()), 2)
        done = self.bench("suite", "--resume", "out", "--max-time", "1ms")
        self.assertIn("--max-time ended it after 3 of up to 13 blocks; to go on: bench suite --resume "
                      "out\n", done.stderr)

    # --- the list ---

    def test_the_list_shows_what_bench_runs(self):
        claims = listed()
        self.assertEqual(list(claims), [f"C{n}" for n in range(1, 28)])
        for name, lines in claims.items():
            self.assertTrue(lines, name)
            for words in lines:
                self.bench(*words, "--dry-run")

    def test_the_list_of_some(self):
        some = self.bench("suite", "--list", "--only", "C6").stdout
        self.assertTrue(some.startswith("C6 "), some)
        self.assertNotIn("C18", some)

    def test_full_has_the_sizes_of_the_notes(self):
        self.assertIn("--tasks 40000", self.bench("suite", "--list", "--full", "--only",
                                                  "C13").stdout)

    # --- CPython ---

    def test_without_python(self):
        done = self.suite("--only", "C12", "--runs", "1", "--output", "out", "--quiet")
        self.assertIn("not set beside the real one: no python3 on the PATH", done.stdout)
        self.assertNotIn("python.csv", os.listdir(os.path.join(self.work, "out")))
        self.assertNotIn("beside", {row["workload"] for row in self.rows()})

    def test_claims_without_an_interpreter_ask_for_none(self):
        self.suite("--only", "C6", "--runs", "1", "--output", "out", "--quiet",
                   variables={"PATH": os.path.dirname(self.answering_python())})
        self.assertFalse(os.path.exists(os.path.join(self.home, "asked")))

    def test_with_python(self):
        done = self.suite("--only", "C12", "--runs", "6", f"--python={self.answering_python()}",
                          "--output", "out", "--quiet")
        self.assertIn("FakePython 3.99.1 (free-threaded build, GIL off)", done.stdout)
        self.assertRegex(done.stdout, r"threads / serial, computing +2\.00 \(2\.00\.\.2\.00\) ")
        self.assertRegex(done.stdout, r"processes / serial, computing +0\.50 \(0\.50\.\.0\.50\) ")
        self.assertRegex(done.stdout, r"a waiting thread's lateness +5\.00 ms \(5\.00 ms")
        self.assertIn("it?[31m fell over", done.stdout)
        self.assertRegex(done.stdout, r"cpu +threads +20\.0 ms +2\.00x +thread-gil +\S+ \S+ +\S+x")
        rows = self.table("out", "python.csv")
        self.assertEqual(len(rows), 2 * len(ANSWER["rows"]), "two calls")
        self.assertEqual({row["python"] for row in rows},
                         {"FakePython 3.99.1 (free-threaded build, GIL off)"})
        beside = [row for row in rows if row["shape"] == "beside"]
        self.assertEqual(beside[0]["lateness_p50_ns"], "5000000")
        self.assertEqual(beside[0]["lost_updates"], "off")
        with open(os.path.join(self.home, "asked"), encoding="utf-8") as file:
            asked = file.read()
        self.assertIn("-B ", asked)
        self.assertIn("python/shapes.py --shapes cpu,beside", asked)

    def test_a_python_that_answers_nonsense(self):
        for lines in (["echo nonsense"], ["exit 3"], ["echo '{\"schema\": 2}'"],
                      ["echo '{\"schema\": 1, \"rows\": [{}], \"python\": {}}'"]):
            python = self.fake_python(*lines)
            done = self.suite("--only", "C12", "--runs", "1", f"--python={python}", "--output",
                              f"out{abs(hash(lines[0]))}", "--quiet", status=1)
            self.assertIn("bench: no comparison with CPython: ", done.stderr)
            self.assertIn("C12", told(done.stdout), "the claims are told all the same")

    def test_an_interrupt_while_python_runs(self):
        python = self.fake_python('echo started >&2; echo $$ > "' + self.home + '/pid"',
                                  "exec /bin/sleep 1000")
        started = self.start("suite", "notes", "--only", "C12", "--runs", "1",
                             f"--python={python}", "--output", "out")
        self.wait_until(lambda: os.path.exists(os.path.join(self.home, "pid")), "python to start")
        os.kill(started.pid, signal.SIGINT)
        self.assertEqual(started.wait(LIMIT), 130)
        self.assertIn("C12", told(self.said("stdout")))

    # --- interrupts ---

    def test_an_interrupt_tells_what_there_is(self):
        started = self.start("suite", "notes", "--only", "C13", "--full", "--output", "out")
        self.wait_until(lambda: self.repetition_of(started.pid), "a repetition")
        os.kill(started.pid, signal.SIGINT)
        self.assertEqual(started.wait(LIMIT), 130)
        self.assertEqual(told(self.said("stdout")), {"C13": "cannot be tested here"})
        self.assertEqual(len(self.table("out", "claims.csv")), 1)

    # --- bad input ---

    def refused(self, expected, *words):
        done = self.bench("suite", *words, status=2)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, rf"^bench: suite: {expected}[^\n]*\n$")
        self.assertEqual(os.listdir(self.work), [])

    def test_bad_input(self):
        self.refused("which suite\\?")
        self.refused("unknown suite 'note': did you mean 'notes'", "note")
        self.refused("unknown claim 'C99'", "notes", "--only", "C99")
        self.refused("unknown claim '8'", "notes", "--only", "8")
        self.refused("--only: empty value", "notes", "--only", "C6,,C18")
        self.refused("--only is given twice", "notes", "--only", "C6", "--only", "C18")
        self.refused("--runs: '0'", "notes", "--runs", "0")
        self.refused("--max-time: '5'", "notes", "--max-time", "5")
        self.refused("--seed: 'x'", "notes", "--seed", "x")
        self.refused("--label: '-x'", "notes", "--label=-x")
        self.refused("--output: ", "notes", "--output", "")
        self.refused("unknown option '--fulle': did you mean '--full'", "notes", "--fulle")
        self.refused("--only needs a value", "notes", "--only")
        self.refused("--full takes no value", "notes", "--full=1")
        self.refused("--python: no python3 on the PATH", "notes", "--python")
        self.refused("--python: cannot run /no/such", "notes", "--python=/no/such")

    def test_a_folder_that_is_not_empty(self):
        os.mkdir(os.path.join(self.work, "out"))
        with open(os.path.join(self.work, "out", "there"), "w", encoding="utf-8"):
            pass
        self.suite("--only", "C6", "--output", "out", status=2)
        self.assertEqual(os.listdir(os.path.join(self.work, "out")), ["there"])

    def test_help(self):
        self.assertEqual(self.bench("help", "suite").stdout, self.bench("suite", "--help").stdout)

    def test_verdicts_in_the_file_are_those_on_the_page(self):
        done = self.suite("--only", "C6,C18,C24", "--runs", "6", "--output", "out", "--quiet")
        rows = self.table("out", "claims.csv")
        self.assertEqual({row["id"]: row["verdict"] for row in rows}, told(done.stdout))
        self.assertLessEqual({row["verdict"] for row in rows}, VERDICTS)
        page = " ".join(done.stdout.split())
        for row in rows:
            self.assertIn(row["measured"], page)


class Resumed(BenchTest):
    """A suite that was stopped is finished: each repetition is there once, and the claims are judged
    by all of them."""

    WORDS = ("suite", "notes", "--only", EXACT, "--runs", "6", "--seed", "7")

    def stop(self, number, rows=9):
        """Where that was seen so late that it was over, once more."""
        for _ in range(10):
            run = self.start(*self.WORDS, "--output", "out")
            self.wait_until(lambda: self.rows_so_far() >= rows, "some rows")
            run.send_signal(number)
            status = run.wait(LIMIT)
            if status != 0:
                break
            shutil.rmtree(os.path.join(self.work, "out"))
        return status

    def keys(self, folder):
        return [tuple(row[name] for name in (
            "workload", "params", "mode", "wait", "workers", "width", "tasks", "submit", "stack",
            "schedule", "seed", "reference", "block", "rep", "warmup"))
            for row in self.rows(folder, reference=True) if row["status"] != "interrupted"]

    def check_finished(self, done):
        self.bench(*self.WORDS, "--output", "whole", "--quiet")
        self.assertEqual(self.keys("out"), self.keys("whole"))
        self.assertEqual(told(done.stdout), {"C6": "holds", "C18": "holds"})
        self.assertEqual({row["id"]: row["verdict"] for row in self.table("out", "claims.csv")},
                         told(done.stdout))

    def test_after_an_interrupt(self):
        self.assertEqual(self.stop(signal.SIGTERM), 130)
        self.assertIn("to finish the run: bench suite --resume out\n", self.said())
        self.assertEqual(len(self.table("out", "claims.csv")), 2)
        done = self.bench("suite", "--resume", "out", "--quiet")
        self.check_finished(done)
        again = self.bench("suite", "--resume", "out")
        self.assertIn("nothing was left to do: the suite is whole", again.stderr)
        self.assertEqual(again.stdout, done.stdout)

    def test_after_a_kill(self):
        self.assertEqual(self.stop(signal.SIGKILL), -9)
        self.assertNotIn("claims.csv", os.listdir(os.path.join(self.work, "out")))
        self.check_finished(self.bench("suite", "--resume", "out", "--quiet"))

    def test_a_map(self):
        words = ("suite", "crossover", "--runs", "1", "--max-time", "1ms", "--quiet")
        self.bench(*words, "--output", "out")
        before = self.keys("out")
        self.bench("suite", "--resume", "out", "--max-time", "1ms", "--quiet")
        self.assertGreaterEqual(len(self.keys("out")), len(before))
        self.assertEqual(len(set(self.keys("out"))), len(self.keys("out")))

    def test_no_interpreter_of_a_file_is_started(self):
        started = os.path.join(self.home, "started")
        python = os.path.join(self.home, "python")
        with open(python, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\necho >> {started}\nexit 1\n")
        os.chmod(python, 0o755)
        self.bench("suite", "notes", "--only", "C12", "--runs", "1", f"--python={python}", "--output",
                   "out", "--quiet", status=1)
        self.assertTrue(os.path.exists(started))
        os.unlink(started)
        done = self.bench("suite", "--resume", "out", status=2)
        self.assertRegex(done.stderr, r"^bench: suite: --resume out: [^\n]*name the interpreter again\n$")
        self.assertFalse(os.path.exists(started))
        self.bench("suite", "--resume", "out", f"--python={python}", "--quiet", status=1)
        self.assertTrue(os.path.exists(started))

    def test_refusals(self):
        self.bench("suite", "notes", "--only", "C18", "--runs", "1", "--output", "out", "--quiet")
        self.bench("--workload", "empty", "--mode", "serial", "--runs", "1", "--output", "run", "--quiet")
        machine = os.path.join(self.work, "out", "machine.json")
        with open(machine, encoding="utf-8") as file:
            facts = json.load(file)
        for words, part in ((("suite", "--resume", "nix"), "no such run"),
                            (("suite", "--resume", "run"), "`bench run --resume`"),
                            (("suite", "--resume", "out", "notes"), "so notes says nothing"),
                            (("suite", "crossover", "--resume", "out"), "so crossover says nothing"),
                            (("suite", "--resume", "out", "--runs", "3"), "so --runs says nothing"),
                            (("suite", "--resume", "out", "--python"), "run without --python"),
                            (("suite", "--resume", ""), "the name of the folder is empty"),
                            (("run", "--resume", "out"), "`bench suite --resume`"),
                            (("run", "--append", "out"), "start a new run of the suite")):
            with self.subTest(words=words):
                done = self.bench(*words, status=2)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertIn(part, done.stderr)
        for command in (["suite"], ["suite", "nots"], ["suite", "--list"], ["suite", "--help"],
                        ["suite", "--resume", "out"], ["suite", "notes", "--only", "C6"]):
            with self.subTest(command=command):
                facts["run"]["command"] = command
                with open(machine, "w", encoding="utf-8") as file:
                    json.dump(facts, file)
                done = self.bench("suite", "--resume", "out", status=2)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertRegex(done.stderr, "none that this version of bench would run|belong to no cell")


class Crossover(BenchTest):
    def test_the_map_and_its_files(self):
        done = self.bench("suite", "crossover", "--runs", "1", "--max-time", "1s", "--quiet", "--output",
                          "out", gnuplot=True)
        self.assertRegex(done.stdout, r"waiting +workers\n +1 +2")
        for share in ("0%", "20%", "40%", "60%", "80%", "90%", "100%"):
            self.assertRegex(done.stdout, rf"(?m)^ +{share}  (    [a-d])+$")  # one run decides nothing
        self.assertIn("No mode is seen to win", done.stdout)
        rows = self.table("out", "charts", "crossover.csv")
        self.assertEqual({row["role"] for row in rows if row["kind"] == "field"}, {"open"})
        modes = {row["mode"] for row in self.table("out", "timings.csv") if row["reference"] == "0"}
        self.assertEqual(modes, {"serial", "thread-pool", "process-pool", "coroutine"})

    def test_what_it_would_run(self):
        done = self.bench("suite", "crossover", "--list")
        self.assertRegex(done.stdout, r"^bench --workload mixed .*mixed.share=0%,")
        done = self.bench("suite", "crossover", "--full", "--dry-run", "--output", "out")
        self.assertIn("thread-gil", done.stdout)
        self.assertFalse(os.path.exists(os.path.join(self.work, "out")))

    def test_what_belongs_to_the_notes(self):
        for words, part in ((("--only", "C1"), "--only"), (("--python",), "--python"),
                            (("notes",), "one suite"), (("crossover",), "one suite")):
            with self.subTest(words=words):
                done = self.bench("suite", "crossover", *words, status=2)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertIn(part, done.stderr)


if __name__ == "__main__":
    unittest.main()
