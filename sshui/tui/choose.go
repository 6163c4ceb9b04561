package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/domain"
	"parley/domain/chat"
	"parley/domain/markup"
)

// choosing is whether the keys act on a chosen message.
type choosing struct {
	on      bool
	deletes bool // asked whether to delete it
}

// maxRecentEmoji is how many emoji that the reader used come first.
const maxRecentEmoji = 6

func (s *screen) startChoosing() {
	if !s.room.timeline.chooseNext(-1) {
		s.notify("there is no message to choose")
		return
	}
	s.clearNotice()
	s.choosing = choosing{on: true}
	s.sayChosen()
}

func (s *screen) stopChoosing() {
	s.choosing = choosing{}
	s.room.timeline.unchoose()
}

// pressChoosing handles a key while a message is chosen.
func (s *screen) pressChoosing(msg tea.KeyPressMsg) tea.Cmd {
	line, e := &s.room.timeline, s.room.timeline.chosen
	if s.choosing.deletes {
		s.choosing.deletes = false
		s.clearNotice()
		if msg.Text == "y" || msg.Text == "Y" {
			return s.deleteMessage(e)
		}
		return nil
	}
	s.clearNotice()
	if by := s.chosenStep(msg); by != 0 {
		line.chooseNext(by)
		s.sayChosen()
		return nil
	}
	for _, act := range s.acts() {
		if key.Matches(msg, act.key) {
			return act.do(e)
		}
	}
	s.notify("a message is chosen: Esc goes back to writing, F1 lists the keys")
	return nil
}

// chosenStep gives how far a key moves the choice.
func (s *screen) chosenStep(msg tea.KeyPressMsg) int {
	switch {
	case key.Matches(msg, s.keys.ChooseUp):
		return -1
	case key.Matches(msg, s.keys.ChooseDown):
		return 1
	case key.Matches(msg, s.keys.PageUp):
		return -max(s.room.timeline.page()/2, 1)
	case key.Matches(msg, s.keys.PageDown):
		return max(s.room.timeline.page()/2, 1)
	}
	return 0
}

// act is what a key does with the chosen message.
type act struct {
	key key.Binding
	do  func(*entry) tea.Cmd
}

func (s *screen) acts() []act {
	back := func(do func(*entry)) func(*entry) tea.Cmd {
		return func(e *entry) tea.Cmd {
			s.stopChoosing()
			do(e)
			return nil
		}
	}
	ofStored := func(do func(*entry) tea.Cmd) func(*entry) tea.Cmd {
		return func(e *entry) tea.Cmd {
			if e.state == failed {
				s.notify("this message is not in the room: Ctrl+R sends it again, d discards it")
				return nil
			}
			return do(e)
		}
	}
	return []act{
		{s.keys.Done, back(func(*entry) {})},
		{s.keys.Reply, ofStored(back(s.reply))},
		{s.keys.Edit, ofStored(s.chooseEdit)},
		{s.keys.Delete, s.askDelete},
		{s.keys.React, ofStored(s.askEmoji)},
		{s.keys.Copy, s.copyMessage},
		{s.keys.Open, s.showLinks},
		{s.keys.Pin, ofStored(s.pin)},
		{s.keys.Unfold, s.unfold},
		{s.keys.JumpTo, s.jumpToAnswered},
		{s.keys.Resend, func(*entry) tea.Cmd { s.stopChoosing(); return s.resend() }},
	}
}

func (s *screen) chooseEdit(e *entry) tea.Cmd {
	if !e.mine {
		s.complain("you can edit your own messages only")
		return nil
	}
	s.stopChoosing()
	s.editMessage(e)
	return nil
}

// askDelete asks before a message is deleted for all. One that was not sent goes
// at once: nobody else saw it, and it can be brought back.
func (s *screen) askDelete(e *entry) tea.Cmd {
	if e.state == failed {
		return s.discard(e)
	}
	s.choosing.deletes = true
	s.notify("delete this message? y deletes it, any other key keeps it")
	return nil
}

func (s *screen) deleteMessage(e *entry) tea.Cmd {
	s.stopChoosing()
	c, at, seq := s.config, s.room.address(), e.seq
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		return nil, c.Chat.Delete(ctx, c.Actor, at, seq)
	})
}

// askEmoji lets an emoji be picked by its short name, those used last first.
func (s *screen) askEmoji(e *entry) tea.Cmd {
	var choices []choice
	offer := func(emoji, name string) {
		choices = append(choices, choice{words: name, label: emoji + " " + name, take: func() tea.Cmd { return s.react(e, emoji) }})
	}
	recent := s.recentEmoji()
	for _, n := range recent {
		offer(n.emoji, n.name)
	}
	for _, n := range shortNames() {
		if !slices.Contains(recent, n) {
			offer(n.emoji, n.name)
		}
	}
	s.picker.ask("react with: ", choices)
	return nil
}

