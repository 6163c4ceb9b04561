package chat_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/chat"
	"parley/domain/wire"
	"parley/store"
	"parley/store/storetest"
)

// scribe is a store whose writes of markers are counted, held up or refused.
type scribe struct {
	chat.Store
	begun chan struct{} // receives when a write begins; nil lets it pass

	mu      sync.Mutex // guards what follows
	writes  [][]chat.Progress
	refusal error
	bad     domain.UserID // whose markers no unit takes; 0 for nobody
	release chan struct{} // a write waits for it; nil for none
	looked  func()        // called when a room was looked up; may be nil
}

func (s *scribe) Look(ctx context.Context, user domain.UserID, where chat.Where) (chat.Access, error) {
	access, err := s.Store.Look(ctx, user, where)
	if user != 0 && s.looked != nil {
		s.looked()
	}
	return access, err
}

func (s *scribe) MoveMarkers(ctx context.Context, users []chat.Progress) ([]chat.Moved, error) {
	s.mu.Lock()
	s.writes = append(s.writes, slices.Clone(users))
	refusal, wait := s.refusal, s.release
	if slices.ContainsFunc(users, func(p chat.Progress) bool { return p.User == s.bad }) {
		refusal = errors.New("a row that is refused")
	}
	s.mu.Unlock()
	if wait != nil {
		s.begun <- struct{}{}
		<-wait
	}
	if refusal != nil {
		return nil, refusal
	}
	return s.Store.MoveMarkers(ctx, users)
}

func (s *scribe) set(refusal error, wait chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal, s.release = refusal, wait
}

func (s *scribe) written() [][]chat.Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.writes)
}

// newScribe runs a core on a scribe.
func newScribe(t *testing.T, config store.Config) (*storetest.Core, *scribe) {
	t.Helper()
	s := &scribe{begun: make(chan struct{}, 10)}
	core := storetest.NewCoreWith(t, config, func(settings *storetest.Settings) {
		settings.WrapChat = func(store chat.Store) chat.Store {
			if s.Store == nil {
				s.Store = store
			}
			return s
		}
	})
	return core, s
}

func TestMarkersAreWrittenOnceASecondHoweverOftenTheyMove(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core, scribe := newScribe(t, config)
		alice, bob := core.User(t, "alice"), core.User(t, "bob")
		dev := makeRoom(t, core, domain.RoomPublic, alice)
		for range 20 {
			send(t, core, bob, "hello")
		}
		began := time.Now()
		for seq := range domain.Seq(20) {
			for _, room := range []domain.Address{lobby, dev} {
				if room == dev && seq > 0 {
					continue
				}
				if err := core.Chat.NoteRead(t.Context(), alice, room, seq+1, nil); err != nil && room == lobby {
					t.Fatal(err)
				}
			}
		}
		if err := core.Chat.MarkRead(t.Context(), alice, lobby, 20, nil); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		if n := len(scribe.written()); n == 0 || time.Duration(n-1)*time.Second > took {
			t.Errorf("%d writes in %s", n, took)
		}
		if at := stored(t, core, alice.ID()); at != 20 {
			t.Errorf("once it is answered, the store has %d", at)
		}
	})
}

// stored is the lobby's marker as another process reads it.
func stored(t *testing.T, core *storetest.Core, user domain.UserID) domain.Seq {
	t.Helper()
	access, err := core.Engine.Look(t.Context(), user, chat.Where{Name: domain.Lobby})
	if err != nil {
		t.Fatal(err)
	}
	return access.Read
}

func TestNotingDoesNotWaitAndMarkingDoes(t *testing.T) {
	t.Parallel()
	core, scribe := newScribe(t, storetest.SQLite(t))
	alice := core.User(t, "alice")
	send(t, core, alice, "hello")
	release := make(chan struct{})
	scribe.set(nil, release)
	if err := core.Chat.NoteRead(t.Context(), alice, lobby, 1, nil); err != nil { // while nothing can be written
		t.Fatal(err)
	}
	<-scribe.begun
	marked := make(chan error)
	go func() { marked <- core.Chat.MarkRead(t.Context(), alice, lobby, 1, nil) }()
	select {
	case err := <-marked:
		t.Errorf("answered before it was stored: %v", err)
	default:
	}
	scribe.set(nil, nil)
	close(release)
	if err := <-marked; err != nil || stored(t, core, alice.ID()) != 1 {
		t.Errorf("marked %v, stored %d", err, stored(t, core, alice.ID()))
	}
}

