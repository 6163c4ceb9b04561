package chat_test

import (
	"context"
	"fmt"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
)

// inRoom are the calls that name a room.
var inRoom = map[string]func(ctx context.Context, w *world, me auth.Actor) error{
	"Room": func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Room(ctx, me, w.at)) },
	"Messages": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Messages(ctx, me, w.at, chat.Span{}))
	},
	"Message": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Message(ctx, me, w.at, w.hers))
	},
	"Pinned": func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Pinned(ctx, me, w.at)) },
	"Members": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Members(ctx, me, w.at, chat.MemberSpan{}))
	},
	"Here": func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Here(ctx, me, w.at)) },
	"Live.Follow": func(ctx context.Context, w *world, me auth.Actor) error {
		live := w.Chat.Connect(me, broadcast.Options{})
		defer live.Close(broadcast.ErrLeft)
		return second(live.Follow(ctx, w.at, broadcast.Live, nil))
	},
	"Live.Unfollow": func(ctx context.Context, w *world, me auth.Actor) error {
		live := w.Chat.Connect(me, broadcast.Options{})
		defer live.Close(broadcast.ErrLeft)
		return second(live.Unfollow(ctx, w.at))
	},
	"MarkRead": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.MarkRead(ctx, me, w.at, w.hers, nil)
	},
	"NoteRead": func(ctx context.Context, w *world, me auth.Actor) error {
		if err := w.Chat.NoteRead(ctx, me, w.at, w.hers, nil); err != nil {
			return err
		}
		return w.Chat.MarkRead(ctx, me, w.at, w.hers, nil) // so that it is not written in the midst of what follows
	},
	"Versions/hers": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Versions(ctx, me, w.at, w.hers))
	},
	"Versions/his": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Versions(ctx, me, w.at, w.his))
	},
	"Send": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Send(ctx, me, w.at, chat.Draft{Content: "hello"}))
	},
	"Submit": func(ctx context.Context, w *world, me auth.Actor) error {
		wait, err := w.Chat.Submit(ctx, me, w.at, chat.Draft{Content: "hello @max"})
		if err != nil {
			return err
		}
		return second(wait(ctx))
	},
	"Typing": func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Typing(ctx, me, w.at) },
	"React": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.React(ctx, me, w.at, w.hers, "👍", true)
	},
	"SetDraft": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.SetDraft(ctx, me, w.at, "perhaps", nil)
	},
	"Configure": func(ctx context.Context, w *world, me auth.Actor) error {
		muted := true
		return second(w.Chat.Configure(ctx, me, w.at, chat.Settings{Muted: &muted}, nil))
	},
	"Edit/hers": func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Edit(ctx, me, w.at, w.hers, "another text"))
	},
	"Delete/hers": func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Delete(ctx, me, w.at, w.hers) },
	"Delete/his":  func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Delete(ctx, me, w.at, w.his) },
	"Pin": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.Pin(ctx, me, w.at, w.hers, true)
	},
	"ChangeRoom/topic": func(ctx context.Context, w *world, me auth.Actor) error {
		topic := fmt.Sprint("topic ", w.made)
		return second(w.Chat.ChangeRoom(ctx, me, w.at, chat.RoomChange{Topic: &topic}))
	},
	"ChangeRoom/name": func(ctx context.Context, w *world, me auth.Actor) error {
		name := fmt.Sprint("renamed", w.made)
		return second(w.Chat.ChangeRoom(ctx, me, w.at, chat.RoomChange{Name: &name}))
	},
	"ChangeRoom/archive": func(ctx context.Context, w *world, me auth.Actor) error {
		archived := true
		return second(w.Chat.ChangeRoom(ctx, me, w.at, chat.RoomChange{Archived: &archived}))
	},
	"DeleteRoom": func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.DeleteRoom(ctx, me, w.at) },
	"Join":       func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Join(ctx, me, w.at)) },
	"Leave":      func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Leave(ctx, me, w.at) },
	"Invite":     func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Invite(ctx, me, w.at, "nora") },
	"Remove/max": func(ctx context.Context, w *world, me auth.Actor) error { return w.Chat.Remove(ctx, me, w.at, "max") },
	"Remove/mia": func(ctx context.Context, w *world, me auth.Actor) error {
		if me.Name() == "mia" {
			return w.Chat.Remove(ctx, me, w.at, "olga")
		}
		return w.Chat.Remove(ctx, me, w.at, "mia")
	},
	"SetRole": func(ctx context.Context, w *world, me auth.Actor) error {
		return w.Chat.SetRole(ctx, me, w.at, w.promoted, domain.RoleModerator)
	},
}

// nowhere are the calls that name no room, with what they answer to nobody.
var nowhere = map[string]struct {
	call func(ctx context.Context, w *world, me auth.Actor) error
	code string
}{
	"Rooms": {func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Rooms(ctx, me)) }, ""},
	"Directory": {func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Directory(ctx, me, "", 0))
	}, ""},
	"Create": {func(ctx context.Context, w *world, me auth.Actor) error {
		return second(w.Chat.Create(ctx, me, chat.Creation{Name: "new-one", Kind: domain.RoomPublic}))
	}, "user.not_found"},
	"Open": {func(ctx context.Context, w *world, me auth.Actor) error {
		_, _, err := w.Chat.Open(ctx, me, []string{"nora"})
		return err
	}, "room.not_found"},
	"Place": {func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Place(ctx, me)) }, ""},
	"KeepPlace": {func(_ context.Context, w *world, me auth.Actor) error {
		w.Chat.KeepPlace(me, chat.Place{Room: w.at.ID, Seq: 1})
		return nil
	}, ""},
	"Person":   {func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Person(ctx, me, "max")) }, "user.not_found"},
	"Presence": {func(ctx context.Context, w *world, me auth.Actor) error { return second(w.Chat.Presence(ctx, me)) }, "user.not_found"},
	"SetPresence": {func(ctx context.Context, w *world, me auth.Actor) error {
		status := "here I am"
		return second(w.Chat.SetPresence(ctx, me, nil, &status))
	}, "user.not_found"},
	"Live.FollowAll": {func(ctx context.Context, w *world, me auth.Actor) error {
		live := w.Chat.Connect(me, broadcast.Options{})
		defer live.Close(broadcast.ErrLeft)
		return second(live.FollowAll(ctx))
	}, ""},
}
