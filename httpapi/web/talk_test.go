package web_test

import "testing"

func TestWhatIsWrittenInOnePageIsSeenInAnother(t *testing.T) {
	h := openHouse(t)
	alice, bob := h.open(t), h.open(t)
	alice.register("alice")
	bob.register("bob")
	alice.write("hello from *alice*")
	bob.sees("hello from alice")
	bob.write("and back")
	alice.sees("and back")
	alice.shot("talk")
	bob.shot("talk-bob")
}
