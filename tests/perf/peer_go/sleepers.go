// peer_go sleepers TASKS MILLISECONDS: so many goroutines in time.Sleep at once. Prints the wall
// time in ns, from before the first is started, and the peak resident memory in bytes (VmHWM).
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

func peakBytes() uint64 {
	status, err := os.Open("/proc/self/status")
	if err != nil {
		fail(err.Error())
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		var kib uint64
		if strings.HasPrefix(lines.Text(), "VmHWM:") {
			fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kib)
			return kib * 1024
		}
	}
	fail("no VmHWM in /proc/self/status")
	return 0
}

func sleepers(tasks int, duration time.Duration) {
	start := nanotime()
	var ended sync.WaitGroup
	ended.Add(tasks)
	for task := 0; task < tasks; task++ {
		go func() {
			time.Sleep(duration)
			ended.Done()
		}()
	}
	ended.Wait()
	end := nanotime()
	fmt.Println(end-start, peakBytes())
}
