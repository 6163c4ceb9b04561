// Package rooms keeps rooms, their members and the changes of their logs: the
// part of both engines whose SQL is the same.
package rooms

import (
	"context"

	"parley/store/engine"
)

// Store implements the ports chat.Rooms, chat.Members, chat.People,
// chat.Reading and chat.Writing, but for Append and Sent.
type Store struct{ queries *engine.Queries }

// New makes a store on an engine.
func New(on engine.Engine) *Store { return &Store{engine.NewQueries(on, queries())} }

// Reads gives the queries that people wait for, as the engine has them, for
// its tests of what they cost.
func (s *Store) Reads() map[string]string {
	reads := map[string]string{}
	for name, query := range map[string]string{
		"oldest messages": oldestMessages, "newest messages": newestMessages, "single messages": messagesAt,
		"pinned messages": pinnedMessages, "changes": oldestChanges, "oldest notices": oldestNotices,
		"newest notices": newestNotices, "reactions": reactionsTo, "mentions": mentionsIn, "versions": versionsOf,
		"standings": standings, "standings among": standingsAmong, "direct people": directPeople, "directory": directory,
		"room by name": accessByName, "members": membersOf, "members by prefix": membersByPrefix, "named members": namedMembers,
		"number of pins": countPins,
	} {
		reads[name] = s.queries.Own(query)
	}
	return reads
}

func (s *Store) read(ctx context.Context, what string, fn func(context.Context, tx) error) error {
	return s.queries.Read(ctx, what, func(ctx context.Context, t engine.Tx) error { return fn(ctx, tx{t}) })
}

func (s *Store) write(ctx context.Context, what string, fn func(context.Context, tx) error) error {
	return s.queries.Write(ctx, what, func(ctx context.Context, t engine.Tx) error { return fn(ctx, tx{t}) })
}

// tx runs the queries of this package on a connection or in a transaction.
type tx struct{ engine.Tx }

const turn = `SELECT {turn}`

// takeTurn waits until no other unit that took a turn is under way. It is taken
// before any row is locked.
func (t tx) takeTurn(ctx context.Context) error {
	_, err := t.Exec(ctx, turn)
	return err
}

// orNull makes a parameter of an id or seq of which 0 stands for none.
func orNull[T ~int64](n T) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
