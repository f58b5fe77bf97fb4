"""The recipes of docs/results.md for other tools, run as they stand there, on the example run and on one
whose texts and numbers are traps. What is not installed is left out; SQLite comes with Python."""
import csv
import json
import os
import re
import shutil
import sqlite3
import statistics
import string
import subprocess
import sys
import unittest

from harness import LIMIT, BenchTest

ROOT = os.path.join(os.environ.get("BENCH_SCRIPTS", "scripts"), "..")
EXAMPLE = os.path.join(ROOT, "results", "example")
# What a number or a missing value could be taken for.
RUNS = ["NA", "null", "nan", "T", "1e5", "N/A", "none", "NULL", ""]
CHECKSUMS = ["1234567890123456", "12345678901234e5", "00000000000000e1", "9007199254740993",
             "0123456789012345", "ffffffffffffffff", "1e10000000000000", "00000000000000f0"]


def columns(path):
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def letter(place):
    """A column's name in a spreadsheet, from 1."""
    name = ""
    while place > 0:
        place, digit = divmod(place - 1, 26)
        name = string.ascii_uppercase[digit] + name
    return name


def python_with_pandas():
    for program in (sys.executable, "/usr/bin/python3"):
        if os.path.exists(program) and subprocess.run(
                [program, "-c", "import pandas"], capture_output=True, check=False,
                timeout=LIMIT).returncode == 0:
            return program
    return None


