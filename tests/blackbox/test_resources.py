"""Nothing to write to, or too little of it: a full disk, closed streams, too few processes."""
import os
import resource
import shutil
import subprocess
import unittest

from harness import BENCH, SANITIZED, BenchTest, names, stacked, tiny

SMALL = ["--workload", "empty", "--mode", stacked(), "--tasks", "4", "--warmup", "0", "--quiet"]

# In a mount namespace of its own the small file system goes away with the last process.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size="$1" none disk || exit 77
shift
"$@"
status=$?
cp -r disk/out copy
exit $status
"""

# Something else fills it, but for so many bytes, once there are some rows. The runner stands
# still meanwhile, so that it does not end before; what a scratch file held at that moment is
# free again later, so filling goes on until it was felt.
ON_A_DISK_THAT_FILLS = """
mount -t tmpfs -o size="$1" none disk || exit 77
left=$2
shift 2
"$@" &
bench=$!
until [ "$(wc -l <disk/out/timings.csv 2>/dev/null || echo 0)" -gt 14 ]; do
    kill -0 $bench 2>/dev/null || break
    sleep 0.02
done
fill() {
    free=$(df --output=avail --block-size=1 disk | tail -n 1)
    [ "$free" -le "$left" ] || head -c $((free - left)) /dev/zero >>disk/ballast
}
kill -STOP $bench
fill
kill -CONT $bench
until grep -q "No space" disk/out/timings.csv || ! kill -0 $bench; do
    fill
    sleep 0.02
