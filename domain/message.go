package domain

import (
	"strings"
	"time"
	"unicode/utf8"
)

// MaxContent is the longest message, in characters (code points) after
// trimming.
const MaxContent = 4000

// MaxNonce is the longest nonce, in characters.
const MaxNonce = 64

// NonceLife is how long a nonce makes a repeated send the same message.
const NonceLife = 24 * time.Hour

// Author is who wrote a message, as everyone may see it.
type Author struct {
	ID   UserID
	Name string
}

// Message is what somebody said in a room.
type Message struct {
	RoomID    RoomID
	Room      string // the room's name; empty for a direct conversation
	Seq       Seq
	Author    Author
	Content   string
	ReplyTo   Seq       // the message answered; 0 for none
	CreatedAt time.Time // UTC, microseconds
}

// CleanContent trims a message and checks it. Its errors are
// Invalid: message.empty, message.encoding, message.control and
// message.too_long.
func CleanContent(content string) (string, error) {
	if !utf8.ValidString(content) {
		return "", &Error{
			Kind: Invalid, Code: "message.encoding", Field: "content",
			Message: "a message must be valid UTF-8",
		}
	}
	content = strings.TrimSpace(strings.ReplaceAll(content, "\r\n", "\n"))
	if content == "" {
		return "", &Error{Kind: Invalid, Code: "message.empty", Field: "content", Message: "the message is empty"}
	}
	if utf8.RuneCountInString(content) > MaxContent {
		return "", &Error{
			Kind: Invalid, Code: "message.too_long", Field: "content",
			Message: "a message has at most 4,000 characters",
		}
	}
	if strings.ContainsFunc(content, func(r rune) bool { return IsControl(r) && r != '\n' && r != '\t' }) {
		return "", &Error{
			Kind: Invalid, Code: "message.control", Field: "content",
			Message: "a message holds no control characters other than newline and tab",
		}
	}
	return content, nil
}

// CheckNonce says whether a nonce that a client chose has the right form. Its
// error is Invalid, message.nonce.
func CheckNonce(nonce string) error {
	n := utf8.RuneCountInString(nonce)
	if utf8.ValidString(nonce) && n >= 1 && n <= MaxNonce && !strings.ContainsFunc(nonce, IsControl) {
		return nil
	}
	return &Error{
		Kind: Invalid, Code: "message.nonce", Field: "nonce",
		Message: "a nonce has 1 to 64 characters and no control characters",
	}
}
