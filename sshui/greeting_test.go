package sshui

import "testing"

func TestTheFirstPacketIsSeenHoweverItArrives(t *testing.T) {
	packet := "\x00\x00\x00\x06abcdef"
	for name, text := range map[string]string{
		"plain":             "SSH-2.0-x\r\n" + packet,
		"after other lines": "PROXY UNKNOWN\r\n\nSS\nSSH-2.0-x\n" + packet,
	} {
		for size := 1; size <= len(text); size++ {
			var g greeting
			for at := 0; at < len(text); at += size {
				end := min(at+size, len(text))
				if complete := g.read([]byte(text[at:end])); complete != (end == len(text)) {
					t.Errorf("%s, by %d: complete is %v at byte %d of %d", name, size, complete, end, len(text))
				}
			}
		}
	}
}

func TestALongPromiseIsNoPacket(t *testing.T) {
	var g greeting
	if g.read([]byte("SSH-2.0-x\r\n\xff\xff\xff\xff")) || g.read(make([]byte, 100_000)) {
		t.Error("a packet that has not come counts as complete")
	}
}
