"""bench export: its figures against those that are computed from the CSV files here, its trace
events against the rules of their format, and what hostile folders can do to either."""
import json
import os
import re
import statistics
import subprocess
import unittest

from harness import BENCH, LIMIT, BenchTest, names, tiny

ROW = {"schema": "4", "run": "made", "workload": "cpu", "workload_version": "1",
       "params": "rounds=1000", "mode": "thread", "wait": "blocking", "workers": "2", "width": "1",
       "tasks": "8", "pin": "none", "submit": "off", "stack": "off", "schedule": "off",
       "rate": "off", "arrivals": "off", "cores": "2", "reference": "0", "invocation": "1",
       "warmup": "0", "status": "ok", "reason": "off", "checksum": "9179c98d3c27fa91", "seed": "1",
       "start_unix_ns": "1767323045000000000"}
CELL = ("workload", "params", "tasks", "rate", "arrivals", "mode", "wait", "workers", "width",
        "pin", "submit", "stack", "schedule")
SCRIPTS = os.environ.get("BENCH_SCRIPTS", "scripts")
HOSTILE = '"<img src=x>`$(id)`, caf\u00e9 \\ @all | [x](y)'


def field(text):
    return '"%s"' % text.replace('"', '""') if re.search('[",\n]', text) else text


class Exporting(BenchTest):
    def put(self, folder, rows, name="timings.csv", columns=None):
        os.makedirs(os.path.join(self.work, folder), exist_ok=True)
        columns = columns or names("columns")
        with open(os.path.join(self.work, folder, name), "w", encoding="utf-8") as file:
            for line in [columns] + [[row.get(c, "unknown") for c in columns] for row in rows]:
                file.write(",".join(map(field, line)) + "\n")
        return folder

    def cell(self, ms, runs=8, **fields):
        return [{**ROW, "block": str(i), "rep": str(i), "wall_ns": str(ms * 1000000 + i * 1000),
                 **fields} for i in range(1, runs + 1)]

    def export(self, folder, form, *words, **options):
        done = self.bench("export", folder, "--format", form, *words, **options)
        if options.get("status", 0) == 0:
            self.assertEqual(done.stderr, "")
        return done.stdout

    def refused(self, words, *told, status=2):
        done = self.bench("export", *words, status=status)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Abench: export: [^\n]+\n\Z")
        for part in told:
            self.assertIn(part, done.stderr)

    # --- JSON ---

    def same_figures(self, folder):
        """Counts, wall times and medians of all cells, from the rows."""
        document = json.loads(self.export(folder, "json"))
        self.assertEqual(list(document), ["schema", "run", "level", "effect", "groups",
                                          "reference", "machine"])
        self.assertEqual(document["schema"], 1)
        found = {}
        for group in document["groups"]:
            for cell in group["cells"]:
                what = {**group["work"], **cell["way"]}
                what["rate"] = "off" if what["rate"] is None else what["rate"]
                found[tuple(str(what[name]) for name in CELL)] = (group, cell)
        rows = self.rows(folder)
        self.assertEqual(set(found), {tuple(row[name] for name in CELL) for row in rows})
        for key, (group, cell) in found.items():
            own = [row for row in rows if tuple(row[name] for name in CELL) == key]
            good = [row for row in own if row["status"] == "ok" and row["warmup"] == "0"]
            walls = [int(row["wall_ns"]) for row in good]
            self.assertEqual(cell["measured"]["wall_ns"], walls)
            self.assertEqual(cell["measured"]["block"], [int(row["block"]) for row in good])
            self.assertEqual(cell["runs"], len(walls))
            self.assertEqual([(one["status"], one["reason"]) for one in cell["troubled"]],
                             [(row["status"], row["reason"]) for row in own
                              if row["status"] != "ok"])
            median = cell["wall"]["median_ns"]
            if walls:
                self.assertAlmostEqual(median, statistics.median(walls), delta=median * 1e-9)
            else:
                self.assertIsNone(median)
            if len(walls) < 6:
                self.assertIsNone(cell["wall"]["interval_ns"])
            else:
                low, high = cell["wall"]["interval_ns"]
                self.assertTrue(low in walls and high in walls and low <= median <= high)
            serial = [other for other in group["cells"] if other["way"]["mode"] == "serial"]
            if walls and serial:
                self.assertAlmostEqual(cell["wall"]["speedup"],
                                       serial[0]["wall"]["median_ns"] / median, places=6)
        return document

    def test_a_real_run(self):
        self.bench("--workload", "cpu,sleep,tcp", "--mode", "serial,thread-pool,coroutine",
                   *tiny("cpu", "sleep", "tcp"), "--runs", "6", "--tasks", "12", "--quiet",
                   "--output", "out")
        document = self.same_figures("out")
        with open(os.path.join(self.work, "out", "machine.json"), encoding="utf-8") as file:
            self.assertEqual(document["machine"], json.load(file))
        self.assertEqual(document["run"]["command"][1:3], ["--workload", "cpu,sleep,tcp"])
        self.assertIsNotNone(document["reference"])
        served = {group["work"]["workload"]: group["cells"][0]["requests"]
                  for group in document["groups"]}
        self.assertIsNone(served["sleep"])
        self.assertGreater(served["tcp"]["latency"]["max_ns"], 0)
        self.assertEqual(self.export("out", "json"), self.export("out", "json"))
        page = self.export("out", "markdown")
        for words in ("## out on ", "### sleep duration=1ms, 12 tasks", "| thread-pool |",
                      "### Machine", "```sh\n", "--workload cpu,sleep,tcp"):
            self.assertIn(words, page)
        self.tables(page)
        self.checked(self.export("out", "perfetto"), self.tasks("out"))

    def test_the_document_names_every_key(self):
        with open(os.path.join(SCRIPTS, "..", "docs", "results.md"), encoding="utf-8") as file:
            text = file.read()
        text = text[text.index("### json"):text.index("### markdown")]
        documented = set(re.findall("`([a-z0-9_]+)`", text))
        self.put("out", self.cell(100, mode="serial", lost_updates="3", peak_inside="off",
                                  visible_writes="off", wake_spread_ns="off", short_tasks="6",
                                  requests="100", served_ns="1000000"))
        document = json.loads(self.export("out", "json"))
        group = document["groups"][0]
        cell = group["cells"][0]
        parts = [document, document["run"], group, group["work"], group["verdict"], cell,
                 cell["way"], cell["wall"], cell["cpu"], cell["requests"], cell["observed"],
                 cell["observed"]["lost_updates"], cell["waiting"], cell["waiting"]["short"],
                 cell["measured"]]
        self.assertEqual(set().union(*parts) - documented, set())

    def test_failures_and_few_runs(self):
        self.put("out", self.cell(100, mode="serial") + self.cell(51, runs=5) +
                 self.cell(70, runs=3, mode="process", status="timeout", reason="after 1 s",
                           wall_ns="off") +
                 [{**ROW, "mode": "event", "block": "1", "rep": "1", "wall_ns": "off",
                   "status": "unsupported", "reason": "no steps"}])
        document = self.same_figures("out")
        self.assertEqual(document["groups"][0]["verdict"]["verdict"], "too-few-runs")
        self.assertIsNone(document["machine"])
        self.assertIsNone(document["run"]["label"])
        page = self.export("out", "markdown")
        self.assertIn("- process: timeout (3 of 3 repetitions): after 1 s\n", page)
        self.assertIn("- event: unsupported: no steps\n", page)

    def test_a_winner(self):
        self.put("out", self.cell(100, mode="serial") + self.cell(50))
        verdict = self.same_figures("out")["groups"][0]["verdict"]
        self.assertEqual((verdict["verdict"], verdict["winner"], verdict["next"]),
                         ("winner", "thread", "serial"))
        low, high = verdict["interval"]
        self.assertTrue(1.9 < low <= verdict["ratio"] <= high < 2.1)
        self.assertLess(verdict["p"], 0.05)
        self.assertTrue(verdict["sentence"].startswith("Winner: thread"))

    # --- Markdown ---

    def tables(self, page):
        """Every line of a table has as many cells as its head."""
        head = None
        for line in page.splitlines():
            if not line.startswith("|"):
                head = None
                continue
            cells = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
            head = head or cells
            self.assertEqual(cells, head, line)

    def test_hostile_names(self):
        machine = {"host": HOSTILE, "cpu": {"model": HOSTILE}, "build": [HOSTILE],
                   "run": {"label": HOSTILE, "command": ["bench", HOSTILE, "```\n# x", 3]}}
        hostile = dict(workload=HOSTILE, mode=HOSTILE, wait=HOSTILE, params=HOSTILE, run=HOSTILE)
        self.put("out", self.cell(50, **hostile) +
                 self.cell(50, runs=1, mode="x", status="failed", reason=HOSTILE))
        with open(os.path.join(self.work, "out", "machine.json"), "w", encoding="utf-8") as file:
            json.dump(machine, file)
        document = self.same_figures("out")
        self.assertEqual(document["machine"], machine)
        self.assertEqual(document["run"]["name"], HOSTILE)
        page = self.export("out", "markdown")
        text, code = page.split("### To do it again")
        self.assertNotIn("<img", text)
        self.assertNotRegex(text, r"(?<!\\)`")
        self.assertNotIn("@all", text)
        self.assertNotRegex(text, r"(?<!\\)\[")
        self.tables(text)
        lines = code.strip().splitlines()
        self.assertEqual(len(lines), 3, "nothing ends the code early")
        self.assertEqual(lines[0], lines[2] + "sh")
        self.assertNotIn(lines[2], lines[1])
        task = dict(queued_ns="0", waited_ns="off", start_ns="5", end_ns="9", worker="0",
                    process="1", cpu="0", start_cpu="0", pin_cpus="off", pinned="off", task="0")
        self.put("out", [{**row, **task} for row in self.cell(50, runs=1, **hostile)], "tasks.csv",
                 self.task_columns())
        trace = json.loads(self.export("out", "perfetto"))
        self.assertEqual(trace["otherData"]["run"], HOSTILE)

    # --- trace events ---

    def task_columns(self):
        return ["schema", "run", "workload", "params", "mode", "wait", "workers", "width", "tasks",
                "pin", "submit", "stack", "schedule", "rate", "arrivals", "invocation", "block",
                "rep", "task", "queued_ns", "waited_ns", "start_ns", "end_ns", "worker", "process",
                "cpu", "start_cpu", "pin_cpus", "pinned"]

    @staticmethod
    def ns(number):
        """Of a time as it is written: microseconds with three decimals."""
        whole, parts = number.split(".")
        assert len(parts) == 3, number
        return int(whole) * 1000 + int(parts)

    def checked(self, text, rows):
        """The rules of the Trace Event Format and of Perfetto's importer, event by event; then
        that nothing is there but the tasks of the file. Returns the document."""
        trace = json.loads(text, parse_float=str)
        processes, threads, waits, complete = {}, {}, {}, {}
        tasks = []
        for event in trace["traceEvents"]:
            phase = event["ph"]
            self.assertIn(phase, ("M", "X", "b", "e"))
            self.assertTrue(0 < event["pid"] < 2**32)
            self.assertIsInstance(event["name"], str)
            if phase == "M" and event["name"] == "process_name":
                self.assertNotIn(event["pid"], processes)
                processes[event["pid"]] = event["args"]["name"]
            elif phase == "M" and event["name"] == "thread_name":
                self.assertNotIn(event["tid"], threads, "threads' numbers are unique")
                threads[event["tid"]] = event["args"]["name"], event["pid"]
            elif phase == "X":
                start, length = self.ns(event["ts"]), self.ns(event["dur"])
                self.assertTrue(0 <= start <= start + length < 2**63)
                complete.setdefault(event["tid"], []).append((start, start + length))
                self.assertEqual(threads[event["tid"]][1], event["pid"])
                worker = re.fullmatch(r"worker (\d+)( \(\d+\))?", threads[event["tid"]][0]).group(1)
                tasks.append((processes[event["pid"]].split(" (")[0], event["args"]["task"],
                              worker, start, start + length))
            elif phase in "be":
                one = waits.setdefault((event["cat"], event["id"], event["pid"]), [])
                one.append((self.ns(event["ts"]), phase))
        self.assertFalse(set(processes) & set(threads), "no thread is its process's main one")
        for spans in complete.values():
            spans.sort()
            for (_, end), (start, _) in zip(spans, spans[1:]):
                self.assertLessEqual(end, start, "complete events of a thread do not overlap")
        for events in waits.values():
            self.assertEqual("".join(phase for _, phase in events), "be" * (len(events) // 2))
            times = [time for time, _ in events]
            self.assertEqual(times, sorted(set(times)), "each is later than the one before")
        self.assertEqual(len(set(self.cell_of(row) for row in rows)), len(processes))
        self.assertEqual(sorted(tasks), sorted(
            (self.cell_of(row), int(row["task"]), row["worker"], int(row["start_ns"]),
             int(row["end_ns"])) for row in rows))
        waited = [row for row in rows if int(row["queued_ns"]) < int(row["start_ns"])]
        self.assertEqual(sum(len(events) // 2 for events in waits.values()), len(waited))
        return trace

    @staticmethod
    def cell_of(row):
        wait = "" if row["wait"] == "blocking" else "/" + row["wait"]
        width = "" if row["width"] == "1" else f" width={row['width']}"
        return f"{row['workload']} {row['mode']}{wait} x{row['workers']}{width}"

    def test_tasks_at_once(self):
        """Coroutines overlap in one worker, and threads wait for each other."""
        self.bench("--workload", "sleep", "--mode", "coroutine,thread-coroutine,thread,event",
                   "--workers", "2", "--tasks", "40", *tiny("sleep"), "--runs", "1", "--quiet",
                   "--no-reference", "--output", "out")
        trace = self.checked(self.export("out", "perfetto"), self.tasks("out"))
        workers = [event["args"]["name"] for event in trace["traceEvents"]
                   if event["name"] == "thread_name"]
        self.assertIn("worker 0", workers)
        self.assertIn("worker 0 (2)", workers)

    def test_the_checker_fails(self):
        """Of events that overlap, of waits out of order, of a task too few."""
        tasks = [{**ROW, "block": "1", "rep": "1", "task": str(i), "queued_ns": "0",
                  "waited_ns": "off", "start_ns": str(10 + 10 * i), "end_ns": str(20 + 10 * i),
                  "worker": "0", "process": "1", "cpu": "0", "start_cpu": "0", "pin_cpus": "off",
                  "pinned": "off"} for i in range(3)]
        self.put("out", tasks, "tasks.csv", self.task_columns())
        text = self.export("out", "perfetto")
        self.checked(text, self.tasks("out"))
        for wrong in (text.replace('"dur":0.010', '"dur":0.011', 1),
                      text.replace('"ph":"e"', '"ph":"b"', 1),
                      text.replace('"ts":0.010', '"ts":0.009', 1),
                      text.replace('"worker 0"', '"worker 1"', 1)):
            self.assertNotEqual(wrong, text)
            with self.assertRaises(AssertionError):
                self.checked(wrong, self.tasks("out"))
        with self.assertRaises(AssertionError):
            self.checked(text, self.tasks("out")[1:])

    # --- what cannot be exported ---

    def test_bad_input(self):
        self.put("out", self.cell(50))
        for words, told in (([], ["name a result folder"]),
                            (["out"], ["--format"]),
                            (["", "--format", "json"], ["empty"]),
                            (["out", "out", "--format", "json"], ["one folder at a time"]),
                            (["out", "--format", "yaml"], ["'yaml'", "perfetto"]),
                            (["out", "--format", "markdwn"], ["mean 'markdown'"]),
                            (["out", "--fromat", "json"], ["mean '--format'"]),
                            (["out", "--format"], ["needs a value"]),
                            (["out", "--format", "json", "--output", ""], ["--output", "empty"]),
                            (["out", "--format", "json", "--output", "out"], ["is a folder"]),
                            (["out", "--format", "json", "--output", "no/x"], ["no/x"]),
                            (["no", "--format", "json"], ["no/timings.csv"]),
                            (["no", "--format", "perfetto"], ["no/tasks.csv"])):
            with self.subTest(words=words):
                self.refused(words, *told)

    def test_folders_that_hold_too_little(self):
        self.put("out", [])
        for form in ("json", "markdown"):
            self.refused(["out", "--format", form], "out/timings.csv", "no rows")
        self.refused(["out", "--format", "perfetto"], "out/tasks.csv", "no such file")
        self.put("out", [], "tasks.csv", self.task_columns())
        self.refused(["out", "--format", "perfetto"], "out/tasks.csv", "no rows")
        with open(os.path.join(self.work, "out", "tasks.csv"), "a", encoding="utf-8") as file:
            file.write("4,cut")
        self.refused(["out", "--format", "perfetto"], "out/tasks.csv:2:")

    # --- where it goes ---

    def content(self, *path):
        with open(os.path.join(self.work, *path), encoding="utf-8") as file:
            return file.read()

    def test_a_file(self):
        self.put("out", self.cell(50))
        wanted = self.export("out", "json")
        self.assertEqual(self.export("out", "json", "--output", "new.json"), "")
        self.assertEqual(self.content("new.json"), wanted)
        with open(os.path.join(self.work, "old.json"), "w", encoding="utf-8") as file:
            file.write("old")
        os.symlink("old.json", os.path.join(self.work, "link.json"))
        self.export("out", "json", "--output", "link.json")
        self.assertTrue(os.path.islink(os.path.join(self.work, "link.json")))
        self.assertEqual(self.content("old.json"), wanted)
        self.assertEqual(sorted(os.listdir(self.work)),
                         ["link.json", "new.json", "old.json", "out"])

    def test_a_disk_that_is_full(self):
        """The file stays as it was: no half of a new one, nothing beside it."""
        self.put("out", self.cell(50, runs=400))
        with open(os.path.join(self.work, "old.json"), "w", encoding="utf-8") as file:
            file.write("old")
        limited = ["/bin/sh", "-c", 'ulimit -f 4; exec "$0" "$@"', BENCH]
        done = subprocess.run([*limited, "export", "out", "--format", "json", "--output",
                               "old.json"], cwd=self.work, env=self.environment(), check=False,
                              text=True, timeout=LIMIT, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"\Abench: export: cannot write old.json: [^\n]+\n\Z")
        self.assertEqual(self.content("old.json"), "old")
        self.assertEqual(sorted(os.listdir(self.work)), ["old.json", "out"])

    def test_output_that_cannot_be_written(self):
        self.put("out", self.cell(50, runs=400))
        self.put("out", [{**ROW, "block": "1", "rep": "1", "task": "0", "queued_ns": "0",
                          "start_ns": "1", "end_ns": "2", "worker": "0", "pinned": "off",
                          "pin_cpus": "off"}], "tasks.csv", self.task_columns())
        for form in ("json", "markdown", "perfetto"):
            with self.subTest(form=form), open("/dev/full", "w", encoding="utf-8") as full:
                done = self.bench("export", "out", "--format", form, status=1, stdout=full)
                self.assertRegex(done.stderr, r"\Abench: export: cannot write [^\n]+\n\Z")
            self.refused(["out", "--format", form, "--output", "/dev/full"], "/dev/full", status=1)
            self.assertFalse(os.path.isfile("/dev/full"), "a device stays one")
            reader, writer = os.pipe()
            os.close(reader)
            with self.subTest(form=form), os.fdopen(writer, "w") as closed:
                done = self.bench("export", "out", "--format", form, status=1, stdout=closed)
                self.assertRegex(done.stderr, r"\Abench: export: cannot write [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
