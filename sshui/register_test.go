package sshui_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"parley/domain"
	"parley/domain/auth"
	"parley/sshui"
	"parley/sshui/sshtest"
	"parley/store/storetest"
)

const goodPassword = "Fresh-horse-7"

// stranger opens the dialogue in a terminal.
func stranger(t *testing.T, d *door, from string) *sshtest.Person {
	t.Helper()
	p, err := sshtest.EnterFrom(t, from, d.addr, domain.RegistrationName, "", 80, 24)
	check(t, err)
	return p
}

// left gives the exit status of a person's session.
func left(t *testing.T, p *sshtest.Person) int {
	t.Helper()
	err := p.Wait()
	var status *gossh.ExitError
	if errors.As(err, &status) {
		return status.ExitStatus()
	}
	if err != nil {
		return -1
	}
	return 0
}

func TestAStrangerRegistersAndComesIn(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	p := stranger(t, d, "127.0.0.1")
	p.Sees("Name:")
	p.Press("carolx\b\x7f\x7fol\r")
	p.Sees("Password:")
	p.Press(goodPassword + "\r")
	p.Sees("The same again:")
	p.Press(goodPassword + "\r")
	_, port, err := net.SplitHostPort(d.addr)
	check(t, err)
	p.Sees("Welcome, carol.", "ssh -p "+port+" carol@127.0.0.1")
	if status := left(t, p); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if strings.Contains(p.Written(), goodPassword) || strings.Contains(d.log.String(), goodPassword) {
		t.Error("the password was shown")
	}
	d.log.await(t, "connection closed")
	if d.Unauthenticated() != 0 {
		t.Error("the place at the gate was kept")
	}
	if _, err := d.tryLogIn(t, "127.0.0.1", "carol", gossh.Password(goodPassword)); err != nil {
		t.Error(err)
	}
}

func TestEachRefusalIsExplainedAndAskedAboutAgain(t *testing.T) {
	d := open(t, options{})
	p := stranger(t, d, "127.0.0.1")
	for name, told := range map[string]string{
		"ab": "a name has 3 to 50 characters", "bob smith": "a name consists of", "root": "this name is reserved",
		"new": "this name is reserved", "\u202e\u009b31m\x1b]0;x\x07b": "a name consists of",
	} {
		p.Sees("Name:")
		p.Press(name + "\r")
		p.Sees(told)
		p.Press("\x0c") // no matter where it is pressed
	}
	p.Press("Alice\r")
	for _, c := range [][2]string{
		{"short\r", "a password has 8 to 128 characters"},
		{"no-digit-Here\r", "at least one upper-case letter"},
		{goodPassword + "\r" + goodPassword + "x\r", "the two passwords differ"},
		{goodPassword + "\r" + goodPassword + "\r", "this name is taken"},
	} {
		p.Sees("Password:")
		p.Press(c[0])
		p.Sees(c[1])
	}
	p.Press("dave\r")
	p.Press(goodPassword+"\r", goodPassword+"\r")
	p.Sees("Welcome, dave.")
	if status := left(t, p); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if bad := controls(p.Written()); bad != "" {
		t.Errorf("the terminal was sent %q", bad)
	}
}

// controls gives what of a terminal's output is not for a dumb terminal.
func controls(written string) string {
	return strings.Join(regexp.MustCompile("[^ -~\r\n\b\a\u00a1-\u167f\u2100-\uffff]+").FindAllString(written, -1), "|")
}

func TestAStrangerCanLeave(t *testing.T) {
	d := open(t, options{})
	for _, keys := range []string{"\x04", "\x03", "half a name\x03\x03", "erin\r\x04", "erin\r" + goodPassword + "\r\x03"} {
		p := stranger(t, d, "127.0.0.1")
		p.Sees("Name:")
		p.Press(keys)
		if status := left(t, p); status != 1 {
			t.Errorf("%q: exit status %d", keys, status)
		}
	}
}

func TestTheOperatorsWordIsToldAtOnce(t *testing.T) {
	for mode, told := range map[auth.Registration]string{
		auth.RegistrationClosed: "registration is closed here", auth.RegistrationInvite: "takes an invitation",
	} {
		d := open(t, options{registration: mode})
		p := stranger(t, d, "127.0.0.1")
		if status := left(t, p); status != 1 || !strings.Contains(p.Text(), told) || strings.Contains(p.Text(), "Name:") {
			t.Errorf("%s: exit status %d\n%s", mode, status, p.Text())
		}
	}
}

