"""`bench plot`: what it draws and leaves out, of good and of hostile folders, and that nothing is
left where it is stopped, killed or without room."""
import csv
import errno
import fcntl
import json
import os
import pty
import re
import resource
import shutil
import signal
import struct
import subprocess
import termios
import unittest
import xml.etree.ElementTree

from harness import BENCH, GONE, LIMIT, BenchTest, children, processes

FAILING = os.environ.get("BENCH_FAILING", "")
GNUPLOT = shutil.which("gnuplot")
EXAMPLE = os.path.join(os.environ.get("BENCH_SCRIPTS", ""), os.pardir, "results", "example")
CHARTS = {"wall": "wall time by mode", "speedup": "speed-up against workers",
          "timeline": "tasks over time by worker", "states": "running, ready and blocked by mode",
          "latency": "distribution of latencies by mode", "memory": "memory against tasks",
          "crossover": "winner by share of waiting and workers",
          "waiting": "who waits how long", "callbacks": "call-backs against coroutines",
          "machines": "runs compared"}
CARRIED = {"wall", "timeline", "states", "latency", "callbacks"}  # by what folder() makes

# What a foe would write. M is the file that must not come to be.
HOSTILE = ["`touch M`", "$(touch M)", "\"; system(\"touch M\"); \"", "'.system('touch M').'",
           "< touch M", "| touch M", "@M ${M} %s%n%d {/:Bold x}^_&~", "a,b,\"c\"", "x]]>y",
           "</text><script>touch M</script>", "&lt;<!-- <![CDATA[", "\\\"; !touch M", "#comment",
           "caf\u00e9 \u6f22\u5b57 \u200b", "long " * 100, "../../M", "\u009b31m"]
CONTROLS = ["line\nbreak", "a\u202eb", "\x1b[31mred\x1b]0;title\x07", "\r\x08\x7f\t", "\x00", "\x0b\x0c"]


def all_plain(text):
    """Whether it holds nothing that steers a terminal."""
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


