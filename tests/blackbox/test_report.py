"""`bench report`: one page that shows a run to others. Chromium, where it is installed, looks at it."""
import base64
import csv
import glob
import html
import html.parser
import json
import os
import pty
import re
import resource
import shutil
import socket
import stat
import subprocess
import unittest
import zlib

from harness import BENCH, LIMIT, BenchTest, tiny

CHROMIUM = shutil.which("chromium")
GNUPLOT = shutil.which("gnuplot")
LSTOPO = shutil.which("lstopo-no-graphics")
PDFTOTEXT = shutil.which("pdftotext")
SCRIPTS = os.path.abspath(os.environ.get("BENCH_SCRIPTS", "scripts"))
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
function number(row, column) { return parseFloat(row.cells[column].dataset.value); }
// What is wrong with the order of a table's rows; `before` is the page's own.
function misplaced(rows, before, column, up) {
  const bad = [];
  for (let i = 1; i < rows.length; i++) {
    const x = number(rows[i - 1], column), y = number(rows[i], column);
    const text = rows[i - 1].cells[column].textContent + " / " + rows[i].cells[column].textContent;
    if (Number.isNaN(x) && !Number.isNaN(y)) { bad.push("without a figure first: " + text); }
    if (up ? x > y : x < y) { bad.push("order: " + text); }
    if (x === y && before.indexOf(rows[i - 1]) > before.indexOf(rows[i])) { bad.push("turned: " + text); }
  }
  return bad;
}
function sorting(inner) {
  const bad = [];
  let clicks = 0;
  for (const table of inner.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0], before = Array.from(body.rows);
    // Some that are alike and some without a figure, other rows in each column.
    before.forEach(function (row, i) {
      Array.from(row.cells).forEach(function (cell, column) {
        if (!cell.dataset.value) { return; }
        cell.dataset.value = (i + column) % 3 === 1 ? "7" : i;
        if ((i + column) % 3 === 2) { delete cell.dataset.value; }
      });
    });
    table.querySelectorAll("thead th").forEach(function (head, column) {
      const button = head.querySelector("button");
      if (!before.some(function (row) { return !Number.isNaN(number(row, column)); })) { return; }
      for (const way of ["ascending", "descending"]) {
        button.focus();
        if (inner.activeElement !== button) { bad.push("no keyboard: " + head.textContent); }
        button.click();
        clicks++;
        if (head.getAttribute("aria-sort") !== way) { bad.push(way + ": " + head.textContent); }
        bad.push(...misplaced(Array.from(body.rows), before, column, way === "ascending"));
      }
    });
    if (body.rows.length !== before.length) { bad.push("rows are lost"); }
  }
  return {clicks: clicks, bad: bad.slice(0, 5)};
}
// The colour of a chart's paper, as the reader sees it.
function paper(image) {
  const canvas = image.ownerDocument.createElement("canvas"), context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return Array.from(context.getImageData(2, 2, 1, 1).data.slice(0, 3)).join();
}
let waiting = 2;
for (const width of [1280, 400]) {
  const frame = document.createElement("iframe");
  frame.style.cssText = "border:0;height:2000px;width:" + width + "px";
  frame.addEventListener("load", function () {
    const inner = frame.contentDocument;
    const charts = Array.from(inner.querySelectorAll("figure:not(.tree) img"));
    found[width] = {page: inner.scrollingElement.scrollWidth, window: frame.clientWidth,
                    overlaps: overlaps(inner), papers: charts.map(paper),
                    trees: inner.querySelectorAll("figure.tree img").length,
                    regions: Array.from(inner.querySelectorAll(".scroll")).filter(r => r.tabIndex !== 0 ||
                      !r.getAttribute("aria-label")).length,
                    images: Array.from(inner.images, i => i.naturalWidth), sorted: sorting(inner)};
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
        self.headings, self.text, self.prose, self.unscoped, self.pictures = [], "", "", 0, {}
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
        self.unscoped += tag == "th" and attributes.get("scope") not in ("col", "row")
        if tag == "img":
            self.alternatives.append(attributes.get("alt", ""))
            self.pictures[attributes["alt"]] = attributes["src"]
        self.links += [attributes[name] for name in ("href", "src", "srcset", "action") if name in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes another element")

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data.replace("\xa0", " ")
            self.prose += "" if "pre" in self.open else data


class Report(BenchTest):
    def make(self, *more, folder="out", **options):
        self.bench(*SMALL, *more, "--output", folder, **options)

    def page(self, path="out/report.html"):
        with open(os.path.join(self.work, path), encoding="utf-8") as file:
            return file.read()

    def check_page(self, text):
        page = Page(text)
        for link in page.links:
            self.assertRegex(link, r"^(#[a-z]+[0-9]*|data:.*)$", link[:80])
        for link in page.links:
            if link.startswith("#"):
                self.assertIn(link[1:], page.ids)
        self.assertEqual(page.headings.count(1), 1)
        for before, after in zip(page.headings, page.headings[1:]):
            self.assertLessEqual(after, before + 1)
        self.assertNotIn("", page.alternatives)
        self.assertEqual(page.unscoped, 0)
        # No line may end between a figure and its unit.
        self.assertEqual(re.findall(r"\d (?:[num]?s|min|h|[KMGT]?i?B)\b", page.prose), [])
        self.assertNotIn("button", page.tags)  # those are the script's
        return page

    def write(self, name, text, folder="out"):
        with open(os.path.join(self.work, folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name, folder="out"):
        with open(os.path.join(self.work, folder, name), encoding="utf-8") as file:
            return file.read()

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

    # --- workload by workload ---

    def rows_of(self, name, folder="out"):
        """The lines of a CSV file as lists, the head first."""
        return list(csv.reader(self.read(name, folder).splitlines()))

    def write_rows(self, name, rows, folder="out"):
        self.write(name, "".join(",".join(row) + "\n" for row in rows), folder)

    def fake_gnuplot(self, *lines):
        """A program of that name, which says what it was to draw. Returns the variables for it."""
        folder = os.path.join(self.home, "fake")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "gnuplot")
        with open(path, "w", encoding="utf-8") as file:
            print("#!/bin/sh", *lines, 'cat "$4" >"$5"; echo "$3 $6" >>"$5"; echo >"$5.css"', sep="\n", file=file)
        os.chmod(path, 0o755)
        return {"PATH": folder + os.pathsep + os.environ["PATH"]}

    def many(self, count):
        """A run of so many workloads: the rows of cpu again under other names."""
        self.make()
        for name in ("timings.csv", "tasks.csv", "states.csv"):
            head, *rows = self.rows_of(name)
            at = head.index("workload")
            cpu = [row for row in rows if row[at] == "cpu"]
            self.write_rows(name, [head] + [row[:at] + [f"w{i:02}"] + row[at + 1:] for i in range(count) for row in cpu])
        return [f"w{i:02}" for i in range(count)]

    def part(self, text, number):
        """The page's part about the workload of that number."""
        return re.search(rf'<h3 id="work{number}">.*?(?=<h3|</section>)', text, re.DOTALL).group(0)

    def test_every_workload_has_a_part_with_its_own_charts(self):
        names = self.many(12)
        done = self.bench("report", "out", variables=self.fake_gnuplot())
        self.assertEqual(done.stderr, "")
        text = self.page()
        page = self.check_page(text)
        for number, name in enumerate(names, 1):
            self.assertIn(f'<a href="#work{number}">{name}</a>', text)
            part = self.part(text, number)
            self.assertIn(f"<caption>Ways of doing {name}, the fastest first</caption>", part)
            drawn = [base64.b64decode(data).decode() for data in re.findall(r'src="[^,]*,([^"]*)"', part)]
            scripts = [re.findall(r"/(\w+)\.gp (\w+)$", one.strip())[0] for one in drawn]
            for chart in ("wall", "timeline", "latency"):
                self.assertEqual([theme for script, theme in scripts if script == chart], ["page"], name)
            for one in drawn:
                self.assertEqual(set(re.findall(r"\bw\d\d\b", one)), {name})
            self.assertLess(part.index("<table"), part.index("<figure"))
        self.assertEqual(page.text.count("needs two numbers of tasks or more"), 1)  # not once for each
        self.assertNotIn("work13", page.ids)

    @unittest.skipUnless(GNUPLOT, "gnuplot is not installed")
    def test_each_chart_has_a_sheet_that_makes_it_the_dark_one(self):
        for name, words in (
                ("mixed", ("--mode", "thread,coroutine", "--workers", "1,2", "--tasks", "4,8", "--set", "mixed.total=1ms",
                           "--set", "mixed.rounds_per_ms=1000", "--set", "mixed.share=0%,50%,100%")),
                ("jobs", ("--mode", "thread-pool", "--schedule", "fcfs,sjf", "--tasks", "8", *tiny("jobs"))),
                ("tcp", ("--mode", "coroutine,event", "--tasks", "4", *tiny("tcp")))):
            self.bench("--workload", name, *words, "--runs", "6", "--quiet", "--output", name)
        self.bench("--workload", "tcp", "--mode", "coroutine", "--tasks", "4", *tiny("tcp"), "--runs", "6", "--quiet",
                   "--output", "other")
        seen = []
        for folders in (["mixed"], ["jobs"], ["tcp", "other"]):
            self.bench("report", *folders, gnuplot=True)
            self.bench("plot", *folders, "--format", "svg", "--theme", "dark", gnuplot=True)
            charts = os.path.join(self.work, folders[0], "charts")
            names = [name for name in os.listdir(charts) if name.endswith(".svg")]
            drawn = [self.read("charts/" + name, folders[0]) for name in names]
            page = self.page(folders[0] + "/report.html")
            shown = [base64.b64decode(data).decode() for data in re.findall(r'src="data:image/svg[^,]*,([^"]*)"', page)]
            shown = [svg for svg in shown if "<style>" in svg]  # not the machine's
            self.assertEqual(sorted(self.painted(svg) for svg in shown), sorted(self.painted(svg) for svg in drawn))
            seen += names
        scripts = {os.path.basename(path)[:-3]: self.read(path) for path in glob.glob(os.path.join(SCRIPTS, "*.gp"))}
        self.assertEqual({name.removesuffix(".svg") for name in seen},
                         {name for name, text in scripts.items() if "usage: gnuplot -c" in text})

    @staticmethod
    def painted(svg):
        """The picture as its own sheet for dark screens has it, without groups of nothing."""
        sheet = re.search("<style>(.*?)</style>", svg, re.DOTALL)
        svg = re.sub("<(style|title)>.*?</\\1>", "", svg, flags=re.DOTALL)
        if sheet:
            dark = {(what, light.lower()): dark for what, light, dark in
                    re.findall(r'\[([a-z-]+)="(#\w{6})" i\]\{\1:(#\w{6})\}', sheet[1])}
            svg = re.sub(r"""\b([a-z-]+)=(["'])(#\w{6})\2""", lambda found: found[1] + "=" + found[2] +
                         dark.get((found[1], found[3].lower()), found[3]) + found[2], svg)
            hatches = {light.lower(): dark for light, dark in
                       re.findall(r'\[style\*="stroke:(#\w{6})" i\]\{stroke:(#\w{6})!important\}', sheet[1])}
            svg = re.sub(r"(stroke:)(#\w{6})(?=')", lambda found: found[1] + hatches.get(found[2].lower(), found[2]), svg)
        groups = 1
        while groups:
            svg, groups = re.subn(r"<g\b[^>]*>\s*</g>", "", svg)
        return re.sub("#[0-9a-fA-F]{6}", lambda found: found[0].lower(), re.sub(r"\s+", " ", svg))

    def test_without_a_sheet_a_chart_is_light_for_all(self):
        """That of scripts which know of none."""
        self.make()
        self.bench("report", "out", variables=self.fake_gnuplot('cat "$4" >"$5"; exit 0'))
        self.assertIn("<figure>", self.page())

    def test_pieces_of_one_workload_are_told_apart(self):
        self.bench("--workload", "mixed", "--mode", "thread,coroutine", "--tasks", "4", "--set", "mixed.total=1ms",
                   "--set", "mixed.rounds_per_ms=1000", "--set", "mixed.share=100%,0%,20%", "--runs", "6",
                   "--no-reference", "--quiet", "--output", "out")
        self.bench("report", "out", variables=self.fake_gnuplot())
        text = self.page()
        order = ["0%", "20%", "100%"]  # not 0%, 100%, 20%
        self.assertEqual(re.findall("<h4>mixed share=(.*)</h4>", text), order)
        self.assertEqual(re.findall('"verdict">mixed share=([^:]*):', text), order)
        groups = json.loads(self.bench("export", "out", "--format", "json").stdout)["groups"]
        self.assertEqual([re.search("share=([^;]*)", group["work"]["params"])[1] for group in groups], order)
        told = self.bench("export", "out", "--format", "markdown").stdout
        self.assertEqual(re.findall(r"### mixed .*share=(\S+)", told), order)
        drawn = base64.b64decode(re.search(r'src="[^,]*,([^"]*)"', text)[1]).decode()
        self.assertEqual(re.findall(r"^group,\d+,0,mixed share=([^:,]*)[:,]", drawn, re.MULTILINE), order)
        self.check_page(text)
        part = self.part(text, 1)
        for share in order:
            self.assertIn(f"<caption>Ways of doing mixed share={share}, the fastest first</caption>", part)
        self.assertIn("winner by share of waiting and workers", part)

    def test_what_is_compared_comes_in_the_order_of_the_works(self):
        for folder in ("out", "other"):
            self.bench("--workload", "sleep", "--mode", "thread,coroutine", "--tasks", "2", "--set",
                       "sleep.duration=1ms,100us,20us", "--runs", "6", "--no-reference", "--quiet", "--output", folder)
        self.bench("report", "out", "other")
        text = self.page()
        compared = re.search("<caption>Wall times of the cells that both measured.*?</table>", text, re.DOTALL).group(0)
        found = re.findall(r'<th scope="row">sleep duration=(\w+) ', compared)
        self.assertEqual(found, sorted(found, key=["20us", "100us", "1ms"].index))
        self.assertEqual(set(found), {"20us", "100us", "1ms"})

    def test_what_compares_runs_stands_with_the_comparison(self):
        self.make()
        self.make(folder="other")
        self.bench("report", "out", "other", variables=self.fake_gnuplot())
        text = self.page()
        self.check_page(text)
        comparison = re.search(r'<h2 id="comparison">.*?</section>', text, re.DOTALL).group(0)
        self.assertEqual(re.findall(r"<figcaption>([^:]*):", comparison), ["runs compared"])
        self.assertEqual(re.findall(r"<figcaption>runs compared:", text), ["<figcaption>runs compared:"])

    def test_a_broken_file_costs_its_own_charts(self):
        self.make()
        good = {name: self.read(name) for name in ("tasks.csv", "states.csv")}
        for name, other in (("tasks.csv", "states.csv"), ("states.csv", "tasks.csv")):
            self.write(name, good[name].splitlines()[0] + "\n<b>,nonsense\n")
            self.write(other, good[other])
            done = self.bench("report", "out", status=2, variables=self.fake_gnuplot())
            self.assertRegex(done.stderr, rf"\Abench: report: out/{name}:2:[^\n]+\n\Z")
            self.assertEqual(done.stdout, "Report: out/report.html\n")
            text = self.page()
            page = self.check_page(text)
            self.assertNotIn("b", page.tags)
            why = done.stderr.removeprefix("bench: report: ").strip()
            self.assertIn(f"What is drawn from {name} is missing, for it could not be read: {why}", page.text)
            self.assertNotIn(f"What is drawn from {other}", page.text)
            drawn = re.findall("<figcaption>([^:]*):", text)
            self.assertIn("wall time by mode", drawn)
            self.assertIn("tasks over time by worker", drawn)  # from the other file
            self.assertEqual("distribution of latencies by mode" in drawn, name == "states.csv")
            self.assertIn("Median wall time", page.text)
        self.write("tasks.csv", "nonsense")
        done = self.bench("report", "out", "--output", "-", status=2)
        self.assertEqual(len(re.findall("bench: report: out/", done.stderr)), 1)  # for both files
        self.assertIn("What is drawn from tasks.csv", self.check_page(done.stdout).text)

    def test_only_what_is_drawn_is_read(self):
        self.make()
        self.make(folder="other")
        self.write("tasks.csv", "nonsense", "other")
        self.bench("report", "out", "other")

    # --- drawing side by side ---

    def test_on_one_core_one_chart_is_drawn_after_the_other(self):
        self.many(4)
        fake = self.fake_gnuplot(f"mkdir '{self.home}/busy' || exit 1", "sleep 0.02", f"rmdir '{self.home}/busy'")
        core = min(os.sched_getaffinity(0))
        self.bench("report", "out", variables=fake, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        self.assertGreaterEqual(self.page().count("<figure>"), 12)

    @unittest.skipUnless(len(os.sched_getaffinity(0)) > 1, "there is one core")
    def test_on_several_cores_charts_are_drawn_side_by_side(self):
        self.many(4)
        # The first one waits for a second one, a while.
        fake = self.fake_gnuplot(f"touch '{self.home}/at.'$$", "left=1000",
                                 f"until ls '{self.home}'/at.* | {{ read one && read two; }}; do",
                                 "  left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep 0.02", "done")
        self.bench("report", "out", variables=fake)
        self.assertGreaterEqual(self.page().count("<figure>"), 12)

    def test_a_chart_that_fails_ends_it_with_one_line(self):
        self.many(4)
        fake = self.fake_gnuplot('grep -q w02 "$4" && { echo "line 7: no" >&2; exit 1; }')
        done = self.bench("report", "out", status=1, variables=fake)
        self.assertRegex(done.stderr, r"\Abench: report: gnuplot could not draw [^\n]*line 7: no\n\Z")
        self.assertNotIn("report.html", os.listdir(os.path.join(self.work, "out")))

    def on_a_terminal(self, *words, variables):
        """What the program writes to standard error where that is a terminal."""
        master, slave = pty.openpty()
        with subprocess.Popen([BENCH, *words], cwd=self.work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=slave, env=self.environment(**variables)) as started:
            os.close(slave)
            said = b""
            while True:
                try:
                    more = os.read(master, 4096)
                except OSError:  # the other end is closed
                    more = b""
                if not more:
                    break
                said += more
            os.close(master)
            self.assertEqual(started.wait(LIMIT), 0, said)
        return said.decode()

    def test_what_takes_long_is_told_on_a_terminal(self):
        self.many(4)
        fake = self.fake_gnuplot("sleep 0.2")
        core = min(os.sched_getaffinity(0))
        # In this process, so that it is inherited; other tests run in others.
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {core})
        self.addCleanup(os.sched_setaffinity, 0, before)
        said = self.on_a_terminal("report", "out", variables=fake)
        charts = self.page().count("<figure>")
        self.assertRegex(said, rf"\r\x1b\[K\[1/{charts}\] charts drawn, about [\d.]+ s left")
        self.assertIn(f"[{charts - 1}/{charts}] charts drawn", said)
        self.assertTrue(said.endswith("\r\x1b[K"), ascii(said[-40:]))
        done = self.bench("report", "out", variables=self.fake_gnuplot("sleep 0.1"))
        self.assertEqual(done.stderr, "")  # no terminal

    # --- files ---

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
        machine = json.loads(self.read("machine.json", "other"))
        machine["cpu"]["model"], machine["governor"] = "Another | `CPU` <1>", "powersave"
        self.write("machine.json", json.dumps(machine), "other")
        self.bench("report", "out", "other")
        page = self.check_page(self.page())
        page.text = re.sub(r"\s+", "", page.text)
        told = self.bench("compare", "out", "other", "--format", "markdown").stdout
        self.assertIn("Geometric mean of the ratio", told)
        self.assertIn("powersave", told)  # what differs
        for line in told.splitlines():
            if not re.fullmatch(r"[-| :]*", line):  # all that is not a table's rule
                cells = line.split(" | ") if line.startswith("|") else [line.lstrip("- #")]
                for cell in cells:
                    text = html.unescape(re.sub(r"\\(.)", r"\1", cell.strip("| *")))
                    self.assertIn(re.sub(r"\s+", "", text), page.text, line)

    def test_what_was_not_comparable_is_told(self):
        self.make()
        self.bench("--workload", "cpu", "--mode", "thread", "--tasks", "4", "--set", "cpu.rounds=2000", "--runs", "6",
                   "--no-reference", "--quiet", "--output", "other")
        self.bench("report", "out", "other")
        page = self.check_page(self.page())
        self.assertIn("Not compared, because it is not the same work", page.text)
        self.assertIn("rounds=1000 against rounds=2000", page.text)
        self.assertIn("not in other", page.text)

    def test_runs_of_one_name_are_told_apart(self):
        self.make(folder="out")
        shutil.copytree(os.path.join(self.work, "out"), os.path.join(self.work, "second", "out"))
        self.bench("report", "out", "second/out")
        self.assertIn("out, compared with out-2", self.check_page(self.page()).text)

    # --- the machine ---

    def test_the_topology_is_kept_without_names(self):
        self.make()
        before = self.read("topology.xml")
        self.assertIn('type="PU"', before)
        for word in ("info", "name=", "PCI", "OSDev", socket.gethostname() + '"'):
            self.assertNotIn(word, before)
        self.bench("run", "--append", "out", "--quiet")
        self.assertEqual(self.read("topology.xml"), before)
        self.make("--topology", "pack:2 core:2 pu:2", folder="other")
        self.assertEqual(self.read("topology.xml", "other").count('type="PU"'), 8)

    def test_caches_are_told(self):
        self.make()
        machine = json.loads(self.read("machine.json"))
        machine["caches"] = [{"level": 1, "type": "data", "shared_by_pus": 1, "count": 2,
                              "size_bytes": 49152, "line_bytes": 64},
                             {"level": 3, "type": "unified", "shared_by_pus": 2, "count": 1,
                              "size_bytes": 33554432, "line_bytes": 64}]
        machine["cores"]["last_level_cache_bytes"] = 1000
        self.write("machine.json", json.dumps(machine))
        text = self.read("timings.csv").splitlines()
        names = text[0].split(",")
        rows = [dict(zip(names, line.split(","))) for line in text[1:]]
        for row in rows:  # a serial run of a second, all of it on a CPU
            if row["mode"] == "serial":
                row.update(wall_ns="1000000000", user_ns="1000000000", sys_ns="0", running_ns="1000000000",
                           ready_ns="0", blocked_ns="0", cache_misses="unknown")
                row["peak_bytes"] = "40000000" if row["warmup"] == "1" else "off"
        with open(os.path.join(self.work, "out", "timings.csv"), "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        self.bench("report", "out")
        page = self.check_page(self.page())
        self.assertIn("2 x 48.0 KiB, each for 1 hardware thread", page.text)
        self.assertIn("1 x 32.0 MiB, each for 2 hardware threads", page.text)
        self.assertIn("exceeds the 1000 B last-level cache", page.text)

    @unittest.skipUnless(LSTOPO, "lstopo is not installed")
    def test_the_machine_is_drawn(self):
        self.make("--topology", "pack:2 l3:1(size=33554432) core:2 pu:2")
        self.bench("report", "out", gnuplot=True)
        page = self.check_page(self.page())
        words = "2 packages, 4 cores, 8 hardware threads, 1 NUMA node; caches: L3 2 x 32.0 MiB"
        self.assertIn(words, page.alternatives)
        kind, data = page.pictures[words].split(",")
        self.assertEqual(kind, "data:image/svg+xml;base64")
        drawing = base64.b64decode(data, validate=True).decode()
        self.assertEqual(len(re.findall(r">PU L#\d", drawing)), 8)
        self.assertIn("that --topology described", page.text)

    @unittest.skipUnless(LSTOPO, "lstopo is not installed")
    def test_a_large_machine_is_drawn_in_short(self):
        self.make("--topology", "pack:8 l3:8 core:8 pu:2")
        self.bench("report", "out", gnuplot=True)
        page = self.check_page(self.page())
        words = [alt for alt in page.alternatives if "1024 hardware threads" in alt]
        self.assertEqual(len(words), 1)
        drawing = base64.b64decode(page.pictures[words[0]].split(",")[1]).decode()
        self.assertIn("8x total", drawing)
        self.assertLess(int(re.search(r"width='(\d+)px'", drawing).group(1)), 2000)

    @unittest.skipUnless(LSTOPO, "lstopo is not installed")
    def test_a_drawing_without_end_is_left_out(self):
        self.make()
        count = 1600

        def sets(bits):
            words = [bits >> (32 * word) & 0xffffffff for word in range(count // 32)]
            cpus = ",".join(f"0x{word:08x}" for word in reversed(words))
            return (f'cpuset="{cpus}" complete_cpuset="{cpus}" nodeset="0x1" complete_nodeset="0x1"')

        lines = ['<topology version="2.0">', f'<object type="Machine" os_index="0" {sets(2**count - 1)} gp_index="1">',
                 f'<object type="NUMANode" os_index="0" {sets(2**count - 1)} gp_index="2" local_memory="1"/>']
        for cpu in range(count):  # no two beside each other are alike
            unit = f'<object type="PU" os_index="{cpu}" {sets(1 << cpu)} gp_index="{3 * cpu + 3}"/>'
            if cpu % 2:
                unit = f'<object type="Core" os_index="{cpu}" {sets(1 << cpu)} gp_index="{3 * cpu + 4}">{unit}</object>'
            lines.append(f'<object type="L3Cache" {sets(1 << cpu)} gp_index="{3 * cpu + 5}" cache_size="{1000 + cpu}" '
                         f'depth="3" cache_linesize="64" cache_associativity="0" cache_type="0">{unit}</object>')
        self.write("topology.xml", "\n".join(lines + ["</object></topology>"]))
        self.bench("report", "out", gnuplot=True)
        text = self.check_page(self.page()).text
        self.assertIn("its drawing has more than 1024 KiB", text)
        self.assertIn("1600 hardware threads", text)

    def test_what_is_not_drawn_is_a_sentence(self):
        self.make()
        good = self.read("topology.xml")
        path = os.path.join(self.work, "out", "topology.xml")
        cases = [("", "ends too early"),
                 ("<topology>\n<object type=\"PU\" os_index=\"4294967295\"/></topology>", "line 2"),
                 ("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>" + good, "line 1"),
                 (good.replace('type="Core"', 'type="&b;"', 1), "type is not of the kind"),
                 (good[:len(good) // 2], "line "),
                 (good + " " * (9 << 20), "more than 8 MiB")]
        if LSTOPO:  # which hwloc 2.9 crashes on
            cases.append((re.sub(r' (complete|allowed)_\w+="[^"]*"', "", good), ""))
        for text, why in cases:
            with self.subTest(why=why, text=text[:60]):
                self.write("topology.xml", text)
                done = self.bench("report", "out", gnuplot=why == "")
                self.assertEqual(done.stderr if why == "" else "", "")
                page = self.check_page(self.page())
                if why:
                    self.assertRegex(page.text, "The machine is not drawn: .*" + re.escape(why))
        os.unlink(path)
        self.bench("report", "out")
        self.assertIn("holds no topology.xml", self.check_page(self.page()).text)
        os.mkfifo(path)
        self.bench("report", "out")
        self.assertIn("it is not a regular file", self.check_page(self.page()).text)
        os.unlink(path)
        self.write("topology.xml", good)
        self.bench("report", "out")
        text = self.check_page(self.page()).text
        self.assertIn("apt-get install hwloc-nox", text)
        self.assertRegex(text, r"\d+ hardware threads?")

    def test_the_command_is_one_that_can_be_typed(self):
        self.bench("run", *SMALL, "--output", "out")
        self.bench("report", "out")
        self.assertIn("bench run --workload cpu,sleep", self.check_page(self.page()).text)
        self.assertIn("bench run --workload cpu,sleep", self.bench("export", "out", "--format", "markdown").stdout)

    # --- the claims of a suite ---

    CLAIMS = ("schema,run,suite,id,claim,verdict,measured,reason,commands,full,runs,cores\n"
              "1,out,notes,C01,threads <b>wait</b> at once,holds,threads/serial 0.26,off,bench --x,0,8,2\n"
              "1,out,notes,C02,\"a, b\",does not hold,a/b 1.2,too slow,bench --y,0,8,2\n"
              "1,out,notes,C03,c,cannot be tested here,off,needs 4 cores,bench --z,0,8,2\n")

    def test_the_claims_of_a_suite_are_shown(self):
        self.make()
        self.write("claims.csv", self.CLAIMS)
        self.bench("report", "out")
        page = self.check_page(self.page())
        self.assertIn("3 claims about concurrency: 1 holds here, 1 does not, 1 could not be decided or tested.",
                      page.text)
        for text in ("threads <b>wait</b> at once", "a, b", "too slow", "needs 4 cores", "threads/serial 0.26"):
            self.assertIn(text, page.text)
        self.assertNotIn("b", page.tags)
        self.assertIn("claims", page.ids)
        for text, why in ((self.CLAIMS.replace(",verdict", ",other"), "'verdict' is missing"),
                          (self.CLAIMS.replace("1,out,notes,C02", "one,out,notes,C02"), "claims.csv:3:1:"),
                          ("", "empty")):
            self.write("claims.csv", text)
            done = self.bench("report", "out", status=2)
            self.assertIn(why, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)

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
        for taken in ("taken", "no/page.html"):
            done = self.bench("report", "out", "--output", taken, status=2)
            self.assertRegex(done.stderr, rf"--output: [^\n]*{taken}")
        self.assertEqual(os.listdir(os.path.join(self.work, "taken")), [])
        self.assertEqual([name for name in os.listdir(self.work) if name.startswith("taken.")], [])

    def test_a_pipe_and_a_link_stay_what_they_are(self):
        self.make()
        pipe, link = (os.path.join(self.work, name) for name in ("pipe", "link.html"))
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
            try:
                self.bench("report", "out", "--output", "pipe")
                self.check_page(reader.communicate(timeout=LIMIT)[0])
            finally:
                reader.kill()  # it would wait for ever on a pipe that is gone
        self.assertTrue(stat.S_ISFIFO(os.lstat(pipe).st_mode))
        with open(os.path.join(self.work, "page.html"), "w", encoding="utf-8"):
            os.symlink("page.html", link)
        self.bench("report", "out", "--output", "link.html")
        self.assertTrue(os.path.islink(link))
        self.check_page(self.page("page.html"))

    # --- in a browser ---

    @unittest.skipUnless(CHROMIUM and GNUPLOT, "chromium or gnuplot is not installed")
    def test_it_fits_a_screen_and_a_phone(self):
        self.make()
        self.make(folder="other")
        self.make("--topology", "pack:2 l3:2 core:8 pu:2", folder="third")
        self.bench("--workload", "tcp", "--mode", "thread,event", *tiny("tcp"), "--runs", "6", "--no-reference", "--quiet",
                   "--output", "fourth")
        self.write("claims.csv", self.CLAIMS)
        self.bench("report", "out", "other", "third", "fourth", gnuplot=True)
        self.check_page(self.page())
        look = os.path.join(self.work, "look.html")
        with open(look, "w", encoding="utf-8") as file:
            file.write(LOOK.replace("REPORT", "file://" + os.path.join(self.work, "out", "report.html")))
        for number, theme in enumerate(("dark", "light")):
            with self.subTest(theme=theme):
                self.check_look(look, number, theme)

    @unittest.skipUnless(CHROMIUM and GNUPLOT and PDFTOTEXT, "chromium, gnuplot or pdftotext is not installed")
    def test_on_paper_figures_keep_their_units(self):
        self.make()
        self.bench("report", "out", gnuplot=True)
        path = os.path.join(self.work, "narrow.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.page().replace("</style>", "@page { size: 10cm 20cm; }</style>", 1))
        self.chromium(1, "--print-to-pdf=" + os.path.join(self.work, "narrow.pdf"), "file://" + path)
        told = subprocess.run([PDFTOTEXT, "-layout", os.path.join(self.work, "narrow.pdf"), "-"], check=True,
                              capture_output=True, text=True, timeout=LIMIT).stdout
        self.assertRegex(told, r"\d\s[um]s\b")
        # A unit alone in its column, or at the start of a line.
        self.assertEqual(re.findall(r"^ *(?:[num]s|[KMG]iB)\b.*|.*   (?:[num]s|[KMG]iB)\b.*", told, re.MULTILINE), [])

    @unittest.skipUnless(CHROMIUM and GNUPLOT, "chromium or gnuplot is not installed")
    def test_paper_is_white_for_all(self):
        self.make()
        self.bench("report", "out", gnuplot=True)
        dark, light = self.printed(0), self.printed(1)
        self.assertGreater(len(light), 10)
        self.assertEqual(dark, light)

    def chromium(self, theme, *words, profile="profile"):
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--allow-file-access-from-files", "--enable-logging=stderr", "--window-size=1400,1000",
             f"--blink-settings=preferredColorScheme={theme}",
             "--user-data-dir=" + os.path.join(self.work, profile), *words],
            capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(re.findall(r"CONSOLE.*", done.stderr), [])
        return done

    def printed(self, theme):
        """What a page prints, without the dates of printing: the streams of the PDF."""
        path = os.path.join(self.work, f"{theme}.pdf")
        done = self.chromium(theme, "--print-to-pdf=" + path,
                             "file://" + os.path.join(self.work, "out", "report.html"))
        self.assertTrue(os.path.exists(path), done.stderr[-500:])
        with open(path, "rb") as file:
            data = file.read()
        streams = []
        for start in re.finditer(rb"stream\r?\n", data):
            try:
                streams.append(zlib.decompressobj().decompress(data[start.end():]))
            except zlib.error:
                pass  # the word in another stream, or an endstream
        return sorted(streams)

    def check_look(self, look, number, theme):
        # On a busy machine Chromium may dump the page before the frames are loaded.
        for attempt in range(5):
            done = self.chromium(number, "--virtual-time-budget=20000", "--dump-dom", "file://" + look,
                                 profile=f"profile{attempt}")
            body = re.search(r"<body>(\{.*\})</body>", done.stdout)
            if body:
                break
        self.assertIsNotNone(body, done.stdout[-500:] + done.stderr[-500:])
        for width, found in json.loads(html.unescape(body.group(1))).items():
            self.assertLessEqual(found["page"], found["window"], f"{width}: scrolls sideways")
            self.assertEqual(found["overlaps"]["bad"], [], width)
            self.assertGreater(found["overlaps"]["texts"], 100)
            self.assertEqual(found["sorted"]["bad"], [], width)
            self.assertGreater(found["sorted"]["clicks"], 20)
            self.assertEqual(found["regions"], 0, "a region that scrolls has no name or is not reached by keys")
            self.assertTrue(all(found["images"]), found["images"])
            self.assertEqual(set(found["papers"]), {"20,23,28" if theme == "dark" else "255,255,255"}, width)
            self.assertGreater(len(found["papers"]), 2)
            self.assertEqual(found["trees"], 4 if LSTOPO else 0)


if __name__ == "__main__":
    unittest.main()
