// peer_go record|counter TASKS WORKERS (or sleepers, see sleepers.go): empty tasks through a channel of 4096 to WORKERS
// goroutines. The body is written in Go, since a call into C would cost more than the task; it
// leaves out the number of the CPU, for which Go has no call.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

var origin = time.Now()

// One reading of the monotonic clock, where time.Now would read two clocks.
func nanotime() int64 {
	return int64(time.Since(origin))
}

type record struct {
	queued, start, end int64
	checksum           uint64
	err                int32
	worker             uint32
	_                  [3]uint64
}

type counter struct {
	value uint64
	_     [31]uint64
}

func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

func fail(what string) {
	fmt.Fprintln(os.Stderr, what)
	os.Exit(1)
}

func number(n int) int {
	if n >= len(os.Args) {
		fail("an argument is missing: see tests/perf/README.md")
	}
	value, err := strconv.Atoi(os.Args[n])
	if err != nil || value < 1 {
		fail("an argument is no number above 0: see tests/perf/README.md")
	}
	return value
}

func main() {
	tasks, workers := number(2), number(3)
	if os.Args[1] == "sleepers" {
		sleepers(tasks, time.Duration(number(3))*time.Millisecond)
		return
	}
	recorded := os.Args[1] == "record"
	records := make([]record, tasks)
	for i := range records {
		records[i].worker = 1 // touched before the clock starts
	}
	counters := make([]counter, workers)
	start := nanotime()
	channel := make(chan int, 4096)
	var ended sync.WaitGroup
	for w := 0; w < workers; w++ {
		ended.Add(1)
		go func(worker int) {
			for task := range channel {
				if recorded {
					r := &records[task]
					r.worker = uint32(worker)
					r.start = nanotime()
					r.checksum = mix(mix(1) ^ uint64(task))
					r.end = nanotime()
				} else {
					counters[worker].value++
				}
			}
			ended.Done()
		}(w)
	}
	for task := 0; task < tasks; task++ {
		if recorded {
			records[task].queued = nanotime()
		}
		channel <- task
	}
	close(channel)
	ended.Wait()
	end := nanotime()
	done := 0
	for i := range records {
		if recorded && records[i].checksum == mix(mix(1)^uint64(i)) {
			done++
		}
	}
	for i := range counters {
		done += int(counters[i].value)
	}
	if done != tasks {
		fail("not every task was run once")
	}
	fmt.Println(end - start)
}
