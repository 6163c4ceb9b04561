package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLogLinesAreInUTCAndHoldNoControlCharacters(t *testing.T) {
	for _, format := range []string{"", "json", "text"} {
		var out bytes.Buffer
		log := newLogger(&out, slog.LevelInfo, format)
		log.Debug("not written")
		log.Info("a \x1b[31mline", "text", "x\ny\u202ez", "err", errors.New("bad \x07 bell"), "took", 1500*time.Microsecond)
		line := out.String()
		if strings.Count(line, "\n") != 1 || strings.ContainsAny(line, "\x1b\x07\u202e") || !strings.Contains(line, "1.5ms") ||
			strings.Contains(line, "not written") {
			t.Errorf("%q: %q", format, line)
		}
		if format == "text" {
			continue
		}
		var fields struct{ Time time.Time }
		if err := json.Unmarshal(out.Bytes(), &fields); err != nil || fields.Time.Location() != time.UTC {
			t.Errorf("%q: %v, %v", line, fields.Time, err)
		}
	}
}
