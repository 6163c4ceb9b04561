package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/sshui/suggest"
)

// command is what can be typed after a slash.
type command struct {
	name, args, does string
	run              func(s *screen, args string) tea.Cmd
}

// commandTable lists the commands, in the order of the help.
func commandTable() []command {
	return []command{
		{"help", "", "this help", func(s *screen, _ string) tea.Cmd { s.help.show(); return nil }},
		{"me", "ACTION", "say what you do: * alice waves", (*screen).me},
		{"mouse", "on|off", "let the wheel scroll; off lets the terminal select text", (*screen).setMouse},
		{"quit", "", "leave", func(*screen, string) tea.Cmd { return tea.Quit }},
	}
}

// submit takes what was written when Enter is pressed: a command, or a message.
func (s *screen) submit() tea.Cmd {
	text := strings.TrimSpace(s.composer.value())
	if text == "" {
		return nil
	}
	if !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") {
		return s.submitMessage(text, strings.Replace(text, "//", "/", 1), strings.HasPrefix(text, "//"))
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
func (s *screen) submitMessage(typed, unescaped string, escaped bool) tea.Cmd {
	content := typed
	if escaped {
		content = unescaped
	}
	s.clearNotice()
	cmd := s.post(content)
	if !s.status.trouble { // refused: what was written stays
		s.composer.sent(typed)
	}
	return cmd
}

func (s *screen) me(args string) tea.Cmd {
	if args == "" {
		s.complain("say what you do: /me waves")
		return nil
	}
	return s.post(actionPrefix + args)
}

func (s *screen) setMouse(args string) tea.Cmd {
	switch args {
	case "on", "off":
		s.mouse = args == "on"
		s.notify("mouse " + args)
	default:
		s.complain("say /mouse on or /mouse off")
	}
	return nil
}

// unknownCommand says so, and names the command that was probably meant.
func unknownCommand(name string) string {
	text := "unknown command /" + clip(name, 20)
	var names []string
	for _, c := range commandTable() {
		names = append(names, c.name)
	}
	best := suggest.Nearest(name, names)
	if best != "" {
		return text + " - did you mean /" + best + "?"
	}
	return text + " - /help lists them; begin with // to send a slash"
}

// clip shortens a text to a number of characters.
func clip(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
