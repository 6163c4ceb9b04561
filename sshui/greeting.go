package sshui

import (
	"bytes"
	"encoding/binary"
)

// greeting follows the first bytes of a connection until the first packet is
// complete: the version line, which other lines may precede, and one binary
// packet, whose length its first four bytes give (RFC 4253, 4.2 and 6).
type greeting struct {
	complete bool

	line    []byte // the beginning of the current line
	version bool   // the version line is over
	header  []byte // the packet's length, as far as it has come
	left    uint32 // of the packet
}

// read takes what came and reports whether the first packet is complete.
func (g *greeting) read(p []byte) bool {
	for len(p) > 0 && !g.version {
		g.byteOfLine(p[0])
		p = p[1:]
	}
	for len(p) > 0 && len(g.header) < 4 {
		g.header = append(g.header, p[0])
		p = p[1:]
		if len(g.header) == 4 {
			g.left = binary.BigEndian.Uint32(g.header)
		}
	}
	if len(g.header) == 4 {
		g.left -= min(g.left, uint32(min(len(p), 1<<20)))
		g.complete = g.left == 0
	}
	return g.complete
}

func (g *greeting) byteOfLine(b byte) {
	const mark = "SSH-"
	if b == '\n' {
		g.version = bytes.HasPrefix(g.line, []byte(mark))
		g.line = nil
	} else if len(g.line) < len(mark) {
		g.line = append(g.line, b)
	}
}
