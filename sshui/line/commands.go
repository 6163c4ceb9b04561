package line

import (
	"errors"
	"strconv"
	"strings"

	"parley/domain"
	"parley/sshui/suggest"
)

// slash is what can be typed after a slash.
type slash struct {
	name, args, does string
	run              func(c *conversation, entry Entry, args string) error
}

// errLeave is what a command gives by which the person leaves.
var errLeave = errors.New("line: the person leaves")

// slashes lists the commands, in the order of the help.
func slashes() []slash {
	return []slash{
		{"help", "", "this help", (*conversation).help},
		{"join", "ROOM", "go to a room, #dev or @bob, and be in it", (*conversation).join},
		{"part", "[ROOM]", "leave this room, or another, for good", (*conversation).part},
		{"msg", "@NAME TEXT", "say something to somebody alone", (*conversation).message},
		{"reply", "NUMBER TEXT", "answer the message of that number", (*conversation).reply},
		{"rooms", "[all]", "list your rooms and what waits there, or all public ones", (*conversation).rooms},
		{"who", "[ROOM]", "say who is here", (*conversation).who},
		{"topic", "[TEXT]", "say what the topic is, or set it; --clear takes it away", (*conversation).topic},
		{"me", "ACTION", "say what you do: * alice waves", (*conversation).me},
		{"quit", "", "leave", func(*conversation, Entry, string) error { return errLeave }},
	}
}

// obey takes a line: a command, or a message. A leading // stands for a slash.
func (c *conversation) obey(entry Entry) (leaves bool) {
	c.live.Active()
	text := strings.TrimSpace(entry.Text)
	switch {
	case entry.TooLong:
		c.refused(domain.ErrTooLong())
		return false
	case text == "":
		return false
	case !strings.HasPrefix(text, "/"):
		c.say(letter{to: c.here.ID, text: text, entry: entry, shown: true})
		return false
	case strings.HasPrefix(text, "//"):
		c.say(letter{to: c.here.ID, text: text[1:], entry: entry})
		return false
	}
	name, args, _ := strings.Cut(text[1:], " ")
	var names []string
	for _, s := range slashes() {
		if s.name == name {
			err := s.run(c, entry, strings.TrimSpace(args))
			if err != nil && !errors.Is(err, errLeave) && c.ctx.Err() == nil {
				c.failed(err)
			}
			return errors.Is(err, errLeave)
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

// misused refuses a command that nothing can be done with.
func misused(message string) error {
	return &domain.Error{Kind: domain.Invalid, Code: "command.usage", Message: message}
}

func (c *conversation) help(Entry, string) error {
	lines := []string{"What you write is sent line by line. Besides:"}
	for _, s := range slashes() {
		lines = append(lines, "  "+strings.TrimSpace("/"+s.name+" "+s.args)+": "+s.does)
	}
	lines = append(lines, "  //: begins a message with a slash")
	if c.editor != nil {
		lines = append(lines, "  Backspace, Ctrl+W and Ctrl+U correct the line; Ctrl+C drops it; Ctrl+D leaves")
	}
	c.print(strings.Join(lines, "\n"))
	return nil
}

func (c *conversation) me(entry Entry, args string) error {
	if args == "" {
		return misused("say what you do: /me waves")
	}
	c.say(letter{to: c.here.ID, text: actionPrefix + args, entry: entry})
	return nil
}

func (c *conversation) reply(entry Entry, args string) error {
	number, text, _ := strings.Cut(args, " ")
	seq, err := strconv.ParseInt(number, 10, 64)
	if text = strings.TrimSpace(text); err != nil || seq < 1 || text == "" {
		return misused("say which message, by the number before it, and what: /reply 17 yes")
	}
	c.say(letter{to: c.here.ID, text: text, replyTo: domain.Seq(seq), entry: entry})
	return nil
}

// short makes what somebody typed fit for an answer.
func short(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "..."
	}
	return domain.VisibleLine(text)
}
