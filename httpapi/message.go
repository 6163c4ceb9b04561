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

// MessagePath names a message in an address. It is exported because huma looks
// into no other kind of embedded struct.
type MessagePath struct {
	RoomPath
	Seq domain.Seq `path:"seq" minimum:"1" maximum:"9007199254740991" doc:"The message's place in its room" example:"42"`
}

type messageOutput struct{ Body wire.Message }

// newMessage is a message that the caller wants to send.
type newMessage struct {
	Content string     `json:"content" doc:"1 to 4,000 characters"`
	Nonce   string     `json:"nonce,omitempty" doc:"1 to 64 characters, best a UUID: the same nonce again within 24 h is the same message"`
	ReplyTo domain.Seq `json:"reply_to,omitempty" minimum:"0" maximum:"9007199254740991" doc:"The seq of the message answered"`
}

type sendInput struct {
	RoomPath
	Body newMessage
}

// newText is what an edited message says.
type newText struct {
	Content string `json:"content" doc:"1 to 4,000 characters"`
}

type editInput struct {
	MessagePath
	Body newText
}

// version is what a message said before it was edited.
type version struct {
	Content   string `json:"content"`
	CreatedAt string `json:"created_at" format:"date-time" doc:"When it was written"`
}

type versions struct {
	Versions []version `json:"versions" nullable:"false" doc:"Oldest first, without what it says now"`
}

type versionsOutput struct{ Body versions }

// messageCalls send, change and delete messages.
func (s *Server) messageCalls(api huma.API) {
	const path = "/api/v1/rooms/{room}/messages/{seq}"
	inRoom(s, api, huma.Operation{
		OperationID: "send", Method: http.MethodPost, Path: "/api/v1/rooms/{room}/messages", Tags: []string{tagMessages},
		Summary: "Send a message", DefaultStatus: http.StatusCreated,
		Description: "Answers once the message is safely stored. To @bob it opens my conversation with bob.",
		Errors: []int{
			http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable,
		},
	}, s.send)
	inRoom(s, api, huma.Operation{
		OperationID: "message", Method: http.MethodGet, Path: path, Tags: []string{tagMessages},
		Summary: "A message", Errors: []int{http.StatusForbidden},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *MessagePath) (*messageOutput, error) {
		return showMessage(actor)(s.chat.Message(ctx, actor, room, in.Seq))
	})
	inRoom(s, api, huma.Operation{
		OperationID: "edit", Method: http.MethodPatch, Path: path, Tags: []string{tagMessages},
		Summary: "Edit a message of mine", Description: "What it said before is kept: see versions.",
		Errors: []int{
			http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable,
		},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *editInput) (*messageOutput, error) {
		return showMessage(actor)(s.chat.Edit(ctx, actor, room, in.Seq, in.Body.Content))
	})
	inRoom(s, api, huma.Operation{
		OperationID: "delete", Method: http.MethodDelete, Path: path, Tags: []string{tagMessages},
		Summary: "Delete a message", DefaultStatus: http.StatusNoContent,
		Description: "Its text, its earlier versions and its reactions are gone for good; its place remains. " +
			"Moderators delete others' messages too.",
		Errors: []int{http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *MessagePath) (*noOutput, error) {
		return nil, s.chat.Delete(ctx, actor, room, in.Seq)
	})
	inRoom(s, api, huma.Operation{
		OperationID: "versions", Method: http.MethodGet, Path: path + "/versions", Tags: []string{tagMessages},
		Summary: "What a message said before", Description: "For its author and for moderators.",
		Errors: []int{http.StatusForbidden, http.StatusConflict},
	}, s.versions)
}

func (s *Server) send(ctx context.Context, actor auth.Actor, room domain.Address, in *sendInput) (*messageOutput, error) {
	sent, err := s.chat.Send(ctx, actor, room, chat.Draft{
		Content: in.Body.Content, Nonce: in.Body.Nonce, ReplyTo: in.Body.ReplyTo,
	})
	return showMessage(actor)(sent.Message, err)
}

// showMessage makes an answer of what the core gives of a message.
func showMessage(actor auth.Actor) func(domain.Message, error) (*messageOutput, error) {
	return func(message domain.Message, err error) (*messageOutput, error) {
		if err != nil {
			return nil, err
		}
		return &messageOutput{wire.FromMessage(message, actor.ID())}, nil
	}
}

// written gives messages' written shapes.
func written(messages []domain.Message, actor auth.Actor) []wire.Message {
	shapes := make([]wire.Message, len(messages))
	for i, message := range messages {
		shapes[i] = wire.FromMessage(message, actor.ID())
	}
	return shapes
}

func (s *Server) versions(ctx context.Context, actor auth.Actor, room domain.Address, in *MessagePath) (*versionsOutput, error) {
	earlier, err := s.chat.Versions(ctx, actor, room, in.Seq)
	if err != nil {
		return nil, err
	}
	body := versions{Versions: make([]version, len(earlier))}
	for i, one := range earlier {
		body.Versions[i] = version{Content: one.Content, CreatedAt: wire.Time(one.At)}
	}
	return &versionsOutput{body}, nil
}
