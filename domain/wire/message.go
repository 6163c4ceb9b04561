package wire

import (
	"slices"

	"parley/domain"
	"parley/domain/markup"
)

// Author is a person as events and messages name them.
type Author struct {
	ID       domain.UserID `json:"id"`
	Username string        `json:"username"`
}

// Message is a message as every door shows it. What does not apply to it is
// left out.
type Message struct {
	RoomID    domain.RoomID `json:"room_id"`
	Room      string        `json:"room,omitempty"`
	Seq       domain.Seq    `json:"seq"`
	Author    Author        `json:"author"`
	Content   string        `json:"content"`
	CreatedAt string        `json:"created_at"`
	EditedAt  string        `json:"edited_at,omitempty"`
	Deleted   bool          `json:"deleted,omitempty"`
	Pinned    bool          `json:"pinned,omitempty"`
	ReplyTo   domain.Seq    `json:"reply_to,omitempty"`
	Quote     *Quote        `json:"quote,omitempty"`
	Mentions  []string      `json:"mentions,omitempty" nullable:"false"`
	Reactions []Reaction    `json:"reactions,omitempty" nullable:"false"`
	Nodes     []markup.Node `json:"nodes,omitempty" nullable:"false"` // the parsed Markdown; left out when it is plain text
}

// Quote is the line by which an answer recalls what it answers.
type Quote struct {
	Username string `json:"username"`
	Text     string `json:"text"`
	Deleted  bool   `json:"deleted,omitempty"`
}

// maxNames is how many of those who reacted are named: a page of messages shall
// not grow without bound.
const maxNames = 100

// Reaction is an emoji and who put it to a message, in the order in which they
// did: the first hundred by name, and how many they are.
type Reaction struct {
	Emoji     string   `json:"emoji"`
	Count     int      `json:"count"`
	Usernames []string `json:"usernames" nullable:"false"`
	Mine      *bool    `json:"mine,omitempty" nullable:"false"` // left out where it is not known who reads
}

// FromMessage gives a message's written shape for a viewer; 0 if it is not
// known who that is.
func FromMessage(m domain.Message, viewer domain.UserID) Message {
	return fromMessage(&m, parse(&m), viewer)
}

func fromMessage(m *domain.Message, nodes []markup.Node, viewer domain.UserID) Message {
	return Message{
		RoomID: m.RoomID, Room: m.Room, Seq: m.Seq,
		Author:  Author{ID: m.Author.ID, Username: m.Author.Name},
		Content: m.Content, CreatedAt: Time(m.CreatedAt), EditedAt: TimeOrNone(m.EditedAt),
		Deleted: m.Deleted, Pinned: m.Pinned,
		ReplyTo: m.ReplyTo, Quote: fromQuote(m.Quote),
		Mentions: m.Mentions, Reactions: fromReactions(m.Reactions, viewer), Nodes: nodes,
	}
}

func fromQuote(q *domain.Quote) *Quote {
	if q == nil {
		return nil
	}
	return &Quote{Username: q.Author, Text: q.Text, Deleted: q.Deleted}
}

func fromReactions(reactions []domain.Reaction, viewer domain.UserID) []Reaction {
	if len(reactions) == 0 {
		return nil
	}
	written := make([]Reaction, len(reactions))
	for i, r := range reactions {
		names := make([]string, min(len(r.Users), maxNames))
		for j, user := range r.Users[:len(names)] {
			names[j] = user.Name
		}
		written[i] = Reaction{Emoji: r.Emoji, Count: len(r.Users), Usernames: names}
		if viewer != 0 {
			mine := slices.ContainsFunc(r.Users, func(user domain.Author) bool { return user.ID == viewer })
			written[i].Mine = &mine
		}
	}
	return written
}
