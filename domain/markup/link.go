package markup

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/domain"
)

const (
	maxHref = 2000 // bytes
	// maxParens is how deep parentheses nest in a link's target. It also
	// bounds how many unfinished links can read the same characters.
	maxParens = 4
)

// link reads a ], which ends a link if its [ stands on the same line and a
// target follows. Its label must hold something to see, and no other address
// than the one it leads to.
func (s *scanner) link(i int) int {
	last := len(s.brackets) - 1
	if last < 0 {
		return i + 1
	}
	first := s.brackets[last]
	s.brackets = s.brackets[:last]
	href, end := s.target(i + 1)
	if href == "" {
		return i + 1
	}
	s.flush(i)
	label, height := s.p.settle(asLabel(s.tokens[first+1:]), s.limit-1)
	s.p.work += len(s.tokens) - first
	shown := Plain(label)
	if isBlank(domain.Visible(shown)) {
		return i + 1
	}
	s.brackets = s.brackets[:0] // links do not nest
	if !isHonest(shown, href) {
		return i + 1
	}
	s.tokens = s.tokens[:first]
	s.start = end
	return s.emit(end, end, Node{Kind: Link, Href: href, Nodes: label}, height+1)
}

// asLabel gives the tokens of a label: what would lead elsewhere is text.
func asLabel(tokens []token) []token {
	label := slices.Clone(tokens)
	for i, t := range label {
		if t.node != nil && (t.node.Kind == Link || t.node.Kind == Mention || t.node.Kind == RoomLink) {
			label[i] = token{text: t.text, height: 1}
		}
	}
	return label
}

// isHonest says whether a label does not show another address than its href.
func isHonest(label, href string) bool {
	fold := func(s string) string { return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), "/") }
	label, href = fold(domain.Visible(label)), fold(href)
	if !strings.Contains(label, "://") && !strings.HasPrefix(label, "www.") {
		return true
	}
	return href == label || href == "https://"+label || href == "http://"+label
}

// target reads "(address)" at i, and gives the address and where it ends; ""
// when there is none that may be linked.
func (s *scanner) target(i int) (href string, end int) {
	if i == len(s.line) || s.line[i] != '(' {
		return "", 0
	}
	open := 0
	for j, r := range s.line[i:] {
		s.p.work++
		switch {
		case r == '(':
			open++
		case r == ')':
			open--
		case neverInAddress(r):
			return "", 0
		}
		if open == 0 {
			href, _ = checkHref(s.line[i+1 : i+j])
			return href, i + j + 1
		}
		if open > maxParens {
			return "", 0
		}
	}
	return "", 0
}

// address reads a bare address at its :, looking back for http or https.
func (s *scanner) address(i int) int {
	if !strings.HasPrefix(s.line[i:], "://") {
		return i + 1
	}
	for _, scheme := range []string{"https", "http"} {
		from := i - len(scheme)
		if from < s.start || !strings.EqualFold(s.line[from:i], scheme) {
			continue
		}
		if before, n := s.before(from); n > 0 && isWord(before) {
			continue
		}
		end := s.addressEnd(i + len("://"))
		href, ok := checkHref(s.line[from:end])
		if !ok {
			return end // read as text to its end, so that nothing is read twice
		}
		label := []Node{{Kind: Text, Text: s.line[from:end]}}
		return s.emit(from, end, Node{Kind: Link, Href: href, Nodes: label}, 2)
	}
	return i + 1
}

// addressEnd gives where a bare address ends: before a space, a quotation
// mark, a bracket that it did not open, and the punctuation of the sentence.
func (s *scanner) addressEnd(begin int) int {
	end := len(s.line)
	round, square := 0, 0
scan:
	for j, r := range s.line[begin:] {
		s.p.work++
		switch r {
		case '(':
			round++
		case ')':
			round--
		case '[':
			square++
		case ']':
			square--
		}
		if round < 0 || square < 0 || neverInAddress(r) || r >= 0x80 && unicode.IsPunct(r) {
			end = begin + j
			break scan
		}
	}
	return begin + len(strings.TrimRight(s.line[begin:end], ".,:;!?'*_~"))
}

// neverInAddress says whether r cannot be in an address as people paste it. A
// backslash is what browsers take for a slash.
func neverInAddress(r rune) bool {
	return r <= ' ' || r == utf8.RuneError || unicode.IsSpace(r) || domain.IsControl(r) ||
		strings.ContainsRune("<>\"`\\", r)
}

// checkHref gives an address as a link may carry it, its scheme in lower case:
// http and https with a host and without a user, who only serves to make one
// host look like another; or mailto. It holds nothing that a reader would not
// see, and no host that hides its end behind what looks like a slash.
func checkHref(address string) (href string, ok bool) {
	if len(address) > maxHref || strings.ContainsFunc(address, neverInAddress) || domain.Visible(address) != address {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		ok = u.User == nil && strings.ContainsFunc(u.Hostname(), isWord) && isHost(u.Hostname())
	case "mailto":
		name, host, _ := strings.Cut(u.Opaque, "@")
		ok = name != "" && host != "" && isHost(host)
	}
	if !ok {
		return "", false
	}
	if strings.HasPrefix(address, u.Scheme) {
		return address, true
	}
	return u.Scheme + address[len(u.Scheme):], true
}

// isHost says whether no character of a host beyond ASCII is other than a
// letter, a digit or a mark: U+2044 and U+2215 look like a slash and are none,
// and browsers take U+3002 for a dot.
func isHost(host string) bool {
	return !strings.ContainsFunc(host, func(r rune) bool {
		return r >= 0x80 && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}
