package line

import (
	"context"
	"fmt"
	"strings"

	"parley/domain"
	"parley/domain/auth"
	"parley/domain/chat"
)

const (
	// actionPrefix marks what somebody does rather than says.
	actionPrefix = "/me "
	// maxReacting is how many of those who reacted alike are named.
	maxReacting = 5
)

// Said is a message as lines of text that are safe to show. Whatever follows
// its first line is indented, so that no message can pass for another, and what
// is told of it stands before the colon, where no text can.
func Said(m domain.Message) string {
	name := domain.VisibleLine(m.Author.Name)
	if marks := marks(m); len(marks) > 0 {
		name += " (" + strings.Join(marks, ", ") + ")"
	}
	if m.Deleted {
		return name
	}
	text := indented(m.Content)
	if action, ok := strings.CutPrefix(text, actionPrefix); ok {
		return "* " + name + " " + action
	}
	return name + ": " + text
}

func marks(m domain.Message) []string {
	var list []string
	for _, mark := range []struct {
		name string
		on   bool
	}{
		{"deleted", m.Deleted},
		{"edited", !m.EditedAt.IsZero() && !m.Deleted},
		{"pinned", m.Pinned},
	} {
		if mark.on {
			list = append(list, mark.name)
		}
	}
	return list
}

func indented(text string) string {
	return strings.ReplaceAll(domain.Visible(text), "\n", "\n  ")
}

// Lines shows a message behind a head, such as its time: what it answers, what
// was said and what others put to it. Each of them begins where no line of a
// text does, at the left.
func Lines(head string, m domain.Message) []string {
	var lines []string
	if m.ReplyTo > 0 && !m.Deleted {
		lines = append(lines, answered(m))
	}
	lines = append(lines, head+Said(m))
	if len(m.Reactions) > 0 {
		lines = append(lines, fmt.Sprintf("-- on %d: %s", m.Seq, reactions(m.Reactions)))
	}
	return lines
}

// answered recalls what a message answers.
func answered(m domain.Message) string {
	text := fmt.Sprintf("-- answers %d", m.ReplyTo)
	switch q := m.Quote; {
	case q == nil:
		return text
	case q.Deleted:
		return text + " " + domain.VisibleLine(q.Author) + " (deleted)"
	default:
		return text + " " + domain.VisibleLine(q.Author) + ": " + domain.VisibleLine(q.Text)
	}
}

func reactions(list []domain.Reaction) string {
	texts := make([]string, len(list))
	for i, r := range list {
		var names []string
		for _, user := range r.Users[:min(len(r.Users), maxReacting)] {
			names = append(names, user.Name)
		}
		text := r.Emoji + " " + strings.Join(names, ", ")
		if more := len(r.Users) - len(names); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		texts[i] = domain.VisibleLine(text)
	}
	return strings.Join(texts, "; ")
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
