"""Locks, semaphores, events, barriers and queues under every mode: what each promises holds, what
none promises does not, and primitives that are broken on purpose are found out."""
import unittest
from collections import Counter

from harness import FAULTY, LOOP_MODES, SANITIZED, TOGETHER, BenchTest, stacked

THREADS = {"serial", "thread", "thread-gil", "thread-pool", "coroutine",
           "thread-coroutine"}  # all in one process
TURNS = {"serial"}  # one task at a time
KINDS = ("mutex", "spin", "rw", "recursive")
TRIES = 20  # for what chance decides


def settings(workload, **values):
    return [word for name, value in values.items()
            for word in ("--set", f"{workload}.{name}={value}")]


class Helper(BenchTest):
    def run_all(self, workload, *more, tasks=6, runs=1, folder="out", program=None, status=0,
                modes=None, **values):
        """Its rows under every mode that has stacks. Fixed workers are as many as tasks, so that
        all can be alive at once."""
        self.bench("--workload", workload, "--mode", modes or stacked(program), "--workers",
                   str(tasks), "--tasks", str(tasks), "--runs", str(runs), "--warmup", "0",
                   "--output", folder, "--quiet", "--no-reference", *settings(workload, **values),
                   *more, status=status, program=program)
        return self.rows(folder)

    def all_ok(self, rows, but=()):
        """Every row but those of the modes `but`, which must be unsupported with a reason."""
        self.assertEqual([(row["mode"], row["wait"], row["params"], row["status"], row["reason"])
                          for row in rows if row["status"] != "ok" and row["mode"] not in but], [])
        for row in rows:
            if row["mode"] in but:
                self.assertEqual(row["status"], "unsupported", row)
                self.assertIn("wait for each other", row["reason"])


