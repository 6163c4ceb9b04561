package chat

import (
	"time"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/limiter"
)

// limit names something that nobody may do without end.
type limit string

const (
	messageLimit limit = "limit.messages"
	changeLimit  limit = "limit.changes"       // edits, reactions, pins, changes of rooms and members
	roomLimit    limit = "limit.rooms"         // new rooms
	draftLimit   limit = "limit.drafts"        // drafts, settings, a presence
	typingLimit  limit = "limit.typing"        // never told: too much typing is dropped
	followLimit  limit = "limit.subscriptions" // each can tell a whole room that somebody came
)

// limits are those of a user over all their connections.
type limits map[limit]*limiter.Rate

func newLimits(now func() time.Time) limits {
	return limits{
		messageLimit: limiter.Messages(now),
		changeLimit:  limiter.NewRate(60, 100*time.Millisecond, now),
		roomLimit:    limiter.NewRate(20, 30*time.Second, now),
		draftLimit:   limiter.NewRate(30, 200*time.Millisecond, now),
		typingLimit:  limiter.NewRate(3, time.Second, now),
		followLimit:  limiter.NewRate(200, 100*time.Millisecond, now),
	}
}

var tooFast = map[limit]string{
	messageLimit: "you are sending too fast; wait a moment",
	changeLimit:  "you are changing things too fast; wait a moment",
	roomLimit:    "you are making rooms too fast; wait a while",
	draftLimit:   "you are saving too fast; wait a moment",
	typingLimit:  "you are typing too fast; wait a moment",
	followLimit:  "you are following rooms too fast; wait a moment",
}

// take counts one, or refuses with RateLimited and the limit's name as code.
func (l limits) take(which limit, actor auth.Actor) error {
	err := l[which].Take(actor.ID())
	if err == nil {
		return nil
	}
	return &domain.Error{
		Kind: domain.RateLimited, Code: string(which), RetryAfter: domain.AsError(err).RetryAfter,
		Message: tooFast[which],
	}
}
