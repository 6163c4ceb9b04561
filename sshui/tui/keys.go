package tui

import "charm.land/bubbles/v2/key"

// keyMap is every key that does something; the help is made from it.
type keyMap struct {
	Send, Newline, Recall, RecallNext          key.Binding
	Complete, CompleteBack                     key.Binding
	LineStart, LineEnd, WordLeft, WordRight    key.Binding
	Left, Right                                key.Binding
	KillToEnd, KillToStart, KillWord, Yank     key.Binding
	DeleteLeft, DeleteRight                    key.Binding
	PageUp, PageDown, Oldest, Newest           key.Binding
	Resend, Help, Redraw, Cancel, Leave, Close key.Binding

	Switch, NextUnread, NextRoom, PreviousRoom, NthRoom key.Binding

	Choose                                          key.Binding
	Reply, Edit, Delete, React, Copy, Open          key.Binding
	Pin, Unfold, JumpTo, ChooseUp, ChooseDown, Done key.Binding
}

func bind(keys []string, shown, does string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, does))
}

// newKeyMap gives the bindings. They are those of a shell where a shell has
// one.
func newKeyMap() keyMap {
	k := keyMap{
		Send:         bind([]string{"enter"}, "Enter", "send"),
		Newline:      bind([]string{"alt+enter", "ctrl+j", "shift+enter"}, "Alt+Enter, Ctrl+J", "new line"),
		Recall:       bind([]string{"up"}, "Up", "in an empty line: what you sent before"),
		RecallNext:   bind([]string{"down"}, "Down", "back towards what you were writing"),
		Complete:     bind([]string{"tab"}, "Tab", "complete @name, #room, /command, :emoji:"),
		CompleteBack: bind([]string{"shift+tab"}, "Shift+Tab", "the completion before"),
		Left:         bind([]string{"left", "ctrl+b"}, "Left, Ctrl+B", "one character back"),
		Right:        bind([]string{"right", "ctrl+f"}, "Right, Ctrl+F", "one character on"),
		LineStart:    bind([]string{"ctrl+a", "home"}, "Ctrl+A, Home", "start of the line"),
		LineEnd:      bind([]string{"ctrl+e", "end"}, "Ctrl+E, End", "end of the line"),
		WordLeft:     bind([]string{"alt+b", "ctrl+left", "alt+left"}, "Alt+B, Ctrl+Left", "one word back"),
		WordRight:    bind([]string{"alt+f", "ctrl+right", "alt+right"}, "Alt+F, Ctrl+Right", "one word on"),
		DeleteLeft:   bind([]string{"backspace", "ctrl+h", "shift+backspace"}, "Backspace", "delete before the cursor"),
		DeleteRight:  bind([]string{"delete"}, "Delete", "delete under the cursor"),
		KillToEnd:    bind([]string{"ctrl+k"}, "Ctrl+K", "cut to the end of the line"),
		KillToStart:  bind([]string{"ctrl+u"}, "Ctrl+U", "cut to the start of the line"),
		KillWord:     bind([]string{"ctrl+w", "alt+backspace"}, "Ctrl+W", "cut the word before the cursor"),
		Yank:         bind([]string{"ctrl+y"}, "Ctrl+Y", "paste what was cut"),
		PageUp:       bind([]string{"pgup", "shift+up"}, "PgUp", "older messages"),
		PageDown:     bind([]string{"pgdown", "shift+down"}, "PgDn", "newer messages"),
		Oldest:       bind([]string{"ctrl+home"}, "Ctrl+Home", "to the oldest that is loaded"),
		Newest:       bind([]string{"end", "ctrl+end"}, "End", "when scrolled up: to the newest"),
		Resend:       bind([]string{"ctrl+r"}, "Ctrl+R", "send again what was not sent"),
		Help:         bind([]string{"f1"}, "F1", "this help"),
		Redraw:       bind([]string{"ctrl+l"}, "Ctrl+L", "draw the screen anew"),
		Cancel:       bind([]string{"ctrl+c"}, "Ctrl+C", "close; clear the line; in an empty line, twice: leave"),
		Leave:        bind([]string{"ctrl+d"}, "Ctrl+D", "in an empty line: leave"),
		Close:        bind([]string{"esc"}, "Esc", "close, drop the answer, hide the unread line"),

		Switch:       bind([]string{"ctrl+g"}, "Ctrl+G", "find a room or a person by a few letters"),
		NextUnread:   bind([]string{"alt+a"}, "Alt+A", "next room with something unread"),
		NextRoom:     bind([]string{"ctrl+n"}, "Ctrl+N", "next room"),
		PreviousRoom: bind([]string{"ctrl+p"}, "Ctrl+P", "previous room"),
		NthRoom: bind([]string{
			"alt+1", "alt+2", "alt+3", "alt+4", "alt+5", "alt+6", "alt+7", "alt+8", "alt+9",
		}, "Alt+1 to Alt+9", "that room of the list"),
	}
	k.bindChoosing()
	return k
}

