"""kill -9 at random moments: of the runner, its guard, a repetition, a worker. Nothing is lost or left.

BENCH_KILL_ROUNDS says how often (200 by hand), BENCH_KILL_SEED with which moments.
"""
import os
import random
import re
import signal
import time
import unittest

from harness import LIMIT, BenchTest, children, marked, processes, stacked, tiny

ROUNDS = int(os.environ.get("BENCH_KILL_ROUNDS", "10"))
SEED = int(os.environ.get("BENCH_KILL_SEED", "1"))

PLAN = ["--workload", "sleep,file,tcp", *tiny("file", "tcp"), "--set",
        "sleep.duration=5ms", "--mode", stacked(), "--workers", "2", "--tasks", "4", "--runs", "8",
        "--timeout", "60s", "--output", "out", "--quiet"]


def is_announced(pid):
    """Whether an abstract name still says that this bench is there."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as file:
        return re.search(rf"@bench/run/{pid}-", file.read())


def descendants(pid):
    """The processes below one, oldest first."""
    found = []
    for child in sorted(children(pid)):
        found += [child, *descendants(child)]
    return found


class Kills(BenchTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)

    def ends(self, run, seconds):
        """Whether it ended by itself in that time."""
        end = time.monotonic() + seconds
        while run.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        return run.poll() is not None

    def audit(self, run):
        """Nothing is left, and every row is whole."""
        self.check_nothing_left()
        self.wait_until(lambda: not is_announced(run.pid), "its name to be gone")
        path = os.path.join(self.work, "out", "timings.csv")
        if not os.path.exists(path):
            return []
        with open(path, "rb") as file:
            text = file.read()
        if not text:
            return []  # killed before the header
        self.assertTrue(text.endswith(b"\n"), text[-200:])
        return self.rows(reference=True)

    def test_the_runner(self):
        """Killed again and again, and resumed: in the end the plan is whole, each row once."""
        kept = 0
        words, rounds, wait = PLAN, 0, 2.0
        while rounds < ROUNDS:
            run = self.start(*words)
            if self.ends(run, self.random.uniform(0, wait)):
                self.assertEqual(run.returncode, 0, self.said())
                os.rename(os.path.join(self.work, "out"), os.path.join(self.work, f"old{rounds}"))
                words, kept = PLAN, 0
                continue
            run.kill()
            run.wait(LIMIT)
            rounds += 1
            rows = self.audit(run)
            self.assertGreaterEqual(len(rows), kept)
            self.assertEqual({row["status"] for row in rows} - {"ok"}, set())
            keys = [tuple(row[name] for name in ("block", "workload", "mode", "workers",
                                                 "reference")) for row in rows]
            self.assertEqual(len(set(keys)), len(keys), "no row is there twice")
            kept = len(rows)
            words = ["run", "--resume", "out", "--quiet"] if rows else PLAN
            if not rows and os.path.exists(os.path.join(self.work, "out")):
                os.rename(os.path.join(self.work, "out"), os.path.join(self.work, f"none{rounds}"))

    def test_its_processes(self):
        """The guard, a repetition, a worker: it costs a row at the most."""
        run = self.start(*PLAN)
        killed = 0
        while run.poll() is None:
            time.sleep(self.random.uniform(0, 0.3))
            below = descendants(run.pid)
            if not below or killed >= ROUNDS:
                continue
            victim = self.random.choice(below)
            try:
                os.kill(victim, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
        self.assertIn(run.wait(LIMIT), (0, 1), self.said())
        rows = self.audit(run)
        bad = [row for row in rows if row["status"] != "ok"]
        self.assertLessEqual(len(bad), killed)
        for row in bad:
            self.assertIn(row["status"], ("crashed", "failed", "wrong-result"), row["reason"])
            self.assertNotEqual(row["reason"], "off")
            if "killed by signal" in row["reason"]:
                self.assertEqual(row["status"], "crashed", row["reason"])
        self.assertEqual(run.returncode, 1 if bad else 0)
        self.assertEqual({row["block"] for row in rows}, {str(block) for block in range(1, 10)})

    def scratch(self):
        """The scratch folder, and what is in it."""
        out = os.path.join(self.work, "out")
        folders = [name for name in os.listdir(out) if name.startswith(".scratch-")] \
            if os.path.isdir(out) else []
        return folders, [file for name in folders for file in os.listdir(os.path.join(out, name))]

    def test_a_repetition_amid_its_files(self):
        """What it leaves is cleared away before the next one: files, and orphans."""
        run = self.start("--workload", "file", "--set", "file.size=64MiB", "--set", "file.block=8",
                         "--mode", "process", "--workers", "2", "--tasks", "2", "--runs", "1000",
                         "--warmup", "0", "--no-reference", "--output", "out", "--quiet")

        def amid():
            repetition = self.repetition_of(run.pid)
            workers = sorted(children(repetition)) if repetition else []
            return [repetition, *workers] if len(workers) == 2 and self.scratch()[1] else None
        old = self.wait_until(amid, "a repetition that has workers and files")
        os.kill(old[0], signal.SIGKILL)
        # The orphans are the runner's own children for a moment, with the same name.
        self.wait_until(lambda: self.repetition_of(run.pid) not in (None, *old), "the next one")
        left = [name for name in self.scratch()[1] if int(name.rsplit("-", 1)[1]) in old]
        self.assertEqual(left, [])
        self.assertEqual([found for pid, found in processes().items() if pid in old], [])
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130, self.said())
        crashed = [row["reason"] for row in self.rows() if row["status"] == "crashed"]
        self.assertEqual(len(crashed), 1)
        self.assertIn("killed by signal 9", crashed[0])

    def test_the_guard_and_then_the_runner(self):
        """Nobody is left to clear away: the processes end all the same, and --resume does it."""
        run = self.start("--workload", "file", *tiny("file"), "--mode", "process,thread-pool",
                         "--workers", "2", "--tasks", "4", "--runs", "40", "--output", "out",
                         "--quiet")
        self.wait_until(lambda: self.scratch()[0], "scratch")
        guard, = [pid for pid, name in children(run.pid).items() if name == "bench-guard"]
        os.kill(guard, signal.SIGKILL)
        self.wait_until(lambda: guard not in children(run.pid), "the guard to be dead")
        run.kill()
        run.wait(LIMIT)
        self.wait_until(lambda: not marked(self.mark), "every process to be gone")
        self.assertEqual(len(self.scratch()[0]), 1)
        # Of a kill right while machine.json was being written.
        with open(os.path.join(self.work, "out", "machine.json.123-0.tmp"), "wb") as file:
            file.write(b"{")
        self.bench("run", "--resume", "out", "--quiet")
        self.assertEqual([name for name in os.listdir(os.path.join(self.work, "out"))
                          if name.endswith(".tmp")], [])
        self.assertEqual({row["status"] for row in self.rows()}, {"ok"})


if __name__ == "__main__":
    unittest.main()