class Sync(Helper):
    # --- lock ---

    def lost(self, mode, folder, **values):
        rows = self.run_all("lock", modes=mode, folder=folder, kind="none", **values)
        self.all_ok(rows)
        return [int(row["lost_updates"]) for row in rows if row["mode"] == mode]

    @unittest.skipIf(SANITIZED == "thread", "it is a data race, and told as one (see below)")
    def test_without_a_lock_updates_are_lost(self):
        """Who waits between reading and writing loses; so does who computes there, for others run
        meanwhile: on another core or when its slice ends."""
        for mode in ("thread", "thread-gil", "thread-pool", "process", "process-pool", "process-spawn",
                     "process-thread"):
            for way, values in (("waits", {"wait": "2ms", "updates": "5"}),
                                ("computes", {"hold": "200000", "updates": "50"})):
                with self.subTest(mode=mode, way=way):
                    for i in range(TRIES):
                        lost, = self.lost(mode, f"{mode}-{way}-{i}", **values)
                        if lost > 0:
                            break
                    self.assertGreater(lost, 0)

    @unittest.skipIf(SANITIZED == "thread", "it is a data race, and told as one (see below)")
    def test_coroutines_lose_only_where_they_wait(self):
        """Nobody else runs while one of a thread's coroutines computes."""
        for stack in ("own", "shared"):
            lost, = self.lost("coroutine", f"waits-{stack}", tasks=8, wait="1ms", updates="5")
            self.assertGreater(lost, 0)
            rows = self.run_all("lock", "--stack", stack, modes="coroutine", kind="none",
                                updates="50", folder=f"computes-{stack}")
            self.assertEqual({row["lost_updates"] for row in rows}, {"0"})

    @unittest.skipIf(SANITIZED == "thread", "it is a data race, and told as one (see below)")
    def test_coroutines_lose_where_they_take_turns(self):
        rows = self.run_all("lock", "--schedule", "rr", "--slice", "20us", modes="coroutine",
                            kind="none,mutex", hold="50000", updates="20")
        self.all_ok(rows)
        for row in rows:
            if row["mode"] == "coroutine":
                self.assertEqual(int(row["lost_updates"]) > 0, "kind=none" in row["params"], row)

    def test_serial_loses_nothing(self):
        self.assertEqual(self.lost("serial", "out", wait="100us", updates="5"), [0])

    def test_locks_lose_nothing(self):
        for number, values in enumerate(({"updates": "50", "hold": "5000", "reads": "0,40"},
                                         {"updates": "3", "wait": "1ms", "locks": "1,3"})):
            rows = self.run_all("lock", kind=",".join(KINDS), folder=f"out{number}", **values)
            self.all_ok(rows)
            self.assertEqual({row["lost_updates"] for row in rows}, {"0"})
            self.assertEqual({row["mode"] for row in rows}, set(stacked().split(",")))

    def test_tickets_in_a_file(self):
        """Read, wait, write back one less: with a lock all are sold, without some twice."""
        rows = self.run_all("lock", kind="none,mutex", variant="file", updates="1", wait="20ms",
                            tasks=8)
        self.all_ok(rows)
        for row in rows:
            with self.subTest(mode=row["mode"], params=row["params"]):
                if "kind=mutex" in row["params"] or row["mode"] in TURNS:
                    self.assertEqual(row["lost_updates"], "0")
                    if row["mode"] != "process-spawn":
                        self.assertGreaterEqual(int(row["wall_ns"]), 8 * 20000000)
                else:
                    self.assertGreater(int(row["lost_updates"]), 0)

    def test_a_file_on_every_loop(self):
        modes = ",".join(sorted(LOOP_MODES - {"event"}))
        rows = self.run_all("lock", "--wait", "all", kind="mutex", variant="file", updates="2",
                            wait="1ms", modes=modes)
        for row in rows:
            if row["status"] == "unsupported":  # a machine may lack a loop
                self.assertNotIn("wait for each other", row["reason"])
            else:
                self.assertEqual((row["status"], row["lost_updates"]), ("ok", "0"), row)

    # --- semaphore ---

    def test_a_semaphore_lets_so_many_in(self):
        rows = self.run_all("semaphore", places="3", hold="200ms", tasks=9)
        self.all_ok(rows)
        for row in rows:
            with self.subTest(mode=row["mode"]):
                # Images are slow to start: the first could have left before the third comes.
                peak, least = int(row["peak_inside"]), 1 if row["mode"] == "process-spawn" else 3
                if row["mode"] in TURNS:
                    self.assertEqual(peak, 1)
                else:
                    self.assertTrue(least <= peak <= 3, row)
                    self.assertGreaterEqual(int(row["wall_ns"]), 3 * 200000000)

    def test_fewer_workers_than_places(self):
        self.bench("--workload", "semaphore", "--mode", "thread-pool,process-pool,coroutine",
                   "--workers", "2", "--tasks", "6", "--runs", "1", "--warmup", "0", "--output",
                   "out", "--quiet", *settings("semaphore", places="3", hold="20ms"))
        peaks = {row["mode"]: row["peak_inside"] for row in self.rows()}
        self.assertEqual(peaks, {"serial": "1", "thread-pool": "2", "process-pool": "2",
                                 "coroutine": "3"})

    # --- event and barrier ---

    def check_spread(self, rows):
        for row in rows:
            if row["status"] == "ok":
                spread = int(row["wake_spread_ns"])
                self.assertTrue(0 < spread < int(row["wall_ns"]), row)

    def test_an_event_wakes_all(self):
        rows = self.run_all("event", delay="0,2ms", tasks=8)
        self.all_ok(rows, but=TURNS)
        self.check_spread(rows)

    def test_a_barrier_keeps_all_together(self):
        rows = self.run_all("barrier", rounds="1,40", work="0,3000", tasks=8)
        self.all_ok(rows, but=TURNS)
        self.check_spread(rows)

    def test_one_task_meets_nobody(self):
        for workload in ("event", "barrier"):
            rows = self.run_all(workload, tasks=1, folder=workload)
            self.all_ok(rows)
            self.assertEqual({row["wake_spread_ns"] for row in rows}, {"off"})

    def test_too_few_at_once_are_refused(self):
        for workload in ("event", "barrier", "queue"):
            self.bench("--workload", workload, "--mode", "thread,thread-pool,process-pool",
                       "--workers", "5", "--tasks", "6", "--runs", "1", "--warmup", "0",
                       "--output", workload, "--quiet", "--no-reference", status=None)
            self.all_ok(self.rows(workload), but={"thread", "thread-pool", "process-pool",
                                                  "serial"})
            for row in self.rows(workload):
                self.assertRegex(row["reason"], "6 must run at once, and 5 do: --workers 6, or "
                                                "--tasks 5$")

    def test_a_dry_run_says_what_would_help(self):
        for words, told in ((["coroutine", "--width", "4"], "and 4 do: --width 6, or --tasks 4"),
                            (["coroutine", "--wait", "blocking"],
                             "and 1 does: --wait epoll\n"),
                            (["thread-pool", "--submit", "sync", "--workers", "6"],
                             "and 1 does: --submit async\n")):
            done = self.bench("--workload", "barrier", "--tasks", "6", "--dry-run", "--mode", *words)
            self.assertIn("unsupported: its tasks wait for each other, so that 6 must run at once, "
                          + told, done.stdout)

    # --- queue ---

    def test_queues_lose_nothing_and_keep_their_order(self):
        rows = self.run_all("queue", order="fifo,lifo,priority", end="sentinels,counted",
                            items="60", capacity="4", produce="500", consume="500", tasks=5)
        self.all_ok(rows, but=TURNS)
        self.assertEqual(len(rows), 6 * len(stacked().split(",")))
        for row in rows:
            if row["status"] == "ok":
                self.assertEqual(row["requests"], str(2 * 60), row)
                self.assertLessEqual(int(row["latency_p50_ns"]), int(row["latency_max_ns"]))
                self.assertEqual(row["queue_p50_ns"], "off")

    def test_a_queue_of_one_place(self):
        rows = self.run_all("queue", capacity="1", end="sentinels,counted", order="fifo,lifo",
                            items="20", producers="1", consumers="3", tasks=8)
        self.all_ok(rows, but=TURNS)
        self.assertEqual({row["requests"] for row in rows if row["status"] == "ok"},
                         {str(2 * 20)})

    def test_tasks_by_default(self):
        self.bench("--workload", "queue,semaphore,event,deadlock,child", "--mode", "thread",
                   "--runs", "1", "--warmup", "0", "--output", "out", "--quiet",
                   "--no-reference", *settings("queue", producers=3, consumers=2, items=10),
                   *settings("deadlock", order="same", hold="0"))
        found = {row["workload"]: row["tasks"] for row in self.rows()}
        self.assertEqual(found, {"queue": "5", "semaphore": "20", "event": "21",
                                 "deadlock": "10", "child": "16"})

    def test_one_task_is_no_queue(self):
        rows = self.run_all("queue", tasks=1, modes="thread", status=None)
        for row in rows:
            self.assertEqual(row["status"], "unsupported")
            self.assertIn("--tasks 2", row["reason"])
        done = self.bench("--workload", "queue", "--mode", "thread", "--tasks", "1", "--dry-run")
        self.assertIn("unsupported: a queue takes a producer and a consumer", done.stdout)

    # --- deadlock ---

    def test_one_order_or_one_lock_ends(self):
        for values in ({"order": "same"}, {"kind": "recursive"}):
            name, = values
            rows = self.run_all("deadlock", hold="2ms", folder=name, **values)
            self.all_ok(rows)

    def test_opposite_orders_deadlock(self):
        """Seen, said and ended, wherever two tasks overlap; the run goes on. It was asked for, so it
        is no failure, and needs no second look."""
        rows = self.run_all("deadlock", "--warmup", "1", runs=2, tasks=8, hold="50ms")
        modes = stacked().split(",")
        counts = Counter((row["mode"], row["warmup"]) for row in rows)
        self.assertEqual(counts, Counter({(mode, warmup): 2 if mode in TURNS and warmup == "0" else 1
                                          for mode in modes for warmup in "01"}))
        for row in rows:
            with self.subTest(mode=row["mode"]):
                if row["mode"] in TURNS:
                    self.assertEqual((row["status"], row["reason"]), ("ok", "off"))
                    continue
                self.assertEqual(row["status"], "deadlock", row)
                self.assertRegex(row["reason"], r"^task \d holds lock ([01]) and wants lock "
                                 r"(?!\1)[01], which task \d holds, who wants lock \1")

    def test_each_invocation_looks_once(self):
        self.run_all("deadlock", "--invocations", "2", "--pause", "0", runs=3, modes="thread",
                     hold="50ms")
        rows = [row for row in self.rows() if row["mode"] == "thread"]
        self.assertEqual([(row["invocation"], row["status"]) for row in rows],
                         [("1", "deadlock"), ("2", "deadlock")])

    # --- isolation and child ---

    def test_who_sees_a_write(self):
        rows = self.run_all("isolation")
        self.all_ok(rows)
        for row in rows:
            self.assertEqual(row["visible_writes"], "6" if row["mode"] in THREADS else "0", row)

    def test_what_becomes_of_children(self):
        self.all_ok(self.run_all("child", "--wait", "auto", runs=3))

    # --- the summary ---

    def summary(self, workload, *words, **values):
        done = self.bench("--workload", workload, "--tasks", "6", "--workers", "6", "--runs", "2",
                          "--warmup", "0", "--output", workload, "--no-reference",
                          *settings(workload, **values), *words)
        return done.stdout

    @unittest.skipIf(SANITIZED == "thread", "it is a data race, and told as one (see below)")
    def test_the_summary_tells_of_lost_updates(self):
        told = self.summary("lock", "--mode", "process-pool", kind="none,mutex", wait="2ms",
                            updates="10", locks="1")
        groups = {"none" if "kind=none" in group else "mutex": group
                  for group in told.split("\n\n") if "kind=" in group}
        self.assertRegex(groups["none"], r"updates were lost, most under process-pool \(in [12] of 2")
        self.assertIn("no update was lost in 4 repetitions", groups["mutex"])

    def test_the_summary_tells_what_was_seen(self):
        self.assertRegex(self.summary("semaphore", "--mode", "thread", places="2", hold="20ms"),
                         r"\n  mode +most inside\n(.*\n)*  thread +2\n")
        self.assertRegex(self.summary("isolation", "--mode", "thread,process"),
                         r"\n  mode +visible writes\n(.*\n)*  process +0\n")
        self.assertRegex(self.summary("event", "--mode", "thread", delay="0"),
                         r"\n  mode +wake-up spread\n  thread +[\d.]+ [num]?s\n")

    # --- all ---

    def test_every_one_can_be_repeated(self):
        """A repetition starts anew: nothing of the former one is left in locks or files."""
        work = {"lock": {"variant": "memory,file", "updates": "3"}, "semaphore": {"hold": "1ms"},
                "event": {"delay": "0"}, "barrier": {"rounds": "3"}, "queue": {"items": "5"},
                "deadlock": {"order": "same", "hold": "0"}, "isolation": {}, "child": {}}
        for workload, values in work.items():
            rows = self.run_all(workload, modes="thread,process", runs=4, folder=workload,
                                **values)
            self.all_ok(rows, but=TURNS if TOGETHER.get(workload) else ())
            checksums = {(row["params"], row["checksum"]) for row in rows
                         if row["status"] == "ok"}
            self.assertEqual(len(checksums), len({row["params"] for row in rows}), workload)


