package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"parley/domain"
	"parley/domain/wire"
)

// frame is what a client of /api/v1/ws sends: one flat JSON object.
type frame struct {
	kind    string
	room    string
	content string
	nonce   string
	after   *domain.Seq
	replyTo domain.Seq
	seq     domain.Seq
}

// command is one kind of frame. Its fields must be there, except the optional
// ones, which may also be null; no others may be.
type command struct {
	required, optional []string
	do                 func(ctx context.Context, c *socket, room domain.Address, f frame) error
}

var commands = map[string]command{
	"subscribe":   {[]string{"room"}, []string{"after"}, subscribe},
	"unsubscribe": {[]string{"room"}, nil, unsubscribe},
	"send":        {[]string{"room", "content"}, []string{"nonce", "reply_to"}, send},
	"read":        {[]string{"room", "seq"}, nil, read},
	"typing":      {[]string{"room"}, nil, typing},
}

// parseFrame reads and checks a frame. Even with an error it gives the nonce,
// if it could be read, so that a screen knows which message was refused.
func parseFrame(data []byte) (frame, error) {
	values, err := flatObject(data)
	if err != nil {
		return frame{}, err
	}
	var f frame
	f.nonce, _ = values["nonce"].(string)
	kind, _ := values["type"].(string)
	known, ok := commands[kind]
	if !ok {
		return f, errFrame("frame.type", "type is subscribe, unsubscribe, send, read or typing")
	}
	f.kind = kind
	delete(values, "type")
	for _, name := range known.required {
		if values[name] == nil {
			return f, errFrame("frame.missing_field", name+" is missing")
		}
	}
	for _, names := range [][]string{known.required, known.optional} {
		for _, name := range names {
			if err := f.set(name, values[name]); err != nil {
				return f, err
			}
			delete(values, name)
		}
	}
	for name := range values {
		return f, errFrame("frame.unknown_field", "a "+kind+" has no field "+strconv.Quote(logged(name)))
	}
	return f, nil
}

// set fills in a field from its JSON value.
func (f *frame) set(name string, value any) error {
	if value == nil {
		return nil
	}
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	seq, err := strconv.ParseInt(string(number), 10, 64)
	integer := isNumber && err == nil && seq <= wire.MaxSafe && seq >= -wire.MaxSafe
	switch name {
	case "room":
		f.room = text
	case "content":
		f.content = text
	case "nonce":
		if isText && text == "" {
			return domain.CheckNonce(text)
		}
		f.nonce = text
	case "after":
		after := domain.Seq(seq)
		f.after, isText = &after, integer
	case "reply_to":
		f.replyTo, isText = domain.Seq(seq), integer
	case "seq":
		f.seq, isText = domain.Seq(seq), integer
	}
	if !isText {
		return errFrame("frame.value", name+" has the wrong type or is out of range")
	}
	return nil
}

// flatObject reads one JSON object of strings, numbers, booleans and nulls in
// which no name is given twice.
func flatObject(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	token, err := decoder.Token()
	if err != nil || token != json.Delim('{') {
		return nil, errFrame("frame.json", "a frame is one JSON object")
	}
	values := map[string]any{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, errFrame("frame.json", "a frame is one JSON object")
		}
		key, _ := name.(string)
		value, err := decoder.Token()
		if err != nil {
			return nil, errFrame("frame.json", "a frame is one JSON object")
		}
		if _, nested := value.(json.Delim); nested {
			return nil, errFrame("frame.value", "a frame holds no objects or arrays")
		}
		if _, again := values[key]; again {
			return nil, errFrame("frame.repeated_field", "a frame names each field once")
		}
		values[key] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errFrame("frame.json", "a frame is one JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errFrame("frame.json", "a frame is one JSON object and nothing after it")
	}
	return values, nil
}

func errFrame(code, message string) *domain.Error {
	return &domain.Error{Kind: domain.Invalid, Code: code, Message: message}
}
