"""`bench plot --terminal`: text charts of any width, wherever they go, under any locale."""
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import termios
import unittest

from harness import BENCH, LIMIT, BenchTest

CHARTS = "wall,speedup,timeline,states,memory,crossover,waiting,callbacks"
EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "results", "example")


class TextChartsTest(BenchTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(EXAMPLE, os.path.join(self.work, "a"), ignore=shutil.ignore_patterns("charts"))

    def run_all(self):
        self.run_of("b", "--workload", "mixed", "--mode", "thread-coroutine,process-coroutine,event",
                    "--workers", "1,2", "--tasks", "4", "--set", "mixed.share=0%,100%")
        self.run_of("c", "--workload", "jobs", "--mode", "thread-pool,coroutine", "--schedule", "fcfs,sjf",
                    "--set", "jobs.long=1ms")
        self.run_of("d", "--workload", "sleep", "--mode", "thread,coroutine", "--tasks", "2,4")

    def run_of(self, folder, *words):
        self.bench("run", *words, "--output", folder, "--runs", "6", "--no-reference", "--quiet")

    def charts(self, *folders, **variables):
        return self.bench("plot", *folders, "--chart", CHARTS, "--terminal", variables=variables).stdout

    def assert_within(self, text, width):
        self.assertTrue(text)
        self.assertEqual([line for line in text.splitlines() if len(line) > width], [])

    def test_no_line_is_wider_than_asked(self):
        self.run_all()
        for width in (40, 57, 80, 200):
            text = self.charts("a", "b", "c", "d", COLUMNS=str(width))
            self.assert_within(text, width)
            for said in ("thread-coroutine", "interval", "waiting for a turn", "# running", "workers"):
                self.assertIn(said.replace(" ", ""), "".join(text.split()), "%d columns" % width)

    def test_without_a_width_lines_have_a_hundred_columns(self):
        plain = self.charts("a")
        self.assertEqual(max(len(line) for line in plain.splitlines()), 100)
        for senseless in ("", "wide", "-5", "80x"):
            self.assertEqual(self.charts("a", COLUMNS=senseless), plain)
        self.assert_within(self.charts("a", COLUMNS="1"), 40)
        self.assert_within(self.charts("a", COLUMNS="99999999999999999999999"), 200)

    def test_plain_letters_under_any_locale(self):
        plain = self.charts("a", LANG="C", NO_COLOR="1")
        self.assertTrue(plain.isascii())
        self.assertNotIn("\x1b", plain)
        self.assertEqual(self.charts("a", LC_ALL="C.UTF-8"), plain)

    def test_a_terminal_says_how_wide_it_is(self):
        here, there = pty.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 44, 0, 0))
        with subprocess.Popen([BENCH, "plot", "a", "--chart", "wall", "--terminal"], cwd=self.work,
                              stdin=subprocess.DEVNULL, stdout=there,
                              env=self.environment(COLUMNS="200", TERM="xterm")) as done:
            os.close(there)
            text = b""
            try:
                while got := os.read(here, 65536):
                    text += got
            except OSError:
                pass # the program has ended
            os.close(here)
            self.assertEqual(done.wait(LIMIT), 0)
        self.assert_within(text.decode(), 44)
        self.assertNotIn(b"\x1b", text)


if __name__ == "__main__":
    unittest.main()
