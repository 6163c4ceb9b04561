package tui

import (
	"io"
	"log/slog"
	"time"

	"parley/domain/auth"
	"parley/domain/chat"
)

// Size is a terminal's size in cells.
type Size struct{ Width, Height int }

// Terminal is the person's end of a session.
type Terminal struct {
	In      io.ReadCloser // what they type; Close ends a Read under way
	Out     io.Writer     // what they see; writing to it must not block for long
	Size    Size          // at the start
	Resizes <-chan Size   // later sizes; may stay silent
	Environ []string      // NAME=value as the client sent them, sanitized: TERM, COLORTERM, NO_COLOR, TZ, LANG ...
}

// Config is what the screen works with.
type Config struct {
	Chat  *chat.Service
	Actor auth.Actor
	Log   *slog.Logger
	Now   func() time.Time
}