@unittest.skipUnless(SANITIZED == "thread", "the thread sanitizer tells of races")
class Races(Helper):
    """All of the above run clean under it, or their rows would not be ok."""

    def told(self, mode, folder, **values):
        done = self.bench("--workload", "lock", "--mode", mode, "--workers", "4", "--tasks", "8",
                          "--runs", "1", "--warmup", "0", "--output", folder, "--quiet",
                          "--no-reference", *settings("lock", updates="5", wait="2ms", **values),
                          status=None)
        return done.stderr, {row["status"] for row in self.rows(folder) if row["mode"] == mode}

    def test_no_lock_is_a_data_race(self):
        for mode in ("thread", "thread-pool", "thread-coroutine"):
            said, statuses = self.told(mode, f"none-{mode}", kind="none")
            self.assertIn("ThreadSanitizer: data race", said)
            self.assertRegex(said, "load_memory|store_memory")
            self.assertEqual(statuses, {"failed"})

    def test_a_lock_is_none(self):
        for mode in ("thread", "thread-pool", "thread-coroutine"):
            said, statuses = self.told(mode, f"locks-{mode}", kind=",".join(KINDS), reads="0,50")
            self.assertNotIn("ThreadSanitizer", said)
            self.assertEqual(statuses, {"ok"})


