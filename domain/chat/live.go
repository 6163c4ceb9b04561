package chat

import (
	"context"
	"sync"

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
	once    sync.Once // tells the hub how present the actor wants to be
}

// Connect opens a view that follows no room yet. The caller must Close it.
func (s *Service) Connect(actor auth.Actor, options broadcast.Options) *Live {
	return &Live{Subscription: s.hub.Subscribe(actor.Author(), options), service: s, actor: actor}
}

// appear tells the hub, once, how present the actor wants to be. Nothing hangs
// on it: if the store does not answer, they are online.
func (l *Live) appear(ctx context.Context) {
	l.once.Do(func() {
		if presence, err := l.service.Presence(ctx, l.actor); err == nil {
			l.service.hub.SetPresence(presence)
		}
	})
}

// Follow starts following a room after a seq, or, with broadcast.Live, from
// now on; a public room also without being in it. Announce, if not nil, makes
// the answer that Next gives before the room's first event; the view it is given
// holds the extent at that moment. Errors: as of enter, history.span (Invalid)
// for a negative seq, limit.subscriptions (RateLimited).
func (l *Live) Follow(
	ctx context.Context, address domain.Address, after domain.Seq, announce func(View) *wire.Line,
) (View, error) {
	if after < 0 && after != broadcast.Live {
		return View{}, errSpan("a seq is not negative")
	}
	if err := l.service.limits.take(followLimit, l.actor); err != nil {
		return View{}, err
	}
	l.appear(ctx)
	if address.Direct != "" {
		room, err := l.service.reach(ctx, l.actor, address, readRoom)
		if err != nil {
			return View{}, err
		}
		address = domain.Address{ID: room.ID}
	}
	access, err := l.service.look(ctx, l.actor, address, readRoom)
	if err != nil {
		return View{}, err
	}
	view, err := l.service.complete(ctx, l.actor, access)
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
	known := view.Head
	if view.Extent, err = l.Join(ctx, broadcast.Joining{ID: view.ID, Name: view.Name, Head: known}, after, answer); err != nil {
		return View{}, err
	}
	return view, l.recheck(ctx, view.ID, known, view.Head)
}

// FollowAll follows every room that the actor is in, live from now on, and
// lists them as Service.Rooms does. Errors: limit.subscriptions (RateLimited).
func (l *Live) FollowAll(ctx context.Context) ([]View, error) {
	if err := l.service.limits.take(followLimit, l.actor); err != nil {
		return nil, err
	}
	l.appear(ctx)
	views, err := l.service.Rooms(ctx, l.actor)
	if err != nil {
		return nil, err
	}
	var joining []broadcast.Joining
	for _, view := range views {
		if view.Role.In() {
			joining = append(joining, broadcast.Joining{ID: view.ID, Name: view.Name, Head: view.Head})
		}
	}
	extents, err := l.JoinAll(ctx, joining)
	if err != nil {
		return nil, err
	}
	still := views[:0]
	for _, view := range views {
		extent, followed := extents[view.ID]
		if followed {
			err := l.recheck(ctx, view.ID, view.Head, extent.Head)
			if domain.KindOf(err) == domain.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			view.Extent = extent
		}
		if followed || !view.Role.In() {
			still = append(still, view)
		}
	}
	return still, nil
}

// recheck asks again whether the actor may follow a room that they joined just
// now, if it was empty when they were asked first and is not any more: from
// whatever head it had otherwise, the hub sees by itself what ends it for them.
func (l *Live) recheck(ctx context.Context, room domain.RoomID, known, head domain.Seq) error {
	if known == head {
		return nil
	}
	_, err := l.service.look(ctx, l.actor, domain.Address{ID: room}, readRoom)
	if err != nil {
		l.Leave(room)
	}
	return err
}

// Unfollow stops following a room; it may have been left already. It gives the
// room. Errors: as of enter.
func (l *Live) Unfollow(ctx context.Context, address domain.Address) (domain.Room, error) {
	room, err := l.service.enter(ctx, l.actor, address, readRoom)
	if err != nil {
		return domain.Room{}, err
	}
	l.Leave(room.ID)
	return room.Room, nil
}
