package chat

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"parley/domain"
	"parley/domain/broadcast"
)

const (
	// maxBatch is how many messages one transaction takes at most.
	maxBatch = 512
	// maxChanges is how many changes one does: each takes several statements.
	maxChanges = 64
	// maxWaiting is how many messages may wait for the next transaction.
	maxWaiting = 2 * maxBatch
	// appendTimeout bounds one transaction, and the question of what became
	// of one.
	appendTimeout = 3 * time.Second
	// forgetInterval is how often nonces that no longer count are removed.
	forgetInterval = 10 * time.Minute
	// clearAfter is how long a deleted room keeps what is in it: other nodes
	// read its last event from there.
	clearAfter = time.Minute
)

// appender gathers messages and changes while the transaction before them is
// committed, so that one durable write serves everyone who waits. One goroutine
// owns it; it also publishes, so events leave in commit order.
type appender struct {
	log     Log
	hub     *broadcast.Hub
	now     func() time.Time
	logger  *slog.Logger
	waiting chan *pending
	stopped chan struct{} // closed when nothing is taken any more
}

// pending is a message or a change that waits for its place.
type pending struct {
	entry  Entry
	change *Change       // nil for a message
	event  domain.Event  // to be published once it has its seq
	first  func()        // tells of the room, if this is its first event; nil or never waits
	done   chan Appended // receives one answer; buffered
}

// place gives what waits the place it got.
func (p *pending) place(result Appended) domain.Event {
	p.event.Seq = result.Seq
	if p.change == nil {
		p.event.Message.Seq, p.event.Message.CreatedAt = result.Seq, result.CreatedAt
	}
	return p.event
}

// introduce tells of the room if what was stored is its first event.
func (p *pending) introduce(result Appended) {
	if p.first != nil && result.Err == nil && result.Seq == 1 {
		p.first()
	}
}

func newAppender(log Log, hub *broadcast.Hub, now func() time.Time, logger *slog.Logger) *appender {
	return &appender{
		log: log, hub: hub, now: now, logger: logger,
		waiting: make(chan *pending, maxWaiting),
		stopped: make(chan struct{}),
	}
}

// enqueue gives what waits its turn: messages are stored in the order of their
// turns, and so are changes. It never waits.
func (a *appender) enqueue(p *pending) (*pending, error) {
	p.done = make(chan Appended, 1)
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

// store commits a batch: its messages together, then its changes together. A
// change names a message that was committed before, so none of this batch.
func (a *appender) store(batch []*pending) {
	messages := slices.DeleteFunc(slices.Clone(batch), func(p *pending) bool { return p.change != nil })
	changes := slices.DeleteFunc(slices.Clone(batch), func(p *pending) bool { return p.change == nil })
	a.commit(messages, a.append)
	for some := range slices.Chunk(changes, maxChanges) {
		a.commit(some, a.apply)
	}
}

// append and apply are one transaction each.
func (a *appender) append(ctx context.Context, batch []*pending) ([]Appended, error) {
	entries := make([]Entry, len(batch))
	for i, p := range batch {
		entries[i] = p.entry
	}
	return a.log.Append(ctx, entries)
}

func (a *appender) apply(ctx context.Context, batch []*pending) ([]Appended, error) {
	changes := make([]Change, len(batch))
	for i, p := range batch {
		changes[i] = *p.change
	}
	changed, err := a.log.Apply(ctx, changes)
	if err != nil {
		return nil, err
	}
	results := make([]Appended, len(changed))
	for i, c := range changed {
		results[i] = Appended{Seq: c.Seq, Repeated: c.Seq == 0, Err: c.Err}
	}
	return results, nil
}

// commit stores a batch and answers each of it. A batch that fails for a reason
// of its own runs again one by one, so that one that is bad harms nobody else.
func (a *appender) commit(batch []*pending, store func(context.Context, []*pending) ([]Appended, error)) {
	if len(batch) == 0 {
		return
	}
	// Detached from every caller: what was accepted is seen through.
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	results, err := store(ctx, batch)
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
			a.commit(batch[i:i+1], store)
		}
	}
}

// inquire finds out what became of a batch whose commit was not answered.
// Nothing tells of a change whose it was: whoever made it must look.
func (a *appender) inquire(batch []*pending, unknown error) {
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	for _, p := range batch {
		if p.change != nil {
			p.done <- Appended{Err: unknown}
			continue
		}
		result, err := a.log.Sent(ctx, p.entry)
		switch {
		case err != nil:
			result = Appended{Err: unknown}
		case result.Seq == 0 && result.Err == nil:
			result = Appended{Err: domain.Unreachable(unknown)}
		case result.Err == nil:
			// Shown with its nonce; the hub drops it if it was shown before.
			a.hub.Publish(p.place(result))
			p.introduce(result)
		}
		p.done <- result
	}
	a.hub.Check() // whatever was stored after all is read from there
}

// conclude publishes what was stored, together, and answers those who wait.
func (a *appender) conclude(batch []*pending, results []Appended) {
	events := make([]domain.Event, 0, len(batch))
	for i, p := range batch {
		if result := results[i]; result.Err == nil && !result.Repeated {
			events = append(events, p.place(result))
		}
	}
	a.hub.Publish(events...)
	for i, p := range batch {
		if !results[i].Repeated {
			p.introduce(results[i])
		}
		p.done <- results[i]
	}
}

// sweep removes, from time to time, the nonces that no longer count and what is
// left of deleted rooms. It has a goroutine of its own, so that no message waits
// for it.
func (a *appender) sweep(ctx context.Context) {
	ticker := time.NewTicker(forgetInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := errors.Join(
			a.log.ForgetNonces(ctx, a.now().Add(-domain.NonceLife)),
			a.log.Clear(ctx, a.now().Add(-clearAfter)),
		)
		if err != nil && ctx.Err() == nil {
			a.logger.Warn("cannot remove what is no longer needed; will try again", "err", err)
		}
	}
}

func errBacklog() error {
	return &domain.Error{
		Kind: domain.Unavailable, Code: "message.busy", RetryAfter: time.Second,
		Message: "too many messages are waiting to be stored; send it again in a moment",
	}
}
