"""Result files as other programs leave them: what is harmless changes nothing, what is not is
refused in one line that names file, line and column."""
import csv
import json
import os
import re
import unittest

from harness import BenchTest, names

NEWER = {"reference", "invocation", "others_ns", "running_before", "frequency_khz",
         "thermal_events", "swapped_pages", "on_battery"}


def row(mode, block, wall_ns):
    return {"schema": "3", "run": "made", "workload": "cpu", "workload_version": "1",
            "params": "rounds=1000", "mode": mode, "wait": "blocking", "workers": "2",
            "tasks": "8", "width": "1", "stack": "off", "rate": "off", "arrivals": "off", "pin": "none", "submit": "off", "cores": "2", "reference": "0",
            "invocation": "1", "block": str(block), "rep": str(block), "warmup": "0",
            "status": "ok", "reason": "off", "wall_ns": str(wall_ns), "spawn_ns": "1000",
            "join_ns": "1000", "user_ns": "100000000", "sys_ns": "0", "peak_bytes": "off",
            "checksum": "9179c98d3c27fa91", "seed": "1", "start_unix_ns": str(block)}


class Reading(BenchTest):
    def setUp(self):
        super().setUp()
        self.columns = names("columns")
        self.rows_made = [row(mode, block, ms * 1000000 + (block * 7919 % 13) * 100000)
                          for block in range(1, 13)
                          for mode, ms in (("serial", 100), ("thread", 52))]
        self.put("good")
        self.expected = self.compared("good")

    def table_of(self, rows=None, columns=None):
        columns = columns or self.columns
        return [columns] + [[one.get(name, "unknown") for name in columns]
                            for one in rows or self.rows_made]

    def put(self, folder, table=None, text=None, end="\n", quoting=csv.QUOTE_MINIMAL, comma=",",
            mark=""):
        """A result folder with this table, or this very text (or bytes)."""
        os.mkdir(os.path.join(self.work, folder))
        path = os.path.join(self.work, folder, "timings.csv")
        if isinstance(text, bytes):
            with open(path, "wb") as file:
                file.write(text)
            return path
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(mark)
            if text is not None:
                file.write(text)
            else:
                csv.writer(file, lineterminator=end, quoting=quoting, delimiter=comma).writerows(
                    table or self.table_of())
        return path

    def text_of(self, table=None):
        return "".join(",".join(line) + "\n" for line in table or self.table_of())

    def compared(self, folder):
        # Fresh memory is not zero by chance: what a row lacks must have been set.
        done = self.bench("compare", "good", folder, "--format", "json",
                          variables={"MALLOC_PERTURB_": "165"})
        self.assertEqual(done.stderr, "")
        found = json.loads(done.stdout)["comparisons"][0]
        return [str(found["winners"])] + [  # judged block by block
            str((one["name"], one["ratio"], one["interval"], one["p"], one["verdict"],
                 one["base"], one["other"]))
            for one in found["cells"]]

    def harmless(self, folder):
        self.assertEqual(sorted(self.compared(folder)), sorted(self.expected))

    def refused(self, folder, place, *words, name="timings.csv"):
        """One line on stderr, for compare and for plot, that begins with the place."""
        for command in (["compare", "good", folder], ["compare", folder, "good"],
                        ["plot", folder] if name == "timings.csv" else ["compare", "good", folder]):
            done = self.bench(*command, status=2)
            self.assertEqual(done.stdout, "", command)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertRegex(done.stderr,
                             rf"\Abench: {command[0]}: {re.escape(f'{folder}/{name}')}{place}")
            for word in words:
                self.assertIn(word, done.stderr)

    # --- harmless ---

    def test_columns_in_another_order(self):
        self.put("other", self.table_of(columns=self.columns[::-1]))
        self.harmless("other")

    def test_rows_sorted_by_wall_time(self):
        self.put("other", self.table_of(sorted(self.rows_made, key=lambda r: int(r["wall_ns"]))))
        self.harmless("other")

    def test_saved_by_a_spreadsheet(self):
        self.put("other", end="\r\n", quoting=csv.QUOTE_ALL, mark="\ufeff")
        self.harmless("other")

    def test_columns_of_others(self):
        for place, folder in ((0, "first"), (len(self.columns), "last"), (9, "middle")):
            table = [line[:place] + (["a note, ours"] if line[0] == "schema" else ["1.5"]) +
                     line[place:] for line in self.table_of()]
            self.put(folder, table)
            self.harmless(folder)

    def test_an_older_schema_beside_a_newer_one(self):
        older = [name for name in self.columns if name not in NEWER]
        rows = [{**one, "schema": "1"} for one in self.rows_made]
        self.put("other", self.table_of(rows, older))
        self.harmless("other")
        # What the rows lack must not depend on what stands in the first column.
        self.put("noted", [["a note"] + line for line in self.table_of(rows, older)])
        self.harmless("noted")

    def test_rows_of_two_schemas_in_one_file(self):
        self.put("other", self.table_of([{**one, "schema": str(1 + number % 2)}
                                         for number, one in enumerate(self.rows_made)]))
        self.harmless("other")

    def test_without_the_last_line_end(self):
        self.put("other", text=self.text_of()[:-1])
        self.harmless("other")

    # --- refused ---

    def test_cut_in_a_row(self):
        text = self.text_of()
        self.put("other", text=text[:text.rindex("cpu,") + 2])
        self.refused("other", r":25:\d+: ", "delete the line")

    def test_cut_anywhere_in_the_last_row(self):
        text = self.text_of()
        start = text.rindex("\n", 0, -1) + 1
        for cut in range(start + 1, len(text) - 1, 7):
            folder, commas = f"cut-{cut}", text.count(",", start, cut)
            self.put(folder, text=text[:cut])
            if commas + 1 == len(self.columns) and text[cut - 1] != ",":
                self.harmless(folder)  # only a digit or two of when the repetition started are lost
                continue
            done = self.bench("compare", "good", folder, status=2)
            self.assertEqual(done.stdout, "")
            self.assertRegex(done.stderr, r"\Abench: compare: %s/timings.csv:25:(%d|%d): [^\n]+\n\Z"
                             % (folder, commas + 1, commas + 2))

    def test_cut_in_a_quote(self):
        self.put("other", text=self.text_of() + '2,"made')
        self.refused("other", r":26:2: ", "delete the last row")

    def test_semicolons(self):
        self.put("other", comma=";")
        self.refused("other", r":1:\d+: ", "commas")

    def test_numbers_as_a_spreadsheet_rounds_them(self):
        rows = [dict(one) for one in self.rows_made]
        rows[3]["wall_ns"] = "1.2E+08"
        self.put("other", self.table_of(rows))
        self.refused("other", f":5:{self.columns.index('wall_ns') + 1}: ", "'wall_ns'",
                     "whole number", "1.2E+08")

    def test_a_newer_schema(self):
        rows = [{**one, "schema": "99"} for one in self.rows_made]
        self.put("other", self.table_of(rows, self.columns + ["news"]))
        self.refused("other", ":2:1: ", "schema 99 is newer", "use the version of bench")

    def test_a_table_of_another_program(self):
        self.put("other", text="command,mean,stddev\nsleep 1,1.002,0.001\n")
        self.refused("other", r":1:\d+: ", "is missing", "use the file as bench wrote it")

    def test_a_missing_column(self):
        self.put("other", self.table_of(columns=[n for n in self.columns if n != "wall_ns"]))
        self.refused("other", r":1:\d+: ", "'wall_ns' is missing", "put it back")

    def test_a_column_missing_that_the_schema_has(self):
        self.put("other", self.table_of(columns=[n for n in self.columns if n != "invocation"]))
        self.refused("other", r":1:\d+: ", "'invocation' is missing", "put it back")

    def test_a_column_twice(self):
        self.put("other", self.table_of(columns=self.columns + ["mode"]))
        self.refused("other", f":1:{len(self.columns) + 1}: ", "second column 'mode'")

    def test_nothing_in_it(self):
        self.put("other", text="")
        self.refused("other", ":1:1: ", "empty")
        self.put("header", text=",".join(self.columns) + "\n")
        self.refused("header", ": ", "no rows")

    def test_not_text(self):
        self.put("other", text=self.text_of().encode("utf-16"))
        self.refused("other", r":1:\d+: ", "UTF-8")

    def test_no_regular_file(self):
        os.makedirs(os.path.join(self.work, "folder", "timings.csv"))
        self.refused("folder", " is not a regular file; put the file that bench wrote there")
        os.mkdir(os.path.join(self.work, "pipe"))
        os.mkfifo(os.path.join(self.work, "pipe", "timings.csv"))
        self.refused("pipe", " is not a regular file; put the file that bench wrote there")

    def test_no_file(self):
        os.mkdir(os.path.join(self.work, "other"))
        done = self.bench("compare", "good", "other", status=2)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Abench: compare: cannot read other/timings.csv: [^\n]+"
                                      r"; name a folder [^\n]+\n\Z")

    def test_a_long_path(self):
        """It must not push the reason out of the line."""
        folder = os.path.join(*["long" * 50] * 4)
        os.makedirs(os.path.join(self.work, folder))
        for told, columns in (("; name a folder that bench wrote\n", None),
                              ("; put it back, or use the file as bench wrote it\n",
                               self.columns[:-1])):
            if columns:
                with open(os.path.join(self.work, folder, "timings.csv"), "w",
                          encoding="utf-8") as file:
                    file.write(self.text_of(self.table_of(columns=columns)))
            done = self.bench("compare", "good", folder, status=2)
            self.assertEqual(done.stdout, "")
            self.assertTrue(done.stderr.endswith(told), done.stderr)

    # --- machine.json ---

    def machine(self, folder, text):
        self.put(folder)
        with open(os.path.join(self.work, folder, "machine.json"), "w", encoding="utf-8") as file:
            file.write(text)

    def test_machine_facts_of_any_shape(self):
        """They are only told: whatever is in them, the figures stay."""
        for number, text in enumerate(("{}", '{"cpu": [1, {"model": null}], "noise": "much"}',
                                       '{"noise": {"sd": -1, "degrees_of_freedom": 1e99}}',
                                       "\ufeff{\"host\": \"caf\u00e9\"}")):
            self.machine(f"other-{number}", text)
            self.harmless(f"other-{number}")

    def test_broken_machine_facts(self):
        for number, (text, place) in enumerate((("{", ":1:1: "), ("", ":1:1: "), ("[]", ":1:1: "),
                                                ('{\n "a": 1,\n "a": 2}', ":3:"),
                                                ('{"a": "\x01"}', ":1:"))):
            self.machine(f"other-{number}", text)
            self.refused(f"other-{number}", place, "mend it or delete the file",
                         name="machine.json")

    def test_machine_facts_are_no_file(self):
        for folder, make in (("folder", os.mkdir), ("pipe", os.mkfifo)):
            self.put(folder)
            make(os.path.join(self.work, folder, "machine.json"))
            self.refused(folder, " is not a regular file", "delete the file", name="machine.json")


if __name__ == "__main__":
    unittest.main()
