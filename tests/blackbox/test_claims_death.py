"""Each claim on a program that is broken on purpose (tests/faulty/sabotage.h): no check may say that
a claim holds where what it is about does not work.

A claim that is judged by counts does not hold then. One that is judged by times cannot be told
where other programs use the machine, so of these no more is asked than that they do not hold up.
"""
import unittest

from harness import FAULTY, SANITIZED, BenchTest

FAILS = {"does not hold"}
NEVER = {"does not hold", "cannot be tested here"}

# What is broken: (claims, verdicts that they may get).
BROKEN = {
    "threads that run one at a time": ("thread=serial", {"C1": NEVER, "C11": NEVER, "C16": FAILS}),
    "processes that are threads": ("process=thread", {"C6": FAILS, "C10": NEVER, "C13": NEVER}),
    "processes that run one at a time": ("process=serial", {"C5": NEVER, "C12": NEVER}),
    "a pool that runs one at a time": ("thread-pool=serial", {"C19": NEVER, "C20": NEVER}),
    "a pool that is none": ("thread-pool=thread", {"C19": FAILS}),
    "coroutines that run one at a time": ("coroutine=serial", {"C1": NEVER, "C21": NEVER,
                                                               "C25": NEVER}),
    "hybrids in one process": ("process-coroutine=coroutine", {"C23": NEVER}),
    "an interpreter lock that is none": ("thread-gil=thread", {"C2": NEVER, "C12": NEVER}),
    "schedules that are first come, first served": ("coroutine=unscheduled", {"C3": NEVER}),
    "polling that sleeps": ("nonblock=epoll", {"C24": NEVER}),
    "an epoll that is a poll": ("epoll=poll", {"C26": NEVER}),
    "an io_uring that wastes time": ("uring=wasteful", {"C27": NEVER}),
    "sleeping that spins": ("blocking=spin", {"C4": NEVER, "C13": NEVER}),
    "locks that do not lock": ("lock=unlocked", {"C8": FAILS, "C14": FAILS}),
    "two locks that do not lock": ("deadlock=unlocked", {"C15": FAILS}),
    "a semaphore that lets all in": ("semaphore=unlocked", {"C16": FAILS}),
    "an event that is always set": ("event=unlocked", {"C17": FAILS}),
    "a queue that tells nobody": ("queue=unsignalled", {"C9": FAILS, "C18": FAILS}),
    "children that are gone at once": ("child=reaped", {"C7": FAILS}),
}


@unittest.skipIf(SANITIZED, "what is broken on purpose is reported by sanitizers, too")
class Death(BenchTest):
    def verdicts(self, claims, runs, broken=None, **options):
        variables = {"BENCH_SABOTAGE": broken} if broken else {}
        self.bench("suite", "notes", "--only", ",".join(claims), "--runs", str(runs), "--quiet",
                   "--output", "out", status=None, program=FAULTY, variables=variables, **options)
        return {row["id"]: (row["verdict"], row["measured"], row["reason"])
                for row in self.table("out", "claims.csv")}

    def check_broken(self, broken, allowed):
        # Without 6 runs no timed claim would hold anyway, and nothing would be shown.
        found = self.verdicts(allowed, 6, broken)
        self.assertEqual(set(found), set(allowed))
        for claim, verdict in found.items():
            self.assertIn(verdict[0], allowed[claim], f"{claim} on {broken}: {verdict}")

    def test_every_claim_is_seen_to_die(self):
        claims = {claim for _, allowed in BROKEN.values() for claim in allowed}
        # One client after the other takes C22 longer than a repetition may: see below.
        self.assertEqual(claims | {"C22"}, {f"C{n}" for n in range(1, 28)})

    def test_one_client_after_the_other(self):
        found = self.verdicts(["C22"], 6, "coroutine=serial")
        self.assertIn(found["C22"][0], NEVER, found)

    def test_the_honest_twin(self):
        """What is judged by counts holds on it, so that the sabotage alone is what fails them."""
        claims = ["C6", "C7", "C18"]
        found = self.verdicts(claims, 6)
        self.assertEqual({claim: found[claim][0] for claim in claims}, dict.fromkeys(claims, "holds"))

    def test_the_honest_program_cannot_be_broken(self):
        self.bench("suite", "notes", "--only", "C6", "--runs", "1", "--quiet", "--output", "out",
                   variables={"BENCH_SABOTAGE": "process=thread"})
        self.assertEqual(self.table("out", "claims.csv")[0]["verdict"], "holds")


def _add(name, broken, allowed):
    def test(self):
        self.check_broken(broken, allowed)
    setattr(Death, "test_" + name.replace(" ", "_").replace(",", ""), test)


for _name, (_broken, _allowed) in BROKEN.items():
    _add(_name, _broken, _allowed)


if __name__ == "__main__":
    unittest.main()
