"""Help, lists and versions: on stdout, with exit status 0, complete."""
import os
import re
import unittest

from harness import BenchTest, names


class Help(BenchTest):
    def test_help_goes_to_stdout(self):
        commands = re.findall(r"^  (\w+) {2,}\S", self.bench("help").stdout, re.MULTILINE)
        self.assertLessEqual({"run", "list", "machine", "plot"}, set(commands))
        for words in (["help"], ["--help"], ["-h"], ["run", "--help"], ["plot", "--help"],
                      ["list", "--help"], ["machine", "--help"], ["--workload", "cpu", "--help"],
                      *(["help", command] for command in commands)):
            with self.subTest(words=words):
                done = self.bench(*words)
                self.assertIn("bench", done.stdout)
                self.assertEqual(done.stderr, "")
        self.assertEqual(os.listdir(self.work), [])

    def test_help_tells_every_option(self):
        told = self.bench("help", "run").stdout
        for option in ("workload", "mode", "workers", "tasks", "runs", "warmup", "pin", "seed",
                       "label", "output", "set", "timeout", "topology", "dry-run", "quiet"):
            self.assertIn(f"--{option} ", told)

    def test_version(self):
        self.assertRegex(self.bench("--version").stdout, r"\Abench \d+\.\d+\.\d+ \(\S+\)\n\Z")

    def test_lists_come_from_the_one_table(self):
        everything = self.bench("list").stdout
        for topic in ("workloads", "modes", "waits"):
            found = names(topic)
            self.assertTrue(found)
            for name in found:
                self.assertRegex(everything, rf"(?m)^  {name} ")
                if topic != "waits":
                    option = "--workload" if topic == "workloads" else "--mode"
                    other = ["--mode", "serial"] if topic == "workloads" else ["--workload", "cpu"]
                    self.bench(option, name, *other, "--dry-run")

    def test_defaults_of_parameters_may_be_typed(self):
        """What the list shows as a default is taken as a value and gives the same plan."""
        workload = None
        for line in self.bench("list", "workloads").stdout.splitlines():
            found = re.match(r"  (\S+) +\[", line)
            workload = found.group(1) if found else workload
            found = re.match(r"      (\S+) +\S", line)
            name = found.group(1) if found and not line.startswith(" " * 16) else None
            if name:
                parameter = name
            found = re.match(r" {16,}default ([^,]+),", line)
            if found:
                with self.subTest(workload=workload, parameter=parameter):
                    done = self.bench("--workload", workload, "--mode", "serial", "--dry-run",
                                      "--set", f"{workload}.{parameter}={found.group(1)}")
                    plain = self.bench("--workload", workload, "--mode", "serial", "--dry-run")
                    self.assertEqual(done.stdout, plain.stdout)

    def test_machine(self):
        done = self.bench("machine")
        for word in ("CPU", "Usable cores", "Kernel", "Memory"):
            self.assertRegex(done.stdout, rf"(?m)^{word} ")
        self.assertGreaterEqual(len(done.stdout.splitlines()), 10)


if __name__ == "__main__":
    unittest.main()
