package tui

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

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
	look   look
	style  style

	roomList  roomList
	sidebar   sidebar
	rooms     rooms // whose history is loaded
	room      *room // the one in view; an empty one until the first is open
	started   bool
	directory []string   // the public rooms, as far as they were asked for
	kept      chat.Place // what is remembered of where the reader is
	below     int        // messages that wait below the view

	composer   composer
	completion completion
	drafts     drafts
	panel      panel
	picker     picker
	choosing   choosing
	status     status
	alert      alert
	reader     reader

	presence domain.Presence // as the reader chose it
	bell     bellMode
	focused  bool // as far as the terminal tells
	mouse    bool
	leaving  bool      // asked once already whether to leave
	sending  bool      // a message is on its way
	marking  bool      // the read marker is about to be written
	fed      time.Time // when events came last

	left      bool // by the reader's own will
	input     *finiteInput
	over      chan struct{} // closed when the program has ended
	finishing bool          // it ends as soon as its input has
	said      bool          // its last word came through
	deaf      bool          // and nothing will any more
	ended     error         // why the session ends, unless the person left
}

// style is what the theme is made of.
type style struct {
	name    string
	profile colorprofile.Profile
	ground  ground
}

func newScreen(ctx context.Context, t Terminal, c Config, live *chat.Live) *screen {
	s := &screen{
		ctx: ctx, config: c, live: live, keys: newKeyMap(), size: t.Size, focused: true,
		style: style{name: themeAuto, profile: profileOf(t.Environ)}, bell: bellMention,
		roomList: roomList{me: c.Actor.ID()}, input: newInput(t.In), over: make(chan struct{}),
	}
	s.look = look{version: 1, zone: Zone(t.Environ), me: c.Actor.Name()}
	s.room = s.newRoom(0)
	s.prefer(preferences(t.Environ))
	s.restyle()
	s.arrange()
	return s
}

// Init implements tea.Model.
func (s *screen) Init() tea.Cmd {
	cmd := tea.Batch(s.start(), tea.RequestBackgroundColor)
	if s.reader.on {
		cmd = tea.Batch(cmd, s.startReader())
	}
	return cmd
}

// Update implements tea.Model.
func (s *screen) Update(msg tea.Msg) (model tea.Model, cmd tea.Cmd) {
	defer s.catch(func(err error) { s.ended, model, cmd = err, s, s.finish() })
	if cmd, done := s.takeFinish(msg); done {
		return s, cmd
	}
	cmd = s.route(msg)
	if s.room.timeline.chosen == nil { // other messages were loaded in its place
		s.choosing = choosing{}
	}
	s.arrange()
	s.below = s.room.timeline.settle(s.focused)
	s.keepPlace()
	s.sayPanel()
	return s, tea.Batch(cmd, s.load(), s.mark(), s.keepDraft(), s.speak())
}

// route hands a message to the part that it concerns.
func (s *screen) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		s.live.Active()
		return s.press(msg)
	case tea.PasteMsg:
		s.live.Active()
		s.paste(msg.Content)
	case tea.MouseWheelMsg:
		s.wheel(msg)
	case tea.WindowSizeMsg:
		s.size = Size(msg)
	case tea.FocusMsg:
		s.focused = true
	case tea.BlurMsg:
		s.focused = false
	case tea.ColorProfileMsg, tea.ModeReportMsg, tea.BackgroundColorMsg:
		s.learn(msg)
	default:
		return s.routeAnswer(msg)
	}
	return nil
}

// routeAnswer hands on what a command brought.
func (s *screen) routeAnswer(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case startedMsg:
		return s.begin(msg)
	case feedMsg:
		return s.feed(msg)
	case pageMsg:
		return s.loaded(msg)
	case doneMsg:
		return s.done(msg)
	case sentMsg:
		return s.sent(msg)
	case resumeMsg:
		return s.resume()
	case retryMsg:
		return s.retry()
	case markMsg:
		return s.writeMark(s.room)
	case markedMsg:
		s.wrote(msg)
	case draftMsg:
		return s.writeDraft()
	case draftedMsg:
		s.drafted(msg)
	case quietMsg:
		return s.forgetTyping()
	case spokenMsg:
		s.reader.busy, s.reader.turn = false, !s.reader.turn
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

// learn takes over what the terminal was found to be: its colours, never more
// than its owner asked for; its background; and its idea of what is one
// character (mode 2027), as the renderer does.
func (s *screen) learn(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.ColorProfileMsg:
		s.style.profile = msg.Profile
		s.restyle()
	case tea.BackgroundColorMsg:
		s.style.ground = lightGround
		if msg.IsDark() {
			s.style.ground = darkGround
		}
		s.restyle()
	case tea.ModeReportMsg:
		known := msg.Value == ansi.ModeReset || msg.Value == ansi.ModeSet || msg.Value == ansi.ModePermanentlySet
		if msg.Mode == ansi.ModeUnicodeCore && known {
			s.look.method = ansi.GraphemeWidth
			s.look.version++
		}
	}
}

// restyle draws everything anew in the theme as it is now.
func (s *screen) restyle() {
	s.look.theme = newTheme(s.style.name, s.style.profile, s.style.ground)
	s.look.version++
}

// arrange gives every part its place after anything changed.
func (s *screen) arrange() {
	l := arrange(s.size, s.composerRows())
	if l.tooSmall {
		return
	}
	if s.look.width != l.timeline.width {
		s.look.width = l.timeline.width
		s.look.version++
	}
	s.room.timeline.resize(s.look, l.timeline.height)
}
