package sshui_test

import (
	"bufio"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/chat"
	"parley/store/storetest"
)

// BenchmarkTail brings messages to 100 tails over real SSH connections. A
// delivery is one message at one tail; its processor time and a tail's memory
// include the client's part, which is in the same process.
func BenchmarkTail(b *testing.B) {
	for name, flags := range map[string]string{"json": " --json", "plain": ""} {
		b.Run(name, func(b *testing.B) { benchmarkTail(b, flags) })
	}
}

func benchmarkTail(b *testing.B, flags string) {
	const tails = 100
	d := open(b, options{})
	clients := make([]*gossh.Client, tails)
	for i := range clients {
		if i%10 == 0 {
			d.core.User(b, fmt.Sprint("reader", i/10))
		}
		var err error
		clients[i], err = d.tryLogIn(b, fmt.Sprintf("127.0.5.%d", 1+i), fmt.Sprint("reader", i/10), gossh.Password(storetest.Password))
		check(b, err)
	}
	before := inUse()
	var arrived sync.WaitGroup
	arrived.Add(tails)
	for _, client := range clients {
		_, out := tailing(b, client, "tail -n 1 lobby"+flags)
		go count(out, &arrived)
	}
	lobby := domain.Address{Name: domain.Lobby}
	senders := 0
	send := func(content string) {
		for {
			_, err := d.core.Chat.Send(b.Context(), d.alice, lobby, chat.Draft{Content: content})
			if domain.KindOf(err) == domain.RateLimited {
				senders++
				d.alice = d.core.User(b, fmt.Sprint("sender", senders))
				continue
			}
			check(b, err)
			return
		}
	}
	send("first")
	arrived.Wait()
	memory := inUse() - before
	text := strings.Repeat("a message of usual length ", 3)
	began := processorTime(b)
	b.ResetTimer()
	for range b.N {
		arrived.Add(tails)
		send(text)
		arrived.Wait()
	}
	b.StopTimer()
	deliveries := float64(b.N) * tails
	b.ReportMetric(float64((processorTime(b)-began).Nanoseconds())/1e3/deliveries, "µs/delivery")
	b.ReportMetric(float64(memory)/1024/tails, "KB/tail")
}

// count tells of every message that a tail prints.
func count(out *bufio.Reader, arrived *sync.WaitGroup) {
	for {
		line, err := out.ReadSlice('\n')
		if err != nil {
			return
		}
		if !strings.HasPrefix(string(line), `{"type":"subscribed"`) {
			arrived.Done()
		}
	}
}

// inUse is the memory of heap and stacks after a collection, pools included.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