class PlotTest(BenchTest):
    def path(self, *parts):
        return os.path.join(self.work, *parts)

    def template(self, name):
        with open(os.path.join(EXAMPLE, name), newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        return reader.fieldnames, rows

    def write(self, header, rows, *path):
        with open(self.path(*path), "w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, header, lineterminator="\n")
            out.writeheader()
            out.writerows(rows)

    def folder(self, name="out", edit=None, keep=None):
        """Some cells of the example run, each row edited by `edit`, or only those that `keep`s."""
        os.makedirs(self.path(name))
        shutil.copy(os.path.join(EXAMPLE, "machine.json"), self.path(name))
        for file in ("timings.csv", "tasks.csv"):
            header, rows = self.template(file)
            rows = [row for row in rows if row["workload"] == "sleep"
                    and row["mode"] in ("serial", "thread", "coroutine", "event")]
            rows = [row for row in rows if keep is None or keep(row)]
            for number, row in enumerate(rows):
                if edit:
                    edit(row, number)
            self.write(header, rows, name, file)
        return name

    def plot(self, *words, status=0, gnuplot=True, **options):
        done = self.bench("plot", *words, status=status, gnuplot=gnuplot, **options)
        self.assertTrue(all_plain(done.stdout or ""), ascii(done.stdout))
        self.assertTrue(all_plain(done.stderr), ascii(done.stderr))
        return done

    def files(self, *path):
        return sorted(os.listdir(self.path(*path)))

    def text(self, *path):
        with open(self.path(*path), encoding="utf-8") as file:
            return file.read()

    def check_svg(self, *path):
        root = xml.etree.ElementTree.parse(self.path(*path)).getroot()
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        self.assertEqual([e.tag for e in root.iter() if e.tag.endswith(("script", "foreignObject"))], [])
        # Browsers and screen readers tell a picture's title; it is what the chart says.
        title, = [e for e in root.iter() if e.tag.endswith(("title", "desc"))]
        root.remove(title)
        text = "".join(root.itertext())
        self.assertIn("".join(title.text.split())[:40], "".join(text.split()))
        return text

    def check_bytes(self, path, start, end):
        with open(path, "rb") as file:
            data = file.read()
        self.assertEqual(data[:len(start)], start, path)
        self.assertIn(end, data[-16:], path)

    def one_line(self, done, *parts):
        self.assertRegex(done.stderr, r"\Abench: [^\n]+\n\Z", "one line")
        for part in parts:
            self.assertIn(part, done.stderr)


@unittest.skipUnless(GNUPLOT, "gnuplot is not installed")
class Draws(PlotTest):
    def test_every_format_is_whole_and_every_chart_told(self):
        self.folder()
        done = self.plot("out", "--format", "svg,png,pdf")
        self.assertEqual(done.stderr, "")
        told = dict(line.split(": ", 1) for line in done.stdout.splitlines())
        self.assertEqual(set(told), set(CHARTS.values()))
        drawn = {name for name, what in CHARTS.items() if not told[what].startswith("not drawn: ")}
        self.assertEqual(drawn, CARRIED)
        for name in drawn:
            self.assertEqual(told[CHARTS[name]], f"out/charts/{name}.svg and .png and .pdf")
            chart = self.path("out", "charts", name)
            self.check_svg("out", "charts", name + ".svg")
            self.check_bytes(chart + ".png", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82")
            self.check_bytes(chart + ".pdf", b"%PDF-", b"%%EOF")
        for name in set(CHARTS) - drawn:
            self.assertRegex(told[CHARTS[name]], r"^not drawn: needs? |^not drawn: the ")
        self.assertEqual(self.files("out", "charts"),
                         sorted(f"{name}.{suffix}" for name in drawn for suffix in
                                ("csv", "svg", "png", "pdf")))
        self.assertEqual(self.files("out"), ["charts", "machine.json", "tasks.csv", "timings.csv"])

    def test_charts_formats_and_themes_are_chosen(self):
        self.folder()
        self.plot("out", "--chart", "wall,states", "--format", "svg")
        self.assertEqual(self.files("out", "charts"), ["states.csv", "states.svg", "wall.csv", "wall.svg"])
        self.assertIn("sleep", self.check_svg("out", "charts", "wall.svg"))
        light = self.text("out", "charts", "wall.svg").lower()
        self.plot("out", "--chart", "wall", "--format", "svg", "--theme", "dark")
        dark = self.text("out", "charts", "wall.svg").lower()
        self.assertIn("#ffffff", light)
        self.assertNotIn("fill=\"#ffffff\"", dark)
        self.assertIn("#14171c", dark)
        self.assertIn("states.svg", self.files("out", "charts"))  # what was not asked for stays

    def test_several_folders(self):
        for name in ("a/run", "b/run"):
            self.folder(name)
        done = self.plot("a/run", "b/run", "--format", "svg")
        self.assertIn("runs compared: a/run/charts/machines.svg", done.stdout)
        self.assertEqual(done.stdout.count("runs compared"), 1)
        self.assertIn("wall.svg", self.files("b/run", "charts"))
        self.assertNotIn("machines.svg", self.files("b/run", "charts"))
        # Two folders of one name can be told apart.
        self.assertIn("run-2: no difference from run shown in 4 cells", self.check_svg("a/run/charts/machines.svg"))

    def test_a_missing_folder_among_several(self):
        self.folder("good")
        for folders in (("good", "missing"), ("missing", "good")):
            with self.subTest(folders=folders):
                done = self.plot(*folders, "--chart", "wall,machines", "--format", "svg", status=2)
                self.one_line(done, "missing/timings.csv", "name a folder")
                self.assertEqual(self.files("good", "charts"), ["wall.csv", "wall.svg"])
        self.folder("other")
        done = self.plot("missing", "good", "other", "--chart", "machines", status=2)
        self.assertNotIn("machines.svg", self.files("good", "charts") if
                         os.path.exists(self.path("good", "charts")) else [])
        self.assertIn("not drawn", done.stdout)  # with what was to be the base missing

    def test_all_failed_single_and_torn(self):
        def fail(row, _):
            if "status" in row:
                row.update(status="crashed", reason="killed by signal 11", wall_ns="unknown")
        self.folder("failed", edit=fail)
        os.unlink(self.path("failed", "tasks.csv"))
        self.plot("failed", "--format", "svg")
        self.assertIn("crashed: killed by signal 11", self.check_svg("failed", "charts", "wall.svg"))
        self.folder("single", keep=lambda row: row["mode"] == "thread" and
                    (row.get("warmup") == "0" and row["rep"] == "1" or "task" in row and row["task"] == "0"))
        self.assertEqual(len(self.rows("single")), 1)
        self.plot("single", "--format", "svg,png,pdf")
        self.check_svg("single", "charts", "wall.svg")
        self.folder("torn")
        for file in ("timings.csv", "tasks.csv"):
            text = self.text("torn", file)
            with open(self.path("torn", file), "w", encoding="utf-8") as out:
                out.write(text[:-40])
        done = self.plot("torn", "--format", "svg", status=None)
        self.assertIn(done.returncode, (0, 2))
        if done.returncode == 2:
            self.one_line(done, "torn/t")

    def test_a_broken_file_costs_its_own_charts(self):
        for file in ("tasks.csv", "states.csv"):
            name = self.folder(file[:-4])
            with open(self.path(name, file), "w", encoding="utf-8") as out:
                out.write("schema,run\nnonsense\n")
            done = self.plot(name, "--format", "svg", status=2)
            self.one_line(done, f"{name}/{file}:")
            self.assertIn("wall.svg", self.files(name, "charts"))

    def test_hostile_texts_are_only_shown(self):
        """In every text field of the rows that the reader lets through, and in machine.json."""
        taken = [text for text in HOSTILE + CONTROLS if self.hostile_folder(text, "probe")]
        self.assertGreater(len(taken), 10)
        for at in range(0, len(taken), 4):
            name = self.hostile_folder("", f"many{at}", taken[at:at + 4])
            self.plot(name, "--format", "svg", gnuplot=True)
            drawn = [file for file in self.files(name, "charts") if file.endswith(".svg")]
            self.assertIn("wall.svg", drawn)
            for file in drawn:
                self.check_svg(name, "charts", file)
        self.assertEqual([where for where, _, files in os.walk(self.home) if "M" in files], [])

    def hostile_folder(self, text, name, several=None):
        """A folder with the text(s) in it; None where the reader refuses it, with one line."""
        texts = several or [text]

        def edit(row, number):
            text = texts[number % len(texts)]
            row["workload"] = text[:60]
            row["params"] = text
            if row["mode"] == "thread":
                row["mode"] = text[:60]
            if "run" in row:
                row["run"] = text[:60]
            if "reason" in row and number % 7 == 0:
                row.update(status="failed", reason=text, wall_ns="unknown")
        shutil.rmtree(self.path(name), ignore_errors=True)
        self.folder(name, edit=edit)
        machine = json.loads(self.text(name, "machine.json"))
        machine["host"] = machine["cpu"]["model"] = texts[0]
        with open(self.path(name, "machine.json"), "w", encoding="utf-8") as file:
            json.dump(machine, file)
        done = self.plot(name, "--terminal", status=None, gnuplot=False)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        if done.returncode == 2:
            self.one_line(done, name)
            return None
        return name

    def test_hostile_names_of_folders(self):
        names = [text.replace("/", "\u2215")[:60] for text in HOSTILE + CONTROLS if "\x00" not in text]
        for name in [*names, "n" * 255, "-dash", "~", "*"]:
            with self.subTest(name=name):
                self.folder(name)
                self.folder(name + "/second")
                where = ("--", name, name + "/second")
                self.plot("--chart", "machines", "--format", "svg", *where)
                self.check_svg(name, "charts", "machines.svg")
                self.plot("--chart", "machines", "--terminal", *where)
                shutil.rmtree(self.path(name))
        for name in CONTROLS[:3]:
            self.one_line(self.plot(name, status=2))
        self.assertEqual([where for where, _, files in os.walk(self.home) if "M" in files], [])

    def test_a_link_is_not_followed(self):
        self.folder()
        os.mkdir(self.path("elsewhere"))
        with open(self.path("elsewhere", "wall.svg"), "w", encoding="utf-8") as file:
            file.write("mine")
        os.symlink("../elsewhere", self.path("out", "charts"))
        self.one_line(self.plot("out", "--chart", "wall", status=1), "out/charts")
        self.assertEqual(self.text("elsewhere", "wall.svg"), "mine")
        self.assertEqual(self.files("elsewhere"), ["wall.svg"])


class Says(PlotTest):
    def test_bad_words(self):
        self.folder()
        for words, parts in ((["out", "--chart", "wal"], ["--chart", "mean 'wall'", "machines"]),
                             (["out", "--chart", "wall,"], ["--chart", "empty"]),
                             (["out", "--chart", ""], ["--chart", "empty"]),
                             (["out", "--format", "gif"], ["--format", "'gif'", "svg, png, pdf"]),
                             (["out", "--theme", "blue"], ["--theme", "'blue'", "light, dark"]),
                             (["out", "--terminal", "--format", "svg"], ["--terminal", "--format"]),
                             (["out", "--terminl"], ["--terminal"]),
                             (["out", ""], ["empty", "bench plot DIR"]),
                             (["out"] * 33, ["32 folders"]),
                             ([], ["bench plot DIR"])):
            with self.subTest(words=words):
                self.one_line(self.plot(*words, status=2), *parts)
        self.assertEqual(self.files("out"), ["machine.json", "tasks.csv", "timings.csv"])

    def test_text_in_place_of_pictures(self):
        self.folder("a")
        self.folder("b")
        done = self.plot("a", "b", "--terminal", gnuplot=False)
        for name in CARRIED | {"machines"}:
            self.assertNotIn(CHARTS[name] + ": not drawn", done.stderr)
        for name in set(CHARTS) - CARRIED - {"machines"}:
            self.assertIn(CHARTS[name] + ": not drawn", done.stderr)
        self.assertIn("b: no difference from a shown in 4 cells", done.stdout)
        self.assertEqual(self.files("a"), ["machine.json", "tasks.csv", "timings.csv"])
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = self.plot("a", "--terminal", "--chart", "wall", status=1, gnuplot=False, stdout=full)
        self.one_line(done, "could not be written")

    def test_a_narrow_terminal(self):
        self.folder("a")
        self.folder("b")
        for width in (40, 80, 120):
            with self.subTest(width=width):
                lines = self.on_terminal(width, "a", "b", "--chart", "machines")
                self.assertIn("sleep thread", "\n".join(lines))
                self.assertLessEqual(max(len(line) for line in lines), width)

    def on_terminal(self, width, *words):
        """The lines that a terminal of so many columns would show."""
        keyboard, screen = pty.openpty()
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        said = b""
        with subprocess.Popen([BENCH, "plot", "--terminal", *words], cwd=self.work, stdout=screen,
                              env=self.environment()) as bench:
            os.close(screen)
            try:
                while True:
                    said += os.read(keyboard, 65536)
            except OSError:  # nobody writes any more
                os.close(keyboard)
        self.assertEqual(bench.returncode, 0)
        return said.decode().replace("\r", "").split("\n")

    def test_nothing_to_draw(self):
        os.mkdir(self.path("none"))
        self.folder("empty", keep=lambda row: False)
        self.folder("apart", edit=lambda row, _: "reference" in row and row.update(reference="1"))
        os.mkdir(self.path("void"))
        with open(self.path("void", "timings.csv"), "w", encoding="utf-8"):
            pass
        os.mkdir(self.path("junk"))
        with open(self.path("junk", "timings.csv"), "wb") as file:
            file.write(bytes(range(256)) * 64)
        for name, part in (("none", "name a folder"), ("empty", "nothing was measured"),
                           ("apart", "nothing but the reference cell was measured"),
                           ("void", "void/timings.csv"), ("junk", "junk/timings.csv")):
            with self.subTest(name=name):
                before = self.files(name)
                self.one_line(self.plot(name, status=2), part)
                self.assertEqual(self.files(name), before)
        self.one_line(self.plot("none/nothing", status=2), "none/nothing")
        self.one_line(self.plot("empty/timings.csv", status=2), "empty/timings.csv",
                      "name a folder, not a file")

    def test_without_gnuplot(self):
        self.folder()
        done = self.plot("out", status=1, gnuplot=False)
        self.one_line(done, "apt-get install gnuplot-nox")
        self.assertEqual(self.files("out", "charts"), sorted(name + ".csv" for name in CARRIED))


class Stops(PlotTest):
    """What is left by a gnuplot that fails or hangs, by signals, and where there is no room."""

    def fake(self, body):
        """A PATH with a gnuplot that does this. $5 is the picture."""
        place = os.path.join(self.home, "fake")
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, "gnuplot"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + body + "\n")
        os.chmod(os.path.join(place, "gnuplot"), 0o755)
        return {"PATH": place}

    def hanging(self):
        """One that starts a process of its own, half draws and then hangs."""
        self.pids = os.path.join(self.home, "pids")
        self.addCleanup(self.end_hanging)
        return self.fake(f"/bin/sleep 1000 & echo half > \"$5\"; echo $$ $! > {self.pids}.new; "
                         f"/bin/mv {self.pids}.new {self.pids}; wait")

    def end_hanging(self):
        """gnuplot's environment holds no mark."""
        for entry in processes():
            try:
                with open(f"/proc/{entry}/environ", "rb") as file:
                    if f"HOME={self.temporary}".encode() in file.read().split(b"\0"):
                        os.kill(entry, signal.SIGKILL)
            except OSError:
                pass

    def started_pids(self):
        def read():
            try:
                with open(self.pids, encoding="utf-8") as file:
                    return [int(word) for word in file.read().split()]
            except FileNotFoundError:
                return None
        return self.wait_until(read, "gnuplot to be started", told=self.said)

    def gone(self, pids):
        self.wait_until(lambda: not [pid for pid in pids if processes().get(pid, (0, "", "Z"))[2] != "Z"],
                        "gnuplot to be gone", limit=GONE, told=lambda: [processes().get(p) for p in pids])

    def drawn_before(self):
        """A folder with charts of an earlier drawing; what must stay, by name."""
        self.folder()
        self.plot("out", status=1, gnuplot=False)
        with open(self.path("out", "charts", "wall.svg"), "w", encoding="utf-8") as file:
            file.write("older")
        return self.contents()

    def contents(self):
        found = {}
        for where, folders, files in os.walk(self.path("out")):
            for name in files:
                with open(os.path.join(where, name), "rb") as file:
                    found[os.path.join(where, name)] = file.read()
            found.update({os.path.join(where, name): None for name in folders})
        return found

    def test_signals(self):
        before = self.drawn_before()
        fake = self.hanging()
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for whole in (False, True):  # from kill, and from a keyboard
                with self.subTest(signal=how, whole=whole):
                    bench = self.start("plot", "out", variables=fake)
                    pids = self.started_pids()
                    self.assertIn(f".charts-{bench.pid}", self.files("out"))
                    (os.killpg if whole else os.kill)(bench.pid, how)
                    self.assertEqual(bench.wait(LIMIT), 130)
                    self.gone(pids)
                    self.assertEqual(self.said(), "bench: plot: interrupted\n")
                    self.assertEqual(self.contents(), before)
                    os.unlink(self.pids)

    def test_what_nohup_ignores_is_ignored(self):
        before = self.drawn_before()
        fake = self.hanging()
        former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            bench = self.start("plot", "out", variables=fake)
        finally:
            signal.signal(signal.SIGHUP, former)
        pids = self.started_pids()
        with open(f"/proc/{bench.pid}/status", encoding="utf-8") as file:
            blocked = int(re.search(r"SigBlk:\s*(\w+)", file.read())[1], 16)
        self.assertTrue(blocked >> (signal.SIGTERM - 1) & 1)
        self.assertFalse(blocked >> (signal.SIGHUP - 1) & 1)
        os.kill(bench.pid, signal.SIGTERM)
        self.assertEqual(bench.wait(LIMIT), 130)
        self.gone(pids)
        self.assertEqual(self.contents(), before)

    def test_a_run_is_interrupted_while_it_draws(self):
        fake = self.hanging()
        for how in ((signal.SIGINT,), (signal.SIGINT, signal.SIGTERM)):
            with self.subTest(signals=how):
                out = f"out{len(how)}"
                bench = self.start("run", "--workload", "cpu", "--mode", "serial", "--set", "cpu.rounds=10",
                                   "--runs", "2", "--output", out, "--no-reference", variables=fake)
                pids = self.started_pids()
                for number in how:
                    os.kill(bench.pid, number)
                self.assertEqual(bench.wait(LIMIT), 130)
                self.gone(pids)
                if len(how) == 1:
                    self.assertIn("no charts: interrupted", self.said())
                    self.assertIn(f"Results: {out}", self.said("stdout"))
                self.assertEqual([row["status"] for row in self.rows(out) if row["warmup"] == "0"],
                                 ["ok", "ok"])
                self.assertEqual([name for name in self.files(out) if "charts" in name], [])
                os.unlink(self.pids)

    def test_a_page_is_interrupted_while_it_is_drawn(self):
        before = self.drawn_before()
        bench = self.start("report", "out", variables=self.hanging())
        pids = self.started_pids()
        os.kill(bench.pid, signal.SIGTERM)
        self.assertEqual(bench.wait(LIMIT), 130)
        self.gone(pids)
        self.assertEqual(self.said(), "bench: report: interrupted\n")
        self.assertEqual(self.contents(), before)
        self.assertEqual(os.listdir(self.temporary), [])

    def guard_of(self, bench):
        return [pid for pid, name in children(bench.pid).items() if name == "bench-guard"][0]

    @unittest.skipUnless(FAILING, "the sanitizers have calls of their own")
    def test_calls_that_fail(self):
        """Without a guard, with fewer threads: the charts are made all the same. Else one line."""
        self.folder()
        for command, goes_on in (("plot", ["fork"]), ("report", ["fork", "pthread_create"])):
            for call in ("fork", "pthread_create", "posix_spawn", "rename", "fsync"):
                with self.subTest(command=command, call=call):
                    mark = os.path.join(self.home, f"{command}-{call}")
                    done = self.bench(command, "out", gnuplot=True, status=None, variables={
                        "LD_PRELOAD": FAILING, "FAILING_PROGRAM": "bench", "FAILING_CALL": call,
                        "FAILING_NTH": "1", "FAILING_ERRNO": str(errno.EAGAIN), "FAILING_MARK": mark})
                    if call in goes_on or not os.path.exists(mark):
                        self.assertEqual((done.returncode, done.stderr), (0, ""))
                    else:
                        self.assertEqual(done.returncode, 1)
                        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                    self.assertEqual(os.listdir(self.temporary), [])
                    self.assertEqual([name for name in self.files("out") if name.startswith(".")
                                      or name.endswith(".tmp")], [])

    def test_killed(self):
        """Neither gnuplot nor what it draws in is left."""
        before = self.drawn_before()
        for words in (["plot", "out"], ["report", "out"],
                      ["run", "--workload", "cpu", "--mode", "serial", "--set", "cpu.rounds=10",
                       "--runs", "2", "--output", "new", "--no-reference"]):
            with self.subTest(command=words[0]):
                bench = self.start(*words, variables=self.hanging())
                pids = self.started_pids()
                self.guard_of(bench)
                bench.kill()
                bench.wait(LIMIT)
                self.gone(pids)
                # The folder is removed after the processes of it.
                self.wait_until(lambda: not os.listdir(self.temporary) and not [
                    name for folder in ("out", "new") if os.path.isdir(self.path(folder))
                    for name in os.listdir(self.path(folder)) if name.startswith(".")],
                    "the folder to be gone", limit=GONE)
                self.assertEqual(self.contents(), before)
                os.unlink(self.pids)

    def test_killed_with_its_guard_and_cleared_away_by_the_next(self):
        before = self.drawn_before()
        fake = self.hanging()
        bench = self.start("plot", "out", variables=fake)
        pids = self.started_pids()
        making = f".charts-{bench.pid}"
        self.plot("out", status=1, gnuplot=False)  # beside one that lives
        self.assertIn(making, self.files("out"))
        os.kill(self.guard_of(bench), signal.SIGKILL)
        bench.kill()
        bench.wait(LIMIT)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.assertIn(making, self.files("out"))
        for name in (".charts-mine", ".charts-"):
            os.mkdir(self.path("out", name))
        self.plot("out", status=1, gnuplot=False)
        self.assertEqual(self.files("out"),
                         [".charts-", ".charts-mine", "charts", "machine.json", "tasks.csv", "timings.csv"])
        for name in (".charts-mine", ".charts-"):
            os.rmdir(self.path("out", name))
        self.assertEqual(self.contents(), before)

    def test_without_gnuplot_only_pictures_of_other_figures_go(self):
        before = self.drawn_before()
        self.one_line(self.plot("out", status=1, gnuplot=False), "apt-get install gnuplot-nox")
        self.assertEqual(self.contents(), before)
        with open(self.path("out", "charts", "wall.csv"), "a", encoding="utf-8") as file:
            file.write("other figures\n")
        self.plot("out", status=1, gnuplot=False)
        self.assertNotIn("wall.svg", self.files("out", "charts"))
        self.assertIn("wall.csv", self.files("out", "charts"))

    def test_gnuplot_fails(self):
        before = self.drawn_before()
        for body, part in (("echo 'line 3: \033[1mno' >&2; exit 1", "line 3: ?[1mno"), ("exit 3", "nothing"),
                           ("kill -9 $$", "killed by signal 9"), (": > \"$5\"", "no whole wall.svg"),
                           ("echo '<svg>' > \"$5\"", "no whole wall.svg")):
            with self.subTest(body=body):
                done = self.plot("out", status=1, gnuplot=False, variables=self.fake(body))
                self.one_line(done, part)
                self.assertEqual(self.contents(), before)

    def test_no_room(self):
        before = self.drawn_before()
        for limit in (500, 9000):  # for the figures; for a picture
            with self.subTest(limit=limit):
                done = self.plot("out", status=1, gnuplot=bool(GNUPLOT), preexec_fn=lambda n=limit: resource.setrlimit(
                    resource.RLIMIT_FSIZE, (n, n)))
                self.one_line(done, "wall" if GNUPLOT or limit == 500 else "")
                if GNUPLOT or limit == 500:
                    self.assertEqual(self.contents(), before)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to mount")
    def test_a_full_disk(self):
        os.mkdir(self.path("disk"))
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "none", self.path("disk")],
                          check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no mount here")
        self.addCleanup(subprocess.run, ["umount", self.path("disk")], check=False)
        self.folder("out")
        shutil.copy(self.path("out", "timings.csv"), self.path("disk"))
        with open(self.path("disk", "filler"), "wb") as filler:
            left = os.statvfs(self.path("disk"))
            filler.write(bytes(left.f_bavail * left.f_bsize - 3 * 4096))
        before = self.files("disk")
        done = self.plot("disk", status=1, gnuplot=True)
        self.one_line(done, "disk")
        self.assertEqual(self.files("disk"), before)

    def test_a_folder_that_is_not_ours(self):
        self.folder()
        options = {}
        os.chmod(self.home, 0o755)
        os.chmod(self.path("out"), 0o555)
        if os.geteuid() == 0:
            options = {"user": 65534}
        try:
            self.one_line(self.plot("out", status=1, **options), "out/charts", "--terminal")
            self.assertIn("sleep", self.plot("out", "--terminal", gnuplot=False, **options).stdout)
        finally:
            os.chmod(self.path("out"), 0o755)
        self.assertEqual(self.files("out"), ["machine.json", "tasks.csv", "timings.csv"])


if __name__ == "__main__":
    unittest.main()