@unittest.skipIf(SANITIZED == "thread", "what is broken races, and that is what would be told")
class Broken(Helper):
    """Each primitive broken in one way, where tasks overlap: the row says what was wrong."""

    MODES = "thread,process,process-thread,thread-pool,process-pool,coroutine,thread-coroutine," \
            "process-coroutine"

    def check(self, what, words, order="fifo", status="wrong-result"):
        rows = self.run_all("sync-broken", tasks=8, program=FAULTY, status=1, what=what,
                            order=order, modes=self.MODES, folder=order)
        for row in rows:
            if row["mode"] not in TURNS:
                with self.subTest(mode=row["mode"]):
                    self.assertEqual(row["status"], status, row)
                    self.assertRegex(row["reason"], words)
                    self.assertEqual(row["lost_updates"], "off")

    def test_a_mutex_that_does_not_lock(self):
        self.check("mutex", r"^the lock \(mutex\) of number 0 did not guard it: \d+ of 24 updates")

    def test_a_shared_lock_that_keeps_no_writer_out(self):
        self.check("shared", r"^the lock \(rw\) of number 0 .*: readers saw numbers change \d+")

    def test_a_recursive_lock_that_is_not(self):
        self.check("recursive", "^task [0-7] holds lock 0 and wants it again", status="deadlock")

    def test_a_semaphore_that_lets_one_more_in(self):
        self.check("semaphore", "^the semaphore let too many in: 3 tasks .* of 2 places")

    def test_an_event_that_lets_everybody_on(self):
        self.check("event", r"^task \d went on \d+ ns before the event was set")

    def test_a_barrier_that_lets_one_through(self):
        self.check("barrier", r"^the barrier let task \d through in round \d+ when [0-7] of 8 had")

    def test_a_queue_that_drops(self):
        for order in ("fifo", "lifo", "priority"):
            self.check("drop", "^item 3 of producer 0 was put and never taken", order)

    def test_a_queue_that_doubles(self):
        for order in ("fifo", "lifo", "priority"):
            self.check("double", "^item 3 of producer 0 was taken 2 times", order)

    def test_a_queue_that_reorders(self):
        for order in ("fifo", "lifo", "priority"):
            self.check("reorder", rf"^the queue \({order}\) gave item \d+ of producer \d+ ", order)

    def test_a_system_without_zombies(self):
        self.check("child", r"^task \d: child \d+ had ended and was no zombie")


if __name__ == "__main__":
    unittest.main()