// bindChoosing gives the keys that act on a chosen message. But for the first,
// they are letters to the composer at any other time.
func (k *keyMap) bindChoosing() {
	k.Choose = bind([]string{"alt+up", "ctrl+o"}, "Alt+Up, Ctrl+O", "choose a message; then:")
	k.ChooseUp = bind([]string{"up", "k", "alt+up", "ctrl+p", "ctrl+o"}, "Up, k", "the message above")
	k.ChooseDown = bind([]string{"down", "j", "alt+down", "ctrl+n"}, "Down, j", "the message below")
	k.Reply = bind([]string{"r", "enter"}, "r, Enter", "answer it")
	k.Edit = bind([]string{"e"}, "e", "edit it, if it is yours")
	k.Delete = bind([]string{"d", "delete"}, "d", "delete it, if you may; discard what was not sent")
	k.React = bind([]string{"+", ":"}, "+", "react with an emoji, or take yours back")
	k.Copy = bind([]string{"c"}, "c", "copy its text to your clipboard")
	k.Open = bind([]string{"o"}, "o", "show its links, to open or copy")
	k.Pin = bind([]string{"p"}, "p", "pin it, or unpin it")
	k.Unfold = bind([]string{"x", "space"}, "x, Space", "show all of a long message, or fold it")
	k.JumpTo = bind([]string{"u"}, "u", "go to the message that it answers")
	k.Done = bind([]string{"esc", "q"}, "Esc, q", "back to writing")
}

// helpGroup is some keys under a heading.
type helpGroup struct {
	title string
	keys  []key.Binding
}

// groups orders the keys for the help.
func (k keyMap) groups() []helpGroup {
	return []helpGroup{
		{"Writing", []key.Binding{k.Send, k.Newline, k.Complete, k.CompleteBack, k.Recall, k.RecallNext, k.Resend}},
		{"Reading", []key.Binding{k.PageUp, k.PageDown, k.Oldest, k.Newest}},
		{"Rooms", []key.Binding{k.Switch, k.NextUnread, k.NextRoom, k.PreviousRoom, k.NthRoom}},
		{"A message", []key.Binding{
			k.Choose, k.ChooseUp, k.ChooseDown, k.Reply, k.Edit, k.Delete, k.React, k.Copy, k.Open, k.Pin, k.Unfold,
			k.JumpTo, k.Done,
		}},
		{"Editing", []key.Binding{
			k.LineStart, k.LineEnd, k.Left, k.Right, k.WordLeft, k.WordRight, k.DeleteLeft, k.DeleteRight,
			k.KillToEnd, k.KillToStart, k.KillWord, k.Yank,
		}},
		{"Screen", []key.Binding{k.Help, k.Close, k.Redraw, k.Cancel, k.Leave}},
	}
}

// hint says as shortly as it must what the keys do with a chosen message, or
// with one that was not sent.
func (k keyMap) hint(width int, unsent bool) string {
	switch {
	case unsent && width < roomsFrom:
		return "Ctrl+R again, d discard, Esc"
	case unsent:
		return "Ctrl+R sends it again, d discards it, c copy, Esc back"
	case width < roomsFrom:
		return "r e d + c o p x u, Esc; F1 tells more"
	}
	return "r answer, e edit, d delete, + react, c copy, o links, p pin, Esc back"
}
