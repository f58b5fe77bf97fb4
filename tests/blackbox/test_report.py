"""`bench report`: one page that shows a run to others. Chromium, where it is installed, looks at it."""
import html.parser
import json
import os
import re
import resource
import shutil
import subprocess
import unittest

from harness import BenchTest

CHROMIUM = shutil.which("chromium")
GNUPLOT = shutil.which("gnuplot")
SMALL = ("--workload", "cpu,sleep", "--mode", "thread,process", "--tasks", "4", "--set", "cpu.rounds=1000",
         "--set", "sleep.duration=1ms", "--runs", "6", "--no-reference", "--quiet")
VOID = {"meta", "link", "img", "source", "br"}

# Measures the page in a frame of each width, and writes what it finds as the text of the body.
LOOK = """<!DOCTYPE html><html><body><script>
"use strict";
const found = {};
function overlaps(document) {
  const rects = [];
  const walker = document.createTreeWalker(document.body, 4);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("script,style,.skip")) { continue; }
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = parent.closest(".scroll");
    for (const rect of range.getClientRects()) {
      const within = box ? box.getBoundingClientRect() : null;
      if (rect.width < 1 || (within && rect.left >= within.right)) { continue; }
      rects.push({left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom, node: node});
    }
  }
  const bad = [];
  rects.sort(function (a, b) { return a.top - b.top; });
  for (let i = 0; i < rects.length; i++) {
    for (let j = i + 1; j < rects.length && rects[j].top < rects[i].bottom - 2; j++) {
      const a = rects[i], b = rects[j];
      if (a.node !== b.node && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 6) {
        bad.push(a.node.textContent.slice(0, 40) + " / " + b.node.textContent.slice(0, 40));
      }
    }
  }
  return {texts: rects.length, bad: bad.slice(0, 5)};
}
let waiting = 2;
for (const width of [1280, 400]) {
  const frame = document.createElement("iframe");
  frame.style.cssText = "border:0;height:2000px;width:" + width + "px";
  frame.addEventListener("load", function () {
    const inner = frame.contentDocument;
    const head = inner.querySelector("table.sortable thead th:nth-child(3)");
    const button = head.querySelector("button");
    const before = Array.from(inner.querySelectorAll("table.sortable")[0].tBodies[0].rows, r => r.textContent);
    if (button) { button.click(); button.click(); }
    const after = Array.from(inner.querySelectorAll("table.sortable")[0].tBodies[0].rows, r => r.textContent);
    found[width] = {page: inner.scrollingElement.scrollWidth, window: frame.clientWidth,
                    overlaps: overlaps(inner), sorted: head.getAttribute("aria-sort"),
                    turned: JSON.stringify(before.reverse()) === JSON.stringify(after),
                    images: Array.from(inner.images, i => i.naturalWidth)};
    if (--waiting === 0) { document.body.textContent = JSON.stringify(found); }
  });
  frame.src = "REPORT";
  document.body.appendChild(frame);
}
</script></body></html>
"""


