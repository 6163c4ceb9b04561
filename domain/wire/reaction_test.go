package wire_test

import (
	"fmt"
	"testing"

	"parley/domain"
	"parley/domain/wire"
)

// A message may have a thousand reactions, and a page two hundred messages.
func TestAReactionNamesTheFirstHundredAndCountsAll(t *testing.T) {
	reaction := domain.Reaction{Emoji: "👍"}
	for i := range 1000 {
		reaction.Users = append(reaction.Users, domain.Author{ID: domain.UserID(i + 1), Name: fmt.Sprint("user", i+1)})
	}
	written := wire.FromMessage(domain.Message{Reactions: []domain.Reaction{reaction}}, 1000).Reactions[0]
	if written.Count != 1000 || len(written.Usernames) != 100 || written.Usernames[99] != "user100" || !*written.Mine {
		t.Errorf("%d counted, %d named, mine %v", written.Count, len(written.Usernames), *written.Mine)
	}
}
