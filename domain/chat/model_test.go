package chat_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// model is a room as a client knows it: from pages, and from events that it
// applies one by one.
type model struct {
	at       domain.Seq // how far it knows the room
	messages map[domain.Seq]said
	members  map[string]domain.Role
	topic    string
	lagged   bool // whether it was told so
}

// said is what a client knows of a message.
type said struct {
	author, content string
	edited, deleted bool
	pinned          bool
	mentions        []string
	reactions       map[string]bool // "👍 alice"
}

func newModel() *model {
	return &model{messages: map[domain.Seq]said{}, members: map[string]domain.Role{}}
}

func (m *model) add(message domain.Message) {
	s := said{
		author: message.Author.Name, content: message.Content, edited: !message.EditedAt.IsZero() && !message.Deleted,
		deleted: message.Deleted, pinned: message.Pinned, mentions: slices.Clone(message.Mentions), reactions: map[string]bool{},
	}
	for _, reaction := range message.Reactions {
		for _, user := range reaction.Users {
			s.reactions[reaction.Emoji+" "+user.Name] = true
		}
	}
	m.messages[message.Seq] = s
}

func (m *model) apply(e domain.Event) {
	m.at = e.Seq
	target := m.messages[e.Target]
	switch e.Type {
	case domain.EventMessage:
		m.add(e.Message)
		return
	case domain.EventMember:
		if m.members[e.User.Name] = e.Role; e.Role == domain.RoleNone {
			delete(m.members, e.User.Name)
		}
		return
	case domain.EventRoom:
		m.topic = e.Topic
		return
	}
	if target.deleted || target.author == "" {
		return
	}
	switch e.Type {
	case domain.EventEdited:
		target.content, target.edited, target.mentions = e.Message.Content, true, slices.Clone(e.Message.Mentions)
	case domain.EventDeleted:
		target = said{author: target.author, deleted: true, reactions: map[string]bool{}}
	case domain.EventPin:
		target.pinned = e.Added
	case domain.EventReaction:
		if target.reactions[e.Emoji+" "+e.User.Name] = true; !e.Added {
			delete(target.reactions, e.Emoji+" "+e.User.Name)
		}
	}
	m.messages[e.Target] = target
}

