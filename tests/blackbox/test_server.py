"""The tcp workload: wrong bytes are caught, rude clients are survived, nothing is left behind."""
import os
import resource
import signal
import unittest

from harness import FAULTY, BenchTest, children, names

MODES = ("thread,thread-gil,process,process-spawn,coroutine,thread-coroutine,process-coroutine,"
         "process-thread,event")
QUICK = ["--runs", "1", "--warmup", "0", "--output", "out", "--quiet"]


class Server(BenchTest):
    def rude(self, how, status):
        self.bench("--workload", "tcp-rude", "--set", f"tcp-rude.how={how}", "--mode", MODES,
                   "--wait", "auto,uring,poll", "--workers", "2", *QUICK, status=status,
                   program=FAULTY)
        return [row for row in self.rows() if row["status"] != "unsupported"]

    def check_survives(self, how):
        rows = self.rude(how, 0)
        self.assertEqual({(row["mode"], row["status"], row["reason"]) for row in rows},
                         {(mode, "ok", "off") for mode in [*MODES.split(","), "serial"]})

    def check_caught(self, how):
        rows = self.rude(how, 1)
        self.assertEqual({row["mode"] for row in rows}, {*MODES.split(","), "serial"})
        for row in rows:
            with self.subTest(mode=row["mode"], wait=row["wait"]):
                self.assertEqual(row["status"], "wrong-result", row)
                self.assertRegex(row["reason"], r"connection \d+, message \d+, byte \d+: got ")
                self.assertEqual(row["wall_ns"], "off")

    def test_clients_that_vanish(self):
        self.check_survives("vanish")

    def test_clients_that_send_half_a_message(self):
        self.check_survives("half")

    def test_clients_that_never_read(self):
        self.check_survives("deaf")

    def test_a_changed_byte(self):
        self.check_caught("corrupt")

    def test_two_bytes_in_the_wrong_order(self):
        self.check_caught("reorder")

    def test_a_lost_byte(self):
        self.check_caught("drop")

    def test_idle_connections_need_a_place_each(self):
        self.bench("--workload", "tcp", "--set", "tcp.connections=2", "--set", "tcp.messages=5",
                   "--set", "tcp.idle=100", "--mode", "thread,thread-pool,coroutine,event",
                   "--workers", "2,102", *QUICK)
        for row in self.rows():
            at_once = int(row["workers"]) * int(row["width"])
            with self.subTest(mode=row["mode"], workers=row["workers"]):
                self.assertEqual(row["tasks"], "102")
                self.assertEqual(row["status"], "ok" if at_once >= 102 else "unsupported", row)

    def test_more_connections_than_tasks(self):
        self.bench("--workload", "tcp", "--set", "tcp.connections=11", "--set", "tcp.messages=2",
                   "--tasks", "3", "--mode", "all", "--workers", "2", *QUICK)
        self.assertEqual({(row["status"], row["requests"]) for row in self.rows()}, {("ok", "22")})

    def test_too_few_descriptors(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
        self.bench("--workload", "tcp,pipe,file", "--set", "tcp.connections=500", "--tasks",
                   "500", "--mode", "coroutine", *QUICK, preexec_fn=limit, status=1)
        found = {row["workload"]: row for row in self.rows() if row["mode"] == "coroutine"}
        self.assertEqual(set(found), {"tcp", "pipe", "file"})
        for row in found.values():
            self.assertEqual(row["status"], "skipped", row)
            self.assertRegex(row["reason"], r"descriptors.*128.*`ulimit -n \d+`")

    def test_a_soft_limit_is_no_limit(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE,
                               (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        self.bench("--workload", "file", "--set", "file.size=8", "--tasks", "300", "--mode",
                   "coroutine", "--wait", "epoll,uring", *QUICK, preexec_fn=limit)
        self.assertLessEqual({row["status"] for row in self.rows()}, {"ok", "unsupported"})

    def long_run(self, mode):
        return self.start("--workload", "tcp", "--set", "tcp.connections=2", "--set",
                          "tcp.messages=100000", "--set", "tcp.think=1ms", "--mode", mode,
                          "--workers", "2", *QUICK, "--no-reference")

    def clients_of(self, runner, others):
        """The clients' process: a child of the repetition, beside `others` workers."""
        def look():
            repetition = self.repetition_of(runner)
            found = sorted(children(repetition)) if repetition else []
            return found if len(found) == 1 + others else None
        return self.wait_until(look, "the clients and the workers")

    def check_killed(self, mode, others):
        """The clients are the first process that a repetition makes."""
        run = self.long_run(mode)
        os.kill(self.clients_of(run.pid, others)[0], signal.SIGKILL)
        self.assertEqual(run.wait(120), 1, self.said())
        rows = self.rows()  # serially it would take minutes: there is no baseline
        self.assertEqual([(row["mode"], row["status"]) for row in rows], [(mode, "failed")])
        self.assertIn("clients", rows[0]["reason"])

    def test_clients_that_are_killed(self):
        self.check_killed("event", 0)

    def test_clients_that_are_killed_beside_processes(self):
        self.check_killed("process-coroutine", 2)

    def test_clients_that_are_killed_beside_threads(self):
        self.check_killed("thread-pool", 0)

    def test_an_interrupt_leaves_no_clients(self):
        run = self.long_run("process-coroutine,serial")
        self.wait_until(lambda: self.repetition_of(run.pid) and
                        children(self.repetition_of(run.pid)), "the clients")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(60), 130)

    def test_every_mode_that_serves_is_named_here(self):
        self.assertEqual(set(names("modes")) - set(MODES.split(",")),
                         {"serial", "thread-pool", "process-pool"})


if __name__ == "__main__":
    unittest.main()