func TestRegistrationsAreLimitedOverBothDoorsTogether(t *testing.T) {
	d := open(t, options{})
	web := auth.Origin{Door: auth.HTTP, Addr: netip.MustParseAddr("127.0.9.1")}
	for i := range 5 {
		_, err := d.core.Auth.Register(t.Context(), web, fmt.Sprint("user", i), goodPassword)
		check(t, err)
	}
	p := stranger(t, d, "127.0.9.1")
	p.Sees("Name:")
	p.Press("frank\r", goodPassword+"\r", goodPassword+"\r")
	p.Sees("too many registration attempts from your address", "Enter tries again:")
	p.Press("\r\x04")
	if status := left(t, p); status != 1 {
		t.Errorf("exit status %d", status)
	}
	other := stranger(t, d, "127.0.9.2")
	other.Sees("Name:")
	other.Press("frank\r", goodPassword+"\r", goodPassword+"\r")
	other.Sees("Welcome, frank.")
}

func TestAStrangerGetsTheDialogueAndNothingElse(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{})
	client, err := d.tryLogIn(t, "127.0.0.1", "new")
	check(t, err)
	if _, _, err := client.OpenChannel("direct-tcpip", nil); err == nil {
		t.Error("a port was forwarded")
	}
	if ok, _, err := client.SendRequest("tcpip-forward", true, nil); err != nil || ok {
		t.Errorf("a port was forwarded back: %v, %v", ok, err)
	}
	s, err := client.NewSession()
	check(t, err)
	if _, err := client.NewSession(); err == nil {
		t.Error("there is a second session")
	}
	if ok, err := s.SendRequest("subsystem", true, gossh.Marshal(struct{ Name string }{"sftp"})); err != nil || ok {
		t.Errorf("a subsystem was started: %v, %v", ok, err)
	}
	for command, want := range map[string]string{
		"post lobby hi": "parley: new@ makes an account and runs no commands (registration.terminal)\n",
		"":              "parley: registering takes a terminal; connect with: ssh -t -p ",
	} {
		client, err := d.tryLogIn(t, "127.0.0.1", "new")
		check(t, err)
		if got := run(t, client, nil, command); got.status != 2 || got.out != "" || !strings.HasPrefix(got.told, want) {
			t.Errorf("%q: %+v", command, got)
		}
		closed(t, client)
	}
	if list := d.contents(t); len(list) > 0 {
		t.Errorf("a stranger posted %q", list)
	}
}

func TestNobodyElseComesInWithoutProof(t *testing.T) {
	d := open(t, options{})
	for _, user := range []string{"alice", "NEW", "new ", "news", "", "nobody"} {
		if _, err := d.tryLogIn(t, "127.0.0.1", user); err == nil {
			t.Errorf("%q came in without proof", user)
		}
	}
}

func TestAStrangerHasAPlaceAtTheGateAndSoMuchTime(t *testing.T) {
	t.Parallel() // it waits for the clock
	d := open(t, options{times: sshui.Times{Registration: 700 * time.Millisecond}})
	p := stranger(t, d, "127.0.0.1")
	p.Sees("Name:")
	if n := d.Unauthenticated(); n != 1 {
		t.Errorf("%d places are taken", n)
	}
	p.Sees("the time to register is over; connect again")
	if status := left(t, p); status != 1 {
		t.Errorf("exit status %d", status)
	}
	d.log.await(t, "connection closed")
}

func TestStrangersFromOneAddressDoNotBarTheOthers(t *testing.T) {
	d := open(t, options{})
	for range 20 {
		_, err := d.tryLogIn(t, "127.0.4.1", "new")
		check(t, err)
	}
	if _, err := d.tryLogIn(t, "127.0.4.1", "new"); err == nil {
		t.Error("one address has a 21st place")
	}
	if _, err := d.tryLogIn(t, "127.0.4.2", "alice", gossh.Password(storetest.Password)); err != nil {
		t.Errorf("another address: %v", err)
	}
}

func TestOpenSSHRegisters(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	command := openssh(t, d, "", "-l", "new", "-tt", "127.0.0.1")
	command.Args = append(command.Args[:5:5], command.Args[7:]...) // without -l alice
	out := &journal{}
	command.Stdout, command.Stderr = out, out
	in, err := command.StdinPipe()
	check(t, err)
	check(t, command.Start())
	out.await(t, "Name: ")
	fmt.Fprint(in, "grace\r")
	out.await(t, "Password: ")
	fmt.Fprint(in, goodPassword+"\r"+goodPassword+"\r")
	out.await(t, "grace@127.0.0.1")
	if err := command.Wait(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	command = openssh(t, d, "", "-l", "new", "-T", "127.0.0.1")
	command.Args = append(command.Args[:5:5], command.Args[7:]...)
	status, _, told := outcome(t, command)
	if status != 2 || !strings.Contains(told, "parley: registering takes a terminal; connect with: ssh -t -p ") {
		t.Errorf("no terminal: %d, %q", status, told)
	}
}
