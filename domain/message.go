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

// Message is what somebody said in a room, as it stands now.
type Message struct {
	RoomID    RoomID
	Room      string // the room's name; empty for a direct conversation
	Seq       Seq
	Author    Author
	Content   string    // empty once it is deleted
	ReplyTo   Seq       // the message answered; 0 for none
	CreatedAt time.Time // UTC, microseconds
	EditedAt  time.Time // when it was last edited; zero if it never was
	Deleted   bool      // its place is all that is left
	Pinned    bool
	Quote     *Quote     // of the message answered; nil for none
	Mentions  []string   // whom it calls, as their names are written; "here" and "room" among them
	Reactions []Reaction // by the emoji that came first
}

// Quote is the line by which an answer recalls what it answers.
type Quote struct {
	Author  string
	Text    string // the beginning of the text, one line, without Markdown
	Deleted bool
}

// MaxQuote is the longest quoted line, in characters.
const MaxQuote = 120

// Reaction is an emoji that people put to a message.
type Reaction struct {
	Emoji string
	Users []Author // in the order in which they reacted
}

// The most reactions that a message takes: kinds of emoji, and all together.
const (
	MaxReactionKinds = 50
	MaxReactions     = 1000
)

// MaxVersions is how many earlier texts of a message are kept at most: the first
// and the newest.
const MaxVersions = 100

// MaxPins is how many messages a room has pinned at most.
const MaxPins = 100

// The words that call a room's people together.
const (
	MentionHere = "here" // those who are there now
	MentionRoom = "room" // all members
)

// ErrTooLong refuses a message of more than MaxContent characters.
func ErrTooLong() *Error {
	return &Error{
		Kind: Invalid, Code: "message.too_long", Field: "content",
		Message: "a message has at most 4,000 characters",
	}
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
		return "", ErrTooLong()
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
