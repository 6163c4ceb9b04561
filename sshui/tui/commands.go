package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/sshui/suggest"
)

// command is what can be typed after a slash. Its arguments are as the help
// shows them; NAME, ROOM and words between | are completed.
type command struct {
	name, args, does string
	run              func(s *screen, args string) tea.Cmd
}

// commandTable lists the commands, in the order of the help.
func commandTable() []command {
	return []command{
		{"join", "ROOM", "join a room, or take an invitation", (*screen).join},
		{"part", "[ROOM]", "leave a room, or decline an invitation", (*screen).part},
		{"msg", "NAME [TEXT]", "write to somebody, or to a few: bob,carol", (*screen).msg},
		{"rooms", "", "find a public room to join", (*screen).listRooms},
		{"create", "ROOM [private]", "make a room", (*screen).create},
		{"me", "ACTION", "say what you do: * alice waves", (*screen).me},
		{"react", "EMOJI", "react to the newest message: :+1:", (*screen).reactLast},
		{"topic", "[TEXT]", "show the topic, or set it; - takes it away", (*screen).topic},
		{"invite", "NAME", "invite somebody to this room", (*screen).invite},
		{"kick", "NAME", "remove somebody from this room", (*screen).kick},
		{"role", "NAME ROLE", "make somebody member, moderator or owner", (*screen).role},
		{"rename", "NEW", "give this room another name", (*screen).rename},
		{"archive", "[undo]", "let this room only be read", (*screen).archive},
		{"delete", "NAME", "delete this room, whose name that is, and all that is in it", (*screen).deleteRoom},
		{"who", "", "who is in this room", (*screen).who},
		{"whois", "NAME", "what there is to know of somebody", (*screen).whois},
		{"away", "[STATUS]", "be shown as away; /back ends it", (*screen).away},
		{"dnd", "[STATUS]", "do not disturb: no bell; /back ends it", (*screen).busy},
		{"back", "", "be here again, without a status", (*screen).back},
		{"mute", "", "count nothing of this room, or do so again", (*screen).mute},
		{"notify", "all|mentions|none", "which messages of this room call you", (*screen).setNotify},
		{"pin", "", "choose a message to pin or unpin", (*screen).choosePin},
		{"pins", "", "the messages that are pinned here", (*screen).pins},
		{"theme", strings.Join(themeNames(), "|"), "how things look", (*screen).setTheme},
		{"bell", "off|mention|all", "what rings the terminal's bell", (*screen).setBell},
		{"mouse", "on|off", "let the wheel scroll; off lets the terminal select text", (*screen).setMouse},
		{"reader", "on|off", "for screen readers: only append, draw nothing", (*screen).setReader},
		{"help", "", "this help", func(s *screen, _ string) tea.Cmd { return s.toggleHelp() }},
		{"quit", "", "leave Parley", func(s *screen, _ string) tea.Cmd { return s.leave() }},
	}
}

// submit takes what was written when Enter is pressed: a command, or a message.
func (s *screen) submit() tea.Cmd {
	text := strings.TrimSpace(s.composer.value())
	if text == "" {
		return nil
	}
	if s.room.answer.edits {
		return s.submitEdit(text)
	}
	if !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") {
		return s.submitMessage(text)
	}
	name, args, _ := strings.Cut(text[1:], " ")
	for _, c := range commandTable() {
		if c.name == name {
			s.composer.sent(text)
			s.clearNotice()
			return c.run(s, strings.TrimSpace(args))
		}
	}
	s.complain(unknownCommand(name))
	return nil
}

// submitMessage sends text; a leading // stands for a slash.
func (s *screen) submitMessage(typed string) tea.Cmd {
	if !s.started {
		s.notify("a moment: the room is being opened")
		return nil
	}
	content := typed
	if strings.HasPrefix(typed, "//") {
		content = typed[1:]
	}
	s.clearNotice()
	cmd := s.post(content)
	if !s.status.trouble { // refused: what was written stays
		s.composer.sent(typed)
	}
	return cmd
}

// usage reports whether a command lacks its arguments, and says how it is
// written.
func (s *screen) usage(args, example string) bool {
	if args == "" {
		s.complain("write it like this: " + example)
	}
	return args == ""
}

// unknownCommand says so, and names the command that was probably meant.
func unknownCommand(name string) string {
	text := "unknown /" + clip(name, 20)
	var names []string
	for _, c := range commandTable() {
		names = append(names, c.name)
	}
	best := suggest.Nearest(name, names)
	if best != "" {
		return text + ": did you mean /" + best + "?"
	}
	return text + ": /help lists the commands; // sends a slash"
}

// clip shortens a text to a number of characters, and says so.
func clip(text string, most int) string {
	if short := clipTo(text, most); short != text {
		return short + "…"
	}
	return text
}

// clipTo shortens a text to a number of characters.
func clipTo(text string, most int) string {
	if len(text) <= most {
		return text
	}
	n := 0
	for i := range text {
		if n == most {
			return text[:i]
		}
		n++
	}
	return text
}
