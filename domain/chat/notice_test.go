package chat_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/store"
	"parley/store/storetest"
)

// A reader loads a room page by page, in whatever direction and size: every
// message (m) and every notice (n) comes once, in its order.
func TestPagesThatJoinOnToEachOtherGiveEveryNoticeOnce(t *testing.T) {
	t.Parallel()
	core, clock := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	for i, pattern := range []string{"", "m", "nn", "mn", "nm", "nmn", "nnmmnmnnnm", "mmmnmmnnm", "nnnnmnnn"} {
		clock.pass(time.Hour)
		view, err := core.Chat.Create(t.Context(), alice, chat.Creation{Name: fmt.Sprint("room", i), Kind: domain.RoomPublic})
		if err != nil {
			t.Fatal(err)
		}
		room := domain.Address{ID: view.ID}
		var messages, notices []domain.Seq
		for i, what := range pattern {
			if what == 'm' {
				_, err = core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "hello"})
				messages = append(messages, domain.Seq(i+1))
			} else {
				topic := fmt.Sprint("topic ", i)
				_, err = core.Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Topic: &topic})
				notices = append(notices, domain.Seq(i+1))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for limit := 1; limit <= 3; limit++ {
			p := &pager{t: t, core: core, actor: bob, room: room, limit: limit}
			ways := map[string]func(){"from the newest on": p.older, "from the oldest on": p.newer}
			for at := range domain.Seq(len(pattern) + 3) {
				ways[fmt.Sprint("from ", at, " on")] = func() { p.around(at) }
			}
			for name, read := range ways {
				p.messages, p.notices = nil, nil
				read()
				if !slices.Equal(p.messages, messages) || !slices.Equal(p.notices, notices) {
					t.Errorf("%s, %d a page, %s: got %v and notices %v", pattern, limit, name, p.messages, p.notices)
				}
			}
		}
	}
}

// pager reads a room page by page.
type pager struct {
	t     *testing.T
	core  *storetest.Core
	actor auth.Actor
	room  domain.Address
	limit int

	messages, notices []domain.Seq
}

func (p *pager) page(span chat.Span) (page chat.Page, messages, notices []domain.Seq) {
	span.Limit = p.limit
	page, err := p.core.Chat.Messages(p.t.Context(), p.actor, p.room, span)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, m := range page.Messages {
		messages = append(messages, m.Seq)
	}
	for _, n := range page.Notices {
		notices = append(notices, n.Seq)
	}
	return page, messages, notices
}

func (p *pager) before(page chat.Page, first domain.Seq) {
	for page.HasBefore {
		var messages, notices []domain.Seq
		page, messages, notices = p.page(chat.Span{Before: &first})
		if len(messages) == 0 || !page.HasAfter && len(p.messages) > 0 {
			p.t.Fatalf("before %d: %v, more after: %v", first, messages, page.HasAfter)
		}
		p.messages, p.notices = append(messages, p.messages...), append(notices, p.notices...)
		first = messages[0]
	}
}

func (p *pager) after(page chat.Page, last domain.Seq) {
	for page.HasAfter {
		var messages, notices []domain.Seq
		page, messages, notices = p.page(chat.Span{After: &last})
		if len(messages) == 0 || !page.HasBefore && len(p.messages) > 0 {
			p.t.Fatalf("after %d: %v, more before: %v", last, messages, page.HasBefore)
		}
		p.messages, p.notices = append(p.messages, messages...), append(p.notices, notices...)
		last = messages[len(messages)-1]
	}
}

func (p *pager) older() {
	var page chat.Page
	page, p.messages, p.notices = p.page(chat.Span{})
	if len(p.messages) > 0 {
		p.before(page, p.messages[0])
	}
}

func (p *pager) newer() {
	var page chat.Page
	start := domain.Seq(0)
	page, p.messages, p.notices = p.page(chat.Span{After: &start})
	if len(p.messages) > 0 {
		p.after(page, p.messages[len(p.messages)-1])
	}
}

func (p *pager) around(at domain.Seq) {
	var page chat.Page
	page, p.messages, p.notices = p.page(chat.Span{Around: &at})
	first, last := at, at
	if n := len(p.messages); n > 0 {
		first, last = p.messages[0], p.messages[n-1]
	}
	p.before(page, first)
	p.after(page, last)
}

// What is beside a page is said of messages: changes alone are none.
func TestChangesAreNoMessagesBesideAPage(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		room := makeRoom(t, core, domain.RoomPublic, alice, bob) // 1, 2
		for range 3 {
			if _, err := core.Chat.Send(t.Context(), alice, room, chat.Draft{Content: "hello"}); err != nil { // 3 to 5
				t.Fatal(err)
			}
		}
		if err := core.Chat.Leave(t.Context(), bob, room); err != nil { // 6
			t.Fatal(err)
		}
		two, three := domain.Seq(2), domain.Seq(3)
		for after, before := range map[*domain.Seq]bool{&two: false, &three: true} {
			page, err := core.Chat.Messages(t.Context(), alice, room, chat.Span{After: after})
			if err != nil || page.HasBefore != before || page.HasAfter {
				t.Errorf("after %d: before %v after %v, %v", *after, page.HasBefore, page.HasAfter, err)
			}
		}
		six, five := domain.Seq(6), domain.Seq(5)
		for before, after := range map[*domain.Seq]bool{&six: false, &five: true} {
			page, err := core.Chat.Messages(t.Context(), alice, room, chat.Span{Before: before})
			if err != nil || page.HasAfter != after || page.HasBefore {
				t.Errorf("before %d: before %v after %v, %v", *before, page.HasBefore, page.HasAfter, err)
			}
		}
	})
}

// A notice in a page is the event that those who watched were told.
func TestNoticesAreToldAsTheyWereLive(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		room := makeRoom(t, core, domain.RoomPublic, alice)
		live := follow(t, core, bob, room, 0)
		topic, name, archived, unarchived := "what we build", "built", true, false
		for _, err := range []error{
			second(core.Chat.Join(t.Context(), bob, room)),
			second(core.Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Topic: &topic, Name: &name, Archived: &archived})),
			second(core.Chat.ChangeRoom(t.Context(), alice, room, chat.RoomChange{Topic: &topic, Archived: &unarchived})), // that topic is no news
			core.Chat.SetRole(t.Context(), alice, room, "bob", domain.RoleModerator),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		watched := slices.DeleteFunc(events(t, live, 7), func(e domain.Event) bool { return e.Seq == 0 })
		page, err := core.Chat.Messages(t.Context(), bob, room, chat.Span{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range watched { // a stored one tells the room's name and topic now
			if watched[i].Room = name; watched[i].Type == domain.EventRoom {
				watched[i].Topic = topic
			}
		}
		if diff := cmp.Diff(watched, page.Notices); diff != "" {
			t.Errorf("(-live +page):\n%s", diff)
		}
	})
}
