"""Ctrl-C and the like: once ends in order and tells what there is, twice at once; nothing is left.

What keeps a run busy after the first one: a reader of the summary who does not read, and a guard
that was stopped.
"""
import fcntl
import os
import signal
import subprocess
import time
import unittest

from harness import FAULTY, LIMIT, SANITIZED, BenchTest, children, names

FAILING = os.environ.get("BENCH_FAILING", "")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MUCH = 1000  # files
STILL = 0.2  # seconds after which a process that is held up has not ended; later proves no less

# One task never ends, under a mode; so that a run of it has to be stopped. By this seed the order of
# the cells begins with the mode that is asked for, not with its serial baseline.
HANG = ["--workload", "hang", "--tasks", "4", "--workers", "2", "--no-reference", "--quiet",
        "--seed", "4"]
SHORT = ["--workload", "empty", "--mode", "serial", "--tasks", "4", "--runs", "2", "--warmup", "0",
         "--no-reference", "--quiet", "--output", "out"]

# It runs a signal's handler only when the call that blocks has returned.
not_held_up = unittest.skipIf(SANITIZED == "thread", "the thread sanitizer delays handlers")


class Interrupts(BenchTest):
    hears_others = True  # of which there are many here

    def begin(self, *words, program=FAULTY, out=None, ignored=()):
        """In a session of its own, as a shell starts a job, with streams of its own."""
        with open(os.path.join(self.home, "stderr"), "w", encoding="utf-8") as err:
            run = subprocess.Popen(  # pylint: disable=subprocess-popen-preexec-fn
                [program, *words], cwd=self.work, stdout=out or err, stderr=err,
                stdin=subprocess.DEVNULL, env=self.environment(), start_new_session=True,
                preexec_fn=lambda: [signal.signal(which, signal.SIG_IGN) for which in ignored])
        self.addCleanup(self.end, run)
        return run

    def full_pipe(self):
        """Both ends of a pipe that has no room left."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        flags = fcntl.fcntl(writer, fcntl.F_GETFL)
        fcntl.fcntl(writer, fcntl.F_SETFL, flags | os.O_NONBLOCK)
        try:
            while os.write(writer, b"\n" * 4096):
                pass
        except BlockingIOError:
            pass
        fcntl.fcntl(writer, fcntl.F_SETFL, flags)
        return reader, writer

    def written(self, folder="out"):
        try:
            with open(os.path.join(self.work, folder, "timings.csv"), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def interrupted(self, folder="out"):
        return ",interrupted," in self.written(folder)

    def check_interrupted(self, folder, mode):
        row, = self.rows(folder)
        self.assertEqual(row["mode"], mode)
        self.assertEqual((row["status"], row["wall_ns"]), ("interrupted", "off"), row)
        self.assertIn("stopped by a signal", row["reason"])

    def under_every_mode(self, out):
        """All at once: {folder: run}, each with a repetition, and where its workers are processes
        with one of those."""
        runs = {mode: self.begin(*HANG, "--mode", mode, "--output", mode, out=out)
                for mode in names("modes", FAULTY)}
        for mode, run in runs.items():
            repetition = self.wait_until(lambda run=run: self.repetition_of(run.pid), "a repetition")
            if mode.startswith("process"):
                self.wait_until(lambda pid=repetition: children(pid), f"a worker of {mode}")
        return runs

    def still(self, runs):
        time.sleep(STILL)
        self.assertEqual([run.poll() for run in runs], [None] * len(runs), "held up by the reader")

    @not_held_up
    def test_once_and_twice_under_every_mode(self):
        """Once leads to the summary, which nobody reads; twice from there to the end."""
        _, writer = self.full_pipe()
        runs = self.under_every_mode(writer)
        os.close(writer)
        for number, run in enumerate(runs.values()):
            run.send_signal(SIGNALS[number % len(SIGNALS)])
        for mode in runs:
            self.wait_until(lambda mode=mode: self.interrupted(mode), f"the row of {mode}")
        self.still(list(runs.values()))
        for number, run in enumerate(runs.values()):
            run.send_signal(SIGNALS[number // len(SIGNALS) % len(SIGNALS)])
        for mode, run in runs.items():
            self.assertEqual(run.wait(LIMIT), 130, mode)
            self.check_interrupted(mode, mode)

    def test_twice_at_once_under_every_mode(self):
        """Whether the second one still finds the repetition or not."""
        runs = self.under_every_mode(subprocess.DEVNULL)
        for number, run in enumerate(runs.values()):
            run.send_signal(signal.SIGINT)
            run.send_signal(SIGNALS[number % len(SIGNALS)])
        for mode, run in runs.items():
            self.assertEqual(run.wait(LIMIT), 130, mode)
            self.check_nothing_left()
            rows = self.rows(mode)
            self.assertEqual({(row["mode"], row["status"]) for row in rows} -
                             {(mode, "interrupted")}, set())
            self.assertTrue(self.written(mode).endswith("\n"))

    def test_kill_of_the_runner_under_every_mode(self):
        runs = self.under_every_mode(subprocess.DEVNULL)
        for run in runs.values():
            run.kill()
        for mode, run in runs.items():
            run.wait(LIMIT)
            self.assertEqual(self.rows(mode), [])

    def guard_of(self, run):
        return self.wait_until(lambda: [pid for pid, name in children(run.pid).items()
                                        if name == "bench-guard"], "the guard")[0]

    def test_kill_of_the_guard_and_the_runner_under_every_mode(self):
        """Who is left ends by itself, though nothing that it waits for ever comes."""
        runs = self.under_every_mode(subprocess.DEVNULL)
        for run in runs.values():
            guard = self.guard_of(run)
            os.kill(guard, signal.SIGKILL)
            self.wait_until(lambda run=run, guard=guard: guard not in children(run.pid),
                            "the guard to be dead")
            run.kill()
        for mode, run in runs.items():
            run.wait(LIMIT)
            self.assertEqual(self.rows(mode), [])

    def test_a_repetition_that_stands_still(self):
        run = self.begin(*HANG, "--mode", "process", "--output", "out", out=subprocess.DEVNULL)
        repetition = self.wait_until(lambda: self.repetition_of(run.pid), "a repetition")
        os.kill(repetition, signal.SIGSTOP)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130)
        self.check_interrupted("out", "process")

    def test_a_guard_that_stands_still(self):
        """It is waited for, and so set going again: at the end, and at an interrupt."""
        for number in (None, signal.SIGINT):
            words = HANG if number else ["--workload", "sleep", "--set", "sleep.duration=300ms",
                                         "--tasks", "4", "--runs", "2", "--quiet"]
            run = self.begin(*words, "--mode", "process", "--output", f"out{number}",
                             out=subprocess.DEVNULL)
            guard = self.guard_of(run)
            self.wait_until(lambda: self.repetition_of(run.pid), "a repetition")
            os.kill(guard, signal.SIGSTOP)
            if number:
                run.send_signal(number)
            self.assertEqual(run.wait(LIMIT), 130 if number else 0)

    @unittest.skipUnless(FAILING, "the sanitizers have calls of their own")
    def test_once_right_behind_the_taking(self):
        """Right after those that had come were taken: it is the first one, not the second."""
        for nth in range(1, 5):  # before the first repetition, and in it
            out = f"out{nth}"
            variables = {"LD_PRELOAD": FAILING, "FAILING_PROGRAM": "bench", "FAILING_CALL":
                         "sigpending", "FAILING_NTH": str(nth), "FAILING_ERRNO": "0",
                         "FAILING_SIGNAL": str(int(signal.SIGINT)), "FAILING_MARK": os.path.join(self.home, "mark")}
            done = self.bench(*HANG, "--mode", "process", "--output", out, status=130,
                              program=FAULTY, variables=variables)
            self.assertIn(f"Results: {out}", done.stdout)
            if nth > 1:
                self.check_interrupted(out, "process")

    @unittest.skipUnless(FAILING, "the sanitizers have calls of their own")
    def test_once_while_a_file_is_written(self):
        """It is whole or not there, and nothing lies beside it."""
        self.bench("--workload", "empty", "--mode", "serial", "--runs", "1", "--output", "out", "--quiet")
        for words in (["export", "out", "--format", "json"], ["report", "out"]):
            for call in ("fsync", "rename"):
                with self.subTest(command=words[0], call=call):
                    folder = os.path.join(self.work, f"{words[0]}-{call}")
                    os.mkdir(folder)
                    variables = {"LD_PRELOAD": FAILING, "FAILING_PROGRAM": "bench", "FAILING_CALL": call,
                                 "FAILING_NTH": "1", "FAILING_ERRNO": "0",
                                 "FAILING_SIGNAL": str(int(signal.SIGTERM)),
                                 "FAILING_MARK": os.path.join(self.home, f"mark-{words[0]}-{call}")}
                    done = self.bench(*words, "--output", os.path.join(folder, "page"), status=130,
                                      variables=variables)
                    self.assertTrue(os.path.exists(variables["FAILING_MARK"]))
                    self.assertEqual(done.stderr, f"bench: {words[0]}: interrupted\n"
                                     if words[0] == "export" else done.stderr)
                    self.assertEqual(os.listdir(folder), ["page"])

    def test_once_while_it_tells(self):
        """There is nothing to be stopped: who reads late still reads all."""
        reader, writer = self.full_pipe()
        run = self.begin(*SHORT, out=writer)
        os.close(writer)
        self.wait_until(lambda: self.written().count("\n") == 3, "all rows")
        time.sleep(STILL)
        run.send_signal(signal.SIGINT)
        self.still([run])
        told = b""
        while piece := os.read(reader, 65536):
            told += piece
        self.assertEqual(run.wait(LIMIT), 130)
        self.assertIn(b"Results: out", told)
        self.assertEqual({row["status"] for row in self.rows()}, {"ok"})

    @not_held_up
    def test_twice_while_it_tells(self):
        """The end without who reads."""
        _, writer = self.full_pipe()
        run = self.begin(*SHORT, out=writer)
        os.close(writer)
        self.wait_until(lambda: self.written().count("\n") == 3 and not children(run.pid),
                        "all rows, and its processes to be gone")
        run.send_signal(signal.SIGINT)
        self.still([run])
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(LIMIT), 130)
        self.assertEqual({row["status"] for row in self.rows()}, {"ok"})

    def hidden(self, folder):
        """The scratch of a run, where that has begun."""
        path = os.path.join(self.work, folder)
        return [os.path.join(path, name) for name in os.listdir(path)
                if name.startswith(".scratch-")] if os.path.isdir(path) else []

    def twice_amid_the_clearing_away(self, folder):
        """Where there is much to be cleared away. Whether the second one came in time."""
        run = self.begin("--workload", "file", "--set", "file.size=64MiB", "--set", "file.block=8",
                         "--mode", "process", "--tasks", "2", "--workers", "2", "--no-reference",
                         "--quiet", "--output", folder)
        scratch, = self.wait_until(lambda: self.repetition_of(run.pid) and self.hidden(folder),
                                   "scratch")
        for number in range(MUCH):
            os.close(os.open(os.path.join(scratch, f"much-{number}"), os.O_WRONLY | os.O_CREAT))
        run.send_signal(signal.SIGINT)
        some = [os.path.join(scratch, f"much-{number}") for number in range(0, MUCH, MUCH // 50)]
        while all(map(os.path.exists, some)):
            pass  # a sleep might last longer than the clearing away
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(), 130)
        self.assertEqual(self.hidden(folder), [])
        return "Results:" not in self.said()

    @not_held_up
    def test_twice_amid_the_clearing_away(self):
        """It ends when that is done, not before."""
        for number in range(5):
            if self.twice_amid_the_clearing_away(f"out{number}"):
                break

    def test_twice_in_other_commands(self):
        for words in (["doctor", "--time", "10m", "--output", "doctor"],
                      ["suite", "notes", "--only", "C13", "--full", "--output", "suite"],
                      [*SHORT[:-1], "waits", "--exclusive"]):
            with self.subTest(words=words):
                beside = None
                if "--exclusive" in words:
                    beside = self.begin(*HANG, "--mode", "thread", "--output", "beside")
                    self.wait_until(lambda run=beside: self.repetition_of(run.pid), "a repetition")
                run = self.begin(*words, out=subprocess.DEVNULL)
                self.wait_until(lambda run=run: children(run.pid), "its processes")
                run.send_signal(signal.SIGINT)
                run.send_signal(signal.SIGTERM)
                # Before there is anything to be cleared away, it ends as any program does.
                self.assertIn(run.wait(LIMIT), (130, -signal.SIGINT, -signal.SIGTERM))
                if beside:
                    beside.send_signal(signal.SIGINT)
                    self.assertEqual(beside.wait(LIMIT), 130)
                self.check_nothing_left()

    def test_what_nohup_ignores_is_ignored(self):
        run = self.begin(*HANG, "--mode", "process", "--output", "out", ignored=[signal.SIGHUP])
        self.wait_until(lambda: self.repetition_of(run.pid), "a repetition")
        run.send_signal(signal.SIGHUP)
        self.still([run])
        self.assertFalse(self.interrupted())
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(LIMIT), 130)
        self.check_interrupted("out", "process")


if __name__ == "__main__":
    unittest.main()
