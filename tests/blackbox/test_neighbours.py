"""Two runs on one machine notice each other, and --exclusive waits."""
import ctypes
import os
import signal
import subprocess
import time
import unittest

from harness import BENCH, LIMIT, BenchTest

NEWUSER, NEWNET = 0x10000000, 0x40000000

SHORT = ["--workload", "empty", "--mode", "serial", "--runs", "2", "--warmup", "0"]
LONG = ["--workload", "sleep", "--set", "sleep.duration=1h", "--mode", "thread", "--tasks", "2",
        "--runs", "1", "--no-reference", "--warmup", "0", "--output", "long"]

MANY = ["--workload", "empty", "--mode", "serial", "--runs", "100000", "--warmup", "0", "--quiet",
        "--no-reference"]
ASK_AGAIN = 1.0  # seconds in which one that need not wait any more goes; later proves no less


def setUpModule():
    """Names are per network: in one of our own, runs beside the test are not seen."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEWNET) != 0 and libc.unshare(NEWUSER | NEWNET) != 0:
        raise unittest.SkipTest("no network namespace of our own")


class Neighbours(BenchTest):
    hears_others = True

    def begin(self, *words):
        run = self.start(*LONG, *words)
        self.wait_until(lambda: self.repetition_of(run.pid), "the long repetition")
        return run

    def interrupt(self, run):
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130, self.said())

    def spoilt(self, folder):
        return {row["other_runs"] for row in self.rows(folder, reference=True)}

    def last(self, folder):
        """Of the last row that there is, which may not be whole yet."""
        try:
            return self.rows(folder)[-1]["other_runs"]
        except (OSError, IndexError, AssertionError):
            return None

    def test_alone(self):
        done = self.bench(*SHORT, "--output", "out")
        self.assertEqual(self.spoilt("out"), {"0"})
        self.assertNotIn("another run", done.stderr)
        self.assertNotIn("other runs of bench", done.stderr)

    def test_both_notice(self):
        run = self.begin()
        done = self.bench(*SHORT, "--output", "out")
        self.assertIn(f"another run of bench (process {run.pid}) is under way", done.stderr)
        self.assertIn("--exclusive", done.stderr)
        self.assertIn("warning: other runs of bench were under way", done.stderr)
        self.assertEqual(self.spoilt("out"), {"1"})
        quiet = self.bench(*SHORT, "--output", "quiet", "--quiet")
        self.assertNotIn("another run", quiet.stderr)
        self.assertNotIn("other runs", quiet.stderr)
        self.assertEqual(self.spoilt("quiet"), {"1"})
        self.interrupt(run)
        # Of the row of the first one that was interrupted; both had gone by then.
        self.assertEqual(self.spoilt("long"), {"2"})

    def test_exclusive_waits(self):
        first = self.begin()
        with open(os.path.join(self.home, "waiting"), "w", encoding="utf-8") as said:
            second = self.start_beside(said, *SHORT, "--output", "out", "--exclusive")
        self.wait_until(lambda: self.told("waiting"), "the second one to say that it waits")
        self.assertIn(f"waiting until another run of bench (process {first.pid}) is done",
                      self.told("waiting"))
        self.assertFalse(os.path.exists(os.path.join(self.work, "out")))
        self.interrupt(first)
        self.assertEqual(self.spoilt("long"), {"0"}, "who waits spoils nothing")
        self.assertEqual(second.wait(LIMIT), 0)
        self.assertEqual(self.spoilt("out"), {"0"})

    def test_exclusive_ones_wait_for_each_other(self):
        first = self.begin("--exclusive")
        with open(os.path.join(self.home, "waiting"), "w", encoding="utf-8") as said:
            second = self.start_beside(said, *SHORT, "--output", "out", "--exclusive")
        self.wait_until(lambda: self.told("waiting"), "the second one to say that it waits")
        self.interrupt(first)
        self.assertEqual(second.wait(LIMIT), 0)
        self.assertEqual(self.spoilt("out"), {"0"})

    def test_of_two_that_wait_one_goes(self):
        """And the other one goes when that is done; they begin to wait in either order."""
        first, waiting = self.begin(), {}
        for name in ("second", "third"):
            with open(os.path.join(self.home, name), "w", encoding="utf-8") as said:
                waiting[name] = self.start_beside(said, *LONG[:-1], name, "--exclusive")
        for name in waiting:
            self.wait_until(lambda name=name: self.told(name), f"the {name} one to say that it waits")
        self.interrupt(first)
        while waiting:
            name = self.wait_until(lambda: next((name for name, run in waiting.items()
                                                 if self.repetition_of(run.pid)), None), "one of them")
            time.sleep(ASK_AGAIN)
            run = waiting.pop(name)
            run.send_signal(signal.SIGINT)
            self.assertEqual(run.wait(LIMIT), 130)
            self.assertEqual(self.spoilt(name), {"0"})

    def test_who_has_gone_is_counted_no_more(self):
        first = self.begin()
        with open(os.path.join(self.home, "beside"), "w", encoding="utf-8") as said:
            run = self.start_beside(said, *MANY, "--output", "out")
        self.wait_until(lambda: self.last("out") == "1", "a row that is spoilt")
        self.interrupt(first)
        self.wait_until(lambda: self.last("out") == "0", "a row that is not")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130)

    def test_interrupted_while_it_waits(self):
        first = self.begin()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with open(os.path.join(self.home, "waiting"), "w", encoding="utf-8") as said:
                second = self.start_beside(said, *SHORT, "--output", "out", "--exclusive")
            self.wait_until(lambda: self.told("waiting"), "the second one to say that it waits")
            second.send_signal(number)
            self.assertEqual(second.wait(LIMIT), 130)
            self.assertIn("interrupted while waiting", self.told("waiting"))
            self.assertFalse(os.path.exists(os.path.join(self.work, "out")))
        self.interrupt(first)

    def test_a_killed_one_keeps_nobody_waiting(self):
        first = self.begin("--exclusive")
        first.kill()
        first.wait(LIMIT)
        self.bench(*SHORT, "--output", "out", "--exclusive")
        self.assertEqual(self.spoilt("out"), {"0"})

    def test_every_command_that_measures_waits(self):
        self.bench(*SHORT, "--output", "out")
        first = self.begin()
        for words in (["run", "--append", "out"], ["run", "--resume", "out"],
                      ["suite", "notes", "--only", "C1", "--output", "suite"],
                      ["doctor", "--time", "1s", "--output", "doctor"]):
            with self.subTest(words=words):
                with open(os.path.join(self.home, "waiting"), "w", encoding="utf-8") as said:
                    second = self.start_beside(said, *words, "--exclusive")
                self.wait_until(lambda: "waiting until another run" in self.told("waiting"),
                                "it to say that it waits")
                second.send_signal(signal.SIGINT)
                self.assertEqual(second.wait(LIMIT), 130)
        self.interrupt(first)

    def test_every_command_that_measures_takes_it(self):
        self.bench(*SHORT, "--output", "out", "--exclusive")
        self.bench("run", "--append", "out", "--exclusive")
        self.bench("suite", "notes", "--only", "C1", "--exclusive", "--dry-run")
        self.bench("doctor", "--time", "1s", "--exclusive", "--quiet", status=None)
        self.assertIn("--exclusive", self.bench("doctor", "--help").stdout)

    # --- beside another one ---

    def start_beside(self, said, *words):
        """start() keeps the streams of one run only."""
        started = subprocess.Popen([BENCH, *words], cwd=self.work, stdout=subprocess.DEVNULL,
                                   stderr=said, stdin=subprocess.DEVNULL, env=self.environment(),
                                   start_new_session=True)
        self.addCleanup(self.end, started)
        return started

    def told(self, name):
        with open(os.path.join(self.home, name), encoding="utf-8") as file:
            return file.read()


if __name__ == "__main__":
    unittest.main()
