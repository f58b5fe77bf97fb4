"""Long runs: what the runner holds and does per repetition stays the same from the first to the last.

No clock is asked. What is counted is the runner's own (/proc): descriptors, mappings, children,
memory, and what its thread reads and writes, which tells whether it goes over old rows again.
"""
import os
import unittest

from harness import SANITIZED, BenchTest, children

# In rows: where the runner has seen all that it will need, two stretches, and how much follows so
# that the run is not over at the last look. Blocks of three cells.
EARLY, LATE, STRETCH, END = 50, 190, 60, 3000
PLAN = ["--workload", "empty", "--mode", "thread,process", "--tasks", "2", "--warmup", "1",
        "--min-runs", "6", "--max-runs", str(END // 3), "--precision", "0.01%", "--no-reference",
        "--quiet", "--output", "out"]


class Long(BenchTest):
    def look(self, pid, row):
        """What the runner holds and has done once so many rows are there; the least of some looks,
        as a repetition that is under way holds more."""
        path = os.path.join(self.work, "out", "timings.csv")

        def rows():
            try:
                with open(path, "rb") as file:
                    return file.read().count(b"\n") - 1
            except OSError:
                return 0

        self.wait_until(lambda: rows() >= row, f"row {row}", told=self.said)
        done = {"rows": -1}
        while done["rows"] != rows():  # as they go on meanwhile
            done = {"rows": rows()}
            with open(f"/proc/{pid}/task/{pid}/io", encoding="ascii") as file:
                done.update((name, int(value)) for name, value in (line.split(":") for line in file))
        looks = []
        while len(looks) < 20:
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                facts = dict(line.split(":", 1) for line in file)
            with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as file:
                maps = len(file.readlines())
            looks.append({"descriptors": len(os.listdir(f"/proc/{pid}/fd")), "maps": maps,
                          "children": len(children(pid)),
                          "bytes": int(facts["VmRSS"].split()[0]) << 10})
        return done, {name: min(look[name] for look in looks) for name in looks[0]}

    def test_hundreds_of_repetitions(self):
        started = self.start(*PLAN)
        looks = [self.look(started.pid, row)
                 for row in (EARLY, EARLY + STRETCH, LATE, LATE + STRETCH)]
        started.terminate()
        self.assertEqual(started.wait(60), 130)
        held = [look for _, look in looks]
        rows = looks[-1][0]["rows"] - looks[0][0]["rows"]
        for name, more in (("descriptors", 2), ("children", 1), ("maps", 8)):
            self.assertLessEqual(held[-1][name], held[0][name] + more, (name, held))
        if not SANITIZED:  # sanitizers keep what was freed
            self.assertLess(held[-1]["bytes"] - held[0]["bytes"], 2048 * rows + (128 << 10), held)
        early, late = (self.per_row(looks[at][0], looks[at + 1][0]) for at in (0, 2))
        # It looks again and again whether a repetition sleeps already, which on a busy machine takes
        # some reads more.
        for name, most in (("syscr", 1.5), ("syscw", 1.2), ("rchar", 1.5), ("wchar", 1.2)):
            self.assertLess(late[name], most * early[name], (name, early, late))

    @staticmethod
    def per_row(before, after):
        rows = after["rows"] - before["rows"]
        return {name: (after[name] - before[name]) / rows for name in after}


if __name__ == "__main__":
    unittest.main()
