package httpapi

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// jsonPieces make text that is JSON surprisingly often.
var jsonPieces = rapid.SampledFrom([]string{
	`{`, `}`, `[`, `]`, `:`, `,`, `"a"`, `"b"`, `"type"`, `"send"`, `"room"`, `"lobby"`, `"content"`, `"seq"`, `"after"`,
	`1`, `-1`, `1e400`, `9007199254740992`, `null`, `true`, `"\ud800"`, `"\u0000"`, "\x00", "\xff", ` `, `"`,
	`{"type":"send","room":"lobby","content":"a"`, `"read","room":"lobby","seq":`,
})

func TestScanningFindsWhatIsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(jsonPieces, 0, 14).Draw(t, "text"), "")
		_, err := scanJSON([]byte(text))
		if valid := json.Valid([]byte(text)); valid != (err == nil) {
			t.Fatalf("%q: valid is %v, the error is %v", text, valid, err)
		}
	})
}

func TestScanningFindsNamesGivenTwice(t *testing.T) {
	for text, want := range map[string]bool{
		`{"a":1,"a":2}`: true, `{"a":"a"}`: false, `{"a":1,"b":{"a":2}}`: false, `[{"a":1},{"a":2}]`: false,
		`{"b":{"a":1,"a":1}}`: true, `{"a":["a","a"]}`: false, `{"a":{},"a":[]}`: true, `{"a":1,"\u0061":2}`: true,
		`{"a":"b","b":"a"}`: false, `"a"`: false,
	} {
		got, err := scanJSON([]byte(text))
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
}

func TestAFrameIsReadOrRefusedAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(jsonPieces, 0, 14).Draw(t, "text"), "")
		f, err := parseFrame([]byte(text))
		if err != nil {
			return
		}
		var object map[string]any
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			t.Fatalf("%q was read and is not an object: %v", text, err)
		}
		if object["type"] != f.kind || object["room"] != f.room || commands[f.kind].do == nil {
			t.Fatalf("%q was read as %+v", text, f)
		}
	})
}
