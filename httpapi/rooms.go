package httpapi

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/wire"
)

// maxSafe is the largest integer that every JSON reader keeps exact (RFC 8259,
// section 6).
const maxSafe = 1<<53 - 1

// RoomPath names a room in an address. It is exported because huma looks into
// no other kind of embedded struct.
type RoomPath struct {
	Room string `path:"room" maxLength:"64" doc:"lobby or %23lobby for a name, @bob for my conversation with bob, 17 for an id" example:"lobby"`
}

// room is a room as the caller sees it.
type room struct {
	RoomID domain.RoomID   `json:"room_id"`
	Room   string          `json:"room,omitempty" doc:"Its name; a direct conversation has none"`
	Kind   domain.RoomKind `json:"kind" enum:"public,private,direct"`
	Head   domain.Seq      `json:"head" doc:"The newest seq; 0 if nothing happened yet"`
	First  domain.Seq      `json:"first" doc:"The oldest seq that is kept"`
	Read   domain.Seq      `json:"read" doc:"How far the caller has read"`
}

type roomOutput struct{ Body room }

// seqParam is a seq in a query, or none.
type seqParam struct {
	value int64
	seq   *domain.Seq
}

// Schema describes the seq.
func (seqParam) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, float64(maxSafe)
	schema := &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &least, Maximum: &most}
	schema.PrecomputeMessages()
	return schema
}

// Receiver is what huma reads the seq into.
func (p *seqParam) Receiver() reflect.Value { return reflect.ValueOf(&p.value).Elem() }

// OnParamSet keeps whether there was one.
func (p *seqParam) OnParamSet(isSet bool, _ any) {
	if isSet {
		seq := domain.Seq(p.value)
		p.seq = &seq
	}
}

type historyInput struct {
	RoomPath
	Before seqParam `query:"before" doc:"Messages older than this seq"`
	After  seqParam `query:"after" doc:"Messages newer than this seq"`
	Around seqParam `query:"around" doc:"Messages on both sides of this seq"`
	Limit  int      `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most"`
}

// page is a stretch of a room's messages.
type page struct {
	Messages  []wire.Message `json:"messages" nullable:"false" doc:"Oldest first"`
	HasBefore bool           `json:"has_before" doc:"Whether there are older messages"`
	HasAfter  bool           `json:"has_after" doc:"Whether there are newer messages"`
	Head      domain.Seq     `json:"head" doc:"The room's newest seq"`
	First     domain.Seq     `json:"first" doc:"The oldest seq that is kept"`
}

type pageOutput struct{ Body page }

// draft is a message that the caller wants to send.
type draft struct {
	Content string     `json:"content" doc:"1 to 4,000 characters"`
	Nonce   string     `json:"nonce,omitempty" doc:"1 to 64 characters, best a UUID: the same nonce again within 24 h is the same message"`
	ReplyTo domain.Seq `json:"reply_to,omitempty" minimum:"0" maximum:"9007199254740991" doc:"The seq of the message answered"`
}

type sendInput struct {
	RoomPath
	Body draft
}

type messageOutput struct{ Body wire.Message }

// marker says how far the caller has read.
type marker struct {
	Seq domain.Seq `json:"seq" minimum:"0" maximum:"9007199254740991" doc:"How far I have read; a marker only moves forward"`
}

type readInput struct {
	RoomPath
	Body marker
}

func (s *Server) roomCalls(api huma.API) {
	protected(s, api, huma.Operation{
		OperationID: "room", Method: http.MethodGet, Path: "/api/v1/rooms/{room}", Tags: []string{tagRooms},
		Summary: "A room", Errors: []int{http.StatusNotFound},
	}, s.room)
	protected(s, api, huma.Operation{
		OperationID: "messages", Method: http.MethodGet, Path: "/api/v1/rooms/{room}/messages", Tags: []string{tagRooms},
		Summary:     "Messages of a room",
		Description: "The newest, or those before, after or around a seq. Give at most one of the three.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, s.messages)
	protected(s, api, huma.Operation{
		OperationID: "send", Method: http.MethodPost, Path: "/api/v1/rooms/{room}/messages", Tags: []string{tagRooms},
		Summary: "Send a message", DefaultStatus: http.StatusCreated,
		Description: "Answers once the message is safely stored.",
		Errors: []int{
			http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity,
			http.StatusTooManyRequests, http.StatusServiceUnavailable,
		},
	}, s.send)
	protected(s, api, huma.Operation{
		OperationID: "read", Method: http.MethodPut, Path: "/api/v1/rooms/{room}/read", Tags: []string{tagRooms},
		Summary: "Move my read marker", DefaultStatus: http.StatusNoContent,
		Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, s.markRead)
}

func (s *Server) room(ctx context.Context, actor auth.Actor, in *RoomPath) (*roomOutput, error) {
	address, err := domain.ParseAddress(in.Room)
	if err != nil {
		return nil, err
	}
	view, err := s.chat.Room(ctx, actor, address)
	if err != nil {
		return nil, err
	}
	return &roomOutput{room{
		RoomID: view.ID, Room: view.Name, Kind: view.Kind, Head: view.Head, First: view.First, Read: view.Read,
	}}, nil
}

func (s *Server) messages(ctx context.Context, actor auth.Actor, in *historyInput) (*pageOutput, error) {
	address, err := domain.ParseAddress(in.Room)
	if err != nil {
		return nil, err
	}
	found, err := s.chat.Messages(ctx, actor, address, chat.Span{
		Before: in.Before.seq, After: in.After.seq, Around: in.Around.seq, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	body := page{
		Messages:  make([]wire.Message, len(found.Messages)),
		HasBefore: found.HasBefore, HasAfter: found.HasAfter, Head: found.Head, First: found.First,
	}
	for i, message := range found.Messages {
		body.Messages[i] = wire.FromMessage(message, actor.ID())
	}
	return &pageOutput{body}, nil
}

func (s *Server) send(ctx context.Context, actor auth.Actor, in *sendInput) (*messageOutput, error) {
	address, err := domain.ParseAddress(in.Room)
	if err != nil {
		return nil, err
	}
	sent, err := s.chat.Send(ctx, actor, address, chat.Draft{
		Content: in.Body.Content, Nonce: in.Body.Nonce, ReplyTo: in.Body.ReplyTo,
	})
	if err != nil {
		return nil, err
	}
	return &messageOutput{wire.FromMessage(sent.Message, actor.ID())}, nil
}

type noOutput struct{}

func (s *Server) markRead(ctx context.Context, actor auth.Actor, in *readInput) (*noOutput, error) {
	address, err := domain.ParseAddress(in.Room)
	if err != nil {
		return nil, err
	}
	return &noOutput{}, s.chat.MarkRead(ctx, actor, address, in.Body.Seq, nil)
}
