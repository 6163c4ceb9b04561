package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
	"parley/domain/wire"
)

// seqParam is a seq in a query, or none.
type seqParam struct {
	value int64
	seq   *domain.Seq
}

// Schema describes the seq.
func (seqParam) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, float64(wire.MaxSafe)
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
	Notices   []noticeLine   `json:"notices" nullable:"false" doc:"What happened meanwhile to the room, its members and its pins, oldest first, as on the WebSocket"`
	HasBefore bool           `json:"has_before" doc:"Whether there are older messages"`
	HasAfter  bool           `json:"has_after" doc:"Whether there are newer messages"`
	Head      domain.Seq     `json:"head" doc:"The room's newest seq"`
	First     domain.Seq     `json:"first" doc:"The oldest seq that is kept"`
}

type pageOutput struct{ Body page }

// noticeLine is an event of a room's history that is no message, as its line
// of JSON.
type noticeLine json.RawMessage

// MarshalJSON gives the line.
func (l noticeLine) MarshalJSON() ([]byte, error) { return l, nil }

// Schema describes the line.
func (noticeLine) Schema(registry huma.Registry) *huma.Schema {
	return registry.Schema(reflect.TypeFor[notice](), true, "")
}

// notice describes the fields that a noticeLine may have; it is never made.
type notice struct {
	Type     domain.EventType `json:"type" enum:"member,room,pin"`
	RoomID   domain.RoomID    `json:"room_id"`
	Room     string           `json:"room,omitempty" doc:"Its name; a direct conversation has none"`
	Seq      domain.Seq       `json:"seq" doc:"Its place among the room's events"`
	At       string           `json:"at" format:"date-time"`
	Change   domain.Change    `json:"change,omitempty" enum:"joined,left,removed,invited,role,topic,renamed,archived,unarchived,deleted" doc:"Of a member: joined, left, removed, invited or role; of a room: topic, renamed, archived, unarchived or deleted"`
	Username string           `json:"username,omitempty" doc:"The member; or who changed the room or pinned"`
	By       string           `json:"by,omitempty" doc:"Who did it to the member; left out if they did it themselves"`
	Role     domain.Role      `json:"role,omitempty" enum:"invited,member,moderator,owner"`
	Kind     domain.RoomKind  `json:"kind,omitempty" enum:"public,private,direct"`
	Topic    string           `json:"topic,omitempty" doc:"As it is now"`
	Target   domain.Seq       `json:"target,omitempty" doc:"The message that was pinned or unpinned"`
	Added    bool             `json:"added,omitempty" doc:"Whether it was pinned or unpinned"`
}

// pins are a room's pinned messages.
type pins struct {
	Messages []wire.Message `json:"messages" nullable:"false" doc:"Oldest first, at most 100"`
}

type pinsOutput struct{ Body pins }

// historyCalls read what was said in a room.
func (s *Server) historyCalls(api huma.API) {
	inRoom(s, api, huma.Operation{
		OperationID: "messages", Method: http.MethodGet, Path: "/api/v1/rooms/{room}/messages", Tags: []string{tagMessages},
		Summary: "Messages of a room",
		Description: "The newest, or those before, after or around a seq. Give at most one of the three. " +
			"A deleted message keeps its place, with deleted and without its text.",
		Errors: []int{http.StatusForbidden},
	}, s.messages)
	inRoom(s, api, huma.Operation{
		OperationID: "pins", Method: http.MethodGet, Path: "/api/v1/rooms/{room}/pins", Tags: []string{tagMessages},
		Summary: "Pinned messages", Errors: []int{http.StatusForbidden},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, _ *RoomPath) (*pinsOutput, error) {
		messages, err := s.chat.Pinned(ctx, actor, room)
		if err != nil {
			return nil, err
		}
		return &pinsOutput{pins{Messages: written(messages, actor)}}, nil
	})
}

func (s *Server) messages(ctx context.Context, actor auth.Actor, room domain.Address, in *historyInput) (*pageOutput, error) {
	found, err := s.chat.Messages(ctx, actor, room, chat.Span{
		Before: in.Before.seq, After: in.After.seq, Around: in.Around.seq, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	body := page{
		Messages: written(found.Messages, actor), Notices: make([]noticeLine, len(found.Notices)),
		HasBefore: found.HasBefore, HasAfter: found.HasAfter, Head: found.Head, First: found.First,
	}
	for i, event := range found.Notices {
		body.Notices[i] = noticeLine(wire.Encode(event))
	}
	return &pageOutput{body}, nil
}
