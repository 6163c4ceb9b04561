package line

import (
	"strings"

	"parley/domain"
	"parley/sshui/suggest"
)

// slash is what can be typed after a slash.
type slash struct {
	name, args, does string
	// run reports whether the person leaves.
	run func(c *conversation, args string) (leaves bool)
}

// slashes lists the commands, in the order of the help.
func slashes() []slash {
	return []slash{
		{"help", "", "this help", (*conversation).help},
		{"me", "ACTION", "say what you do: * alice waves", (*conversation).me},
		{"quit", "", "leave", func(*conversation, string) bool { return true }},
	}
}

// obey takes a line: a command, or a message. A leading // stands for a slash.
func (c *conversation) obey(entry Entry) (leaves bool) {
	text := strings.TrimSpace(entry.Text)
	switch {
	case entry.TooLong:
		c.refused(ErrTooLong())
		return false
	case text == "":
		return false
	case !strings.HasPrefix(text, "/"):
		c.say(text, entry.Whole)
		return false
	case strings.HasPrefix(text, "//"):
		c.say(text[1:], false)
		return false
	}
	name, args, _ := strings.Cut(text[1:], " ")
	var names []string
	for _, s := range slashes() {
		if s.name == name {
			return s.run(c, strings.TrimSpace(args))
		}
		names = append(names, s.name)
	}
	message := "unknown command /" + short(name)
	if near := suggest.Nearest(name, names); near != "" {
		message += " - did you mean /" + near + "?"
	} else {
		message += " - /help lists them; begin with // to send a slash"
	}
	c.refused(&domain.Error{Kind: domain.Invalid, Code: "command.unknown", Message: message})
	return false
}

func (c *conversation) help(string) bool {
	lines := []string{"What you write is sent line by line. Besides:"}
	for _, s := range slashes() {
		lines = append(lines, "  "+strings.TrimSpace("/"+s.name+" "+s.args)+": "+s.does)
	}
	if c.terminal.Editing {
		lines = append(lines, "  Backspace, Ctrl+W and Ctrl+U correct the line; Ctrl+C drops it; Ctrl+D leaves")
	}
	c.print(strings.Join(lines, "\n"))
	return false
}

func (c *conversation) me(args string) bool {
	if args == "" {
		c.refused(&domain.Error{Kind: domain.Invalid, Code: "command.usage", Message: "say what you do: /me waves"})
		return false
	}
	c.say(actionPrefix+args, false)
	return false
}

// short makes what somebody typed fit for an answer.
func short(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "..."
	}
	return domain.VisibleLine(text)
}
