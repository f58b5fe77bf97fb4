"""Limits that bite in mid-run, though all fitted when the run was planned; and those of bench."""
import json
import os
import resource
import select
import signal
import subprocess
import time
import unittest

from harness import BENCH, LIMIT, SANITIZED, BenchTest

RUN = ["--mode", "thread", "--tasks", "8", "--workers", "8", "--no-reference",
       "--warmup", "0", "--quiet", "--output", "out"]
SLEEP = ["--workload", "sleep", "--set", "sleep.duration=5ms", *RUN]
FILE = ["--workload", "file", "--set", "file.size=1MiB", *RUN]


class MidRun(BenchTest):
    """The limit comes down while the run is under way, and is lifted again."""

    def statuses(self):
        """Not of the serial baseline, which needs less."""
        try:
            return [row["status"] for row in self.rows() if row["mode"] != "serial"]
        except (OSError, KeyError, AssertionError):
            return []

    def under_way(self, *words):
        run = self.start(*words, "--runs", "100000")
        self.wait_until(lambda: "ok" in self.statuses(), "a row")
        return run

    def bites(self, run, impose, lift, reason):
        impose(run.pid)
        self.wait_until(lambda: set(self.statuses()) - {"ok"}, "a row that is not ok")
        before = self.statuses()
        lift(run.pid)
        self.wait_until(lambda: self.statuses()[-1:] == ["ok"], "the run to go on")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130, self.said())
        self.assertEqual(set(before), {"ok", "skipped"})
        self.check_rows(reason, len(before))

    def check_rows(self, reason, before):
        """Of the `before` rows that were there when the limit was lifted, and of later ones. A call
        may be refused before that and looked into after, where no limit is to be found."""
        amid = []
        for number, row in enumerate(self.rows()):
            if number >= before and row["status"] == "failed":
                amid.append(row["reason"])
                continue
            self.assertIn(row["status"], ("ok", "skipped", "interrupted"), row["reason"])
            if row["status"] == "skipped":
                self.assertRegex(row["reason"], r"\A\w+\(\) failed in mid-run \([A-Z][^)]*\): ")
                self.assertRegex(row["reason"], reason)
        self.assertLessEqual(len(amid), 1, amid)

    def limited(self, run, what, value, reason):
        """As another process of the same user may do it at any time."""
        old = resource.getrlimit(what)
        self.bites(run, lambda pid: resource.prlimit(pid, what, (value, old[1])),
                   lambda pid: resource.prlimit(pid, what, old), reason)

    @staticmethod
    def of_sys(pid):
        """What the runner keeps open of the machine's sensors, if there are any: it has 14 others."""
        found = 0
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                found += os.readlink(f"/proc/{pid}/fd/{fd}").startswith("/sys/devices/")
            except OSError:
                continue  # closed meanwhile
        return found

    def test_descriptors(self):
        run = self.under_way(*FILE)
        most = 17 + self.of_sys(run.pid)
        self.limited(run, resource.RLIMIT_NOFILE, most,
                     rf"ulimit -n is {most}, \d+ needed: `ulimit -n \d+`")

    def test_descriptors_of_the_work(self):
        """Enough for the runner, and too few for the repetition, which takes the hard limit; that
        is not lifted again. No worker passes the barrier, and so gives its descriptors back, before
        all have theirs; files are open at the same time only where a disk lets their threads wait.
        """
        words = [{"thread": "thread-coroutine", "8": "32"}.get(word, word) for word in RUN]
        run = self.under_way("--workload", "barrier", "--wait", "epoll", *words)
        most = 20 + self.of_sys(run.pid)
        resource.prlimit(run.pid, resource.RLIMIT_NOFILE, (most, most))
        self.wait_until(lambda: set(self.statuses()) - {"ok"}, "a row that is not ok")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130, self.said())
        self.assertIn("skipped", self.statuses())
        self.check_rows(rf"ulimit -n is {most}, \d+ needed: as root `ulimit -n \d+`",
                        len(self.rows()))

    def test_size_of_files(self):
        """Which leaves room for a thousand rows of timings.csv."""
        self.limited(self.under_way(*FILE), resource.RLIMIT_FSIZE, 512 << 10,
                     r"ulimit -f is 512 \(kB in bash\), 1024 needed for a file: `ulimit -f 1024`")

    @unittest.skipIf(SANITIZED, "the sanitizers need terabytes")
    def test_address_space(self):
        self.limited(self.under_way(*SLEEP), resource.RLIMIT_AS, 20 << 20,
                     r"ulimit -v is 20480 \(kB\), \d+ in use, \d+ more needed: `ulimit -v \d+`")

    def test_processes_of_a_group(self):
        group = f"/sys/fs/cgroup/pids/bench-test-{os.getpid()}"
        try:
            os.mkdir(group)
        except OSError as error:
            self.skipTest(f"no control group can be made: {error}")
        self.addCleanup(self.wait_until, lambda: not os.path.exists(group) or self.gone(group),
                        "the group to be empty")

        def put(name, value):
            with open(f"{group}/{name}", "w", encoding="ascii") as file:
                file.write(str(value))
        words = [word.replace("thread", "process") for word in SLEEP]
        # A process that is there stays, and so few more do not suffice.
        self.bites(self.under_way(*words),
                   lambda pid: (put("cgroup.procs", pid), put("pids.max", 4)),
                   lambda pid: put("pids.max", "max"),
                   rf"cgroup pids\.max is 4, \d in use: as root `echo \d+ > {group}/pids\.max`")

    @staticmethod
    def gone(group):
        try:
            os.rmdir(group)
        except OSError:
            return False
        return True

    @unittest.skipIf(SANITIZED, "the sanitizers' own threads count, too")
    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_another_program_takes_the_processes(self):
        user, most = 54322, 24
        os.chmod(self.home, 0o755)
        os.chmod(self.work, 0o777)
        program = self.copy_of_bench()

        def become():
            resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        ends = [os.pipe(), os.pipe()]  # says that there are none left; ends all when it is closed

        def take(_):
            if os.fork() == 0:
                become()
                os.close(ends[1][1])
                self.take_all(ends[0][1], ends[1][0])
                os._exit(0)
            os.read(ends[0][0], 1)

        def release(_):
            os.close(ends[1][1])
            os.wait()
        started = subprocess.Popen

        def start_as(words, **options):
            return started([program, *words[1:]], preexec_fn=become, **options)
        subprocess.Popen = start_as
        try:
            run = self.under_way(*SLEEP)
        finally:
            subprocess.Popen = started
        self.bites(run, take, release,
                   rf"ulimit -u is {most}, \d+ in use: as root `ulimit -u \d+`")

    @staticmethod
    def take_all(told, end):
        """Forks until `end` is closed, for what was in use when there was no more is free again later. A
        byte is written when there is no more for the first time."""
        while not select.select([end], [], [], 0)[0]:
            try:
                if os.fork() == 0:
                    os.read(end, 1)
                    return
            except OSError:
                if told is not None:
                    os.write(told, b"!")
                    told = None
                time.sleep(0.001)

    def copy_of_bench(self):
        for name in ("bench", "bench-repetition"):
            with open(os.path.join(os.path.dirname(BENCH), name), "rb") as source, \
                    open(os.path.join(self.home, name), "wb") as copy:
                copy.write(source.read())
            os.chmod(os.path.join(self.home, name), 0o755)
        return os.path.join(self.home, "bench")

    def test_the_run_fails_where_it_is_to(self):
        """The row is there, nothing is run after it, and the run can be finished."""
        old = resource.getrlimit(resource.RLIMIT_FSIZE)
        run = self.start(*FILE, "--runs", "200", "--on-limit", "fail")
        self.wait_until(lambda: "ok" in self.statuses(), "a row")
        resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (512 << 10, old[1]))
        self.assertEqual(run.wait(LIMIT), 1)
        self.assertRegex(self.said(), r"bench: --on-limit fail: file under (thread|serial) with "
                                      r"[18] workers: \w+\(\) failed in mid-run [^\n]*ulimit -f is")
        statuses = [row["status"] for row in self.rows()]
        self.assertEqual(statuses, ["ok"] * (len(statuses) - 1) + ["skipped"])
        self.bench("run", "--resume", "out", "--quiet")
        rows = [row for row in self.rows() if (row["status"], row["mode"]) == ("ok", "thread")]
        self.assertEqual([row["block"] for row in rows], [str(block) for block in range(1, 201)])


