"""The ground gives way in mid-run: a disk breaks, the results are deleted, memory ends, the clock jumps.

Rows that are made stay whole, the touched one says what happened, and the rest of the plan runs.
"""
import errno
import os
import shutil
import signal
import unittest

from harness import FAULTY, GONE, LIMIT, BenchTest, names, tiny

FAILING = os.environ.get("BENCH_FAILING", "")
CLOCK = os.environ.get("BENCH_CLOCK", "")

EMPTY = ["--workload", "empty", "--mode", "serial", "--tasks", "4", "--warmup", "0",
         "--no-reference", "--quiet", "--output", "out"]


class BrokenDisk(BenchTest):
    def variables(self, program, call, error, nth):
        return {"LD_PRELOAD": FAILING, "FAILING_PROGRAM": program, "FAILING_CALL": call,
                "FAILING_NTH": str(nth), "FAILING_ERRNO": str(error), "FAILING_EVER": "1",
                "FAILING_MARK": os.path.join(self.home, "mark")}

    def whole_rows(self):
        with open(os.path.join(self.work, "out", "timings.csv"), encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text == "" or text.endswith("\n"), text[-200:])
        return self.rows() if text else []

    @unittest.skipUnless(FAILING, "the sanitizers have calls of their own")
    def test_under_the_results(self):
        """From some call on, all fail: as of a disk that breaks, or is mounted read-only then."""
        kept = {}
        for call, error, said in (("write", errno.EIO, "Input/output error"),
                                  ("write", errno.EROFS, "Read-only file system"),
                                  ("fdatasync", errno.EIO, "Input/output error")):
            for nth in (2, 12, 30, 80):
                with self.subTest(call=call, error=error, nth=nth):
                    done = self.bench(*EMPTY, "--runs", "100", status=1,
                                      variables=self.variables("bench", call, error, nth))
                    self.assertRegex(done.stderr, rf"bench: [^\n]*out/\w+\.\w+: {said}")
                    folder = os.path.join(self.work, "out")
                    if os.path.exists(os.path.join(folder, "timings.csv")):
                        rows = self.whole_rows()
                        self.assertEqual({row["status"] for row in rows} - {"ok"}, set())
                        self.assertEqual([row["rep"] for row in rows],
                                         [str(rep) for rep in range(1, len(rows) + 1)])
                        kept[call, error, nth] = len(rows)
                    shutil.rmtree(folder, ignore_errors=True)
        self.assertEqual(kept["write", errno.EIO, 80] - kept["write", errno.EIO, 30], 50,
                         "one write a row: between two of them who kills bench finds whole rows")

    @unittest.skipUnless(FAILING, "the sanitizers have calls of their own")
    def test_under_the_scratch_files_of_every_mode(self):
        for call in ("write", "fsync", "fdatasync"):
            self.bench("--workload", "file,empty", *tiny("file"), "--mode", "all", "--tasks", "4",
                       "--workers", "2", "--runs", "1", "--warmup", "0", "--no-reference",
                       "--wait", "auto", "--quiet", "--output", call, status=None,
                       variables=self.variables("bench-repetition", call, errno.EIO,
                                                2 if call == "write" else 1))
            rows = self.rows(call)
            self.assertEqual({row["mode"] for row in rows}, set(names("modes")))
            for row in rows:
                if row["workload"] == "empty" and row["status"] != "unsupported":
                    self.assertEqual(row["status"], "ok", row["reason"])
                elif row["status"] == "failed":
                    self.assertRegex(row["reason"], r"task \d: Input/output error", row)
            failed = {row["mode"] for row in rows if row["status"] == "failed"}
            if call != "fdatasync":  # the other one of the two syncs is what the workload does
                self.assertLessEqual({"serial", "thread", "process", "process-pool"}, failed)


