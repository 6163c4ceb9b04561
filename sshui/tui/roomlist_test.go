package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"parley/domain"
	"parley/domain/chat"
)

// someRooms is a list of rooms as it comes from the core, with the lobby in view.
func someRooms() *roomList {
	view := func(id domain.RoomID, name string, unread, mentions int) chat.View {
		return chat.View{
			Room: domain.Room{ID: id, Name: name, Kind: domain.RoomPublic}, Role: domain.RoleMember,
			Unread: unread, Mentions: mentions, Notify: domain.NotifyMentions,
		}
	}
	direct := view(9, "", 0, 0)
	direct.Kind, direct.People = domain.RoomDirect, []domain.Author{{ID: 1, Name: "carol"}, {ID: 2, Name: "bob"}}
	muted := view(4, "noise", 7, 0)
	muted.Muted = true
	invited := view(5, "secret", 0, 0)
	invited.Role = domain.RoleInvited
	p := &roomList{me: 1, current: 1}
	p.set([]chat.View{view(1, "lobby", 0, 0), view(2, "dev", 3, 0), view(3, "design", 100, 2), muted, invited, direct})
	return p
}

func namesOf(p *roomList) string {
	var names []string
	for _, lr := range p.rooms {
		names = append(names, lr.Name)
	}
	return strings.Join(names, " ")
}

func TestRoomsStandInAnOrderThatDoesNotMove(t *testing.T) {
	p := someRooms()
	if got := namesOf(p); got != "lobby design dev noise secret " {
		t.Errorf("the order is %q", got)
	}
	p.put(chat.View{Room: domain.Room{ID: 6, Name: "ecology", Kind: domain.RoomPublic}})
	p.put(chat.View{Room: domain.Room{ID: 7, Kind: domain.RoomDirect}})
	p.put(chat.View{Room: domain.Room{ID: 2, Name: "zoo", Kind: domain.RoomPublic}})
	if got := namesOf(p); got != "lobby design ecology noise secret zoo  " || p.rooms[6].ID != 7 {
		t.Errorf("the order is %q", got)
	}
}

func TestTheNextUnreadRoomIsOneThatCallsTheReaderFirst(t *testing.T) {
	p := someRooms()
	for _, want := range []string{"design", "dev", "secret", ""} {
		next := p.nextUnread()
		got := ""
		if next != nil {
			got = next.Name
			next.Unread, next.Mentions, next.Role = 0, 0, domain.RoleMember
			p.current = next.ID
		}
		if got != want {
			t.Fatalf("the next is %q, want %q", got, want)
		}
	}
}

func TestRoomsAreWalkedAroundTheEnds(t *testing.T) {
	p := someRooms()
	if got := p.walk(-1); got.ID != 9 {
		t.Errorf("before the first comes %q", got.Name)
	}
	p.current = 9
	if got := p.walk(1); got.Name != "lobby" {
		t.Errorf("after the last comes %q", got.Name)
	}
	if p.at(2).Name != "design" || p.at(0) != nil || p.at(7) != nil {
		t.Error("Alt and a digit give another room")
	}
}

func TestTheListSaysWithSignsWhatThereIs(t *testing.T) {
	p := someRooms()
	p.setState(2, domain.Online)
	var b sidebar
	got := ansi.Strip(strings.Join(b.lines(p, lookOf(64), 16, 7), "\n"))
	want := strings.Join([]string{
		"› #lobby       │", "  #design  !99+│", "  #dev        3│", " ~#noise       │", " +#secret      │", " ●@bob         │", "               │",
	}, "\n")
	if got != want {
		t.Errorf("the list is\n%s\nwant\n%s", got, want)
	}
}

func TestTheListScrollsToTheRoomInView(t *testing.T) {
	p := &roomList{}
	var views []chat.View
	for i := range 30 {
		views = append(views, chat.View{Room: domain.Room{ID: domain.RoomID(i + 1), Name: "r" + string(rune('a'+i)), Kind: domain.RoomPublic}})
	}
	views[29].Unread = 1
	p.set(views)
	var b sidebar
	for _, at := range []int{0, 15, 29, 14, 0} {
		p.current = p.rooms[at].ID
		p.version++
		rows := ansi.Strip(strings.Join(b.lines(p, lookOf(64), 16, 10), "\n"))
		if !strings.Contains(rows, "› #"+p.rooms[at].Name) || strings.Count(rows, "\n") != 9 {
			t.Errorf("room %d is not among\n%s", at, rows)
		}
	}
	if rows := ansi.Strip(b.lines(p, lookOf(64), 16, 10)[9]); !strings.Contains(rows, "↓ 1 unread") {
		t.Errorf("the list ends with %q", rows)
	}
}

func TestTheListIsDrawnAgainOnlyWhenItChanged(t *testing.T) {
	p := someRooms()
	var b sidebar
	first := b.lines(p, lookOf(64), 16, 7)
	if again := b.lines(p, lookOf(64), 16, 7); &again[0] != &first[0] {
		t.Error("it was drawn twice")
	}
	p.count(p.find(2), true)
	if again := b.lines(p, lookOf(64), 16, 7); !strings.Contains(ansi.Strip(again[2]), "!4") {
		t.Errorf("after a mention the room is %q", again[2])
	}
}

func TestWhoIsCalledByWhat(t *testing.T) {
	for _, c := range []struct {
		room      chat.View
		mentioned bool
		want      bool
	}{
		{chat.View{Notify: domain.NotifyMentions}, true, true},
		{chat.View{Notify: domain.NotifyMentions}, false, false},
		{chat.View{Notify: domain.NotifyAll}, false, true},
		{chat.View{Notify: domain.NotifyNone}, true, false},
		{chat.View{Notify: domain.NotifyAll, Muted: true}, true, false},
		{chat.View{Notify: domain.NotifyMentions, Room: domain.Room{Kind: domain.RoomDirect}}, false, true},
	} {
		if got := (&listed{View: c.room}).called(c.mentioned); got != c.want {
			t.Errorf("%+v, mentioned %v: called %v", c.room, c.mentioned, got)
		}
	}
}

func TestNothingInARoomsNameReachesTheTerminalAsACommand(t *testing.T) {
	p := &roomList{}
	p.set([]chat.View{{Room: domain.Room{ID: 1, Name: "a\x1b[2J\u202eb\nc", Kind: domain.RoomPublic}}})
	var b sidebar
	if row := ansi.Strip(b.lines(p, lookOf(64), 20, 1)[0]); strings.ContainsAny(row, "\x1b\u202e\n") {
		t.Errorf("the row is %q", row)
	}
}