class GoingOn(BenchTest):
    """Runs that are gone on with after a limit has changed."""
    RUN = ["--workload", "file,empty", "--set", "file.size=4KiB", "--mode", "thread", "--tasks",
           "60", "--runs", "3", "--warmup", "1", "--no-reference", "--output",
           "out", "--quiet"]

    def bench_under(self, files, *words, **options):
        return self.bench(*words, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (files, files)), **options)

    def facts(self):
        with open(os.path.join(self.work, "out", "machine.json"), encoding="utf-8") as file:
            return json.load(file)

    def of_file(self):
        return [row for row in self.rows() if (row["workload"], row["mode"]) == ("file", "thread")]

    def test_what_was_clamped_is_told_and_stays(self):
        self.bench_under(100, *self.RUN, "--on-limit", "clamp")
        entry, = self.facts()["run"]["clamped"]
        self.assertEqual((entry["workload"], entry["mode"], entry["workers"], entry["width"]),
                         ("file", "thread", [60, 32], [1, 1]))
        self.assertIn("ulimit -Hn is 100", entry["reason"])
        told = (r"--on-limit clamp\): file under thread with 32 workers of 1 tasks at once in "
                r"place of 60 of 1; it needs 60 ")
        # With the limit lifted, and with another one that allows less.
        done = self.bench_under(1024, "run", "--append", "out")
        self.assertRegex(done.stderr, told)
        self.bench_under(80, "run", "--append", "out", "--quiet", status=1)
        rows = self.of_file()
        self.assertEqual({row["workers"] for row in rows}, {"32"})
        self.assertEqual([row["status"] for row in rows], ["ok"] * 8 + ["skipped"])
        self.assertIn("ulimit -Hn is 80", rows[-1]["reason"])
        done = self.bench("report", "out", status=None)
        with open(os.path.join(self.work, "out", "report.html"), encoding="utf-8") as file:
            self.assertRegex(file.read(), told)

    def test_a_clamp_that_is_none_is_refused(self):
        self.bench_under(100, *self.RUN, "--on-limit", "clamp")
        sound = self.facts()
        for change in ({"workers": [60, 70]}, {"workers": [50, 32]}, {"cell": 77},
                       {"mode": "process"}, {"width": 1}, {"reason": None}, {"workers": [60, 0]}):
            entry = {**sound["run"]["clamped"][0], **change}
            with open(os.path.join(self.work, "out", "machine.json"), "w",
                      encoding="utf-8") as file:
                json.dump({**sound, "run": {**sound["run"], "clamped": [entry]}}, file)
            with self.subTest(change=change):
                done = self.bench("run", "--append", "out", status=2)
                self.assertRegex(done.stderr, r"\Abench: --append: [^\n]*run\.clamped, entry 1\)"
                                              r"[^\n]*\n\Z")

    def cut_after(self, block):
        """As if the run had been killed in its next block."""
        path = os.path.join(self.work, "out", "timings.csv")
        with open(path, encoding="utf-8") as file:
            head, *lines = file.read().splitlines(keepends=True)
        column = head.split(",").index("block")
        with open(path, "w", encoding="utf-8") as file:
            file.write(head + "".join(line for line in lines
                                      if int(line.split(",")[column]) <= block))

    def test_a_limit_that_was_lifted(self):
        """A cell that lacks its first blocks gets them in a further invocation."""
        self.bench_under(100, *self.RUN, status=1)
        self.assertEqual([row["status"] for row in self.of_file()], ["skipped"])
        self.cut_after(2)
        loud = self.bench_under(1024, "run", "--resume", "out", status=1)
        self.assertIn("1 cell that a limit kept from running would fit now, but lacks the blocks "
                      "before this one: left out here; `bench run --append out` runs it in a "
                      "further invocation", loud.stderr)
        self.assertEqual([row["status"] for row in self.of_file()], ["skipped"])
        whole = self.bench_under(1024, "run", "--resume", "out", status=1)
        self.assertIn("`bench run --append out` runs it", whole.stderr)
        self.bench_under(1024, "run", "--append", "out", "--quiet")
        rows = self.of_file()
        self.assertEqual([(row["invocation"], row["status"]) for row in rows],
                         [("1", "skipped")] + [("2", "ok")] * 4)
        self.bench_under(1024, "run", "--resume", "out", "--quiet")

    def test_lifted_before_the_first_block_was_done(self):
        self.bench_under(100, *self.RUN, status=1)
        self.cut_after(1)
        self.bench_under(1024, "run", "--resume", "out", "--quiet")
        self.assertEqual([(row["block"], row["status"]) for row in self.of_file()],
                         [("1", "skipped")] + [(block, "ok") for block in "1234"])

    def test_a_limit_that_came_down(self):
        """What ran before and does no longer has a row that says so."""
        self.bench_under(1024, *self.RUN)
        self.cut_after(2)
        self.bench_under(100, "run", "--resume", "out", "--quiet", status=1)
        self.assertEqual([row["status"] for row in self.of_file()], ["ok", "ok", "skipped"])


