"""What `bench export --format perfetto` writes, read by a public importer: the trace viewer of Chrome
(catapult), as Go's sources carry it for `go tool trace`. Chromium runs it, from a file."""
import glob
import json
import os
import re
import shutil
import subprocess
import unittest

from harness import LIMIT, BenchTest, tiny

CHROMIUM = shutil.which("chromium")
VIEWER = [os.path.dirname(path) for path in
          sorted(glob.glob("/usr/share/go-*/src/**/trace_viewer_full.html", recursive=True))]

# Imports TRACE, and writes what the model holds as the text of the body.
LOOK = """<!DOCTYPE html><html><head><meta charset="utf-8">
<script src="VIEWER/webcomponents.min.js"></script>
<link rel="import" href="VIEWER/trace_viewer_full.html">
<script>
"use strict";
document.addEventListener("WebComponentsReady", function () {
  const found = {processes: []};
  try {
    const model = new tr.Model(), options = new tr.importer.ImportOptions();
    options.shiftWorldToZero = false;
    new tr.importer.Import(model, options).importTraces([TRACE]);
    found.warnings = model.importWarnings.map(warning => warning.type + ": " + warning.message);
    for (const one of model.getAllProcesses()) {
      const process = {name: one.name, waits: [], tasks: []};
      for (const thread of Object.values(one.threads)) {
        for (const slice of thread.asyncSliceGroup.slices) {
          process.waits.push([slice.args.task, slice.start, slice.duration]);
        }
        for (const slice of thread.sliceGroup.slices) {
          process.tasks.push([slice.args.task, thread.name, slice.start, slice.duration,
                              slice.parentSlice ? "nested" : slice.title]);
        }
      }
      found.processes.push(process);
    }
  } catch (error) {
    found.error = String(error);
  }
  document.body.textContent = "FOUND" + JSON.stringify(found) + "END";
});
</script></head><body></body></html>
"""


@unittest.skipUnless(CHROMIUM and VIEWER, "chromium or golang-src is not installed")
class Viewer(BenchTest):
    def look(self, trace):
        """What the viewer makes of a trace."""
        path = os.path.join(self.work, "look.html")
        text = json.dumps(trace).replace("<", "\\u003c")
        with open(path, "w", encoding="utf-8") as file:
            file.write(LOOK.replace("VIEWER", "file://" + VIEWER[-1]).replace("TRACE", text))
        # On a busy machine Chromium may dump the page before the viewer is loaded.
        for attempt in range(5):
            done = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", "--allow-file-access-from-files",
                 "--virtual-time-budget=60000",
                 "--user-data-dir=" + os.path.join(self.work, f"profile{attempt}"), "--dump-dom",
                 "file://" + path], capture_output=True, text=True, timeout=LIMIT, check=False)
            body = re.search("<body>FOUND(.*)END", done.stdout)
            if body:
                break
        self.assertIsNotNone(body, done.stdout[-500:] + done.stderr[-500:])
        found = json.loads(body.group(1).replace("&lt;", "<").replace("&gt;", ">")
                           .replace("&amp;", "&"))
        self.assertNotIn("error", found)
        return found

    @staticmethod
    def ns(milliseconds):
        return round(milliseconds * 1000000)

    def export(self):
        return self.bench("export", "out", "--format", "perfetto").stdout

    def test_every_task_is_there(self):
        """As many processes as cells, and each task and each wait at its time, to the nanosecond."""
        self.bench("--workload", "sleep", "--mode", "serial,thread-pool,coroutine,event,process",
                   "--workers", "2", "--tasks", "20", *tiny("sleep"), "--runs", "1", "--quiet",
                   "--no-reference", "--output", "out")
        found = self.look(self.export())
        self.assertEqual(found["warnings"], [])
        cells = {}
        for row in self.tasks("out"):
            cells.setdefault(row["mode"], []).append(row)
        self.assertEqual([process["name"].split()[1].split("/")[0] for process in found["processes"]],
                         sorted(cells))
        for process, mode in zip(found["processes"], sorted(cells)):
            rows = {int(row["task"]): row for row in cells[mode]}
            self.assertEqual(sorted(task[0] for task in process["tasks"]), sorted(rows))
            for task, thread, start, length, title in process["tasks"]:
                row = rows[task]
                self.assertEqual(title, f"task {task}")
                self.assertEqual(thread.split(" (")[0], "worker " + row["worker"])
                self.assertEqual(self.ns(start), int(row["start_ns"]))
                self.assertEqual(self.ns(length), int(row["end_ns"]) - int(row["start_ns"]))
            waited = sorted((task, int(row["queued_ns"]), int(row["start_ns"]) - int(row["queued_ns"]))
                            for task, row in rows.items() if row["queued_ns"] != row["start_ns"])
            self.assertEqual(sorted((task, self.ns(start), self.ns(length))
                                    for task, start, length in process["waits"]), waited)

    def test_it_would_tell(self):
        """Of events that it does not know, of a wait that does not begin."""
        self.bench("--workload", "sleep", "--mode", "serial", "--tasks", "3", *tiny("sleep"),
                   "--runs", "1", "--quiet", "--no-reference", "--output", "out")
        text = self.export()
        self.assertEqual(self.look(text)["warnings"], [])
        for wrong in (text.replace('"ph":"X"', '"ph":"?"', 1),
                      re.sub('\n[^\n]*"ph":"b"[^\n]*\n', "\n", text, count=1)):
            self.assertNotEqual(wrong, text)
            self.assertNotEqual(self.look(wrong)["warnings"], [])


if __name__ == "__main__":
    unittest.main()
