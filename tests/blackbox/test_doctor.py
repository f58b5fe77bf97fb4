"""bench doctor: what disturbs, the noise floor, and the figures that it leaves for later runs."""
import json
import os
import re
import signal
import stat
import unittest

from harness import LIMIT, BenchTest, tiny

SHORT = ["doctor", "--time", "1s", "--output", "out", "--quiet"]
RUN = ["--workload", "empty", *tiny("empty"), "--mode", "serial", "--runs", "1", "--warmup", "0",
       "--quiet"]


class Doctor(BenchTest):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.home, "state")

    def environment(self, gnuplot=False, **more):
        more.setdefault("XDG_STATE_HOME", self.state)
        return {name: value for name, value in super().environment(gnuplot, **more).items()
                if value}

    def store(self):
        return os.path.join(self.state, "bench", "noise.json")

    def stored(self):
        with open(self.store(), encoding="utf-8") as file:
            return json.load(file)

    def machine(self, folder="out"):
        with open(os.path.join(self.work, folder, "machine.json"), encoding="utf-8") as file:
            return json.load(file)

    # --- the command line ---

    def test_bad_words(self):
        for words, told in ((["--time", "0"], "--time"), (["--time", "999ms"], "1s"),
                            (["--time", "20"], "30s"), (["--time", "-5s"], "--time"),
                            (["--time", "200h"], "168h"), (["--time"], "needs a value"),
                            (["--tim", "1s", "more"], "more"), (["--label", "../x"], "--label"),
                            (["--output", ""], "--output"), (["--times", "1s"], "'--time'"),
                            (["--runs", "3"], "bench help doctor"), (["out"], "unexpected")):
            with self.subTest(words=words):
                done = self.bench("doctor", *words, status=2)
                self.assertIn(told, done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertEqual(os.listdir(self.work), [])
        self.assertFalse(os.path.exists(self.state))

    def test_help(self):
        told = self.bench("help", "doctor").stdout
        self.assertEqual(told, self.bench("doctor", "--help").stdout)
        for option in ("time", "label", "output", "quiet"):
            self.assertIn(f"--{option} ", told)
        self.assertIn("  doctor ", self.bench("help").stdout)

    def test_a_folder_that_is_not_empty(self):
        os.mkdir(os.path.join(self.work, "out"))
        with open(os.path.join(self.work, "out", "mine"), "w", encoding="utf-8"):
            pass
        self.assertIn("not empty", self.bench(*SHORT, status=2).stderr)
        self.assertFalse(os.path.exists(self.state))

    # --- what it tells and leaves ---

    def test_what_is_told_stored_and_used(self):
        done = self.bench(*SHORT)
        self.assertEqual(done.stderr, "")
        self.check_told(done.stdout)
        self.check_rows()
        noise = self.check_stored()
        for path in (self.state, os.path.dirname(self.store())):
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o700)
        self.assertEqual(self.machine()["noise"]["sd"], noise["sd"])
        self.assertEqual(self.machine()["run"]["command"], SHORT)
        self.bench(*RUN, "--output", "later")
        taken = self.machine("later")["noise"]
        for name in ("sd", "degrees_of_freedom", "measured"):
            self.assertEqual(taken[name], noise[name])
        self.assertNotIn("cells", taken)

    def check_told(self, told):
        self.assertRegex(told, r"(?m)^What disturbs measuring on this machine: \d+ of \d+ ")
        states = re.findall(r"(?m)^  (disturbs|unknown|fine) +\S", told)
        self.assertTrue(states)
        weight = {"disturbs": 0, "unknown": 1, "fine": 2}
        self.assertEqual(states, sorted(states, key=weight.get))
        self.assertEqual(told.count("mend: "), states.count("disturbs"))
        for cell in ("cpu/serial", "cpu/thread-pool", "sleep/serial", "sleep/thread-pool"):
            self.assertRegex(told, rf"(?m)^  {cell}( +[\d.]+%){{8}}$")
            self.assertRegex(told, rf"(?m)^  {cell}: ")
        self.assertRegex(re.sub(r"\s+", " ", told),
                         r"differences below [\d.]+% between two single runs cannot be told from")
        self.assertIn(f"Stored: {self.store()}\n", told)
        self.assertTrue(told.endswith("Results: out\n"))

    def check_rows(self):
        rows = self.rows()
        self.assertEqual({row["status"] for row in rows}, {"ok"})
        self.assertEqual({row["reference"] for row in rows}, {"0"})
        self.assertEqual({row["invocation"] for row in rows}, {"1", "2", "3", "4"})

    def check_stored(self):
        entry, = self.stored()["machines"]
        machine = self.machine()
        self.assertEqual((entry["host"], entry["cpu"], entry["usable_cores"], entry["kernel"]),
                         (machine["host"], machine["cpu"]["model"], machine["cores"]["usable"],
                          machine["kernel"]["release"]))
        noise = entry["noise"]
        self.assertGreater(noise["sd"], 0)
        self.assertEqual(noise["degrees_of_freedom"], 3)
        self.assertEqual(noise["invocations"], 4)
        measured = [row for row in self.rows() if row["warmup"] == "0"]
        self.assertEqual(noise["repetitions"], len(measured))
        self.assertRegex(noise["measured"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertAlmostEqual(noise["sd"], max(cell["between_sd"] for cell in noise["cells"]))
        self.assertEqual(os.listdir(os.path.dirname(self.store())), ["noise.json"])
        return noise

    def test_the_default_folder_and_notes(self):
        done = self.bench("doctor", "--time", "1s")
        self.assertRegex(self.only_folder(), r"^results/doctor-[A-Za-z0-9_.-]+-\d{8}T\d{6}Z$")
        self.assertIn("measures little", done.stderr)
        self.assertIn("4 invocations", done.stderr)
        self.bench("doctor", "--time", "1s", "--label", "quiet-room", "--quiet")
        self.assertTrue([name for name in os.listdir(os.path.join(self.work, "results"))
                         if name.startswith("quiet-room-")])
        self.assertEqual(len(self.stored()["machines"]), 1)

    # --- the store ---

    def test_a_broken_store_is_told_and_replaced(self):
        os.makedirs(os.path.dirname(self.store()))
        with open(self.store(), "w", encoding="utf-8") as file:
            file.write('{"schema": 1, "machines": [')
        self.bench(*RUN, "--output", "run")  # goes on without
        self.assertNotIn("noise", self.machine("run"))
        done = self.bench(*SHORT)
        self.assertIn("noise.json:1:", done.stderr)
        self.assertIn("replaced", done.stderr)
        self.check_stored()

    def test_a_state_folder_that_cannot_be_written(self):
        """A file in place of the folder: permissions would not stop a superuser."""
        with open(self.state, "w", encoding="utf-8") as file:
            file.write("mine")
        done = self.bench(*SHORT, status=1)
        self.assertIn("not stored", done.stderr)
        self.assertIn(self.state, done.stderr)
        self.assertNotIn("Stored: ", done.stdout)
        self.assertIn("noise", self.machine())  # the folder of the rows has it all the same
        with open(self.state, encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")

    @unittest.skipIf(os.geteuid() == 0, "permissions do not stop a superuser")
    def test_a_state_folder_that_is_read_only(self):
        os.mkdir(self.state, 0o500)
        done = self.bench(*SHORT, status=1)
        self.assertIn("Permission denied", done.stderr)
        self.assertEqual(os.listdir(self.state), [])

    def test_without_a_home(self):
        done = self.bench(*SHORT, variables={"XDG_STATE_HOME": "", "HOME": ""})
        self.assertIn("not stored", done.stderr)
        self.assertIn("HOME", done.stderr)
        self.assertIn("cannot be told from drift", re.sub(r"\s+", " ", done.stdout))
        self.assertFalse(os.path.exists(self.state))

    # --- what is not whole ---

    def check_not_stored(self):
        self.assertFalse(os.path.exists(self.store()))
        self.assertNotIn("noise", self.machine())

    def test_an_interrupt_leaves_no_store(self):
        run = self.start("doctor", "--time", "10m", "--output", "out")
        self.wait_until(lambda: os.path.exists(os.path.join(self.work, "out", "timings.csv")) and
                        len(self.raw().splitlines()) > 4, "some rows")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(LIMIT), 130, self.said())
        self.assertIn("interrupted", self.said())
        self.assertNotIn("Noise floor", self.said("stdout"))
        self.check_not_stored()
        self.assertTrue(self.rows())

    def raw(self):
        with open(os.path.join(self.work, "out", "timings.csv"), encoding="utf-8") as file:
            return file.read()

    def test_a_failed_repetition_leaves_no_store(self):
        run = self.start("doctor", "--time", "2s", "--output", "out")
        killed = self.wait_until(lambda: self.repetition_of(run.pid), "a repetition")
        try:
            os.kill(killed, signal.SIGKILL)
        except ProcessLookupError:
            self.skipTest("it was done already")
        status = run.wait(LIMIT)
        if all(row["status"] == "ok" for row in self.rows()):
            self.skipTest("it was done already")
        self.assertEqual(status, 1, self.said())
        self.assertIn("a repetition failed", self.said())
        self.assertIn("not stored", self.said())
        self.check_not_stored()

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = self.bench(*SHORT, status=1, stdout=full)
        self.assertIn("could not be written", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.work, "out")))


if __name__ == "__main__":
    unittest.main()
