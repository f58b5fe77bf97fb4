"""Every call that can fail fails once, each of them in turn: what is made is kept, the rest is told.

A preloaded library lets the n-th fork(), mmap(), write() ... of a program fail. n goes up until the
program makes fewer of them, so that each place where it can fail is reached.
"""
import errno
import os
import subprocess
import unittest

from harness import BENCH, LIMIT, BenchTest, names, tiny

FAILING = os.environ.get("BENCH_FAILING", "")

CALLS = {"fork": errno.EAGAIN, "pthread_create": errno.EAGAIN, "posix_spawn": errno.EAGAIN,
         "mmap": errno.ENOMEM, "memfd_create": errno.EMFILE, "ftruncate": errno.ENOSPC,
         "eventfd": errno.EMFILE, "epoll_create1": errno.EMFILE, "epoll_ctl": errno.ENOMEM,
         "socket": errno.EMFILE, "accept4": errno.EMFILE, "pipe2": errno.EMFILE,
         "open": errno.EMFILE, "openat": errno.ENFILE, "write": errno.ENOSPC, "read": errno.EIO,
         "fsync": errno.EIO, "fdatasync": errno.EIO, "rename": errno.EIO}

# Nearly all of those are made by the start of a repetition, which is the same under every mode, and
# there are many: asked for under one mode whose workers are threads and one of processes, or under
# every mode with BENCH_EVERY_CALL=1.
OF_THE_START = ("open", "read")
ALL_CALLS_UNDER = ("thread", "process-pool")

MOST = 4000  # of one call; more would be a loop


@unittest.skipUnless(FAILING, "the sanitizers have calls of their own")
class FailingCalls(BenchTest):
    def run_with(self, program, call, nth, words):
        """Returns the end of the run, or None where the program makes no such call."""
        mark = os.path.join(self.home, "mark")
        environment = self.environment(
            LD_PRELOAD=FAILING, FAILING_PROGRAM=program, FAILING_CALL=call, FAILING_NTH=str(nth),
            FAILING_ERRNO=str(CALLS[call]), FAILING_MARK=mark)
        done = subprocess.run([BENCH, *words], cwd=self.work, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=LIMIT, check=False)
        if not os.path.exists(mark):
            return None
        os.unlink(mark)
        return done

    def check(self, done):
        """What came of it is whole and true."""
        self.assertIn(done.returncode, (0, 1), done.stderr)
        folder = os.path.join(self.work, "out")
        made = os.path.exists(os.path.join(folder, "timings.csv"))
        rows = self.rows(reference=True) if made and self.whole(folder) else []
        statuses = {row["status"] for row in rows}
        self.assertNotIn("crashed", statuses, rows)
        self.assertNotIn("timeout", statuses, rows)
        for row in rows:
            self.assertEqual(row["status"] == "ok", row["reason"] == "off", row["reason"])
            self.assertEqual(row["status"] == "ok", row["wall_ns"] != "off", row["reason"])
        if done.returncode == 0:
            self.assertEqual(statuses, {"ok"})
        else:
            self.assertTrue(statuses - {"ok"} or "bench: " in done.stderr, "nothing was said")
        self.check_nothing_left()
        subprocess.run(["rm", "-rf", folder], check=True)

    @staticmethod
    def whole(folder):
        """A file that could not even be begun may be empty."""
        return os.path.getsize(os.path.join(folder, "timings.csv")) > 0

    def every_call(self, program, words, calls=CALLS):
        words = [*words, "--runs", "1", "--warmup", "1", "--no-reference", "--quiet", "--output",
                 "out"]
        reached = set()
        for call in calls:
            for nth in range(1, MOST):
                done = self.run_with(program, call, nth, words)
                if done is None:
                    subprocess.run(["rm", "-rf", os.path.join(self.work, "out")], check=True)
                    break
                reached.add(call)
                with self.subTest(program=program, call=call, nth=nth, words=words):
                    self.check(done)
            else:
                self.fail(f"more than {MOST} calls of {call}")
        return reached

    def test_in_the_runner(self):
        reached = self.every_call("bench", ["--workload", "file", *tiny("file"), "--mode",
                                            "thread", "--workers", "2", "--tasks", "2"])
        for call in ("fork", "posix_spawn", "mmap", "memfd_create", "ftruncate", "eventfd", "open",
                     "openat", "write", "read", "fsync", "fdatasync", "rename"):
            self.assertIn(call, reached)


def one_mode(mode):
    calls = [call for call in CALLS if call not in OF_THE_START or mode in ALL_CALLS_UNDER
             or os.environ.get("BENCH_EVERY_CALL")]

    def test(self):
        for workload in ("tcp", "file"):
            if mode == "event" and workload == "file":
                continue
            self.every_call("bench-repetition",
                            ["--workload", workload, *tiny(workload), "--mode", mode, "--workers",
                             "2", "--tasks", "4", "--timeout", "20s"], calls)
    return test


for name in names("modes") if BENCH else ():
    setattr(FailingCalls, f"test_in_{name.replace('-', '_')}", one_mode(name))

if __name__ == "__main__":
    unittest.main()
