package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/charmbracelet/x/term"

	"parley/domain"
)

// newLogger writes structured lines in UTC. Control characters never reach the
// operator's terminal, wherever they came from.
func newLogger(out io.Writer, level slog.Level, format string) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: cleanAttr}
	if format == "" {
		format = "json"
		if file, ok := out.(*os.File); ok && term.IsTerminal(file.Fd()) {
			format = "text"
		}
	}
	if format == "text" {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
}

func cleanAttr(_ []string, attr slog.Attr) slog.Attr {
	switch attr.Value.Kind() {
	case slog.KindTime:
		attr.Value = slog.TimeValue(attr.Value.Time().UTC())
	case slog.KindDuration: // as JSON it would be a number without a unit
		attr.Value = slog.StringValue(attr.Value.Duration().String())
	case slog.KindString:
		attr.Value = slog.StringValue(domain.VisibleLine(attr.Value.String()))
	case slog.KindAny:
		if err, ok := attr.Value.Any().(error); ok {
			attr.Value = slog.StringValue(domain.VisibleLine(err.Error()))
		}
	}
	return attr
}
