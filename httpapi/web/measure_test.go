package web_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
	"parley/store/storetest"
)

// BenchmarkPage measures what the page promises. Its figures depend on the
// machine and fail nothing.
func BenchmarkPage(b *testing.B) {
	h := openCrowd(b, 100_000)
	b.Run("opening", func(b *testing.B) { benchOpening(b, h) })
	b.Run("scrolling", func(b *testing.B) { benchScrolling(b, h) })
	b.Run("receiving", func(b *testing.B) { benchReceiving(b, h) })
}

// openCrowd is a house whose lobby has many messages. They are written under a
// clock that runs faster, so that no limit is met.
func openCrowd(b *testing.B, messages int) *house {
	b.Helper()
	key, err := encryption.NewKey()
	if err != nil {
		b.Fatal(err)
	}
	keyring, err := encryption.ParseKeyring(key)
	if err != nil {
		b.Fatal(err)
	}
	config := store.Config{SQLitePath: b.TempDir() + "/parley.db"}
	began := time.Now()
	fast := storetest.NewCoreWith(b, config, func(s *storetest.Settings) {
		s.Keyring = keyring
		s.Now = func() time.Time { return began.Add(50 * time.Since(began)) }
	})
	const people = 64
	var writing sync.WaitGroup
	for n := range people {
		actor := fast.User(b, fmt.Sprintf("writer%d", n))
		writing.Go(func() {
			for i := n; i < messages; i += people {
				for !write(b, fast, actor, fmt.Sprintf("message %d: the quick brown fox jumps over the **lazy** dog", i)) {
					<-time.After(time.Millisecond)
				}
			}
		})
	}
	writing.Wait()
	fast.Stop()
	h := openCore(b, storetest.NewCoreWith(b, config, func(s *storetest.Settings) { s.Keyring = keyring }))
	h.known(b, "alice")
	view, err := h.Chat.Room(b.Context(), h.known(b, "alice"), lobby)
	if err != nil {
		b.Fatal(err)
	}
	if err := h.Chat.MarkRead(b.Context(), h.known(b, "alice"), lobby, view.Head, nil); err != nil {
		b.Fatal(err)
	}
	return h
}

// write sends a message; it reports false if it has to be tried again.
func write(b *testing.B, core *storetest.Core, actor auth.Actor, text string) bool {
	_, err := core.Chat.Send(b.Context(), actor, lobby, chat.Draft{Content: text})
	switch domain.KindOf(err) {
	case domain.RateLimited, domain.Unavailable:
		return false
	}
	if err != nil {
		b.Error(err)
	}
	return true
}

// benchOpening opens the page on a line of 150 ms and 1.6 Mbit/s, with nothing
// cached.
func benchOpening(b *testing.B, h *house) {
	p := h.open(b)
	p.logIn("alice")
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	_, err := chromedp.Call(p.ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
	must(err)
	_, err = chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 150, DownloadThroughput: 1.6e6 / 8, UploadThroughput: 1.6e6 / 8}},
	})
	must(err)
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const looking = setInterval(() => {
			if (document.activeElement?.id !== "composer" || !document.querySelector(".message")) return;
			window.usable = performance.now();
			clearInterval(looking);
		}, 5);`})
	must(err)
	var paint, usable float64
	for b.Loop() {
		_, err := chromedp.Call(p.ctx, network.ClearBrowserCache, struct{}{})
		must(err)
		p.visit("/")
		p.until("it is usable", "window.usable")
		paint += evaluate[float64](p, `performance.getEntriesByName("first-contentful-paint")[0].startTime`)
		usable += evaluate[float64](p, "window.usable")
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(paint/float64(b.N), "ms-first-paint")
	b.ReportMetric(usable/float64(b.N), "ms-usable")
}

// benchScrolling scrolls through some thousand messages, a screen every three
// frames.
func benchScrolling(b *testing.B, h *house) {
	p := h.open(b)
	p.logIn("alice")
	p.until("the newest", `document.querySelectorAll(".message").length > 30`)
	worst, all := 0.0, 0.0
	for b.Loop() {
		frames := evaluate[[]float64](p, `new Promise((done) => {
			const box = document.querySelector(".timeline"), frames = [];
			let last = performance.now();
			const step = (now) => {
				frames.push(now - last);
				last = now;
				box.scrollTop -= box.clientHeight / 3;
				if (frames.length < 900) requestAnimationFrame(step);
				else done(frames);
			};
			requestAnimationFrame(step);
		})`)
		for _, frame := range frames[1:] {
			worst, all = max(worst, frame), all+frame/float64(len(frames)-1)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(worst, "ms-longest-frame")
	b.ReportMetric(all/float64(b.N), "ms-mean-frame")
}

// benchReceiving types while 100 messages a second arrive, and looks at the
// memory after 1,000 and after 10,000 of them.
func benchReceiving(b *testing.B, h *house) {
	const people, each = 20, 5 // messages a second
	p := h.open(b)
	p.logIn("alice")
	p.until("the composer", `document.activeElement?.id === "composer"`)
	p.eval(`window.slow = []; new PerformanceObserver((list) => slow.push(...list.getEntries().map((e) => e.duration))).observe({ type: "event", durationThreshold: 16 })`)
	actors := make([]auth.Actor, people)
	for i := range actors {
		actors[i] = h.known(b, fmt.Sprintf("sender%d", i))
	}
	received := 0
	send := func(n int) {
		tick := time.NewTicker(time.Second / (people * each))
		defer tick.Stop()
		for range n {
			<-tick.C
			received++
			write(b, h.Core, actors[received%people], fmt.Sprintf("arriving %d, *quickly*", received))
		}
	}
	heap := func() float64 {
		if _, err := chromedp.Call(p.ctx, heapprofiler.CollectGarbage, struct{}{}); err != nil {
			b.Fatal(err)
		}
		return evaluate[float64](p, "performance.memory.usedJSHeapSize / 1e6")
	}
	var first, last float64
	for b.Loop() {
		var sending sync.WaitGroup
		sending.Go(func() { send(1000) })
		for range 80 {
			p.press("x")
			<-time.After(100 * time.Millisecond)
		}
		sending.Wait()
		first = heap()
		send(9000)
		last = heap()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(evaluate[float64](p, "Math.max(0, ...slow)"), "ms-slowest-key")
	b.ReportMetric(first, "MB-after-1000")
	b.ReportMetric(last, "MB-after-10000")
	b.ReportMetric(float64(p.count(".message")), "messages-in-document")
}