class Page(html.parser.HTMLParser):
    """Refuses what is not well-formed, and keeps what a test asks for."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.links, self.ids, self.alternatives = [], [], [], [], []
        self.headings, self.text = [], ""
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"not closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.alternatives += [attributes.get("alt", "")] if tag == "img" else []
        self.links += [attributes[name] for name in ("href", "src", "srcset", "action") if name in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes another element")

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data


class Report(BenchTest):
    def make(self, *more, folder="out", **options):
        self.bench(*SMALL, *more, "--output", folder, **options)

    def page(self, path="out/report.html"):
        with open(os.path.join(self.work, path), encoding="utf-8") as file:
            return file.read()

    def check_page(self, text):
        page = Page(text)
        for link in page.links:
            self.assertRegex(link, r"^(#[a-z]+|data:.*)$", link[:80])
        for link in page.links:
            if link.startswith("#"):
                self.assertIn(link[1:], page.ids)
        self.assertEqual(page.headings.count(1), 1)
        for before, after in zip(page.headings, page.headings[1:]):
            self.assertLessEqual(after, before + 1)
        self.assertNotIn("", page.alternatives)
        return page

    def test_a_page_without_charts_where_gnuplot_is_missing(self):
        self.make()
        before = sorted(os.listdir(os.path.join(self.work, "out")))
        done = self.bench("report", "out")
        self.assertIn("Report: out/report.html", done.stdout)
        self.assertIn("gnuplot-nox", done.stderr)
        self.assertEqual(sorted(os.listdir(os.path.join(self.work, "out"))), sorted(before + ["report.html"]))
        page = self.check_page(self.page())
        self.assertIn("gnuplot-nox", page.text)
        self.assertIn("4 tasks", page.text)
        self.assertIn("--workload cpu,sleep", page.text)  # how to do it again
        self.assertNotIn("img", page.tags)

    def test_standard_output_and_another_file(self):
        self.make()
        done = self.bench("report", "out", "--output", "-")
        self.check_page(done.stdout)
        self.assertFalse(os.path.exists(os.path.join(self.work, "out", "report.html")))
        self.bench("report", "--output", "page.html", "out")
        self.assertEqual(self.page("page.html"), done.stdout)

    def test_several_runs_are_compared(self):
        self.make()
        self.make(folder="other")
        self.bench("report", "out", "other")
        page = self.check_page(self.page())
        self.assertIn("other against out", page.text)
        self.assertIn("Geometric mean of the ratios", page.text)
        self.assertIn("cpu thread", page.text)

    def test_what_failed_is_told(self):
        self.make()
        path = os.path.join(self.work, "out", "timings.csv")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        names = lines[0].split(",")
        status, reason = names.index("status"), names.index("reason")
        with open(path, "w", encoding="utf-8") as file:
            print(lines[0], file=file)
            for line in lines[1:]:
                fields = line.split(",")
                fields[status], fields[reason] = "crashed", "killed by signal 11"
                print(",".join(fields), file=file)
        self.bench("report", "out", gnuplot=True)
        page = self.check_page(self.page())
        self.assertIn("thread: crashed (7 of 7 repetitions): killed by signal 11", page.text)

    def test_texts_of_others_stay_texts(self):
        self.make()
        hostile = "<script>alert(1)</script>\"'&amp;`touch M`$(touch M)]]>\u00e9\u202e"
        path = os.path.join(self.work, "out", "timings.csv")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(",cpu,", ',"' + hostile[:40].replace('"', '""') + '",').replace(
                ",off,off,off,off,off,", ",off,off,off,off,off,"))
        path = os.path.join(self.work, "out", "machine.json")
        with open(path, encoding="utf-8") as file:
            machine = json.load(file)
        machine["host"] = machine["cpu"]["model"] = hostile
        machine["run"]["command"] = ["bench", hostile, "it's"]
        with open(path, "w", encoding="utf-8") as file:
            json.dump(machine, file)
        os.rename(os.path.join(self.work, "out"), os.path.join(self.work, "<b>'\"&out"))
        self.bench("report", "<b>'\"&out", gnuplot=True)
        text = self.page("<b>'\"&out/report.html")
        page = self.check_page(text)
        self.assertEqual(page.tags.count("script"), 1)  # its own
        self.assertNotIn("b", page.tags)
        self.assertNotIn("alert(1)</script>\"", text)
        self.assertIn("<script>alert(1)</script>", page.text)
        self.assertIn("\u00e9?", page.text)  # a letter stays, what turns the writing does not
        self.assertIn("'it'\\''s'", page.text)
        self.assertFalse(os.path.exists(os.path.join(self.work, "M")))

    def test_bad_input_is_one_line(self):
        self.make()
        for words, parts in ((("report",), ["bench report DIR"]),
                             (("report", "missing"), ["missing"]),
                             (("report", "out", "missing"), ["missing"]),
                             (("report", ""), ["empty"]),
                             (("report", "out", "--output", ""), ["--output"]),
                             (("report", "out", "--nothing"), ["--nothing"])):
            with self.subTest(words=words):
                done = self.bench(*words, status=None)
                self.assertIn(done.returncode, (1, 2))
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                for part in parts:
                    self.assertIn(part, done.stderr)
        self.assertNotIn("report.html", os.listdir(os.path.join(self.work, "out")))

    def test_a_full_disk_keeps_the_older_page(self):
        self.make()
        self.bench("report", "out")
        before, files = self.page(), sorted(os.listdir(os.path.join(self.work, "out")))
        done = self.bench("report", "out", status=1, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (2000, 2000)))
        self.assertIn("cannot write out/report.html: File too large", done.stderr)
        self.assertEqual(self.page(), before)
        self.assertEqual(sorted(os.listdir(os.path.join(self.work, "out"))), files)
        os.mkdir(os.path.join(self.work, "taken"))
        self.bench("report", "out", "--output", "taken", status=1)
        self.assertEqual(os.listdir(os.path.join(self.work, "taken")), [])
        self.assertEqual([name for name in os.listdir(self.work) if name.startswith("taken.")], [])

    @unittest.skipUnless(CHROMIUM and GNUPLOT, "chromium or gnuplot is not installed")
    def test_it_fits_a_screen_and_a_phone(self):
        self.make()
        self.make(folder="other")
        self.bench("report", "out", "other", gnuplot=True)
        self.check_page(self.page())
        look = os.path.join(self.work, "look.html")
        with open(look, "w", encoding="utf-8") as file:
            file.write(LOOK.replace("REPORT", "file://" + os.path.join(self.work, "out", "report.html")))
        for theme in ("0", "1"):
            with self.subTest(dark=theme):
                self.check_look(look, "--blink-settings=preferredColorScheme=" + theme)

    def check_look(self, look, theme):
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--allow-file-access-from-files", "--enable-logging=stderr", "--window-size=1400,1000",
             "--virtual-time-budget=20000", theme, "--user-data-dir=" + os.path.join(self.work, "profile"),
             "--dump-dom", "file://" + look], capture_output=True, text=True, timeout=240, check=False)
        self.assertEqual(re.findall(r"CONSOLE.*", done.stderr), [])
        body = re.search(r"<body>(\{.*\})</body>", done.stdout)
        self.assertIsNotNone(body, done.stdout[-500:] + done.stderr[-500:])
        for width, found in json.loads(body.group(1)).items():
            self.assertLessEqual(found["page"], found["window"], f"{width}: scrolls sideways")
            self.assertEqual(found["overlaps"]["bad"], [], width)
            self.assertGreater(found["overlaps"]["texts"], 100)
            self.assertEqual(found["sorted"], "descending")
            self.assertTrue(all(found["images"]), found["images"])
            self.assertGreater(len(found["images"]), 2)


if __name__ == "__main__":
    unittest.main()