done 2>/dev/null
wait $bench
status=$?
cp -r disk/out copy
exit $status
"""


def small_disk(script, *words, **options):
    user = [] if os.geteuid() == 0 else ["--map-root-user", "--user"]
    return subprocess.run(["unshare", *user, "--mount", "sh", "-c", script, "sh", *words],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, **options)


class FullDisk(BenchTest):
    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.work, "disk"))
        try:
            tried = small_disk("mount -t tmpfs none disk", cwd=self.work)
        except OSError as error:
            self.skipTest(str(error))
        if tried.returncode != 0:
            self.skipTest(f"no file system can be mounted here: {tried.stderr.strip()}")

    def run_on(self, size, *words, script=ON_A_SMALL_DISK):
        return small_disk(script, *size.split(), BENCH, *words, "--output", "disk/out",
                          cwd=self.work,
                          env=self.environment(PATH=self.no_programs + ":/usr/bin:/bin:/sbin"))

    def test_rows_already_made_are_intact(self):
        done = self.run_on("64m 0", *SMALL, "--runs", "1000", script=ON_A_DISK_THAT_FILLS)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"bench: [^\n]*disk/out/(timings|tasks)\.csv[^\n]*No space")
        with open(os.path.join(self.work, "copy", "timings.csv"), encoding="utf-8") as file:
            lines = file.read().split("\n")
        columns = len(lines[0].split(","))
        self.assertGreater(len(lines), 10)
        for line in lines[1:-1]:
            fields = line.split(",")
            self.assertEqual(len(fields), columns, line)
            self.assertEqual(fields[lines[0].split(",").index("status")], "ok")
        self.assertEqual(lines[-1], "", "no half row is left behind")
        self.assertIn("Results: disk/out", done.stdout)

    def test_no_room_for_the_first_file(self):
        done = self.run_on("4k", *SMALL, "--runs", "1")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"bench: [^\n]*disk/out/machine\.json[^\n]*No space")

    def test_work_that_fills_the_disk_costs_its_own_rows(self):
        done = self.run_on("32m 4194304", "--workload", "file,empty", "--set", "file.size=8MiB",
                           "--mode", "serial,thread-pool", "--tasks", "1", "--runs", "100",
                           "--quiet", script=ON_A_DISK_THAT_FILLS)
        self.assertEqual(done.returncode, 1, done.stderr)
        rows = self.rows("copy")
        failed = [row for row in rows if row["status"] != "ok"]
        self.assertGreater(len(failed), 0)
        for row in failed:
            self.assertEqual((row["workload"], row["status"]), ("file", "skipped"))
            self.assertRegex(row["reason"], r"\A\w+\(\) failed in mid-run \(No space left on "
                                            r"device\): disk: .* are free in .*disk/out: free some")
        self.assertEqual(rows[-1]["block"], "101", "the run went on to its end")

    def test_a_cell_that_has_no_room_is_skipped(self):
        done = self.run_on("1m", "--workload", "file,empty", "--set", "file.size=8MiB", "--mode",
                           "serial,thread-pool", "--tasks", "1", "--runs", "2", "--quiet")
        self.assertEqual(done.returncode, 1, done.stderr)
        for row in self.rows("copy"):
            self.assertEqual(row["status"], "skipped" if row["workload"] == "file" else "ok")
            if row["workload"] == "file":
                self.assertRegex(row["reason"], "disk: .* are free in disk/out: free some")


class Streams(BenchTest):
    def full(self):
        file = open("/dev/full", "w", encoding="utf-8")  # pylint: disable=consider-using-with
        self.addCleanup(file.close)
        return file

    def test_output_that_cannot_be_written_is_an_error(self):
        for words in (["list"], ["list", "columns", "--names"], ["help"], ["help", "run"],
                      ["--version"], ["machine"], ["machine", "--json"],
                      [*SMALL, "--dry-run"], [*SMALL, "--runs", "1"]):
            with self.subTest(words=words):
                self.bench(*words, status=1, stdout=self.full())

    def test_messages_that_cannot_be_written_change_nothing(self):
        self.bench("--workload", "nosuch", "--mode", "serial", status=2, stderr=self.full())
        self.bench(*SMALL, "--runs", "1", "--output", "out", stderr=self.full())
        self.assertTrue(self.rows())

    def closed(self, numbers, *words, **options):
        """Runs with these standard streams closed, as `>&-` does it."""
        def close():
            for number in numbers:
                os.close(number)
        return self.bench(*words, preexec_fn=close, **options)

    def test_closed_streams_do_not_reach_the_results(self):
        """A file that is opened takes the lowest free number: what is printed must not hit it."""
        words = ["--workload", "file,empty", "--mode", stacked(), "--tasks", "2", "--runs", "1",
                 "--warmup", "0", *tiny("file")]
        for numbers in ((0,), (2,), (0, 2), (0, 1, 2), (1,), (1, 2)):
            with self.subTest(closed=numbers):
                folder = "closed" + "".join(map(str, numbers))
                self.closed(numbers, *words, "--output", folder, "--quiet", status=None)
                rows, tasks = self.rows(folder), self.tasks(folder)
                self.assertEqual({row["status"] for row in rows}, {"ok"})
                modes = len(stacked().split(","))
                self.assertEqual(len(rows), 2 * modes)
                self.assertEqual(len(tasks), 2 * 2 * modes)

    def test_a_reader_that_goes_away(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        self.bench(*SMALL, "--runs", "1", "--output", "out", status=1, stdout=writer)
        self.assertEqual({row["status"] for row in self.rows()}, {"ok"})


@unittest.skipIf(os.geteuid() != 0, "only root can become another user")
class AnotherUser(BenchTest):
    USER = 54324  # owns no other process, of other tests either

    def setUp(self):
        super().setUp()
        self.program = os.path.join(self.home, "bench")
        shutil.copy(BENCH, self.program)
        shutil.copy(os.path.join(os.path.dirname(BENCH), "bench-repetition"), self.home)
        os.chmod(self.home, 0o755)
        os.chmod(self.work, 0o777)

    def run_as(self, *words, preexec=None, **options):
        def become():
            if preexec:
                preexec()
            os.setgroups([])
            os.setgid(self.USER)
            os.setuid(self.USER)
        return self.bench(*words, program=self.program, preexec_fn=become, **options)

    def test_an_ordinary_user_may_do_everything(self):
        self.run_as("--workload", "cpu,file", "--mode", stacked(), "--tasks", "4", "--runs", "1",
                    "--pin", "core", "--output", "out", *tiny("cpu", "file"))
        self.assertEqual({row["status"] for row in self.rows()}, {"ok"})

    def test_a_folder_that_may_not_be_written_to(self):
        os.chmod(self.work, 0o755)
        done = self.run_as(*SMALL, "--runs", "1", status=1)
        self.assertRegex(done.stderr, r"\Abench: [^\n]*results[^\n]*Permission denied[^\n]*--output")

    @unittest.skipIf(SANITIZED, "the sanitizers' own threads count, too")
    def test_too_few_processes(self):
        """A limit on processes and threads costs the rows that need more than it allows."""
        def limit():
            resource.setrlimit(resource.RLIMIT_NPROC, (8, 8))
        done = self.run_as("--workload", "sleep", "--set", "sleep.duration=100ms", "--mode", "all",
                           "--tasks", "16", "--workers", "2,16", "--runs", "1", "--warmup", "0",
                           "--output", "out", preexec=limit, status=1)
        for row in self.rows():
            with self.subTest(mode=row["mode"], workers=row["workers"]):
                # Two processes of eight threads each are too many as well.
                if row["workers"] == "16" or row["mode"] == "process-thread":
                    self.assertEqual(row["status"], "skipped")
                    self.assertRegex(row["reason"], r"needs \d+ .*ulimit -u is 8.*`ulimit -u \d+`")
                else:
                    self.assertEqual(row["status"], "ok", row["reason"])
        self.assertEqual(len(self.rows()), 3 + (len(names("modes")) - 3) * 2)
        self.assertIn("Results: out", done.stdout)


class OnLimit(BenchTest):
    """A descriptor for each running task, of which 256 may be open: so 128 tasks run at once."""
    RUN = ["--workload", "file", *tiny("file"), "--mode", "thread", "--tasks", "400", "--runs",
           "1", "--warmup", "0"]
    OUT = ["--output", "out"]

    def run_limited(self, *words, **options):
        words = words if "--output" in words else (*words, *self.OUT)
        return self.bench(*self.RUN, *words, **options, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (256, 256)))

    def test_skipped_by_itself(self):
        self.run_limited(status=1)
        row, = [row for row in self.rows() if row["mode"] == "thread"]
        self.assertEqual(row["status"], "skipped")
        self.assertRegex(row["reason"], r"needs .*ulimit -Hn is 256.*`ulimit -n \d+`")

    def test_fail_before_anything_starts(self):
        done = self.run_limited("--on-limit", "fail", status=1)
        self.assertRegex(done.stderr, r"\Abench: --on-limit fail: file under thread with 400 "
                                      r"workers: [^\n]*ulimit -Hn is 256[^\n]*\n\Z")
        self.assertEqual((done.stdout, os.listdir(self.work)), ("", []))

    def test_clamp(self):
        done = self.run_limited("--on-limit", "clamp")
        self.assertRegex(done.stderr, r"file under thread: clamped from 400 workers [^\n]*to 128 ")
        row, = [row for row in self.rows() if row["mode"] == "thread"]
        self.assertEqual((row["status"], row["workers"], row["tasks"]), ("ok", "128", "400"))
        quiet = self.run_limited("--on-limit", "clamp", "--output", "quiet", "--quiet")
        self.assertNotIn("clamped", quiet.stderr)
        appended = self.bench("run", "--append", "out", "--quiet", preexec_fn=lambda:
                              resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)))
        self.assertIn("Results: out", appended.stdout)

    def test_a_disk_that_is_too_small(self):
        done = self.bench("--workload", "file", "--set", "file.size=1TiB", "--mode", "thread",
                          "--tasks", "1000", "--on-limit", "fail", "--output", "out", status=1)
        self.assertIn("disk: scratch files and results take up to", done.stderr)
        self.assertIn("are free in out", done.stderr)

    def test_memory_of_the_work(self):
        done = self.bench("--workload", "memory", "--set", "memory.buffer=1TiB", "--mode", "thread",
                          "--runs", "1", "--on-limit", "fail", "--output", "out", status=1)
        self.assertIn("memory: 1.00 TiB needed", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.work, "out")))

    def test_bad_words(self):
        done = self.bench(*self.RUN, "--on-limit", "clam", status=2)
        self.assertIn("value of --on-limit 'clam': did you mean 'clamp'?", done.stderr)


if __name__ == "__main__":
    unittest.main()
