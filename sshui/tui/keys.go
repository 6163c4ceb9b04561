package tui

import "charm.land/bubbles/v2/key"

// keyMap is every key that does something; the help is made from it.
type keyMap struct {
	Send, Newline, Recall, RecallNext          key.Binding
	LineStart, LineEnd, WordLeft, WordRight    key.Binding
	Left, Right                                key.Binding
	KillToEnd, KillToStart, KillWord, Yank     key.Binding
	DeleteLeft, DeleteRight                    key.Binding
	PageUp, PageDown, Oldest, Newest           key.Binding
	Resend, Help, Redraw, Cancel, Leave, Close key.Binding
}

func bind(keys []string, shown, does string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, does))
}

// newKeyMap gives the bindings. They are those of a shell where a shell has
// one.
func newKeyMap() keyMap {
	return keyMap{
		Send:        bind([]string{"enter"}, "Enter", "send"),
		Newline:     bind([]string{"alt+enter", "ctrl+j", "shift+enter"}, "Alt+Enter, Ctrl+J", "new line"),
		Recall:      bind([]string{"up"}, "Up", "in an empty line: what you sent before"),
		RecallNext:  bind([]string{"down"}, "Down", "back towards what you were writing"),
		Left:        bind([]string{"left", "ctrl+b"}, "Left, Ctrl+B", "one character back"),
		Right:       bind([]string{"right", "ctrl+f"}, "Right, Ctrl+F", "one character on"),
		LineStart:   bind([]string{"ctrl+a", "home"}, "Ctrl+A, Home", "start of the line"),
		LineEnd:     bind([]string{"ctrl+e", "end"}, "Ctrl+E, End", "end of the line"),
		WordLeft:    bind([]string{"alt+b", "ctrl+left", "alt+left"}, "Alt+B, Ctrl+Left", "one word back"),
		WordRight:   bind([]string{"alt+f", "ctrl+right", "alt+right"}, "Alt+F, Ctrl+Right", "one word on"),
		DeleteLeft:  bind([]string{"backspace", "ctrl+h", "shift+backspace"}, "Backspace", "delete before the cursor"),
		DeleteRight: bind([]string{"delete"}, "Delete", "delete under the cursor"),
		KillToEnd:   bind([]string{"ctrl+k"}, "Ctrl+K", "cut to the end of the line"),
		KillToStart: bind([]string{"ctrl+u"}, "Ctrl+U", "cut to the start of the line"),
		KillWord:    bind([]string{"ctrl+w", "alt+backspace"}, "Ctrl+W", "cut the word before the cursor"),
		Yank:        bind([]string{"ctrl+y"}, "Ctrl+Y", "paste what was cut"),
		PageUp:      bind([]string{"pgup", "shift+up"}, "PgUp", "older messages"),
		PageDown:    bind([]string{"pgdown", "shift+down"}, "PgDn", "newer messages"),
		Oldest:      bind([]string{"ctrl+home"}, "Ctrl+Home", "to the oldest that is loaded"),
		Newest:      bind([]string{"end", "ctrl+end"}, "End", "when scrolled up: to the newest"),
		Resend:      bind([]string{"ctrl+r"}, "Ctrl+R", "send again what was not sent"),
		Help:        bind([]string{"f1"}, "F1", "this help"),
		Redraw:      bind([]string{"ctrl+l"}, "Ctrl+L", "draw the screen anew"),
		Cancel:      bind([]string{"ctrl+c"}, "Ctrl+C", "clear the line; in an empty line, twice: leave"),
		Leave:       bind([]string{"ctrl+d"}, "Ctrl+D", "in an empty line: leave"),
		Close:       bind([]string{"esc"}, "Esc", "close the help, hide the unread line"),
	}
}

// helpGroup is some keys under a heading.
type helpGroup struct {
	title string
	keys  []key.Binding
}

// groups orders the keys for the help.
func (k keyMap) groups() []helpGroup {
	return []helpGroup{
		{"Writing", []key.Binding{k.Send, k.Newline, k.Recall, k.RecallNext, k.Resend}},
		{"Reading", []key.Binding{k.PageUp, k.PageDown, k.Oldest, k.Newest}},
		{"Editing", []key.Binding{
			k.LineStart, k.LineEnd, k.Left, k.Right, k.WordLeft, k.WordRight, k.DeleteLeft, k.DeleteRight,
			k.KillToEnd, k.KillToStart, k.KillWord, k.Yank,
		}},
		{"Screen", []key.Binding{k.Help, k.Close, k.Redraw, k.Cancel, k.Leave}},
	}
}