class OfBenchItself(BenchTest):
    WORDS = ["--workload", "empty", "--mode", "thread", "--tasks", "2", "--runs", "1", "--warmup",
             "0", "--quiet"]

    def under(self, what, value, *words, hard=None, status=None):
        hard = value if hard is None else hard
        return self.bench(*self.WORDS, "--output", "out", *words, status=status,
                          preexec_fn=lambda: resource.setrlimit(what, (value, hard)))

    @unittest.skipIf(SANITIZED, "the sanitizers need more stack")
    def test_stack(self):
        done = self.under(resource.RLIMIT_STACK, 65536, status=1)
        self.assertRegex(done.stderr, r"\Abench: ulimit -s is 64 \(kB\)[^\n]*`ulimit -s 8192`\n\Z")
        self.under(resource.RLIMIT_STACK, 65536, hard=resource.RLIM_INFINITY, status=0)

    @unittest.skipIf(SANITIZED, "the sanitizers open files of their own")
    def test_descriptors(self):
        done = self.under(resource.RLIMIT_NOFILE, 8, status=1)
        self.assertRegex(done.stderr, r"\Abench: ulimit -n is 8[^\n]*`ulimit -n 1024`\n\Z")
        self.under(resource.RLIMIT_NOFILE, 8, hard=1024, status=0)

    def test_size_of_files(self):
        done = self.under(resource.RLIMIT_FSIZE, 1024, status=1)
        self.assertRegex(done.stderr, r"\Abench: [^\n]*machine\.json: File too large[^\n]*\n\Z")

    def test_locked_memory(self):
        self.under(resource.RLIMIT_MEMLOCK, 0, status=0)

    def test_time(self):
        done = self.bench(*self.WORDS[:-1], "--output", "out", preexec_fn=lambda:
                          resource.setrlimit(resource.RLIMIT_CPU, (60, 60)))
        self.assertRegex(done.stderr, r"(?m)^bench: ulimit -t is 60: [^\n]*`ulimit -t unlimited`")

    @unittest.skipIf(SANITIZED, "the sanitizers' own threads count, too")
    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_processes(self):
        os.chmod(self.home, 0o755)
        os.chmod(self.work, 0o777)

        def become():
            resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
            os.setgroups([])
            os.setgid(54323)
            os.setuid(54323)
        done = self.bench(*self.WORDS, "--output", "out", program=MidRun.copy_of_bench(self),
                          preexec_fn=become, status=1)
        self.assertRegex(done.stderr, r"\Abench: the guard process could not be started: fork\(\) "
                                      r"[^\n]*ulimit -u is 1, 1 in use: as root `ulimit -u \d+`")


if __name__ == "__main__":
    unittest.main()