// load fills a model from pages and lists alone.
func (m *model) load(t *testing.T, core *storetest.Core, actor auth.Actor, room domain.Address) {
	t.Helper()
	view, err := core.Chat.Room(t.Context(), actor, room)
	if err != nil {
		t.Fatal(err)
	}
	m.topic, m.at = view.Topic, view.Head
	for before := domain.Seq(1<<63 - 1); before > 0; {
		page, err := core.Chat.Messages(t.Context(), actor, room, chat.Span{Before: &before, Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		before = 0
		for _, message := range page.Messages {
			m.add(message)
		}
		if page.HasBefore {
			before = page.Messages[0].Seq
		}
	}
	members, err := core.Chat.Members(t.Context(), actor, room, chat.MemberSpan{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range members {
		m.members[member.User.Name] = member.Role
	}
}

// catchUp applies what a view gives, up to a seq. Each event must be the next.
func (m *model) catchUp(ctx context.Context, live *chat.Live, head domain.Seq, each func(domain.Event)) error {
	for m.at < head {
		batch, err := live.Next(ctx)
		if err != nil {
			return fmt.Errorf("after %d of %d: %w", m.at, head, err)
		}
		for _, line := range batch {
			m.lagged = m.lagged || bytes.Contains(line.JSON, []byte(`"lagged"`))
			if line.Event.Seq == 0 {
				continue
			}
			if line.Event.Seq != m.at+1 {
				return fmt.Errorf("%d came after %d", line.Event.Seq, m.at)
			}
			m.apply(line.Event)
			if each != nil {
				each(line.Event)
			}
		}
	}
	return nil
}

// act does something at random; what is refused by a rule does nothing.
func act(ctx context.Context, core *storetest.Core, who auth.Actor, room domain.Address, dice *rand.Rand, upTo int) error {
	target := domain.Seq(1 + dice.IntN(upTo))
	names := []string{"alice", "bob", "carol", "dave"}
	name := names[dice.IntN(len(names))]
	var err error
	switch dice.IntN(14) {
	case 0, 1, 2, 3:
		_, err = core.Chat.Send(ctx, who, room, chat.Draft{Content: fmt.Sprint("hello @", name, dice.Int())})
	case 4, 5:
		_, err = core.Chat.Edit(ctx, who, room, target, fmt.Sprint("rather @", name, " ", dice.Int()))
	case 6:
		err = core.Chat.Delete(ctx, who, room, target)
	case 7, 8, 9:
		err = core.Chat.React(ctx, who, room, target, []string{"👍", "❤", "🎉"}[dice.IntN(3)], dice.IntN(3) > 0)
	case 10:
		err = core.Chat.Pin(ctx, who, room, target, dice.IntN(2) > 0)
	case 11:
		topic := fmt.Sprint("topic ", dice.Int())
		_, err = core.Chat.ChangeRoom(ctx, who, room, chat.RoomChange{Topic: &topic})
	case 12:
		err = core.Chat.SetRole(ctx, who, room, name, []domain.Role{domain.RoleMember, domain.RoleModerator}[dice.IntN(2)])
	default:
		if who.Name() == "dave" {
			if dice.IntN(2) > 0 {
				err = core.Chat.Leave(ctx, who, room)
			} else {
				_, err = core.Chat.Join(ctx, who, room)
			}
		}
	}
	switch domain.KindOf(err) {
	case domain.Internal, domain.Unavailable, domain.RateLimited:
		return err
	}
	return nil
}

// actTogether has people do things at the same time.
func actTogether(
	t *testing.T, cores []*storetest.Core, people []auth.Actor, room domain.Address, source *rand.PCG, steps int,
) {
	var working sync.WaitGroup
	for _, who := range people {
		dice := rand.New(rand.NewPCG(source.Uint64(), 0))
		working.Go(func() {
			for range steps {
				if err := act(t.Context(), cores[dice.IntN(2)], who, room, dice, 60); err != nil {
					t.Error(err)
				}
			}
		})
	}
	working.Wait()
}

// Four people do whatever they like through two processes at once. A client
// that watched from the middle on, one that did not read until the end, one
// that comes in at the end and reads from the beginning, in either process, and
// one that loads pages: all of them know the same room.
func TestEveryClientEndsUpWithTheSameRoom(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		clock := &clock{at: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
		core := storetest.NewCoreWith(t, config, func(s *storetest.Settings) {
			s.Now = func() time.Time { clock.pass(time.Second); return clock.now() }
		})
		cores := []*storetest.Core{core, core.Beside(t)}
		people := []auth.Actor{core.User(t, "alice"), core.User(t, "bob"), core.User(t, "carol"), core.User(t, "dave")}
		reader := core.User(t, "reader")
		room := makeRoom(t, core, domain.RoomPublic, people[0], people[1:]...)
		const each = 60
		seed := rand.Uint64()
		t.Log("the seed is", seed)
		work := func(from uint64, steps int) { actTogether(t, cores, people, room, rand.NewPCG(seed, from), steps) }
		work(0, 10)
		watching, lagging := newModel(), newModel()
		watching.load(t, core, reader, room)
		lagging.load(t, core, reader, room)
		watcher := follow(t, core, reader, room, watching.at)
		laggard := follow(t, cores[1], reader, room, lagging.at)
		for range 300 { // a queue takes less: from now on this one lags
			cores[1].Hub.Signal(domain.Event{Type: domain.EventTyping, RoomID: room.ID, User: people[0].Author()}, broadcast.Audience{})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		watched := make(chan error, 1)
		go func() { watched <- watchUntil(ctx, watching, watcher) }()
		work(10, each)
		want := newModel()
		want.load(t, core, reader, room)
		watcher.Close(broadcast.ErrLeft) // what it has not given yet is read from a new one
		if err := <-watched; err != nil {
			t.Fatal(err)
		}
		if err := watching.catchUp(ctx, follow(t, core, reader, room, watching.at), want.at, nil); err != nil {
			t.Fatal(err)
		}
		if err := lagging.catchUp(ctx, laggard, want.at, nil); err != nil {
			t.Fatal(err)
		}
		later := newModel()
		later.members["alice"] = domain.RoleOwner // who made the room is from the beginning on
		if err := later.catchUp(ctx, follow(t, cores[1], reader, room, 0), want.at, func(e domain.Event) {
			seq := max(e.Target, e.Message.Seq)
			if e.Message.Content != "" && e.Message.Content != want.messages[seq].content {
				t.Errorf("whoever was away reads %q at %d, which says %q", e.Message.Content, e.Seq, want.messages[seq].content)
			}
		}); err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]*model{"watching": watching, "lagging": lagging, "coming later": later} {
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(model{}, said{}), cmpopts.IgnoreFields(model{}, "lagged")); diff != "" {
				t.Errorf("%s differs (-page +%s):\n%s", name, name, diff)
			}
		}
		if n := len(want.messages); n < 20 || !lagging.lagged || later.lagged {
			t.Errorf("there were %d messages; who lagged: %v, %v", n, lagging.lagged, later.lagged)
		}
	})
}

// watchUntil applies what a view gives until it is closed and all it had was
// read.
func watchUntil(ctx context.Context, m *model, live *chat.Live) error {
	for {
		batch, err := live.Next(ctx)
		if err != nil {
			return ctx.Err()
		}
		for _, line := range batch {
			switch {
			case line.Event.Seq == 0:
			case line.Event.Seq != m.at+1:
				return fmt.Errorf("%d came after %d", line.Event.Seq, m.at)
			default:
				m.apply(line.Event)
			}
		}
	}
}
