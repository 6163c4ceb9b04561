package line

import (
	"context"
	"strings"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
)

// actionPrefix marks what somebody does rather than says.
const actionPrefix = "/me "

// Said is a message as lines of text that are safe to show. Whatever follows
// its first line is indented, so that no message can pass for another.
func Said(m domain.Message) string {
	text := strings.ReplaceAll(domain.Visible(m.Content), "\n", "\n  ")
	name := domain.VisibleLine(m.Author.Name)
	if action, ok := strings.CutPrefix(text, actionPrefix); ok {
		return "* " + name + " " + action
	}
	return name + ": " + text
}

// Recent gives the seq after which a room has n more messages, or as many as
// there are.
func Recent(
	ctx context.Context, service *chat.Service, actor auth.Actor, room domain.Address, n int,
) (domain.Seq, error) {
	page, err := service.Messages(ctx, actor, room, chat.Span{Limit: n})
	if err != nil || len(page.Messages) == 0 {
		return page.Head, err
	}
	return page.Messages[0].Seq - 1, nil
}
