package line

import (
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"time"

	"parley/domain"
	"parley/domain/chat"
)

// letter is a message that somebody typed.
type letter struct {
	to      domain.RoomID
	text    string
	replyTo domain.Seq
	entry   Entry // as it was typed
	shown   bool  // the screen has the message as it will be
}

// say sends a message. One that comes too fast waits its turn: whoever pastes
// or pipes lines wants them all sent.
func (c *conversation) say(l letter) {
	nonce := rand.Text()
	c.expect(sending{nonce, l.shown && l.entry.Whole})
	draft := chat.Draft{Content: l.text, Nonce: nonce, ReplyTo: l.replyTo}
	for {
		sent, err := c.Chat.Send(c.ctx, c.Actor, domain.Address{ID: l.to}, draft)
		if err == nil {
			c.await(l.to, sent.Message.Seq)
		}
		if err == nil || c.ctx.Err() != nil {
			return
		}
		e := domain.AsError(err)
		if e.Kind == domain.RateLimited {
			c.wait(e.RetryAfter)
			continue
		}
		c.expected(nonce)
		c.failed(err)
		if c.editor != nil {
			c.editor.Restore(l.entry.Text)
		}
		return
	}
}

// await has a room stay in view, and a pipe's session go on, until an event is
// printed.
func (c *conversation) await(room domain.RoomID, seq domain.Seq) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until[room] = max(c.until[room], seq)
}

// settle waits, but not for long, until all that is awaited is printed.
func (c *conversation) settle() {
	timer := time.NewTimer(lastWords)
	defer timer.Stop()
	for !c.complete() {
		select {
		case <-c.printed:
		case <-timer.C:
			return
		case <-c.ctx.Done():
			return
		}
	}
}

// complete reports whether all that is awaited is printed.
func (c *conversation) complete() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for room, seq := range c.until {
		if c.last[room] < seq {
			return false
		}
	}
	return len(c.turns) == 0
}

// reached notes how far a room is taken in, and gives that.
func (c *conversation) reached(room domain.RoomID, seq domain.Seq) domain.Seq {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seq > 0 {
		c.last[room] = seq
	}
	return c.last[room]
}

func (c *conversation) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
	}
}

func (c *conversation) expect(s sending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.recent) == maxRecent {
		c.recent = c.recent[1:]
	}
	c.recent = append(c.recent, s)
}

// expected reports whether a message was sent from here, and whether the screen
// shows it already.
func (c *conversation) expected(nonce string) (mine, shown bool) {
	if nonce == "" {
		return false, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.recent, func(s sending) bool { return s.nonce == nonce })
	if i < 0 {
		return false, false
	}
	shown = c.recent[i].shown
	c.recent = slices.Delete(c.recent, i, i+1)
	return true, shown
}

// failed tells that something was not done, and the log of what is our fault.
func (c *conversation) failed(err error) {
	if domain.KindOf(err) == domain.Internal {
		c.Log.Error("a line was not obeyed", "err", err)
	}
	c.refused(err)
}

// Refusal is the line that tells of a failure, safe to show.
func Refusal(message, code string) string {
	return fmt.Sprintf("parley: %s (%s)", domain.VisibleLine(message), code)
}

// refused tells that a line was not taken, and why.
func (c *conversation) refused(err error) {
	e := domain.AsError(err)
	text := Refusal(e.Message, e.Code)
	if c.editor != nil {
		c.editor.Print(text)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusal = true
	_, _ = io.WriteString(c.terminal.Err, text+"\n")
}

// print shows lines that are safe to show.
func (c *conversation) print(text string) {
	if c.editor != nil {
		c.editor.Print(text)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = io.WriteString(c.terminal.Out, text+"\n") // a lost client ends the context
}
