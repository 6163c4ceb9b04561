package chat

import (
	"context"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/broadcast"
	"parley/domain/wire"
)

// Live is one connection's view of the rooms its actor follows. It adds to a
// broadcast.Subscription the question whether the actor may.
type Live struct {
	*broadcast.Subscription
	service *Service
	actor   auth.Actor
}

// Connect opens a view that follows no room yet. The caller must Close it.
func (s *Service) Connect(actor auth.Actor, options broadcast.Options) *Live {
	return &Live{Subscription: s.hub.Subscribe(actor.Author(), options), service: s, actor: actor}
}

// Follow starts following a room after a seq, or, with broadcast.Live, from
// now on. Announce, if not nil, makes the answer that Next gives before the
// room's first event; the view it is given holds the extent at that moment.
// NotFound room.not_found; Invalid history.span for a negative seq; RateLimited
// limit.subscriptions.
func (l *Live) Follow(
	ctx context.Context, address domain.Address, after domain.Seq, announce func(View) *wire.Line,
) (View, error) {
	if after < 0 && after != broadcast.Live {
		return View{}, errSpan("a seq is not negative")
	}
	if err := l.service.follows.Take(l.actor.ID()); err != nil {
		return View{}, errFollowing(err)
	}
	view, err := l.service.Room(ctx, l.actor, address)
	if err != nil {
		return View{}, err
	}
	var answer func(domain.Extent) *wire.Line
	if announce != nil {
		answer = func(extent domain.Extent) *wire.Line {
			view.Extent = extent
			return announce(view)
		}
	}
	view.Extent, err = l.Join(ctx, view.ID, view.Name, after, answer)
	return view, err
}

// Unfollow stops following a room; it may have been left already. It gives the
// room. NotFound room.not_found.
func (l *Live) Unfollow(ctx context.Context, address domain.Address) (domain.Room, error) {
	room, err := l.service.find(ctx, l.actor, address)
	if err != nil {
		return domain.Room{}, err
	}
	l.Leave(room.ID)
	return room, nil
}

func errFollowing(limit error) error {
	return &domain.Error{
		Kind: domain.RateLimited, Code: "limit.subscriptions", RetryAfter: domain.AsError(limit).RetryAfter,
		Message: "you are following rooms too fast; wait a moment",
	}
}
