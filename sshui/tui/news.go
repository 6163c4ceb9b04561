package tui

import (
	"slices"
	"strings"

	"parley/domain"
	"parley/domain/markup"
)

// take takes an event of the room's history. It gives whether it is new: one
// that came before, or with a page, changes nothing.
func (t *timeline) take(event *domain.Event) bool {
	if event.Type == domain.EventMessage && event.Message.Author.ID == t.me.ID {
		t.settlePending(event.Nonce, event.Seq)
	}
	if event.Seq <= t.newest {
		return false
	}
	t.newest = event.Seq
	if !t.follow && len(t.items) >= 2*maxLoaded {
		t.attached = false // what comes from now on is read when it is needed
	}
	t.change(event)
	var e *entry
	switch {
	case event.Type == domain.EventMessage:
		e = newEntry(event.Message, t.me)
	case isNotice(event):
		e = newNotice(event)
	}
	if !t.attached {
		if e != nil && e.unread() {
			t.beyond++
		}
		return true
	}
	t.to = event.Seq
	if e != nil {
		t.append(e)
		if t.follow {
			t.trimOldest()
		}
	}
	return true
}

// change makes a loaded message what a later event made of it.
func (t *timeline) change(event *domain.Event) {
	e := t.find(event.Target)
	switch event.Type {
	case domain.EventEdited:
		if e != nil {
			e.take(event.Message, t.me)
		}
		t.requote(event.Target, func(q *domain.Quote) { q.Text = quoted(event.Message.Content) })
	case domain.EventDeleted:
		if e != nil {
			e.delete()
		}
		t.requote(event.Target, func(q *domain.Quote) { q.Deleted, q.Text = true, "" })
	case domain.EventReaction:
		if e != nil {
			e.react(event.Emoji, event.User, event.Added)
		}
	case domain.EventPin:
		if e != nil {
			e.pinned = event.Added
			e.redraw()
		}
	}
}

// requote changes the line by which answers recall a message.
func (t *timeline) requote(seq domain.Seq, change func(*domain.Quote)) {
	for _, e := range t.items {
		if e.quote != nil && e.replyTo == seq {
			quote := *e.quote // it may be shared with other screens
			change(&quote)
			e.quote = &quote
			e.redraw()
		}
	}
}

// quoted is the beginning of a text, as a quote has it: one line without marks.
func quoted(content string) string {
	return clip(strings.Join(strings.Fields(domain.VisibleLine(withoutMarks(content))), " "), domain.MaxQuote)
}

// withoutMarks is a text without its Markdown, and without the command that
// makes it an action.
func withoutMarks(content string) string {
	content = strings.TrimPrefix(content, actionPrefix)
	if nodes := markup.Parse(content); nodes != nil {
		return markup.Plain(nodes)
	}
	return content
}

// delete leaves the message's place alone.
func (e *entry) delete() {
	e.deleted, e.edited, e.pinned, e.calls = true, false, false, false
	e.raw, e.text, e.quote, e.reactions = "", "", nil, nil
	e.redraw()
}

// react puts a reaction to the message or takes it away.
func (e *entry) react(emoji string, user domain.Author, on bool) {
	i := slices.IndexFunc(e.reactions, func(r domain.Reaction) bool { return r.Emoji == emoji })
	e.reactions = slices.Clone(e.reactions) // it may be shared with other screens
	e.redraw()
	if i < 0 {
		if on {
			e.reactions = append(e.reactions, domain.Reaction{Emoji: emoji, Users: []domain.Author{user}})
		}
		return
	}
	same := func(a domain.Author) bool { return a.ID == user.ID }
	users := slices.DeleteFunc(slices.Clone(e.reactions[i].Users), same)
	if on {
		if slices.ContainsFunc(e.reactions[i].Users, same) {
			return
		}
		users = append(users, user)
	}
	e.reactions[i].Users = users
	if len(users) == 0 {
		e.reactions = slices.Delete(e.reactions, i, i+1)
	}
}

// reacted reports whether somebody put an emoji to the message.
func (e *entry) reacted(emoji string, user domain.UserID) bool {
	return slices.ContainsFunc(e.reactions, func(r domain.Reaction) bool {
		return r.Emoji == emoji && slices.ContainsFunc(r.Users, func(a domain.Author) bool { return a.ID == user })
	})
}

// unread reports whether the entry counts as unread until it is seen.
func (e *entry) unread() bool { return e.isMessage() && !e.mine && !e.deleted }

// addPending shows a message on its way.
func (t *timeline) addPending(e *entry) {
	t.pending = append(t.pending, e)
	t.follow = true
}

// findPending gives the message on its way with a nonce, or nil.
func (t *timeline) findPending(nonce string) *entry {
	for _, e := range t.pending {
		if e.nonce == nonce {
			return e
		}
	}
	return nil
}

// accept notes that a message on its way has a place in the room. It is over
// with it if what stands there has arrived: an event that was read from the
// history tells no nonce, and one that was sent again is not told anew.
func (t *timeline) accept(e *entry, seq domain.Seq) {
	e.accepted = seq
	if seq <= t.newest {
		t.settlePending(e.nonce, seq)
	}
}

// settlePending removes a message that arrived, known by its nonce or, if that
// is not told, by its place.
func (t *timeline) settlePending(nonce string, seq domain.Seq) {
	t.dropPending(func(e *entry) bool { return e.nonce == nonce || e.accepted == seq })
}

// dropPending removes own messages that are stored by now, or never will be. A
// view that began with one of them goes to the end.
func (t *timeline) dropPending(which func(*entry) bool) {
	t.pending = slices.DeleteFunc(t.pending, func(e *entry) bool {
		drop := which(e)
		if drop && e == t.chosen {
			t.unchoose()
		}
		if drop && e == t.anchor.entry {
			t.follow, t.anchor = true, anchor{}
		}
		return drop
	})
}