// While a write is under way, a marker that is noted behind it is no news: no
// screen is sent back.
func TestAMarkerStandsStillWhileItIsWritten(t *testing.T) {
	t.Parallel()
	core, scribe := newScribe(t, storetest.SQLite(t))
	alice := core.User(t, "alice")
	for range 5 {
		send(t, core, alice, "hello")
	}
	other := connect(t, core, alice)
	release := make(chan struct{})
	scribe.set(nil, release)
	for i, seq := range []domain.Seq{4, 2, 4} {
		if err := core.Chat.NoteRead(t.Context(), alice, lobby, seq, nil); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			<-scribe.begun
		}
		if view, err := core.Chat.Room(t.Context(), alice, lobby); err != nil || view.Read != 4 {
			t.Errorf("noted %d: it is at %d, %v", seq, view.Read, err)
		}
	}
	scribe.set(nil, nil)
	close(release)
	if got := readings(t, other); !slices.Equal(got, []domain.Seq{4}) {
		t.Errorf("the other screen was told %v", got)
	}
}

// Whoever looked before a write and goes on after it has no news either.
func TestAMarkerThatIsStoredMeanwhileSendsNoScreenBack(t *testing.T) {
	t.Parallel()
	core, scribe := newScribe(t, storetest.SQLite(t))
	alice := core.User(t, "alice")
	for range 5 {
		send(t, core, alice, "hello")
	}
	other := connect(t, core, alice)
	scribe.looked = func() {
		scribe.looked = nil
		if err := core.Chat.MarkRead(t.Context(), alice, lobby, 4, nil); err != nil {
			t.Error(err)
		}
	}
	if err := core.Chat.MarkRead(t.Context(), alice, lobby, 2, nil); err != nil {
		t.Fatal(err)
	}
	if got := readings(t, other); !slices.Equal(got, []domain.Seq{4}) || stored(t, core, alice.ID()) != 4 {
		t.Errorf("the other screen was told %v, stored is %d", got, stored(t, core, alice.ID()))
	}
}

// readings takes the markers that a screen was told.
func readings(t *testing.T, live *chat.Live) (list []domain.Seq) {
	t.Helper()
	live.Reply(wire.NewReply("mark"))
	batch, err := live.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range batch {
		if line.Event.Type == domain.EventRead {
			list = append(list, line.Event.Seq)
		}
	}
	return list
}

func TestWhoWaitsForAMarkerIsToldThatTheStoreFailsAndItIsTriedAgain(t *testing.T) {
	t.Parallel()
	core, scribe := newScribe(t, storetest.SQLite(t))
	alice := core.User(t, "alice")
	send(t, core, alice, "hello")
	scribe.set(domain.Unreachable(context.DeadlineExceeded), nil)
	err := core.Chat.MarkRead(t.Context(), alice, lobby, 1, nil)
	storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
	scribe.set(nil, nil)
	storetest.Eventually(t, "the marker is stored after all", func() bool { return stored(t, core, alice.ID()) == 1 })
}

func TestAMarkerThatCannotBeStoredIsGivenUp(t *testing.T) {
	t.Parallel()
	core, scribe := newScribe(t, storetest.SQLite(t))
	alice := core.User(t, "alice")
	send(t, core, alice, "hello")
	scribe.set(&domain.Error{Kind: domain.NotFound, Code: "user.not_found", Message: "there is no such user"}, nil)
	err := core.Chat.MarkRead(t.Context(), alice, lobby, 1, nil)
	storetest.WantError(t, err, domain.NotFound, "user.not_found")
	core.Stop()
	if n := len(scribe.written()); n != 1 {
		t.Errorf("it was tried %d times", n)
	}
}

// While one unit is written, everybody else's moves gather, and share few more.
func TestThoseWhoReadAtOnceShareATransaction(t *testing.T) {
	t.Parallel()
	core, scribe := newScribe(t, storetest.SQLite(t))
	var people []auth.Actor
	for i := range 20 {
		people = append(people, core.User(t, fmt.Sprint("reader", i)))
	}
	send(t, core, people[0], "hello")
	reader, place := core.Beside(t), chat.Place{Room: 1, Seq: 1}
	release := make(chan struct{})
	scribe.set(nil, release)
	for i, person := range people {
		if err := core.Chat.NoteRead(t.Context(), person, lobby, 1, nil); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			<-scribe.begun
		}
		core.Chat.KeepPlace(person, place)
	}
	scribe.set(nil, nil)
	close(release)
	core.Stop()
	var units []int
	for _, users := range scribe.written() {
		units = append(units, len(users))
	}
	slices.Sort(units) // the first one's place comes a second after her marker, or at the stop
	if n := len(units); n < 2 || n > 3 || units[n-1] < 19 {
		t.Errorf("the units were of %v users", units)
	}
	for _, person := range people {
		at, err := reader.Engine.Place(t.Context(), person.ID())
		if err != nil || at != place || stored(t, reader, person.ID()) != 1 {
			t.Errorf("%s is at %+v, %v", person.Name(), at, err)
		}
	}
}

func TestATransactionMovesOnlySoManyMarkers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		markers []int // of each user who is due
		want    int
	}{
		{nil, 0},
		{make([]int, 200), 200},
		{make([]int, 201), 200},
		{[]int{1999, 1, 1}, 2},
		{[]int{1999, 2, 1}, 1},
		{[]int{5000, 0}, 1}, // whoever alone has more is not left out
	} {
		if got := chat.Unit(c.markers); got != c.want {
			t.Errorf("of %d users %d share one", len(c.markers), got)
		}
	}
}

