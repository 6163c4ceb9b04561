package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/wire"
)

// RoomPath names a room in an address. It is exported because huma looks into
// no other kind of embedded struct.
type RoomPath struct {
	Room string `path:"room" maxLength:"512" doc:"lobby or %23lobby for a name, @bob or @bob,carol for my conversation with them, 17 for an id" example:"lobby"`
}

func (p *RoomPath) roomName() string { return p.Room }

// inRoom adds a call about the room that its address names. It needs an access
// token.
func inRoom[I, O any, P interface {
	*I
	roomName() string
}](
	s *Server, api huma.API, op huma.Operation,
	handle func(ctx context.Context, actor auth.Actor, room domain.Address, in *I) (*O, error),
) {
	op.Errors = append([]int{http.StatusNotFound, http.StatusUnprocessableEntity}, op.Errors...)
	protected(s, api, op, func(ctx context.Context, actor auth.Actor, in *I) (*O, error) {
		room, err := domain.ParseAddress(P(in).roomName())
		if err != nil {
			return nil, err
		}
		return handle(ctx, actor, room, in)
	})
}

type roomOutput struct{ Body wire.Room }

// rooms is a list of rooms.
type rooms struct {
	Rooms []wire.Room `json:"rooms" nullable:"false"`
	Next  string      `json:"next,omitempty" doc:"The after of the next page, which may be empty; left out if there is none"`
}

type roomsOutput struct{ Body rooms }

// roomsInput asks for one's own rooms or for a page of the public ones.
type roomsInput struct {
	All   string `query:"all" enum:"public" doc:"All public rooms by name, page by page, instead of mine"`
	After string `query:"after" doc:"With all: rooms whose name comes after this one"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" doc:"With all: how many at most; 50 if not given"`
}

// newRoom is a room that the caller wants to have.
type newRoom struct {
	Kind    domain.RoomKind `json:"kind" enum:"public,private,direct"`
	Name    string          `json:"name,omitempty" doc:"Of a public or private room: 1 to 32 of a-z 0-9 _ -, beginning with a letter"`
	Topic   string          `json:"topic,omitempty" doc:"Of a public or private room: one line of at most 250 characters"`
	Members []string        `json:"members,omitempty" nullable:"false" doc:"Of a direct conversation: the names of 1 to 8 others"`
}

type newRoomInput struct{ Body newRoom }

type newRoomOutput struct {
	Status int
	Body   wire.Room
}

// roomChange is what the caller changes of a room.
type roomChange struct {
	Name     *string `json:"name,omitempty" nullable:"false" doc:"1 to 32 of a-z 0-9 _ -, beginning with a letter"`
	Topic    *string `json:"topic,omitempty" nullable:"false" doc:"One line of at most 250 characters; empty takes it away"`
	Archived *bool   `json:"archived,omitempty" nullable:"false" doc:"Whether it can be read and no more"`
}

type roomChangeInput struct {
	RoomPath
	Body roomChange
}