class Deleted(BenchTest):
    def test_the_folder_of_results(self):
        run = self.start(*EMPTY, "--runs", "1000000")
        folder = os.path.join(self.work, "out")
        self.wait_until(lambda: self.rows_so_far() > 2, "some rows")
        shutil.rmtree(folder)
        self.assertEqual(run.wait(LIMIT), 1)
        self.assertRegex(self.said(), r"^bench: out/timings\.csv was deleted in the meantime")
        self.assertIn("serial", self.said("stdout"), "what is known is told all the same")
        self.assertFalse(os.path.exists(folder))

    def test_the_folder_of_results_with_scratch_files(self):
        run = self.start("--workload", "file", "--set", "file.size=64MiB", "--set", "file.block=8",
                         "--mode", "process", "--tasks", "2", "--runs", "1", "--output", "out",
                         "--quiet")
        self.wait_until(lambda: self.repetition_of(run.pid) and os.path.exists(
            os.path.join(self.work, "out", "timings.csv")), "a repetition")
        shutil.rmtree(os.path.join(self.work, "out"), ignore_errors=True)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130)
        self.assertNotIn("could not be removed", self.said())

    def test_the_folder_gets_another_name(self):
        """All is kept in it, nothing else is left, and who looks for it under the old one is told."""
        out, other = (os.path.join(self.work, name) for name in ("out", "other"))
        run = self.start("--workload", "file,sleep", "--set", "file.size=4KiB", "--set",
                         "sleep.duration=40ms", "--mode", "thread-pool", "--tasks", "4", "--runs",
                         "12", "--quiet", "--output", "out")
        self.wait_until(lambda: self.rows_so_far() > 2, "some rows")
        os.rename(out, other)
        self.assertEqual(run.wait(LIMIT), 1)
        self.assertRegex(self.said(), r"^bench: out/timings\.csv cannot be read any more: No such")
        self.assertEqual({row["status"] for row in self.rows("other")}, {"ok"})
        self.assertEqual([name for name in os.listdir(other) if name.startswith(".")], [])

    def test_one_file(self):
        """Before its rows are written, which the first of two repetitions makes, or the second."""
        for name in ("tasks.csv", "states.csv"):
            with self.subTest(name=name):
                out = name.removesuffix(".csv")
                run = self.start("--workload", "sleep", "--set", "sleep.duration=2s", "--mode",
                                 "serial", "--tasks", "1", "--runs", "1", "--no-reference",
                                 "--quiet", "--output", out)
                # Before all are made there would be no run, and so no row.
                files = [os.path.join(self.work, out, file)
                         for file in ("timings.csv", "tasks.csv", "states.csv")]
                self.wait_until(lambda files=files: all(os.path.exists(file) and os.path.getsize(file)
                                                        for file in files), "the files")
                os.unlink(os.path.join(self.work, out, name))
                self.assertEqual(run.wait(LIMIT), 1)
                self.assertRegex(self.said(), rf"^bench: {out}/{name} was deleted")
                self.assertEqual({row["status"] for row in self.rows(out)}, {"ok"})


def own_memory_group():
    """The folder of this process's control group for memory, and its version; or None."""
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        groups = {tuple(line.split(":")[1].split(",")): line.rstrip("\n").split(":", 2)[2]
                  for line in file}
    for controllers, group in groups.items():
        if "memory" in controllers:
            return "/sys/fs/cgroup/memory" + group, 1
    return "/sys/fs/cgroup" + groups.get(("",), "/none"), 2


class NoMemory(BenchTest):
    def setUp(self):
        super().setUp()
        above, version = own_memory_group()
        self.group = os.path.join(above, f"bench-test-{os.getpid()}")
        limit = "memory.limit_in_bytes" if version == 1 else "memory.max"
        try:
            os.mkdir(self.group)
            self.addCleanup(self.remove_group)
            with open(os.path.join(self.group, limit), "w", encoding="utf-8") as file:
                file.write(str(120 << 20))
            with open(os.path.join(self.group, "cgroup.procs"), "w", encoding="utf-8"):
                pass
        except OSError as error:
            self.skipTest(f"no memory can be limited here: {error}")

    def remove_group(self):
        self.wait_until(self.try_remove, "the group to be empty", limit=GONE)

    def try_remove(self):
        try:
            os.rmdir(self.group)
        except OSError:
            return False
        return True

    def test_the_kernel_ends_a_worker_of_every_mode(self):
        with open(os.path.join(self.group, "cgroup.procs"), "w", encoding="utf-8") as procs:
            self.bench("--workload", "hungry,sleep", "--set", "sleep.duration=1ms", "--mode", "all",
                       "--tasks", "8", "--workers", "2", "--runs", "1", "--warmup", "0",
                       "--no-reference", "--quiet", "--output", "out", status=1, program=FAULTY,
                       preexec_fn=lambda: os.write(procs.fileno(), b"0"))
        rows = self.rows()
        for row in rows:
            if row["workload"] == "hungry":
                self.assertEqual(row["status"], "crashed", row)
                self.assertRegex(row["reason"], r"killed by signal 9 \(Killed\) in task \d; memory ran "
                                 r"out: meanwhile the kernel's OOM killer ended \d process(es)? of "
                                 r"this control group$")
            else:
                self.assertEqual(row["status"], "ok", row)
        self.assertEqual(len(rows), 2 * len(names("modes", FAULTY)))


class JumpingClock(BenchTest):
    @unittest.skipUnless(CLOCK, "the sanitizers have calls of their own")
    def test_no_figure_jumps(self):
        self.bench("--workload", "sleep", "--set", "sleep.duration=2ms", "--mode", "all",
                   "--tasks", "4", "--workers", "2", "--runs", "3", "--timeout", "1m",
                   "--output", "out", "--max-time", "1h", variables={"LD_PRELOAD": CLOCK})
        rows = self.rows()
        self.assertEqual(len(rows), 4 * len(names("modes")), "--max-time is no time of day")
        starts = [int(row["start_unix_ns"]) for row in rows]
        apart = [abs(after - before) for before, after in zip(starts, starts[1:])]
        self.assertGreater(max(apart), 4 * 3600 * 10**9, "it did jump")
        for row in rows:
            self.assertEqual(row["status"], "ok", row["reason"])
            for name in ("wall_ns", "spawn_ns", "join_ns", "longest_task_ns"):
                self.assertLess(int(row[name]), 60 * 10**9, (name, row))
        for row in self.tasks():
            self.assertLessEqual(int(row["start_ns"]), int(row["end_ns"]))
            self.assertLess(int(row["end_ns"]), 60 * 10**9)


if __name__ == "__main__":
    unittest.main()
