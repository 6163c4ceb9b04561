package tui_test

import (
	"strings"
	"testing"

	"parley/sshui/sshtest"
	"parley/sshui/tui"
)

// Two people go through every command, over real SSH connections.
func TestEveryCommandDoesWhatTheHelpSays(t *testing.T) {
	core := newCore(t)
	core.User(t, "alice")
	core.User(t, "bobby")
	d := openDoor(t, core)
	wide := tui.Size{Width: 120, Height: 40}
	alice, bobby := d.enter(t, "alice", wide), d.enter(t, "bobby", wide)
	alice.Sees("2 here")
	for _, step := range []struct {
		who   *sshtest.Person
		typed string
		sees  string
		other string // what the other person sees
	}{
		{alice, "/create garden", "› #garden", ""},
		{alice, "/topic roses and tulips", "#garden  roses and tulips", ""},
		{alice, "/topic", "topic: roses and tulips", ""},
		{bobby, "/join garden", "#garden  roses and tulips", "bobby joined"},
		{alice, "/invite @BOBBY", "bobby is in this room already", ""},
		{bobby, "/me waves", "bobby waves", "bobby waves"},
		{alice, "/react :+1:", "[👍\u00a01]", "👍\u00a01"},
		{bobby, "/who", "#garden: 2 here of 2", ""},
		{bobby, escape, "bobby waves", ""},
		{bobby, "/away lunch", "you are shown as away: lunch", ""},
		{alice, "/whois bobby", "bobby is away: lunch; a member since", ""},
		{bobby, "/dnd", "you are shown as not to be disturbed", "- bobby"},
		{bobby, "/back", "you are shown as here", ""},
		{alice, "/role bobby moderator", "alice made bobby moderator", "alice made bobby moderator"},
		{bobby, "/topic -", "bobby took the topic away", "bobby took the topic away"},
		{bobby, "/mute", "#garden is muted", ""},
		{bobby, "/mute", "you are called by mentions", ""},
		{bobby, "/notify all", "you are called by every message", ""},
		{bobby, "/pin", "p pins or unpins it", ""},
		{bobby, "p", "bobby waves (pinned)", "bobby waves (pinned)"},
		{bobby, "/pins", "› bobby: waves", ""},
		{bobby, escape, "bobby waves", ""},
		{alice, "/rename orchard", "› #orchard", "#orchard"},
		{alice, "/archive", "#orchard (archived)", "#orchard (archived)"},
		{alice, "/archive undo", "took the room out of the archive", "took the room out of the archive"},
		{alice, "/create shed", "› #shed", ""},
		{alice, "/delete orchard", "to delete this room and all that is in it: /delete shed", ""},
		{alice, "/delete #shed", "#shed: alice deleted the room", ""},
		{alice, "/join orchard", "› #orchard", ""},
		{alice, "/kick bobby", "alice removed bobby", "#orchard: alice removed you"},
		{alice, "/invite bobby", "bobby is invited", "+#orchard"},
		{bobby, "/part orchard", "#orchard: you left", ""},
		{bobby, "/msg alice psst", " bobby        psst", "●@bobby"},
		{bobby, "/theme contrast", "theme contrast", ""},
		{bobby, "/bell off", "bell off", ""},
		{bobby, "/mouse on", "mouse on", ""},
		{bobby, "/rooms", "you are in it", ""},
		{bobby, escape, "psst", ""},
		{bobby, "/help", "Writing", ""},
		{bobby, escape, "psst", ""},
	} {
		other := alice
		if step.who == alice {
			other = bobby
		}
		if step.typed == escape || len(step.typed) < 2 {
			step.who.Press(step.typed)
		} else {
			step.who.Press(step.typed, enter)
		}
		t.Log(step.typed)
		step.who.Sees(step.sees)
		if step.other != "" {
			other.Sees(step.other)
		}
	}
	bobby.Press("/quit", enter)
	if err := bobby.Wait(); err != nil {
		t.Errorf("leaving gave %v", err)
	}
}

func TestACommandThatFailsSaysWhy(t *testing.T) {
	core := newCore(t)
	core.User(t, "alice")
	alice := openDoor(t, core).enter(t, "alice", reference)
	for _, step := range []struct{ typed, sees string }{
		{"/join", "write it like this: /join general"},
		{"/join nowhere", "there is no such room"},
		{"/join No Way", "a room name has"},
		{"/part", "everyone is in the lobby"},
		{"/part nowhere", "you are in no such room"},
		{"/msg", "/msg bob hello"},
		{"/msg nobody_here", "there is no such user"},
		{"/create", "/create garden"},
		{"/create garden secretly", "public or private"},
		{"/invite", "/invite bob"},
		{"/kick alice", "this takes the role of a moderator"},
		{"/whois nobody_here", "there is no such user"},
		{"/role alice", "/role bob moderator"},
		{"/react", "/react :+1:"},
		{"/react nonsense", "there is no message to react to"},
		{"/notify sometimes", "notify is all, mentions or none"},
		{"/theme pink", "say /theme auto, dark, light, contrast, 16"},
		{"/bell loud", "say /bell off, mention or all"},
		{"/mouse maybe", "say /mouse on or /mouse off"},
		{"/reader maybe", "say /reader on or /reader off"},
		{"/pin", "there is no message to choose"},
		{"/pins", "nothing is pinned here"},
		{"/away " + strings.Repeat("long ", 30), "at most 100 characters"},
		{"/jion dev", "did you mean /join?"},
		{"/JOIN dev", "did you mean /join?"},
		{"/archive garden", "write it like this: /archive"},
		{"/delete", "to delete this room and all that is in it: /delete lobby"},
		{"/delete lobby", "this takes the role of an owner"},
	} {
		alice.Press(step.typed, enter)
		alice.Sees(step.sees)
		alice.Press(escape)
		alice.SeesNo(step.sees)
		alice.Press("\x15")
	}
	if got := messages(t, core); len(got) != 0 {
		t.Errorf("a command was sent as text: %q", got)
	}
}
