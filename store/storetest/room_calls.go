package storetest

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/encryption"
	"parley/store"
)

// roomCalls lists the methods of the ports that keep rooms, members and what
// happens in them.
func roomCalls(engine store.Engine, user domain.UserID, room domain.RoomID) []Call {
	made := 0
	return []Call{
		{"Apply", true, func(ctx context.Context) error {
			topic := sealed(1, "topic")
			_, err := engine.Apply(ctx, []chat.Change{{
				RoomID: room, Type: domain.EventRoom, Change: domain.TopicSet, By: user, Topic: &topic, At: moment,
			}})
			return err
		}},
		{"Clear", false, func(ctx context.Context) error { return engine.Clear(ctx, moment) }},
		{"MessagesAt", false, func(ctx context.Context) error {
			_, err := engine.MessagesAt(ctx, room, []domain.Seq{1})
			return err
		}},
		{"Events", false, func(ctx context.Context) error { _, _, err := engine.Events(ctx, room, 0, 10); return err }},
		{"Notices", false, func(ctx context.Context) error {
			_, err := engine.Notices(ctx, room, chat.Range{Limit: 1})
			return err
		}},
		{"Marks", false, func(ctx context.Context) error { _, err := engine.Marks(ctx, room, []domain.Seq{1}); return err }},
		{"Versions", false, func(ctx context.Context) error { _, err := engine.Versions(ctx, room, 1); return err }},
		{"Pinned", false, func(ctx context.Context) error { _, err := engine.Pinned(ctx, room); return err }},
		{"Look", false, func(ctx context.Context) error { _, err := engine.Look(ctx, user, chat.Where{ID: room}); return err }},
		{"Standings", false, func(ctx context.Context) error { _, err := engine.Standings(ctx, user); return err }},
		{"Directory", false, func(ctx context.Context) error { _, err := engine.Directory(ctx, user, "", 1); return err }},
		{"CreateRoom", true, func(ctx context.Context) error {
			made++
			_, _, err := engine.CreateRoom(ctx, chat.NewRoom{
				Name: fmt.Sprint("made", made), Kind: domain.RoomPublic, Creator: user, CreatedAt: moment,
			})
			return err
		}},
		{"Members", false, func(ctx context.Context) error {
			_, err := engine.Members(ctx, room, chat.MemberSpan{Limit: 1})
			return err
		}},
		{"Named", false, func(ctx context.Context) error { _, err := engine.Named(ctx, room, []string{"alice"}); return err }},
		{"MoveMarkers", true, func(ctx context.Context) error {
			_, err := moveMarkers(ctx, engine, user, map[domain.RoomID]domain.Seq{room: 1})
			return err
		}},
		{"SetDraft", true, func(ctx context.Context) error {
			return engine.SetDraft(ctx, user, room, sealed(1, "draft"))
		}},
		{"Configure", true, func(ctx context.Context) error {
			return engine.Configure(ctx, user, room, true, domain.NotifyAll)
		}},
		{"Profiles", false, func(ctx context.Context) error { _, err := engine.Profiles(ctx, []string{"alice"}); return err }},
		{"Place", false, func(ctx context.Context) error { _, err := engine.Place(ctx, user); return err }},
		{"SetProfile", true, func(ctx context.Context) error {
			return engine.SetProfile(ctx, user, domain.Away, encryption.Sealed{})
		}},
	}
}