// roomCalls make rooms, show and change them.
func (s *Server) roomCalls(api huma.API) {
	protected(s, api, huma.Operation{
		OperationID: "rooms", Method: http.MethodGet, Path: "/api/v1/rooms", Tags: []string{tagRooms},
		Summary: "My rooms, or all public ones",
		Description: "Mine are those that I am in, with what waits for me there, and those that I am invited to: " +
			"the lobby, then by name, then direct conversations, the newest first.",
		Errors: []int{http.StatusUnprocessableEntity},
	}, s.rooms)
	protected(s, api, huma.Operation{
		OperationID: "make-room", Method: http.MethodPost, Path: "/api/v1/rooms", Tags: []string{tagRooms},
		Summary:       "Make a room, or open a direct conversation",
		Description:   "I own a room that I make. A direct conversation that is there already is given with 200.",
		DefaultStatus: http.StatusCreated,
		Responses: map[string]*huma.Response{
			"200": {Description: "The direct conversation was there already", Content: jsonOf[wire.Room](api)},
		},
		Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}, s.makeRoom)
	inRoom(s, api, huma.Operation{
		OperationID: "room", Method: http.MethodGet, Path: "/api/v1/rooms/{room}", Tags: []string{tagRooms},
		Summary: "A room", Description: "Of one that I am only invited to, its name and topic; what happened there stays hidden.",
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, _ *RoomPath) (*roomOutput, error) {
		return showRoom(actor)(s.chat.Room(ctx, actor, room))
	})
	inRoom(s, api, huma.Operation{
		OperationID: "change-room", Method: http.MethodPatch, Path: "/api/v1/rooms/{room}", Tags: []string{tagRooms},
		Summary: "Rename a room, set its topic, archive it",
		Description: "Owners do all of it, moderators set the topic. What is not given stays as it is. " +
			"A room is taken out of the archive first and put into it last.",
		Errors: []int{http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *roomChangeInput) (*roomOutput, error) {
		return showRoom(actor)(s.chat.ChangeRoom(ctx, actor, room, chat.RoomChange(in.Body)))
	})
	inRoom(s, api, huma.Operation{
		OperationID: "delete-room", Method: http.MethodDelete, Path: "/api/v1/rooms/{room}", Tags: []string{tagRooms},
		Summary:     "Delete a room and all that is in it",
		Description: "Owners do. Nobody finds it again, by its name, its id or a link.",
		Errors:      []int{http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests}, DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, _ *RoomPath) (*noOutput, error) {
		return nil, s.chat.DeleteRoom(ctx, actor, room)
	})
}

// showRoom makes an answer of what the core gives of a room.
func showRoom(actor auth.Actor) func(chat.View, error) (*roomOutput, error) {
	return func(view chat.View, err error) (*roomOutput, error) {
		if err != nil {
			return nil, err
		}
		return &roomOutput{view.Wire(actor.ID())}, nil
	}
}

func (s *Server) rooms(ctx context.Context, actor auth.Actor, in *roomsInput) (*roomsOutput, error) {
	var views []chat.View
	var err error
	switch {
	case in.All != "":
		views, err = s.chat.Directory(ctx, actor, in.After, in.Limit)
	case in.After != "" || in.Limit != 0:
		return nil, errRequest("all", "after and limit go with all=public")
	default:
		views, err = s.chat.Rooms(ctx, actor)
	}
	if err != nil {
		return nil, err
	}
	body := rooms{Rooms: make([]wire.Room, len(views))}
	for i, view := range views {
		body.Rooms[i] = view.Wire(actor.ID())
	}
	if in.All != "" && len(views) == pageLimit(in.Limit) {
		body.Next = views[len(views)-1].Name
	}
	return &roomsOutput{body}, nil
}

// pageLimit is how long a page is of which no length, or that one, was asked.
func pageLimit(limit int) int {
	if limit == 0 {
		return chat.DefaultPage
	}
	return limit
}

func (s *Server) makeRoom(ctx context.Context, actor auth.Actor, in *newRoomInput) (*newRoomOutput, error) {
	wanted := in.Body
	var view chat.View
	var err error
	made := true
	switch {
	case wanted.Kind != domain.RoomDirect && len(wanted.Members) > 0:
		return nil, errRequest("members", "only a direct conversation is made with its members; invite them")
	case wanted.Kind != domain.RoomDirect:
		view, err = s.chat.Create(ctx, actor, chat.Creation{Name: wanted.Name, Kind: wanted.Kind, Topic: wanted.Topic})
	case wanted.Name != "" || wanted.Topic != "":
		return nil, errRequest("name", "a direct conversation has neither name nor topic")
	default:
		view, made, err = s.chat.Open(ctx, actor, wanted.Members)
	}
	if err != nil {
		return nil, err
	}
	output := &newRoomOutput{Status: http.StatusCreated, Body: view.Wire(actor.ID())}
	if !made {
		output.Status = http.StatusOK
	}
	return output, nil
}
