package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain"
	"parley/domain/auth"
)

// reactionInput names an emoji at a message.
type reactionInput struct {
	MessagePath
	Emoji string `path:"emoji" maxLength:"64" doc:"One Unicode emoji, percent-encoded" example:"%F0%9F%91%8D"`
}

// markCalls put reactions and pins to messages and take them away. What is so
// already changes nothing.
func (s *Server) markCalls(api huma.API) {
	const (
		reaction = "/api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}"
		pin      = "/api/v1/rooms/{room}/messages/{seq}/pin"
	)
	for _, c := range []struct {
		id, method, summary string
		on                  bool
	}{
		{"react", http.MethodPut, "React to a message", true},
		{"take-reaction-back", http.MethodDelete, "Take my reaction back", false},
	} {
		inRoom(s, api, huma.Operation{
			OperationID: c.id, Method: c.method, Path: reaction, Tags: []string{tagMessages},
			Summary: c.summary, DefaultStatus: http.StatusNoContent,
			Errors: []int{http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests},
		}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *reactionInput) (*noOutput, error) {
			return nil, s.chat.React(ctx, actor, room, in.Seq, in.Emoji, c.on)
		})
	}
	for _, c := range []struct {
		id, method, summary string
		on                  bool
	}{
		{"pin", http.MethodPut, "Pin a message", true},
		{"unpin", http.MethodDelete, "Unpin a message", false},
	} {
		inRoom(s, api, huma.Operation{
			OperationID: c.id, Method: c.method, Path: pin, Tags: []string{tagMessages},
			Summary: c.summary, Description: "Moderators do; in a direct conversation anyone.",
			DefaultStatus: http.StatusNoContent,
			Errors:        []int{http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests},
		}, func(ctx context.Context, actor auth.Actor, room domain.Address, in *MessagePath) (*noOutput, error) {
			return nil, s.chat.Pin(ctx, actor, room, in.Seq, c.on)
		})
	}
}
