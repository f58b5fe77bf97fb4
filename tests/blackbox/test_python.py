"""scripts/python/shapes.py: what it prints, that it checks results, and that it leaves nothing."""
import json
import os
import shutil
import signal
import subprocess
import sys
import unittest

from harness import LIMIT, BenchTest, marked

SCRIPTS = os.path.join(os.environ.get("BENCH_SCRIPTS", ""), "python")

WORKERS = {"serial", "threads", "processes", "ThreadPoolExecutor", "ProcessPoolExecutor"}
MODES = {"cpu": WORKERS, "sleep": WORKERS | {"asyncio"}, "empty": WORKERS | {"asyncio"},
         "beside": {"serial", "threads", "processes"}, "tickets": {"threads", "processes"},
         "tickets-nolock": {"threads", "processes"}}
TINY = ("--tasks", "3", "--workers", "2", "--rounds", "500", "--sleep", "0.001", "--waits", "5",
        "--wait", "0.0002", "--hold", "0.001", "--blocks", "1", "--warmup", "0")


def setUpModule():  # pylint: disable=invalid-name
    if not os.path.isfile(os.path.join(SCRIPTS, "shapes.py")):
        raise RuntimeError(f"there is no {SCRIPTS}/shapes.py: set BENCH_SCRIPTS to the folder "
                           "scripts of the sources, as CTest does")


