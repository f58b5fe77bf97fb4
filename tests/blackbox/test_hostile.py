"""Folders that somebody else made, and other users of the machine: what a result folder holds leads
to no file outside of it, is waited for by nobody, and nothing is made where others could get at it."""
import json
import os
import re
import shutil
import stat
import subprocess
import unittest

from harness import BENCH, LIMIT, BenchTest, processes

MADE = {}  # one run for all tests: text of each file by name
SMALL = ["--workload", "empty", "--mode", "serial", "--tasks", "2", "--runs", "6", "--no-reference",
         "--quiet"]
TRACE = ["export", "--format", "perfetto"]
READERS = [["plot"], ["plot", "--terminal"], ["report"], ["export", "--format", "json"],
           ["compare", "good"], ["run", "--append"], ["run", "--resume"]]


class Hostile(BenchTest):
    def setUp(self):
        super().setUp()
        if not MADE:
            self.bench(*SMALL, "--output", "made")
            for name in os.listdir(self.path("made")):
                if os.path.isfile(self.path("made", name)):
                    with open(self.path("made", name), "rb") as file:
                        MADE[name] = file.read()
            shutil.rmtree(self.path("made"))
        self.folder("good")

    def path(self, *parts):
        return os.path.join(self.work, *parts)

    def folder(self, name):
        shutil.rmtree(self.path(name), ignore_errors=True)
        os.makedirs(self.path(name))
        for file, content in MADE.items():
            self.put(name, file, content)
        return name

    def put(self, *where):
        with open(self.path(*where[:-1]), "wb") as file:
            file.write(where[-1])

    def precious(self, content=b"mine\nand this, without an end"):
        """A file that lies elsewhere. Returns what tells whether it is still the same."""
        self.put("precious", content)

        def same():
            with open(self.path("precious"), "rb") as file:
                self.assertEqual(file.read(), content)
        return same

    def refuse(self, words, *parts, status=2, program=None, **options):
        done = self.bench(*words, status=status, program=program, **options)
        last = done.stderr.splitlines()[-1]
        for part in parts:
            self.assertIn(part, last)
        self.assertNotIn("and this", done.stdout + done.stderr)

    # --- links ---

    def test_a_link_is_not_read(self):
        """What it leads to could be a secret, and a page is there to be shown to others."""
        for file, readers in (("timings.csv", READERS), ("tasks.csv", [["report"], TRACE]),
                              ("machine.json", [["report"], ["run", "--resume"]])):
            for words in readers:
                with self.subTest(file=file, words=words):
                    self.folder("bad")
                    os.rename(self.path("bad", file), self.path("elsewhere"))
                    os.symlink("../elsewhere", self.path("bad", file))
                    self.refuse([*words, "bad"], f"bad/{file} is a symbolic link")

    def test_the_tree_of_a_machine_is_not_read_through_a_link(self):
        self.folder("bad")
        os.rename(self.path("bad", "topology.xml"), self.path("elsewhere"))
        os.symlink("../elsewhere", self.path("bad", "topology.xml"))
        page = self.bench("report", "bad", "--output", "-").stdout
        self.assertIn("it is a symbolic link, which is not followed", page)

    def test_a_link_is_not_written_through(self):
        same = self.precious()
        for file in ("timings.csv", "tasks.csv", "states.csv"):
            self.folder("bad")
            os.unlink(self.path("bad", file))
            os.symlink("../precious", self.path("bad", file))
            # A torn last line, which --resume mends, is just what the other file ends in.
            self.refuse(["run", "--resume", "bad"], f"bad/{file} is a symbolic link")
            same()

    def test_the_page_takes_the_place_of_a_link(self):
        same = self.precious()
        os.symlink("../precious", self.path("good", "report.html"))
        self.bench("report", "good")
        same()
        self.assertTrue(stat.S_ISREG(os.lstat(self.path("good", "report.html")).st_mode))

    # --- what would be waited for ---

    def test_a_pipe_holds_nobody_up(self):
        """In the place of a file that is read, or of one that is written anew."""
        os.mkfifo(self.path("good", "report.html"))
        self.bench("report", "good")
        self.assertTrue(stat.S_ISREG(os.lstat(self.path("good", "report.html")).st_mode))
        os.mkdir(self.path("good", "charts"))
        for name in ("wall.csv", "wall.svg"):
            os.mkfifo(self.path("good", "charts", name))
        self.bench("plot", "good", "--chart", "wall", "--format", "svg", status=None, gnuplot=True)
        self.folder("bad")
        for file in ("claims.csv", "states.csv"):
            self.folder("bad")
            if file in MADE:
                os.unlink(self.path("bad", file))
            os.mkfifo(self.path("bad", file))
            self.refuse(["report", "bad"], f"bad/{file} is not a regular file")

    # --- too much ---

    def test_sizes_are_bounded(self):
        """Sparse files, which take no room: no one may be read whole before it is refused."""
        for file, size, parts in (("timings.csv", 1 << 35, ("NUL",)),
                                  ("machine.json", (16 << 20) + 1, ("more than 16 MiB",)),
                                  ("machine.json", 1 << 35, ("more than 16 MiB",))):
            with self.subTest(file=file):
                self.folder("bad")
                os.truncate(self.path("bad", file), size)
                self.refuse(["compare", "good", "bad"], f"bad/{file}", *parts)
        self.folder("bad")
        self.put("bad", "machine.json", b'{"a":' + b"[" * 100000)
        self.refuse(["compare", "good", "bad"], "bad/machine.json:1:")
        header, row = MADE["timings.csv"].splitlines(keepends=True)[:2]
        columns = b",".join(b"x%d" % i for i in range(2000))
        for rows, part in ((columns + b"\n", "more than 1024 columns"),
                           (header + b'"' + b"x" * (2 << 20), "a row of more than 1048576 bytes"),
                           (header + row.replace(b"empty", b"e" * 100, 1), "'workload'")):
            self.put("bad", "timings.csv", rows)
            self.folder_facts("bad")
            self.refuse(["compare", "good", "bad"], "bad/timings.csv:", part)

    def folder_facts(self, name):
        self.put(name, "machine.json", MADE["machine.json"])

    # --- names and paths that the files hold ---

    def test_names_are_no_paths(self):
        """No cell and no fact of the machine becomes the name of a file."""
        text = MADE["timings.csv"].decode().replace(",empty,", ",../../up,").replace(
            ",serial,", ",/abs/path,")
        run = re.search(r"\n\d+,([^,]+),", text).group(1)
        self.put("good", "timings.csv", text.replace(f",{run},", ",../../run,").encode())
        facts = json.loads(MADE["machine.json"])
        facts["run"].update(run="../../run", label="../../label")
        facts["host"] = "../../host"
        self.put("good", "machine.json", json.dumps(facts).encode())
        before = self.tree()
        for words in (["plot", "--format", "svg"], ["report"], ["export", "--format", "json"],
                      ["compare", "good"]):
            self.bench(*words, "good", gnuplot=True)
        made = {name for name in self.tree() - before
                if not re.fullmatch(r"good/(report\.html|charts(/[a-z_-]+\.(csv|svg))?)", name)}
        self.assertEqual(made, set())

    def tree(self):
        return {os.path.relpath(os.path.join(where, name), self.work)
                for where, folders, files in os.walk(self.home) for name in folders + files
                if not where.startswith(os.path.join(self.home, "cache"))
                and name != "cache"}

    # --- other users ---

    def test_scratch_is_nobody_elses(self):
        """Its name cannot be known before, and nobody but its owner gets in."""
        started = self.start("--workload", "file", "--mode", "serial", "--tasks", "1", "--runs",
                             "2000", "--no-reference", "--quiet", "--output", "out")
        names = self.wait_until(lambda: os.path.isdir(self.path("out")) and
                                [name for name in os.listdir(self.path("out"))
                                 if name.startswith(".scratch-")], "a scratch folder")
        self.assertRegex(names[0], r"\A\.scratch-\w{6}\Z")
        facts = os.lstat(self.path("out", names[0]))
        self.assertEqual(stat.S_IMODE(facts.st_mode), 0o700)
        self.assertEqual(facts.st_uid, os.geteuid())
        started.terminate()
        self.assertEqual(started.wait(LIMIT), 130)

    def test_the_server_is_for_this_machine_alone(self):
        started = self.start("--workload", "tcp", "--mode", "thread", "--tasks", "2", "--runs",
                             "2000", "--set", "tcp.connections=2", "--set", "tcp.messages=200000",
                             "--no-reference", "--quiet", "--output", "out")
        ports = self.wait_until(lambda: self.listening(started.pid), "a listening socket")
        self.assertEqual({address for address, _ in ports}, {"0100007F"})
        started.terminate()
        self.assertEqual(started.wait(LIMIT), 130)

    @staticmethod
    def listening(runner):
        """Address and port of each socket that a process of the run listens at, IPv6 included."""
        inodes = set()
        parents = {pid: found[0] for pid, found in processes().items()}

        def ours(pid):
            while pid in parents and pid != runner:
                pid = parents[pid]
            return pid == runner

        for pid in filter(ours, parents):
            try:
                for fd in os.listdir(f"/proc/{pid}/fd"):
                    target = os.readlink(f"/proc/{pid}/fd/{fd}")
                    if target.startswith("socket:["):
                        inodes.add(target[8:-1])
            except OSError:
                pass  # it has ended
        found = []
        for table in ("tcp", "tcp6"):
            try:
                with open(f"/proc/net/{table}", encoding="ascii") as file:
                    for words in map(str.split, file):
                        if words[3] == "0A" and words[9] in inodes:
                            found.append(tuple(words[1].split(":")))
            except OSError:
                pass  # a kernel without IPv6
        return found

    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_nobody_in_particular_can_do_all_of_it(self):
        """Nothing needs what root alone may do."""
        home = os.path.join(self.home, "nobody")
        os.makedirs(home)
        for name in ("bench", "bench-repetition"):
            shutil.copy(os.path.join(os.path.dirname(BENCH), name), home)
        for folder in (self.home, self.work, self.temporary):
            os.chmod(folder, 0o777)
        words = {"program": os.path.join(home, "bench"), "user": 54321, "group": 54321,
                 "extra_groups": []}
        self.bench("--workload", "empty,file,tcp,lock", "--mode", "thread,process,coroutine",
                   "--tasks", "2", "--runs", "1", "--warmup", "1", "--set", "tcp.connections=2",
                   "--set", "tcp.messages=2", "--output", "out", "--quiet", **words)
        self.assertEqual({row["status"] for row in self.rows()}, {"ok"})
        for command in (["report", "out"], ["machine"], ["compare", "out", "out"],
                        ["run", "--append", "out", "--quiet"]):
            self.bench(*command, **words)


if __name__ == "__main__":
    unittest.main()
