package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"parley/domain"
	"parley/domain/wire"
)

func TestPeopleAreWrittenWithWhatApplies(t *testing.T) {
	user := domain.User{ID: 7, Name: "Alice", Admin: true, CreatedAt: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	away := domain.Presence{User: alice, State: domain.Away, Status: "at lunch"}
	offline := domain.Presence{User: alice, State: domain.Offline}
	member := domain.Member{User: alice, Role: domain.RoleOwner, JoinedAt: user.CreatedAt}
	invited := domain.Member{User: alice, Role: domain.RoleInvited}
	for want, shape := range map[string]any{
		`{"username":"alice","state":"away","status":"at lunch"}`: wire.FromPresence(away),
		`{"username":"alice","state":"offline"}`:                  wire.FromPresence(offline),
		`[]`:                                                      wire.FromPresences(nil),
		`{"id":7,"username":"Alice","created_at":"2026-11-23T10:00:00.000000Z"}`:                                      wire.FromUser(user),
		`{"id":7,"username":"Alice","created_at":"2026-11-23T10:00:00.000000Z","state":"away","status":"at lunch"}`:   wire.NewMe(user, away),
		`{"username":"alice","user_id":7,"role":"owner","joined_at":"2026-11-23T10:00:00.000000Z","state":"offline"}`: wire.NewPresentMember(member, offline),
		`{"username":"alice","user_id":7,"role":"invited","state":"away","status":"at lunch"}`:                        wire.NewPresentMember(invited, away),
	} {
		if got, err := json.Marshal(shape); err != nil || string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