class Python(BenchTest):
    def shapes(self, *words, status=0, program=None):
        done = subprocess.run([sys.executable, program or os.path.join(SCRIPTS, "shapes.py"),
                               *words], cwd=self.work, env=self.environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, status, f"{words}\n{done.stdout}\n{done.stderr}")
        return done

    def told(self, *words, **more):
        return json.loads(self.shapes(*words, **more).stdout)

    def broken(self, name, old, new):
        """A copy of the scripts in which `old` was replaced."""
        folder = os.path.join(self.home, "broken")
        shutil.copytree(SCRIPTS, folder)
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        return os.path.join(folder, "shapes.py")

    # --- what it prints ---

    def test_every_shape_in_every_mode(self):
        told = self.told(*TINY)
        self.assertEqual(told["failed"], [])
        self.assertEqual(told["schema"], 1)
        self.assertLessEqual({gone["mode"] for gone in told["missing"]}, {"gevent"})
        with_gevent = set() if told["missing"] else {"gevent"}
        cells = sorted((row["shape"], row["mode"]) for row in told["rows"])
        self.assertEqual(cells, sorted(
            (shape, mode) for shape, modes in MODES.items()
            for mode in modes | (with_gevent if "asyncio" in modes else set())))
        for gone in told["missing"]:
            self.assertEqual(set(gone), {"mode", "reason"})
        for row in told["rows"]:
            self.assertGreater(row["wall_ns"], 0)
            self.assertEqual(row["tasks"], 3)
            self.assertEqual(row["block"], 0)
            self.assertEqual(row["workers"],
                             3 if row["mode"] in ("threads", "processes") else
                             2 if row["mode"].endswith("Executor") else 1)
            self.assertEqual("lateness_ns" in row, row["shape"] == "beside")
            self.assertEqual("lost" in row, row["shape"].startswith("tickets"))
            if row["shape"] == "beside":
                late = row["lateness_ns"]
                self.assertEqual(late["count"], 5)
                self.assertLessEqual(late["p50"], late["p99"])
                self.assertLessEqual(late["p99"], late["max"])
            if row["shape"] == "tickets":
                self.assertEqual(row["lost"], 0)

    def test_the_interpreter_is_named(self):
        about = self.told(*TINY, "--shapes", "empty", "--modes", "serial")["python"]
        self.assertEqual(about["version"], ".".join(map(str, sys.version_info[:3]))
                         if sys.version_info.releaselevel == "final" else about["version"])
        self.assertEqual(about["implementation"].lower(), sys.implementation.name)
        self.assertEqual(about["executable"], sys.executable)
        self.assertIn(about["gil"], (True, False, "unknown"))
        self.assertEqual(about["switch_interval_s"], sys.getswitchinterval())

    def test_blocks_hold_every_cell_once_in_a_seeded_order(self):
        words = (*TINY, "--shapes", "empty,tickets", "--modes",
                 "serial,threads,ThreadPoolExecutor", "--blocks", "4", "--switch-interval",
                 "0.001,0.02")
        orders = {}
        for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
            rows = self.told(*words, "--seed", seed)["rows"]
            orders[name] = [(row["block"], row["shape"], row["mode"], row["switch_interval_s"])
                            for row in rows]
            for block in range(4):
                cells = sorted(cell[1:] for cell in orders[name] if cell[0] == block)
                self.assertEqual(cells, sorted(
                    [("empty", "serial", sys.getswitchinterval())] +
                    [(shape, mode, interval) for interval in (0.001, 0.02) for shape, mode in
                     (("empty", "threads"), ("empty", "ThreadPoolExecutor"),
                      ("tickets", "threads"))]))
        self.assertEqual(orders["a"], orders["b"])
        self.assertNotEqual(orders["a"], orders["c"])

    def test_the_timer_slack_is_set(self):
        told = self.told(*TINY, "--shapes", "sleep", "--timer-slack", "1")
        self.assertEqual((told["failed"], told["settings"]["timer_slack_ns"]), ([], 1))
        program = self.broken("repetition.py", "= 29", "= -1")  # no such call of prctl()
        self.failing(self.told(*TINY, "--shapes", "sleep", "--timer-slack", "1", status=1,
                               program=program), "timer slack")

    def test_no_block_is_begun_when_the_time_is_over(self):
        told = self.told(*TINY, "--shapes", "empty", "--modes", "serial", "--blocks", "1000000",
                         "--max-time", "0.2")
        self.assertGreater(len(told["rows"]), 0)

    # --- what goes wrong ---

    def test_bad_input(self):
        for words in (("--tasks", "0"), ("--tasks", "many"), ("--shapes", "cpu,nothing"),
                      ("--modes", "fibres"), ("--switch-interval", "0"), ("--sleep", "-1"),
                      ("--switch-interval", "x"), ("--switch-interval", "0.005,"),
                      ("--limit", "1.5"), ("--timer-slack", "0"), ("--nothing",)):
            done = self.shapes(*words, status=2)
            self.assertEqual(done.stdout, "")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(words[0], done.stderr)
            self.assertNotIn("<", done.stderr)  # the name of a function in place of a reason

    def test_shapes_that_no_mode_runs(self):
        done = self.shapes("--shapes", "beside,tickets", "--modes", "asyncio,gevent", status=2)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for word in ("--modes", "asyncio, gevent", "beside, tickets", "serial, threads, processes"):
            self.assertIn(word, done.stderr)
        for row in self.told(*TINY, "--shapes", "beside,sleep", "--modes", "asyncio")["rows"]:
            self.assertEqual((row["shape"], row["mode"]), ("sleep", "asyncio"))

    def failing(self, told, word):
        self.assertEqual(told["rows"], [])
        self.assertGreater(len(told["failed"]), 0)
        for failed in told["failed"]:
            self.assertIn(word, failed["reason"])

    def test_wrong_results_are_no_rows(self):
        program = self.broken("repetition.py", "x = (x * MULTIPLIER + INCREMENT) & MASK\n    return",
                              "x = (x * MULTIPLIER) & MASK\n    return")
        self.failing(self.told(*TINY, "--shapes", "cpu", status=1, program=program), "returned")

    def test_lost_tasks_are_no_rows(self):
        program = self.broken("repetition.py", "sender.send(task(index))", "pass")
        self.failing(self.told(*TINY, "--modes", "processes", status=1, program=program), "")

    def test_a_lock_that_does_not_lock_loses_tickets(self):
        program = self.broken("repetition.py", "if not locked else", "if True else")
        rows = self.told(*TINY, "--shapes", "tickets", "--tasks", "20", "--hold", "0.05",
                         program=program)["rows"]
        self.assertTrue(all(row["lost"] > 0 for row in rows), rows)

    def test_what_is_missing_is_said(self):
        program = self.broken("repetition.py", 'get_context("fork")', 'get_context("fibres")')
        told = self.told(*TINY, "--shapes", "empty", program=program)
        gone = {missing["mode"]: missing["reason"] for missing in told["missing"]}
        self.assertLessEqual({"processes", "ProcessPoolExecutor"}, set(gone))
        self.assertIn("fibres", gone["processes"])
        self.assertEqual({row["mode"] for row in told["rows"]} & set(gone), set())

    # --- nothing hangs, nothing stays (BenchTest looks for processes after every test) ---

    LONG = (*TINY, "--shapes", "sleep", "--sleep", "3000")

    def test_what_hangs_is_ended(self):
        told = self.told(*self.LONG, "--modes", "processes,ThreadPoolExecutor", "--limit", "1",
                         status=1)
        self.failing(told, "not done after 1 s")
        self.assertEqual(len(told["failed"]), 2)

    def start_long(self, limit):
        started = subprocess.Popen([sys.executable, os.path.join(SCRIPTS, "shapes.py"), *self.LONG,
                                    "--modes", "processes", "--limit", limit],
                                   env=self.environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(self.end, started)

        def there():
            self.assertIsNone(started.poll(), "it ended before its tasks were there")
            return len(marked(self.mark)) >= 5  # the program, the repetition and its three tasks

        self.wait_until(there, "the tasks to be there")
        return started

    def test_an_interrupt_leaves_nothing(self):
        started = self.start_long("3000")
        started.send_signal(signal.SIGTERM)
        self.assertEqual(started.wait(LIMIT), 128 + signal.SIGTERM)

    def test_a_killed_program_leaves_nothing_for_long(self):
        started = self.start_long("10")
        started.kill()  # the others end by their own alarms
        started.wait(LIMIT)


if __name__ == "__main__":
    unittest.main()
