package markup

import (
	"strings"
	"unicode"

	"parley/domain"
)

// spaceless is where the scripts begin that put no spaces between words (Han,
// Kana) or hang endings on a name (Hangul): a letter of theirs next to a name
// is not part of it.
const spaceless = 0x2e80

// isWord says whether r can be part of a word that a name or an address beside
// it would belong to.
func isWord(r rune) bool {
	if r < 0x80 {
		return isAlnum(byte(r))
	}
	return r < spaceless && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// mention reads @name. The names @here and @room are among them.
func (s *scanner) mention(i int) int {
	name := s.userName(i, i)
	if name == "" {
		return i + 1
	}
	return s.emit(i, i+1+len(name), Node{Kind: Mention, Text: name}, 1)
}

// userName gives the name behind the @ at a position, "" for none. What stands
// before is judged at from.
func (s *scanner) userName(from, at int) string {
	name := leading(s.line[at+1:], func(c byte) bool { return isAlnum(c) || c == '_' || c == '-' })
	s.p.work += len(name)
	end := at + 1 + len(name)
	if !s.standsAlone(from, end) || s.isPath(end) {
		return ""
	}
	name = s.leaveClosing(name, domain.MinUserName)
	if len(name) < domain.MinUserName || len(name) > domain.MaxUserName || name[0] == '-' {
		return ""
	}
	return name
}

// isPath says whether what ends at end goes on as the name of a package does:
// @types/node.
func (s *scanner) isPath(end int) bool {
	if end == len(s.line) || s.line[end] != '/' && s.line[end] != '\\' {
		return false
	}
	next, _ := s.after(end + 1)
	return unicode.IsLetter(next) || unicode.IsDigit(next)
}

// leaveClosing gives a name without the underscores at its end that close
// emphasis, if it has least bytes then.
func (s *scanner) leaveClosing(name string, least int) string {
	bare := name
	for n := s.underscores; n > 0 && strings.HasSuffix(bare, "_"); n-- {
		bare = bare[:len(bare)-1]
	}
	if len(bare) < least {
		return name
	}
	return bare
}

// room reads #name.
func (s *scanner) room(i int) int {
	name := s.roomName(i, i)
	if name == "" {
		return i + 1
	}
	return s.emit(i, i+1+len(name), Node{Kind: RoomLink, Text: name}, 1)
}

// roomName gives the name behind the # at a position as userName does: it
// begins with a lower-case letter. What can be a colour is one: of #fff and
// #facade few are rooms.
func (s *scanner) roomName(from, at int) string {
	name := leading(s.line[at+1:], func(c byte) bool {
		return c >= 'a' && c <= 'z' || isDigit(c) || c == '_' || c == '-'
	})
	s.p.work += len(name)
	if !s.standsAlone(from, at+1+len(name)) {
		return ""
	}
	name = s.leaveClosing(name, 1)
	if name == "" || len(name) > domain.MaxRoomName || name[0] < 'a' || isColour(name) {
		return ""
	}
	return name
}

// isColour says whether CSS reads #name as a colour.
func isColour(name string) bool {
	switch len(name) {
	case 3, 4, 6, 8:
		return leading(name, func(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' }) == name
	}
	return false
}

// leading gives the bytes at the front of text that are in a set.
func leading(text string, in func(byte) bool) string {
	for i := range len(text) {
		if !in(text[i]) {
			return text[:i]
		}
	}
	return text
}

// standsAlone says whether what is written between from and end is not part of
// a longer word: an e-mail address, a path, another kind of name. Underscores
// before it may be emphasis, and are looked through.
func (s *scanner) standsAlone(from, end int) bool {
	if !s.joinsName(from) {
		before, n := s.before(len(strings.TrimRight(s.line[:from], "_+-")))
		if n > 0 && (isWord(before) || strings.ContainsRune("/@#&=", before)) {
			return false
		}
	}
	after, n := s.after(end)
	return n == 0 || !isWord(after) && after != '@' && after != '#' && !unicode.Is(unicode.Cf, after)
}

// joinsName says whether from stands behind a name and one character that puts
// another beside it: @alice/@bob.
func (s *scanner) joinsName(from int) bool {
	if from == 0 || s.start != from-1 || len(s.tokens) == 0 || !strings.ContainsRune("/&+", rune(s.line[from-1])) {
		return false
	}
	last := s.tokens[len(s.tokens)-1].node
	return last != nil && (last.Kind == Mention || last.Kind == RoomLink)
}
