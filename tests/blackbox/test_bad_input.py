"""Bad input: exit status 2 and one line that names the option and the remedy; nothing is made."""
import os
import shutil
import unittest

from harness import BenchTest

RUN = ["--workload", "cpu", "--mode", "serial"]

# What is typed, and what the message must hold: what is wrong, and how to mend it.
CASES = [
    ([], ["nothing to do", "bench --workload"]),
    (["--workload", "cpu"], ["--mode", "for example"]),
    (["--mode", "serial"], ["--workload", "for example"]),
    # unknown names: the nearest one and the known ones
    (["--workload", "cpux", "--mode", "serial"], ["workload 'cpux'", "mean 'cpu'", "sleep"]),
    (["--workload", "qqqqqq", "--mode", "serial"], ["workload 'qqqqqq'", "known: cpu"]),
    (["--workload", "cpu", "--mode", "threads"], ["mode 'threads'", "mean 'thread'", "serial"]),
    (["--workload", "cpu", "--mode", "serial,proces"], ["mode 'proces'", "mean 'process'"]),
    ([*RUN, "--pin", "cores"], ["--pin", "'cores'", "mean 'core'", "numa"]),
    ([*RUN, "--submit", "sink"], ["--submit", "'sink'", "mean 'sync'", "async"]),
    ([*RUN, "--wrokers", "2"], ["'--wrokers'", "'--workers'"]),
    ([*RUN, "--bogus"], ["'--bogus'", "bench help run"]),
    ([*RUN, "-x"], ["'-x'", "bench help run"]),
    (["runn"], ["command 'runn'", "mean 'run'", "machine"]),
    (["help", "nosuch"], ["command 'nosuch'", "known: run"]),
    (["list", "modez"], ["'modez'", "mean 'modes'", "columns"]),
    # values out of range or of the wrong kind: the range
    ([*RUN, "--runs", "0"], ["--runs", "'0'", "from 1 to"]),
    ([*RUN, "--runs", "-1"], ["--runs", "'-1'", "from 1 to"]),
    ([*RUN, "--runs", "1.5"], ["--runs", "'1.5'", "whole number"]),
    ([*RUN, "--runs", "99999999999999999999999"], ["--runs", "from 1 to"]),
    ([*RUN, "--warmup", "x"], ["--warmup", "'x'", "from 0 to"]),
    ([*RUN, "--tasks", "0"], ["--tasks", "'0'", "from 1 to"]),
    ([*RUN, "--tasks", "1e30"], ["--tasks", "'1e30'", "from 1 to"]),
    ([*RUN, "--tasks", "8y"], ["--tasks", "'8y'", "usable core"]),
    ([*RUN, "--workers", "0"], ["--workers", "'0'", "from 1 to", "A..B"]),
    ([*RUN, "--workers", "two"], ["--workers", "'two'", "A..B"]),
    (["--workload", "cpu", "--mode", "thread", "--workers", "4..2"], ["--workers", "backwards"]),
    (["--workload", "cpu", "--mode", "thread", "--workers", "1..1e6"], ["--workers", "4096"]),
    ([*RUN, "--seed", "x"], ["--seed", "'x'", "from 0 to"]),
    ([*RUN, "--queue", "0"], ["--queue", "'0'", "from 1 to"]),
    ([*RUN, "--wait", "epol"], ["wait 'epol'", "mean 'epoll'", "uring"]),
    ([*RUN, "--wait", "epoll,"], ["--wait", "empty"]),
    ([*RUN, "--width", "0"], ["--width", "'0'", "from 1 to"]),
    ([*RUN, "--stack", "none"], ["--stack", "'none'", "own"]),
    ([*RUN, "--stack-size", "1KiB"], ["--stack-size", "'1KiB'", "8KiB to 64MiB"]),
    ([*RUN, "--stack-size", "big"], ["--stack-size", "'big'", "64KiB"]),
    (["--workload", "cpu", "--mode", "thread", "--width", "5"], ["--width", "coroutine", "--mode"]),
    (["--workload", "cpu", "--mode", "thread,event", "--stack", "own"], ["--stack", "coroutine"]),
    ([*RUN, "--rate", "0"], ["--rate", "'0'", "from 1 to"]),
    ([*RUN, "--rate", "10", "--arrivals", "posson"], ["--arrivals", "'posson'", "mean 'poisson'"]),
    ([*RUN, "--arrivals", "poisson"], ["--arrivals", "--rate"]),
    ([*RUN, "--timeout", "0"], ["--timeout", "1ms to 168h"]),
    ([*RUN, "--timeout", "9999h"], ["--timeout", "1ms to 168h"]),
    # a missing unit
    ([*RUN, "--timeout", "5"], ["--timeout", "'5'", "30s"]),
    (["--workload", "sleep", "--mode", "serial", "--set", "sleep.duration=5"],
     ["sleep.duration", "ms", "0 to 24h"]),
    # empty and missing values
    (["--workload=", "--mode", "serial"], ["--workload", "empty", "A,B,C"]),
    (["--workload", "cpu,,sleep", "--mode", "serial"], ["--workload", "empty"]),
    (["--workload", "cpu", "--mode", "serial,"], ["--mode", "empty"]),
    ([*RUN, "--workers", "1,,2"], ["--workers", "empty"]),
    ([*RUN, "--tasks"], ["--tasks", "needs a value"]),
    ([*RUN, "--runs="], ["--runs", "''"]),
    ([*RUN, "--output", ""], ["--output", "empty"]),
    ([*RUN, "--quiet=1"], ["--quiet", "no value"]),
    ([*RUN, "--dry-run=yes"], ["--dry-run", "no value"]),
    # --set
    ([*RUN, "--set", "cpu"], ["--set", "'cpu'", "cpu.rounds=1e6"]),
    ([*RUN, "--set", "cpu.rounds"], ["--set", "'cpu.rounds'", "cpu.rounds=1e6"]),
    ([*RUN, "--set", "cpu.rounds="], ["--set", "cpu.rounds=1e6"]),
    ([*RUN, "--set", "cpu.rounds=1,,2"], ["--set", "empty"]),
    ([*RUN, "--set", "cpu.round=1"], ["cpu", "'round'", "mean 'rounds'"]),
    ([*RUN, "--set", "cp.rounds=1"], ["workload 'cp'", "mean 'cpu'"]),
    ([*RUN, "--set", "cpu.rounds=0"], ["--set cpu.rounds", "rounds=0", "1 to 1e12"]),
    ([*RUN, "--set", "cpu.rounds=ten"], ["--set cpu.rounds", "rounds=ten", "1e6"]),
    ([*RUN, "--set", "sleep.duration=1ms"], ["--set sleep.duration", "--workload"]),
    ([*RUN, "--set", "cpu.rounds=1", "--set", "cpu.rounds=2"],
     ["--set cpu.rounds", "twice", "A,B"]),
    (["--workload", "memory", "--mode", "serial", "--set", "memory.access=streem"],
     ["--set memory.access", "mean 'stream'", "stream|random"]),
    (["--workload", "mixed", "--mode", "serial", "--set", "mixed.share=120%"],
     ["--set mixed.share", "0% to 100%"]),
    (["--workload", "jobs", "--mode", "serial", "--set", "jobs.list=3:0:4"],
     ["--set jobs.list", "1 to 8 numbers of 1 to 255 with ':' between"]),
    (["--workload", "jobs", "--mode", "serial", "--set", "jobs.list=3-4"],
     ["--set jobs.list", "such as 3:3:4"]),
    (["--workload", "empty", "--mode", "serial", "--set", "empty.x=1"],
     ["--set", "empty has no parameters"]),
    # given twice: neither is silently lost
    (["--workload", "cpu", "--workload", "sleep", "--mode", "serial"],
     ["--workload", "twice", "A,B"]),
    # names of folders
    ([*RUN, "--label", "a/b"], ["--label", "'a/b'", "letters"]),
    ([*RUN, "--label", ""], ["--label", "letters"]),
    ([*RUN, "--label", ".."], ["--label", "begin with"]),
    ([*RUN, "--label", "x" * 65], ["--label", "64"]),
    # topologies
    ([*RUN, "--topology", "nonsense"], ["--topology", "nonsense", "pack:2 core:4 pu:2"]),
    ([*RUN, "--topology", "pack:0"], ["--topology", "pack:2 core:4 pu:2"]),
    ([*RUN, "--topology", ""], ["--topology", "pack:2 core:4 pu:2"]),
    (["machine", "--topology", "nonsense"], ["--topology", "pack:2 core:4 pu:2"]),
    # too many words
    ([*RUN, "extra"], ["'extra'", "bench help run"]),
    (["machine", "extra"], ["'extra'", "bench help machine"]),
    (["list", "modes", "waits"], ["'waits'", "bench help list"]),
    (["list", "--names"], ["--names", "workloads|modes"]),
    (["plot"], ["result folder", "bench plot DIR"]),
    (["plot", "--foo"], ["'--foo'", "bench help plot"]),
    # what reaches the terminal is plain
    ([*RUN, "a\nb\x1b[31m"], ["'a?b?[31m'"]),
    (["--workload", "x" * 5000, "--mode", "serial"], ["--workload", "too long"]),
]


