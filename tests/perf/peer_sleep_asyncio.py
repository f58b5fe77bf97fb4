#!/usr/bin/env python3
"""peer_sleep_asyncio.py TASKS SECONDS: so many tasks in asyncio.sleep at once. Prints the wall
time in ns, from before the first is made, and the peak resident memory in bytes (VmHWM)."""
import asyncio
import sys
import time

tasks, seconds = int(sys.argv[1]), float(sys.argv[2])


async def sleep_all():
    await asyncio.gather(*[asyncio.sleep(seconds) for _ in range(tasks)])


def peak_bytes():
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    sys.exit("no VmHWM in /proc/self/status")


start = time.monotonic_ns()
asyncio.run(sleep_all())
end = time.monotonic_ns()
print(end - start, peak_bytes())