func TestAMarkerThatIsRefusedHarmsNoOtherOfItsTransaction(t *testing.T) {
	t.Parallel()
	core, scribe := newScribe(t, storetest.SQLite(t))
	alice, mallory, carol := core.User(t, "alice"), core.User(t, "mallory"), core.User(t, "carol")
	send(t, core, alice, "hello")
	scribe.bad = mallory.ID()
	release := make(chan struct{})
	scribe.set(nil, release)
	if err := core.Chat.NoteRead(t.Context(), alice, lobby, 1, nil); err != nil {
		t.Fatal(err)
	}
	<-scribe.begun // from here on moves gather
	answers := map[string]chan error{}
	for _, person := range []auth.Actor{mallory, carol} {
		answer := make(chan error, 1)
		answers[person.Name()] = answer
		go func() { answer <- core.Chat.MarkRead(t.Context(), person, lobby, 1, nil) }()
		storetest.Eventually(t, "it waits", func() bool {
			view, err := core.Chat.Room(t.Context(), person, lobby)
			return err == nil && view.Read == 1
		})
	}
	scribe.set(nil, nil)
	close(release)
	if err := <-answers["mallory"]; domain.KindOf(err) != domain.Internal {
		t.Errorf("mallory: %v", err)
	}
	if err := <-answers["carol"]; err != nil || stored(t, core, carol.ID()) != 1 {
		t.Errorf("carol: %v, stored is %d", err, stored(t, core, carol.ID()))
	}
	core.Stop()
	if got := scribe.written(); len(got) != 4 || len(got[1]) != 2 || len(got[2]) != 1 || len(got[3]) != 1 {
		t.Errorf("the units were %v", got)
	}
}

func TestMarkersThatWaitAreWrittenAtTheStop(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, config store.Config) {
		core := storetest.NewCoreOn(t, config)
		alice := core.User(t, "alice")
		for range 9 {
			send(t, core, alice, "hello")
		}
		for seq := range domain.Seq(9) {
			if err := core.Chat.NoteRead(t.Context(), alice, lobby, seq+1, nil); err != nil {
				t.Fatal(err)
			}
		}
		core.Stop()
		if at := stored(t, core.Beside(t), alice.ID()); at != 9 {
			t.Errorf("stored is %d", at)
		}
	})
}

// A write that has begun is seen through, and whoever comes after the stop is
// not left waiting for one that never comes.
func TestTheStopLeavesNobodyWaitingForAMarker(t *testing.T) {
	t.Parallel()
	core, scribe := newScribe(t, storetest.SQLite(t))
	alice := core.User(t, "alice")
	for range 2 {
		send(t, core, alice, "hello")
	}
	reader := core.Beside(t)
	release := make(chan struct{})
	scribe.set(nil, release)
	first := make(chan error, 1)
	go func() { first <- core.Chat.MarkRead(t.Context(), alice, lobby, 1, nil) }()
	<-scribe.begun
	stopped := make(chan struct{})
	go func() { core.Stop(); close(stopped) }()
	scribe.set(nil, nil)
	close(release)
	<-stopped
	if err := <-first; err != nil || stored(t, reader, alice.ID()) != 1 {
		t.Errorf("the one that had begun: %v, stored %d", err, stored(t, reader, alice.ID()))
	}
	late, lateScribe := newScribe(t, storetest.SQLite(t))
	bob := late.User(t, "bob")
	send(t, late, bob, "hello")
	lateScribe.looked = late.Stop
	storetest.WantError(t, late.Chat.MarkRead(t.Context(), bob, lobby, 1, nil), domain.Unavailable, "message.busy")
}

func TestMyScreensAreToldWhereIReadWhateverTheyFollow(t *testing.T) {
	t.Parallel()
	core, _ := newCore(t)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	dev := makeRoom(t, core, domain.RoomPrivate, alice, bob)
	if _, err := core.Chat.Send(t.Context(), bob, dev, chat.Draft{Content: "hello"}); err != nil {
		t.Fatal(err)
	}
	this, elsewhere, nothing := follow(t, core, alice, dev, broadcast.Live), follow(t, core, alice, lobby, broadcast.Live), connect(t, core, alice)
	his := connect(t, core, bob)
	if err := core.Chat.MarkRead(t.Context(), alice, dev, 3, this.Subscription); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		live *chat.Live
		want []domain.Seq
	}{"this": {this, nil}, "elsewhere": {elsewhere, []domain.Seq{3}}, "nothing": {nothing, []domain.Seq{3}}, "his": {his, nil}} {
		if got := readings(t, c.live); !slices.Equal(got, c.want) {
			t.Errorf("%s was told %v", name, got)
		}
	}
}
