package httpapi

import (
	"context"
	"errors"
	"time"

	"github.com/coder/websocket"

	"parley/domain"
	"parley/domain/broadcast"
	"parley/domain/chat"
)

// write brings what happens to the peer, until the subscription ends.
func (c *socket) write() {
	defer c.contain()
	var why *broadcast.Bye
	for why == nil {
		batch, err := c.live.Next(c.ctx)
		switch {
		case errors.As(err, &why): // leave the loop
		case err != nil:
			return // the connection is over
		default:
			if err := c.dialect.write(c, batch); err != nil {
				c.cut()
				return
			}
		}
	}
	c.sayBye(why)
}

// send writes one text frame. The peer has the deadlines.
func (c *socket) send(frame []byte) error {
	return c.conn.Write(context.Background(), websocket.MessageText, frame)
}

// sayBye tells the peer why the connection ends, after the answers to what it
// had sent.
func (c *socket) sayBye(why *broadcast.Bye) {
	c.leaving.Store(true)
	if why.Code == broadcast.ErrLeft.Code {
		return // the peer left first
	}
	c.settle()
	for {
		batch, err := c.live.Next(c.ctx)
		if err != nil {
			break
		}
		if err := c.dialect.write(c, batch); err != nil {
			c.cut()
			return
		}
	}
	if bye := c.dialect.bye(why); bye != nil {
		if err := c.send(bye); err != nil {
			c.cut()
			return
		}
	}
	c.close(closeCode(why), why.Message)
}

// closeCode is the status that a goodbye is closed with (RFC 6455, section
// 7.4, and the IANA registry).
func closeCode(why *broadcast.Bye) websocket.StatusCode {
	switch {
	case why.Code == broadcast.ErrShutdown.Code && !why.Reconnect:
		return websocket.StatusGoingAway
	case why.Code == broadcast.ErrShutdown.Code:
		return websocket.StatusServiceRestart
	case why.Code == "server.unavailable":
		return websocket.StatusTryAgainLater
	default:
		return websocket.StatusPolicyViolation
	}
}

// settle waits, for a bounded time, until what was sent is stored or refused.
func (c *socket) settle() {
	late := time.NewTimer(c.server.patience.grace)
	defer late.Stop()
	for c.inFlight.Load() > 0 {
		select {
		case <-c.answered:
		case <-late.C:
			return
		case <-c.ctx.Done():
			return
		}
	}
}

// ping asks the peer for a sign of life from time to time; any keeps the
// connection open.
func (c *socket) ping() {
	defer c.contain()
	ticker := time.NewTicker(c.server.patience.ping)
	defer ticker.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-ticker.C:
		}
		ctx, cancel := context.WithTimeout(c.ctx, c.server.patience.ping)
		err := c.conn.Ping(ctx)
		late := ctx.Err() != nil
		cancel()
		if err != nil && !late {
			c.cut() // not even the ping could be written
			return
		}
	}
}

// post sends a message for the peer. Messages are stored in the order of the
// calls, and answered in it; while maxInFlight wait, post does too. It belongs
// to the reader.
func (c *socket) post(ctx context.Context, to domain.Address, draft chat.Draft) {
	if c.sending == nil {
		c.sending = make(chan sending, maxInFlight-1)
		c.running.Go(c.await)
	}
	s := sending{nonce: draft.Nonce}
	s.wait, s.err = c.server.chat.Submit(ctx, c.actor, to, draft)
	c.inFlight.Add(1)
	select {
	case c.sending <- s:
	case <-c.ctx.Done():
	}
}

// await answers what was posted, in order.
func (c *socket) await() {
	defer c.contain()
	for {
		var s sending
		select {
		case s = <-c.sending:
		case <-c.ctx.Done():
			return
		}
		var sent chat.Sent
		err := s.err
		if err == nil {
			sent, err = s.wait(c.ctx)
		}
		if err == nil {
			c.reply(c.dialect.ack(sent))
		} else {
			c.refuse(err, s.nonce)
		}
		c.inFlight.Add(-1)
		select {
		case c.answered <- struct{}{}:
		default:
		}
	}
}