class Recipes(BenchTest):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(ROOT, "docs", "results.md"), encoding="utf-8") as file:
            text = file.read()
        cls.text = text[text.index("## Reading them elsewhere"):text.index("## Exports")]

    def recipe(self, language):
        """The first block of that language."""
        return re.search(f"\n```{language}\n(.*?)```\n", self.text, re.DOTALL).group(1)

    def setUp(self):
        super().setUp()
        shutil.copy(os.path.join(EXAMPLE, "timings.csv"), os.path.join(self.work, "timings.csv"))

    def wanted(self):
        """{(workload, mode): median in ms} of the file that lies there."""
        walls = {}
        for row in rows_of(os.path.join(self.work, "timings.csv")):
            if (row["warmup"], row["reference"], row["status"]) == ("0", "0", "ok"):
                walls.setdefault((row["workload"], row["mode"]), []).append(int(row["wall_ns"]))
        return {key: statistics.median(values) / 1e6 for key, values in walls.items()}

    def same(self, found):
        wanted = self.wanted()
        self.assertEqual(set(found), set(wanted))
        for key, median in wanted.items():
            self.assertAlmostEqual(found[key], median, places=6, msg=str(key))

    def run_there(self, *words):
        return subprocess.run(words, cwd=self.work, check=True, text=True,
                              timeout=LIMIT, stdout=subprocess.PIPE).stdout

    def trap(self):
        """Rows whose texts look like numbers and like missing values, with numbers of 63 bits."""
        path = os.path.join(self.work, "timings.csv")
        rows = rows_of(path)[:len(CHECKSUMS)]
        for i, row in enumerate(rows):
            row.update(run=RUNS[i], checksum=CHECKSUMS[i], seed=str(2**63 - 1 - i),
                       start_unix_ns="off" if i == 0 else str(1795674670395167326 + i),
                       params="off" if i < 3 else row["params"], pin="none", warmup="0",
                       reference="0", status="ok", wall_ns=str(1000001 + i))
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return rows

    def told(self, text, rows, missing):
        """Lines of run, checksum, seed, start, params, one a row, joined by tabs."""
        names = ("run", "checksum", "seed", "start_unix_ns", "params")
        self.assertEqual([line.split("\t") for line in text.splitlines()],
                         [[missing if row[name] == "off" else row[name] for name in names]
                          for row in rows])

    # --- what the program says itself ---

    def test_the_export(self):
        """The medians that the document compares with."""
        document = json.loads(self.bench("export", EXAMPLE, "--format", "json").stdout)
        self.same({(group["work"]["workload"], cell["way"]["mode"]): cell["wall"]["median_ns"] / 1e6
                   for group in document["groups"] for cell in group["cells"] if cell["runs"]})

    # --- tools ---

    def test_sqlite(self):
        """The statement, on a table as .import makes it: every column text."""
        statement = re.search('" *\n(.*)"', self.recipe("sh"), re.DOTALL)
        statement = statement.group(1) if statement else self.fail("no statement")
        names = columns(os.path.join(self.work, "timings.csv"))
        with sqlite3.connect(":memory:") as base:
            base.execute("CREATE TABLE t (%s)" % ", ".join(f'"{name}" TEXT' for name in names))
            base.executemany("INSERT INTO t VALUES (%s)" % ", ".join("?" * len(names)),
                             [tuple(row.values()) for row in
                              rows_of(os.path.join(self.work, "timings.csv"))])
            self.same({(work, mode): ms for work, mode, ms in base.execute(statement)})
            cast = re.search(r"`(avg\(CAST\(nullif.*?)`", self.text).group(1)
            found = base.execute(f"SELECT {cast} FROM t").fetchone()[0]
        bytes_seen = [int(row["peak_bytes"]) for row in
                      rows_of(os.path.join(self.work, "timings.csv")) if row["peak_bytes"].isdigit()]
        self.assertAlmostEqual(found, statistics.mean(bytes_seen), places=3)

    @unittest.skipUnless(shutil.which("sqlite3"), "sqlite3 is not installed")
    def test_sqlite_shell(self):
        lines = self.run_there("sh", "-c", self.recipe("sh")).splitlines()
        self.assertEqual(lines[0], "workload|mode|ms")
        self.same({(work, mode): float(ms) for work, mode, ms in
                   (line.split("|") for line in lines[1:])})

    def test_pandas(self):
        program = python_with_pandas()
        if not program:
            self.skipTest("pandas is not installed")
        recipe = self.recipe("python")
        shown = re.sub(r"print\((.*)\)\n", r"\1.to_csv('found.csv')\n", recipe)
        self.assertNotEqual(shown, recipe)
        shown = re.sub(r"^(t\.groupby.*)\.to_csv", r"(\1).to_csv", shown, flags=re.MULTILINE)
        self.run_there(program, "-c", recipe)
        self.run_there(program, "-c", shown)
        self.same({(row["workload"], row["mode"]): float(row["wall_ns"])
                   for row in rows_of(os.path.join(self.work, "found.csv"))})
        rows = self.trap()
        show = ("\nfor row in t[['run','checksum','seed','start_unix_ns','params']].values:\n"
                "    print('\\t'.join('MISSING' if x != x else x for x in row))\n"
                "assert len(t) == t.groupby('params', dropna=False).wall_ns.count().sum()\n"
                "assert t.wall_ns.tolist() == [1000001 + i for i in range(len(t))]\n")
        self.told(self.run_there(program, "-c", recipe.split("print")[0] + show), rows, "MISSING")

    @unittest.skipUnless(shutil.which("Rscript"), "R is not installed")
    def test_r(self):
        recipe = self.recipe("r")
        show = 'write.csv(medians, "found.csv", row.names = FALSE)\n'
        self.run_there("Rscript", "-e", recipe + show)
        self.same({(row["workload"], row["mode"]): float(row["wall_ns"]) / 1e6
                   for row in rows_of(os.path.join(self.work, "found.csv"))})
        rows = self.trap()
        show = ('write.table(t[, c("run", "checksum", "seed", "start_unix_ns", "params")], sep = "\\t", '
                'quote = FALSE, row.names = FALSE, col.names = FALSE, na = "MISSING")\n'
                't$params[is.na(t$params)] <- "off"\n'
                'stopifnot(sum(aggregate(wall_ns ~ params, t, length)$wall_ns) == nrow(t))\n')
        self.told(self.run_there("Rscript", "-e", recipe.split("medians")[0] + show), rows, "MISSING")

    def test_the_spreadsheet_has_these_columns(self):
        """Calc itself is large; its options and its formula name columns by their places."""
        names = columns(os.path.join(self.work, "timings.csv"))
        place = {name: i + 1 for i, name in enumerate(names)}
        texts = re.search(r"CSV:44,34,76,1,([0-9/]+),", self.text).group(1)
        self.assertEqual(texts, "/".join(f"{place[name]}/2" for name in
                                         ("run", "checksum", "seed", "start_unix_ns")))
        formula = re.search(r"=SUMPRODUCT\(.*", self.text).group(0)
        rows = len(rows_of(os.path.join(self.work, "timings.csv")))
        self.assertEqual(re.findall(r"[A-Z]+[0-9]+:[A-Z]+[0-9]+", formula),
                         [f"{letter(place[name])}2:{letter(place[name])}{rows + 1}" for name in
                          ("workload", "mode", "reference", "warmup", "status", "wall_ns")])
        self.assertIn(f"(here of {rows})", self.text)


if __name__ == "__main__":
    unittest.main()
