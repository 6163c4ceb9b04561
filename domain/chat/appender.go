package chat

import (
	"context"
	"log/slog"
	"time"

	"parley/domain"
	"parley/domain/broadcast"
)

const (
	// maxBatch is how many messages one transaction takes at most.
	maxBatch = 512
	// maxWaiting is how many messages may wait for the next transaction.
	maxWaiting = 2 * maxBatch
	// appendTimeout bounds one transaction, and the question of what became
	// of one.
	appendTimeout = 3 * time.Second
	// forgetInterval is how often nonces that no longer count are removed.
	forgetInterval = 10 * time.Minute
)

// appender gathers messages while the transaction before them is committed, so
// that one durable write serves everyone who waits. One goroutine owns it; it
// also publishes, so events leave in commit order.
type appender struct {
	log     Log
	hub     *broadcast.Hub
	now     func() time.Time
	logger  *slog.Logger
	waiting chan *pending
	stopped chan struct{} // closed when nothing is taken any more
}

// pending is a message that waits for its place.
type pending struct {
	entry   Entry
	message domain.Message
	nonce   string
	done    chan Appended // receives one answer; buffered
}

func newAppender(log Log, hub *broadcast.Hub, now func() time.Time, logger *slog.Logger) *appender {
	return &appender{
		log: log, hub: hub, now: now, logger: logger,
		waiting: make(chan *pending, maxWaiting),
		stopped: make(chan struct{}),
	}
}

// enqueue gives the entry its turn: entries are stored in the order of their
// turns. It never waits.
func (a *appender) enqueue(entry Entry, message domain.Message, nonce string) (*pending, error) {
	p := &pending{entry: entry, message: message, nonce: nonce, done: make(chan Appended, 1)}
	select {
	case a.waiting <- p:
		return p, nil
	default:
		return nil, errBacklog()
	}
}

// await waits until the entry is committed. If ctx ends first the message may
// still be stored: ErrOutcomeUnknown.
func (a *appender) await(ctx context.Context, p *pending) (Appended, error) {
	select {
	case result := <-p.done:
		return result, result.Err
	case <-ctx.Done():
		return Appended{}, ErrOutcomeUnknown(ctx.Err())
	case <-a.stopped:
		select {
		case result := <-p.done: // answered by the last batch
			return result, result.Err
		default:
			return Appended{}, errBacklog()
		}
	}
}

// run stores batches until ctx ends, then what is waiting.
func (a *appender) run(ctx context.Context) error {
	defer close(a.stopped)
	batch := make([]*pending, 0, maxBatch)
	for {
		select {
		case p := <-a.waiting:
			batch = a.gather(append(batch[:0], p))
			a.store(batch)
			clear(batch)
		case <-ctx.Done():
			for batch = a.gather(batch[:0]); len(batch) > 0; batch = a.gather(batch[:0]) {
				a.store(batch)
			}
			return nil
		}
	}
}

// gather adds everything that waits, as far as a batch holds it.
func (a *appender) gather(batch []*pending) []*pending {
	for len(batch) < maxBatch {
		select {
		case p := <-a.waiting:
			batch = append(batch, p)
		default:
			return batch
		}
	}
	return batch
}

// store appends a batch and answers each of it. A batch that fails for a
// reason of its own runs again one by one, so that one bad message harms
// nobody else.
func (a *appender) store(batch []*pending) {
	// Detached from every caller: what was accepted is seen through.
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	entries := make([]Entry, len(batch))
	for i, p := range batch {
		entries[i] = p.entry
	}
	results, err := a.log.Append(ctx, entries)
	switch {
	case err == nil:
		a.conclude(batch, results)
	case domain.HasCode(err, "message.unknown"):
		a.logger.Warn("the outcome of a commit is unknown; asking", "messages", len(batch), "err", err)
		a.inquire(batch, err)
	case domain.KindOf(err) == domain.Unavailable || len(batch) == 1:
		a.logger.Warn("messages were not stored", "messages", len(batch), "err", err)
		for _, p := range batch {
			p.done <- Appended{Err: err}
		}
	default:
		for i := range batch {
			a.store(batch[i : i+1])
		}
	}
}

// inquire finds out what became of a batch whose commit was not answered.
func (a *appender) inquire(batch []*pending, unknown error) {
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	for _, p := range batch {
		result, err := a.log.Sent(ctx, p.entry)
		switch {
		case err != nil:
			result = Appended{Err: unknown}
		case result.Seq == 0 && result.Err == nil:
			result = Appended{Err: domain.Unreachable(unknown)}
		case result.Err == nil:
			// Shown with its nonce; the hub drops it if it was shown before.
			p.message.Seq, p.message.CreatedAt = result.Seq, result.CreatedAt
			a.hub.Publish(messageEvent(p.message, p.nonce))
		}
		p.done <- result
	}
	a.hub.Check() // whatever was stored after all is read from there
}

// conclude publishes the messages that were stored, together, and answers
// their senders.
func (a *appender) conclude(batch []*pending, results []Appended) {
	events := make([]domain.Event, 0, len(batch))
	for i, p := range batch {
		if result := results[i]; result.Err == nil && !result.Repeated {
			p.message.Seq = result.Seq
			events = append(events, messageEvent(p.message, p.nonce))
		}
	}
	a.hub.Publish(events...)
	for i, p := range batch {
		p.done <- results[i]
	}
}

// forgetNonces removes, from time to time, the nonces that no longer count. It
// has a goroutine of its own, so that no message waits for it.
func (a *appender) forgetNonces(ctx context.Context) {
	ticker := time.NewTicker(forgetInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := a.log.ForgetNonces(ctx, a.now().Add(-domain.NonceLife))
		if err != nil && ctx.Err() == nil {
			a.logger.Warn("cannot remove old nonces; will try again", "err", err)
		}
	}
}

func errBacklog() error {
	return &domain.Error{
		Kind: domain.Unavailable, Code: "message.busy", RetryAfter: time.Second,
		Message: "too many messages are waiting to be stored; send it again in a moment",
	}
}
