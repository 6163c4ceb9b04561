package encryption

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/fernet/fernet-go"

	"parley/domain"
)

// Sealed is a text as a store may keep it: a Fernet token and the key that
// made it.
type Sealed struct {
	Token string // Fernet token, base64url with padding
	KeyID string // 16 hexadecimal digits; see Keyring
}

// Binding says where a sealed text belongs. It is sealed together with the
// text, so a token that was moved elsewhere does not open there.
type Binding struct {
	kind byte
	ids  [3]int64
	edit domain.Seq // of kindEdit alone
}

// The kinds of place that sealed text is bound to. The numbers are stored
// inside tokens and never change meaning.
const (
	kindRoot    byte = 1
	kindMessage byte = 2
	kindEmail   byte = 3
	kindTopic   byte = 4
	kindDraft   byte = 5
	kindStatus  byte = 6
	kindEdit    byte = 7
)

// ForMessage binds a message's text to its room, its place and its author.
func ForMessage(room domain.RoomID, seq domain.Seq, author domain.UserID) Binding {
	return Binding{kind: kindMessage, ids: [3]int64{int64(room), int64(seq), int64(author)}}
}

// ForEdit binds the text that an edit, at its own place in the room, gave to a
// message: to the message as ForMessage does, and to the edit.
func ForEdit(room domain.RoomID, seq, edit domain.Seq, author domain.UserID) Binding {
	return Binding{kind: kindEdit, ids: [3]int64{int64(room), int64(seq), int64(author)}, edit: edit}
}

// ForEmail binds an e-mail address to the user whose it is.
func ForEmail(user domain.UserID) Binding {
	return Binding{kind: kindEmail, ids: [3]int64{int64(user)}}
}

// ForTopic binds a topic to its room.
func ForTopic(room domain.RoomID) Binding {
	return Binding{kind: kindTopic, ids: [3]int64{int64(room)}}
}

// ForDraft binds what somebody has not sent yet to its room and to them.
func ForDraft(room domain.RoomID, user domain.UserID) Binding {
	return Binding{kind: kindDraft, ids: [3]int64{int64(room), int64(user)}}
}

// ForStatus binds a status text to the user whose it is.
func ForStatus(user domain.UserID) Binding {
	return Binding{kind: kindStatus, ids: [3]int64{int64(user)}}
}

// envelopeVersion is the first byte inside every token: the layout of header.
const envelopeVersion = 1

// maxHeader is version, kind and three 64-bit numbers, four of an edit.
const maxHeader = 2 + 4*8

// header is what stands before the text in a token. How long it is depends on
// the kind in it alone, so no text can be taken for the end of one.
func (b Binding) header() []byte {
	h := append(make([]byte, 0, maxHeader), envelopeVersion, b.kind)
	for _, id := range b.ids {
		h = binary.BigEndian.AppendUint64(h, uint64(id))
	}
	if b.kind == kindEdit {
		h = binary.BigEndian.AppendUint64(h, uint64(b.edit))
	}
	return h
}

// Keyring seals with its first key and opens with all.
type Keyring struct {
	keys []*fernet.Key
	ids  []string
}

// ErrUnreadable says that a sealed text does not open: its key is not in the
// keyring, it was tampered with, or it belongs somewhere else.
var ErrUnreadable = errors.New("sealed text does not open here")

// ParseKeyring reads a comma-separated list of Fernet keys (44 characters of
// base64url each). The error never holds any part of a key.
func ParseKeyring(list string) (*Keyring, error) {
	ring := &Keyring{}
	for i, text := range strings.Split(list, ",") {
		raw, err := base64.URLEncoding.Strict().DecodeString(strings.TrimSpace(text))
		if err != nil || len(raw) != len(fernet.Key{}) {
			return nil, fmt.Errorf("key %d is not a Fernet key (44 characters of base64url)", i+1)
		}
		key := new(fernet.Key)
		copy(key[:], raw)
		if !LooksRandom(raw) {
			return nil, fmt.Errorf("key %d is not random", i+1)
		}
		ring.keys = append(ring.keys, key)
		ring.ids = append(ring.ids, keyID(raw))
	}
	return ring, nil
}

// NewKey makes a fresh random Fernet key in its written form.
func NewKey() (string, error) {
	var key fernet.Key
	if err := key.Generate(); err != nil {
		return "", fmt.Errorf("make encryption key: %w", err)
	}
	return key.Encode(), nil
}

// LooksRandom reports whether a key of at least 32 bytes can have been drawn at
// random: 32 random bytes hold fewer than 16 distinct ones with a probability
// below 1e-12.
func LooksRandom(key []byte) bool {
	distinct := map[byte]bool{}
	for _, b := range key {
		distinct[b] = true
	}
	return len(distinct) >= 16
}

// keyID names a key without telling anything about it.
func keyID(raw []byte) string {
	sum := sha256.Sum256(append([]byte("parley key id\x00"), raw...))
	return hex.EncodeToString(sum[:8])
}

// KeyID names the key that Seal uses.
func (k *Keyring) KeyID() string { return k.ids[0] }

// Seal encrypts text and binds it to its place.
func (k *Keyring) Seal(at Binding, text string) (Sealed, error) {
	header := at.header()
	plain := make([]byte, 0, len(header)+len(text))
	plain = append(append(plain, header...), text...)
	token, err := fernet.EncryptAndSign(plain, k.keys[0])
	if err != nil {
		return Sealed{}, fmt.Errorf("seal: %w", err)
	}
	return Sealed{Token: string(token), KeyID: k.ids[0]}, nil
}

// Open decrypts what Seal made for the same place; anything else is
// ErrUnreadable.
func (k *Keyring) Open(at Binding, sealed Sealed) (string, error) {
	key := k.find(sealed.KeyID)
	if key == nil {
		return "", fmt.Errorf("%w: key %s is not in ENCRYPTION_KEY", ErrUnreadable, domain.VisibleLine(sealed.KeyID))
	}
	if !strictToken(sealed.Token) {
		return "", fmt.Errorf("%w: not a Fernet token", ErrUnreadable)
	}
	// A time to live would lose history: tokens never expire.
	plain := fernet.VerifyAndDecrypt([]byte(sealed.Token), 0, []*fernet.Key{key})
	text, here := bytes.CutPrefix(plain, at.header())
	if !here {
		return "", ErrUnreadable
	}
	return string(text), nil
}

func (k *Keyring) find(id string) *fernet.Key {
	for i, own := range k.ids {
		if own == id {
			return k.keys[i]
		}
	}
	return nil
}

// strictToken accepts only the one canonical spelling of a token. The library
// decodes leniently and would take others for the same text.
func strictToken(token string) bool {
	const overhead = 1 + 8 + 16 + 16 + 32 // version, time, IV, one block, HMAC
	raw, err := base64.URLEncoding.Strict().DecodeString(token)
	return err == nil && !strings.ContainsAny(token, "\r\n") && len(raw) >= overhead && (len(raw)-overhead)%16 == 0
}
