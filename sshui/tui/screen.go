package tui

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"parley/domain"
	"parley/domain/chat"
)

// screen is the one Bubble Tea model of a session. It belongs to the program's
// goroutine; commands get what they need by value.
type screen struct {
	ctx    context.Context // ends with the session; for commands
	config Config
	live   *chat.Live
	keys   keyMap
	size   Size

	room     chat.View
	joined   bool
	people   people
	timeline timeline
	below    int // messages that wait below the view
	composer composer
	help     help
	status   status

	focused bool // as far as the terminal tells
	mouse   bool
	leaving bool // asked once already whether to leave
	sending bool // a message is on its way
	loading bool // history is being read
	marking bool // the read marker is about to be written
	marked  domain.Seq
	fed     time.Time // when events came last

	ended error // why the session ends, unless the person left
}

func newScreen(ctx context.Context, t Terminal, c Config, live *chat.Live) *screen {
	s := &screen{
		ctx: ctx, config: c, live: live, keys: newKeyMap(), size: t.Size, focused: true,
		timeline: timeline{me: c.Actor.ID(), follow: true, attached: true, height: 1},
	}
	s.timeline.look = look{version: 1, theme: newTheme(profileOf(t.Environ)), width: t.Size.Width, zone: Zone(t.Environ)}
	s.arrange()
	return s
}

// Init implements tea.Model.
func (s *screen) Init() tea.Cmd { return s.join() }

// Update implements tea.Model.
func (s *screen) Update(msg tea.Msg) (model tea.Model, cmd tea.Cmd) {
	defer s.catch(func(err error) { s.ended, model, cmd = err, s, tea.Quit })
	if ended, ok := msg.(endedMsg); ok {
		s.ended = ended.err
		return s, tea.Quit
	}
	cmd = s.route(msg)
	s.arrange()
	s.below = s.timeline.settle(s.focused)
	return s, tea.Batch(cmd, s.load(), s.mark())
}

// route hands a message to the part that it concerns.
func (s *screen) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return s.press(msg)
	case tea.PasteMsg:
		s.paste(msg.Content)
	case tea.MouseWheelMsg:
		s.wheel(msg)
	case tea.WindowSizeMsg:
		s.size = Size(msg)
	case tea.FocusMsg:
		s.focused = true
	case tea.BlurMsg:
		s.focused = false
	case tea.ColorProfileMsg:
		s.setProfile(msg.Profile)
	case tea.ModeReportMsg:
		s.setMode(msg)
	case joinedMsg:
		return s.entered(msg)
	case feedMsg:
		return s.feed(msg)
	case onlineMsg:
		if msg.err == nil {
			s.people.set(msg.online)
		}
	case pageMsg:
		return s.loaded(msg)
	case sentMsg:
		return s.sent(msg)
	case resumeMsg:
		return s.resume()
	case retryMsg:
		return s.retry()
	case markMsg:
		return s.writeMark()
	case markedMsg:
		s.wrote(msg)
	}
	return nil
}

// catch turns a panic into the end of this session and nothing more.
func (s *screen) catch(end func(error)) {
	if r := recover(); r != nil {
		s.config.Log.Error("panic in a terminal session", "user_id", s.config.Actor.ID(),
			"panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		end(&domain.Error{Kind: domain.Internal, Code: domain.CodeInternal, Message: "something went wrong on our side"})
	}
}

// setProfile takes over what the terminal was found to show, never more than
// its owner asked for.
func (s *screen) setProfile(profile colorprofile.Profile) {
	s.timeline.restyle(func(l *look) { l.theme = newTheme(profile) })
}

// setMode switches to the terminal's own idea of what is one character, as
// the renderer does (mode 2027).
func (s *screen) setMode(msg tea.ModeReportMsg) {
	known := msg.Value == ansi.ModeReset || msg.Value == ansi.ModeSet || msg.Value == ansi.ModePermanentlySet
	if msg.Mode == ansi.ModeUnicodeCore && known {
		s.timeline.restyle(func(l *look) { l.method = ansi.GraphemeWidth })
	}
}

func (s *screen) paste(text string) {
	s.leaving = false
	if !s.help.open {
		s.write(text)
	}
}

func (s *screen) wheel(msg tea.MouseWheelMsg) {
	const lines = 3
	switch msg.Button {
	case tea.MouseWheelUp:
		s.scroll(-lines)
	case tea.MouseWheelDown:
		s.scroll(lines)
	}
}

// scroll moves whatever is on top.
func (s *screen) scroll(by int) {
	if s.help.open {
		s.help.scroll(by, len(s.help.lines(s.keys, s.timeline.look)), s.timeline.height)
		return
	}
	s.timeline.scroll(by)
}

// press handles a key.
func (s *screen) press(msg tea.KeyPressMsg) tea.Cmd {
	wasLeaving := s.leaving
	s.leaving = false
	switch {
	case key.Matches(msg, s.keys.Cancel):
		return s.cancel(wasLeaving)
	case key.Matches(msg, s.keys.Help):
		if s.help.open {
			s.help.hide()
		} else {
			s.help.show()
		}
	case key.Matches(msg, s.keys.Close):
		s.close()
	case key.Matches(msg, s.keys.Redraw):
		return tea.ClearScreen
	case key.Matches(msg, s.keys.PageUp):
		s.scroll(-s.timeline.page())
	case key.Matches(msg, s.keys.PageDown):
		s.scroll(s.timeline.page())
	case s.help.open:
		s.pressInHelp(msg)
	case key.Matches(msg, s.keys.Oldest):
		s.timeline.stand(spot{})
	case key.Matches(msg, s.keys.Newest) && !s.timeline.follow:
		return s.toNewest()
	case key.Matches(msg, s.keys.Resend):
		return s.resend()
	case key.Matches(msg, s.keys.Leave) && s.composer.empty():
		return s.leave()
	case key.Matches(msg, s.keys.Send):
		return s.submit()
	default:
		s.edit(msg)
	}
	return nil
}

func (s *screen) pressInHelp(msg tea.KeyPressMsg) {
	switch {
	case key.Matches(msg, s.keys.Recall):
		s.scroll(-1)
	case key.Matches(msg, s.keys.RecallNext):
		s.scroll(1)
	case msg.Text == "q" || key.Matches(msg, s.keys.Send):
		s.help.hide()
	}
}

func (s *screen) close() {
	switch {
	case s.help.open:
		s.help.hide()
	case s.status.text != "":
		s.clearNotice()
	default:
		s.timeline.hideUnread()
	}
}

// cancel closes, then clears, then asks, then leaves.
func (s *screen) cancel(again bool) tea.Cmd {
	switch {
	case s.help.open:
		s.help.hide()
	case !s.composer.empty():
		s.composer.clear()
		s.notify("cleared; Ctrl+Y brings it back")
	case again:
		return tea.Quit
	default:
		s.leaving = true
		s.notify("press Ctrl+C again to leave")
	}
	return nil
}

// leave ends the session, unless something would be lost.
func (s *screen) leave() tea.Cmd {
	if len(s.timeline.pending) > 0 {
		s.leaving = true
		s.complain("a message is not sent yet; press Ctrl+C to leave without it")
		return nil
	}
	return tea.Quit
}

// arrange gives every part its place after anything changed.
func (s *screen) arrange() {
	l := arrange(s.size, s.composerRows())
	if l.tooSmall {
		return
	}
	look := s.timeline.look
	if look.width != l.timeline.width {
		look.width = l.timeline.width
		look.version++
	}
	s.timeline.resize(look, l.timeline.height)
}
