"""Ends by force: what is finished is kept, nothing else is left, and a dead worker costs one row."""
import os
import pty
import re
import signal
import time
import unittest

from harness import LIMIT, BenchTest, children, processes

# Many short cells and one that would take an hour, so that the run stands still in it.
# The baseline of that one would take hours, too, and is left out.
TASKS = 4
LONG = ["--workload", "sleep", "--set", "sleep.duration=1ms,2ms,3ms,4ms,5ms,6ms,7ms,8ms,1h",
        "--tasks", str(TASKS), "--runs", "3", "--warmup", "0", "--output", "out", "--quiet"]


class Stopping(BenchTest):
    def raw(self):
        with open(os.path.join(self.work, "out", "timings.csv"), encoding="utf-8") as file:
            return file.read()

    def begin(self, mode, workers=TASKS):
        """Returns the run and the ids of its long repetition and of its workers."""
        run = self.start(*LONG, "--mode", mode)
        repetition, pids = self.settled(run.pid, workers)
        return run, repetition, pids

    def check_stopped(self, run, before, status=130):
        self.assertEqual(run.wait(LIMIT), status, self.said())
        self.assertTrue(self.raw().startswith(before), "finished rows are as they were")
        rows = self.rows(reference=True)
        self.assertEqual(len(rows), before.count("\n"))
        self.assertEqual({row["status"] for row in rows[:-1]} - {"ok"}, set())
        self.assertEqual(rows[-1]["status"], "interrupted")
        self.assertIn("signal", rows[-1]["reason"])
        self.assertIn("duration=1h", rows[-1]["params"])
        self.assertIn("Results: out", self.said("stdout"))

    def test_sigint_to_the_job(self):
        """As a terminal does it: to all processes of the job."""
        run, _, _ = self.begin("process")
        before = self.raw()
        os.killpg(run.pid, signal.SIGINT)
        self.check_stopped(run, before)

    def test_sigterm_to_the_runner(self):
        run, _, _ = self.begin("process-pool", workers=self.pool_workers())
        before = self.raw()
        run.send_signal(signal.SIGTERM)
        self.check_stopped(run, before)

    def test_sighup_while_threads_run(self):
        run, _, _ = self.begin("thread", workers=0)
        before = self.raw()
        run.send_signal(signal.SIGHUP)
        self.check_stopped(run, before)

    def test_ctrl_c_on_a_terminal(self):
        environment = self.environment()
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.work)
            program = os.environ["BENCH"]
            os.execve(program, [program, *LONG, "--mode", "process"], environment)
        self.addCleanup(os.close, terminal)
        self.settled(pid, TASKS)
        before = self.raw()
        os.write(terminal, b"\x03")
        self.read_all(terminal)
        _, status = os.waitpid(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 130)
        self.assertTrue(self.raw().startswith(before))
        self.assertEqual(self.rows()[-1]["status"], "interrupted")

    @staticmethod
    def read_all(terminal):
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:
            pass  # the other end is closed

    def begin_files(self):
        """Stops in the middle of writing: 64 MiB in blocks of 8 bytes take seconds."""
        run = self.start("--workload", "file", "--set", "file.size=64MiB", "--set", "file.block=8",
                         "--mode", "process", "--tasks", "2", "--output", "out", "--quiet")
        self.wait_until(self.scratch_files, "files in the scratch folder")
        return run

    def scratch_files(self):
        folder = os.path.join(self.work, "out")
        hidden = [name for name in os.listdir(folder) if name.startswith(".")] \
            if os.path.isdir(folder) else []
        return [file for name in hidden for file in os.listdir(os.path.join(folder, name))]

    def test_sigint_leaves_no_scratch_file(self):
        run = self.begin_files()
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130)
        self.check_nothing_left()
        self.assertEqual(self.rows()[-1]["status"], "interrupted")

    def test_kill_of_the_runner_leaves_no_scratch_file(self):
        run = self.begin_files()
        run.kill()
        run.wait(LIMIT)
        self.check_nothing_left()

    def test_kill_of_the_runner_leaves_no_process(self):
        run, repetition, pids = self.begin("process-spawn")
        before = self.raw()
        run.kill()
        run.wait(LIMIT)
        self.check_nothing_left()
        # The environment of one that is being ended is gone before it is.
        self.wait_until(lambda: not {repetition, *pids} & {
            pid for pid, (_, _, state) in processes().items() if state != "Z"}, "them to be gone")
        self.assertEqual(self.raw(), before)

    def test_kill_of_the_guard_does_no_harm(self):
        run, _, _ = self.begin("process")
        before = self.raw()
        guards = [pid for pid, name in children(run.pid).items() if name == "bench-guard"]
        self.assertEqual(len(guards), 1)
        os.kill(guards[0], signal.SIGKILL)
        run.send_signal(signal.SIGINT)
        self.check_stopped(run, before)

    # --- a dead worker ---

    def check_crashed(self, run, pattern):
        self.assertEqual(run.wait(LIMIT), 1, self.said())
        rows = self.rows()
        crashed = [row for row in rows if row["status"] == "crashed"]
        self.assertEqual(len(crashed), 1, [row["status"] for row in rows])
        self.assertRegex(crashed[0]["reason"], pattern)
        self.assertEqual({row["status"] for row in rows} - {"crashed"}, {"ok"})
        self.assertEqual(len(rows), 2 * 2 + 1)

    def begin_once(self, mode, workers):
        """An hour in one mode, one block only, beside short work that must go on."""
        run = self.start("--workload", "sleep", "--set", "sleep.duration=1ms,2ms,1h", "--tasks",
                         str(TASKS), "--runs", "1", "--warmup", "0", "--output", "out", "--quiet",
                         "--mode", mode)
        return run, *self.settled(run.pid, workers)

    def test_kill_of_a_worker(self):
        for mode in ("process", "process-spawn", "process-pool"):
            with self.subTest(mode=mode):
                workers = self.pool_workers() if mode == "process-pool" else TASKS
                run, _, pids = self.begin_once(mode, workers)
                os.kill(pids[-1], signal.SIGKILL)
                self.check_crashed(run, rf"process {pids[-1]} .*signal 9 .* in task \d")
                os.rename(os.path.join(self.work, "out"), os.path.join(self.work, mode))

    def test_kill_of_the_repetition(self):
        run, repetition, pids = self.begin_once("process", TASKS)
        os.kill(repetition, signal.SIGKILL)
        self.check_crashed(run, r"^killed by signal 9 ")
        self.assertFalse(set(pids) & set(processes()))

    # --- a machine that stands still ---

    def test_all_of_it_stopped_for_a_while(self):
        """As by a paused virtual machine: the repetition is not late, for it could not work."""
        run = self.start("--workload", "sleep", "--set", "sleep.duration=1500ms", "--mode", "process",
                         "--tasks", "2", "--workers", "2", "--runs", "1", "--warmup", "0",
                         "--timeout", "5s", "--no-reference", "--output", "out", "--quiet")
        below = self.wait_until(lambda: self.both(run.pid), "a repetition with its workers")
        for pid in (run.pid, *below):
            os.kill(pid, signal.SIGSTOP)
        time.sleep(8)
        for pid in (run.pid, *below):
            os.kill(pid, signal.SIGCONT)
        self.assertIn(run.wait(LIMIT), (0, 1), self.said())
        self.assertEqual([row["status"] for row in self.rows()].count("timeout"), 0,
                         [row["reason"] for row in self.rows()])

    def both(self, runner):
        repetition = self.repetition_of(runner)
        workers = sorted(children(repetition)) if repetition else []
        return [repetition, *workers] if len(workers) == 2 else None

    def pool_workers(self):
        """As many as there are usable cores, which `bench machine` tells."""
        told = self.bench("machine").stdout
        return int(re.search(r"^Usable cores +(\d+)", told, re.MULTILINE).group(1))


if __name__ == "__main__":
    unittest.main()