class BadInput(BenchTest):
    def complaint(self, words, status):
        done = self.bench(*words, status=status)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Abench: [^\n]+\n\Z", "one line")
        return done.stderr

    def test_every_case(self):
        for words, wanted in CASES:
            with self.subTest(words=words):
                said = self.complaint(words, 2)
                for text in wanted:
                    self.assertIn(text, said)
            # Outside of the subtest, so that one that made something stands alone.
            made = os.listdir(self.work)
            for name in made:
                shutil.rmtree(os.path.join(self.work, name))
            with self.subTest(words=words):
                self.assertEqual(made, [], "nothing is made")

    def test_the_output_folder_exists(self):
        os.mkdir(os.path.join(self.work, "out"))
        with open(os.path.join(self.work, "out", "mine"), "w", encoding="utf-8") as file:
            file.write("precious")
        said = self.complaint([*RUN, "--output", "out"], 2)
        for text in ("out", "not empty", "--output"):
            self.assertIn(text, said)
        self.assertEqual(os.listdir(os.path.join(self.work, "out")), ["mine"])

    def test_the_output_cannot_be_made(self):
        with open(os.path.join(self.work, "file"), "w", encoding="utf-8"):
            pass
        for path, status in (("file", 2), ("file/below", 2), ("/proc/nowhere", 1), ("x" * 300, 2)):
            with self.subTest(path=path):
                said = self.complaint([*RUN, "--output", path], status)
                for text in (path.split("/below")[0][:40], "--output"):
                    self.assertIn(text, said)
        self.assertEqual(os.listdir(self.work), ["file"])

    def test_plot_of_what_is_no_result_folder(self):
        os.mkdir(os.path.join(self.work, "empty"))
        os.mkdir(os.path.join(self.work, "text"))
        with open(os.path.join(self.work, "text", "timings.csv"), "w", encoding="utf-8") as file:
            file.write("a,b\n1,2\n")
        for folder in ("missing", "empty", "text"):
            with self.subTest(folder=folder):
                done = self.bench("plot", folder, status=None, gnuplot=True)
                self.assertIn(done.returncode, (1, 2))
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, rf"\Abench: [^\n]*{folder}/timings.csv[^\n]+\n\Z")
        self.assertEqual(os.listdir(os.path.join(self.work, "empty")), [])
        self.assertEqual(os.listdir(os.path.join(self.work, "text")), ["timings.csv"])

    def test_one_bad_folder_does_not_stop_the_others(self):
        self.bench(*RUN, "--set", "cpu.rounds=10", "--runs", "1", "--output", "good")
        done = self.bench("plot", "missing", "good", status=None)
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("missing", done.stderr)
        self.assertIn("gnuplot", done.stderr)  # got as far as the good one


if __name__ == "__main__":
    unittest.main()
