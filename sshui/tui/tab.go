package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/domain"
	"parley/domain/chat"
)

// complete completes the word before the cursor, or goes on with that.
func (s *screen) complete(by int) tea.Cmd {
	if s.completion.walking(&s.composer) {
		s.completion.next(&s.composer, by)
		return nil
	}
	s.completion.stop()
	w, ok := wordBefore(s.composer.text, s.composer.cursor)
	if !ok {
		return nil
	}
	options := s.options(w)
	if len(options) == 0 && s.directory == nil && s.started && (w.sign == '#' || w.sign == 0) {
		return s.completeLater(s.composer.text)
	}
	s.completion.begin(&s.composer, w, options)
	return nil
}

// completeLater completes a room's name once the public rooms are known, unless
// something else was written meanwhile.
func (s *screen) completeLater(text string) tea.Cmd {
	return s.askDirectory(func(s *screen, _ []chat.View) {
		if w, ok := wordBefore(s.composer.text, s.composer.cursor); ok && s.composer.text == text {
			s.completion.begin(&s.composer, w, s.options(w))
		}
	})
}

// options gives what a word can become.
func (s *screen) options(w word) []option {
	switch w.sign {
	case '@':
		return s.names("@", w.typed)
	case '#':
		return s.roomNames("#", w.typed)
	case ':':
		return emojiOptions(w.typed)
	case '/':
		var list []option
		for _, c := range commandTable() {
			if beginsWith(c.name, w.typed) {
				list = append(list, option{word: "/" + c.name})
			}
		}
		slices.SortFunc(list, func(a, b option) int { return strings.Compare(a.word, b.word) })
		return list
	}
	return s.arguments(w)
}

// arguments completes what stands behind a command, by what its line of the
// help asks for.
func (s *screen) arguments(w word) []option {
	for _, c := range commandTable() {
		switch {
		case c.name != w.after:
		case strings.Contains(c.args, "NAME"):
			return s.names("", w.typed)
		case strings.Contains(c.args, "ROOM"):
			return s.roomNames("", w.typed)
		case strings.Contains(c.args, "|"):
			var list []option
			for _, choice := range strings.Split(strings.Trim(c.args, "[]"), "|") {
				if beginsWith(choice, w.typed) {
					list = append(list, option{word: choice})
				}
			}
			return list
		}
	}
	return nil
}

// names gives the people who can be meant: who spoke last comes first.
func (s *screen) names(sign, typed string) []option {
	var list []option
	seen := map[string]bool{domain.FoldUserName(s.config.Actor.Name()): true}
	add := func(name string) {
		if folded := domain.FoldUserName(name); !seen[folded] && beginsWith(name, typed) {
			seen[folded] = true
			list = append(list, option{word: sign + name})
		}
	}
	items := s.room.timeline.items
	for i := len(items) - 1; i >= 0; i-- {
		if items[i].isMessage() {
			add(items[i].author.Name)
		}
	}
	for _, person := range s.room.people.known() {
		add(person.Name)
	}
	if lr := s.roomList.find(s.room.id); lr != nil {
		for _, person := range lr.People {
			add(domain.VisibleLine(person.Name))
		}
	}
	if sign != "" {
		add(domain.MentionHere)
		add(domain.MentionRoom)
	}
	return list
}

func (s *screen) roomNames(sign, typed string) []option {
	var list []option
	for _, lr := range s.roomList.rooms {
		if lr.Name != "" && beginsWith(lr.Name, typed) {
			list = append(list, option{word: sign + domain.VisibleLine(lr.Name)})
		}
	}
	for _, name := range s.directory {
		if beginsWith(name, typed) && s.roomList.named(name) == nil {
			list = append(list, option{word: sign + name})
		}
	}
	return list
}