// recentEmoji are those that the reader used last, and then some that most do.
func (s *screen) recentEmoji() []shortName {
	list := append([]shortName{}, s.status.emoji...)
	for _, name := range []string{"+1", "heart", "joy", "tada", "eyes", "white_check_mark"} {
		emoji, _ := emojiNamed(name)
		known := slices.ContainsFunc(list, func(n shortName) bool { return n.emoji == emoji })
		if !known && len(list) < maxRecentEmoji {
			list = append(list, shortName{name, emoji})
		}
	}
	return list
}

// used puts an emoji before the others.
func (s *screen) used(emoji string) {
	list := []shortName{}
	names := shortNames()
	if i := slices.IndexFunc(names, func(n shortName) bool { return n.emoji == emoji }); i >= 0 {
		list = append(list, names[i])
	}
	for _, n := range s.status.emoji {
		if n.emoji != emoji && len(list) < maxRecentEmoji {
			list = append(list, n)
		}
	}
	s.status.emoji = list
}

// react puts an emoji to a message, or takes it away if it is there.
func (s *screen) react(e *entry, emoji string) tea.Cmd {
	s.stopChoosing()
	clean, err := domain.CleanEmoji(emoji)
	if err != nil {
		s.complain(domain.AsError(err).Message)
		return nil
	}
	s.used(emoji)
	c, at, seq, on := s.config, s.room.address(), e.seq, !e.reacted(clean, s.roomList.me)
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		return nil, c.Chat.React(ctx, c.Actor, at, seq, clean, on)
	})
}

// copyMessage puts a message's text into the terminal's clipboard (OSC 52). It
// is what is shown: nothing in it is obeyed where it is pasted.
func (s *screen) copyMessage(e *entry) tea.Cmd {
	s.stopChoosing()
	return s.copyText(e.text)
}

func (s *screen) copyText(text string) tea.Cmd {
	s.notify("copied, if your terminal lets programs copy")
	return tea.SetClipboard(clipTo(domain.Visible(text), domain.MaxContent))
}

func (s *screen) pin(e *entry) tea.Cmd {
	s.stopChoosing()
	c, at, seq, on := s.config, s.room.address(), e.seq, !e.pinned
	return s.ask(func(ctx context.Context) (func(*screen) tea.Cmd, error) {
		return nil, c.Chat.Pin(ctx, c.Actor, at, seq, on)
	})
}

func (s *screen) unfold(e *entry) tea.Cmd {
	if !e.folds() {
		s.notify("all of this message is shown")
		return nil
	}
	e.unfolded = !e.unfolded
	e.redraw()
	s.room.timeline.reveal(s.room.timeline.chosenIndex())
	return nil
}

func (s *screen) jumpToAnswered(e *entry) tea.Cmd {
	if e.replyTo == 0 {
		s.notify("this message answers none")
		return nil
	}
	return s.jumpTo(e.replyTo)
}

// jumpTo chooses a message, reading the history around it if it is not loaded.
func (s *screen) jumpTo(seq domain.Seq) tea.Cmd {
	if e := s.room.timeline.find(seq); e != nil {
		s.choosing = choosing{on: true}
		s.room.timeline.choose(e)
		s.sayChosen()
		return nil
	}
	return s.read(around, seq, chat.Span{Around: &seq, Limit: pageSize})
}

// showLinks lists a message's links, whole and to be opened by the terminal
// (OSC 8).
func (s *screen) showLinks(e *entry) tea.Cmd {
	links := linksIn(nil, markup.Parse(e.raw))
	if len(links) == 0 {
		s.notify("this message has no links")
		return nil
	}
	s.panel.show(func(l look) []string {
		lines := []string{l.theme.bold.Render(l.cut("Links: your terminal opens them, 1 to 9 copies", l.width))}
		for i, href := range links {
			sign := fmt.Sprintf("%2d ", i+1)
			rows := l.flow([]span{{text: href, style: l.theme.link, href: href}}, l.width-len(sign), 0)
			lines = append(lines, hang(sign, strings.Repeat(" ", len(sign)), rows)...)
		}
		return lines
	})
	s.panel.press = func(msg tea.KeyPressMsg) tea.Cmd {
		if n := int(msg.Code - '0'); n >= 1 && n <= min(len(links), 9) {
			s.panel.close()
			return s.copyText(links[n-1])
		}
		return nil
	}
	return nil
}

// linksIn gives the addresses in a tree, each once.
func linksIn(links []string, nodes []markup.Node) []string {
	for i := range nodes {
		href := ansi.Strip(domain.VisibleLine(nodes[i].Href))
		known := href == ""
		for _, link := range links {
			known = known || link == href
		}
		if !known {
			links = append(links, href)
		}
		links = linksIn(links, nodes[i].Nodes)
	}
	return links
}
