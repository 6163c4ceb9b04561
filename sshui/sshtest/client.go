package sshtest

import (
	"fmt"
	"net"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// dialTimeout bounds connecting and logging in.
const dialTimeout = 30 * time.Second

// Person is somebody who came in by SSH and sees a screen.
type Person struct {
	*Screen
	client  *ssh.Client
	session *ssh.Session
}

// Dial connects and logs in by password, whatever the host key. From is the
// local address to come from; "" for any.
func Dial(addr, user, password, from string) (*ssh.Client, error) {
	return DialAs(addr, user, password, from, "")
}

// DialAs is Dial by a client that says a version of itself; "" for the usual.
func DialAs(addr, user, password, from, version string) (*ssh.Client, error) {
	return dial(addr, from, &ssh.ClientConfig{
		User: user, Auth: []ssh.AuthMethod{ssh.Password(password)}, ClientVersion: version,
	})
}

// DialKey connects and logs in by key.
func DialKey(addr, user string, key ssh.Signer, from string) (*ssh.Client, error) {
	return dial(addr, from, &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}})
}

func dial(addr, from string, config *ssh.ClientConfig) (*ssh.Client, error) {
	config.HostKeyCallback = ssh.InsecureIgnoreHostKey() //nolint:gosec // a server of the test's own
	dialer := net.Dialer{Timeout: dialTimeout}
	if from != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	conn, err := dialer.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(dialTimeout)); err != nil {
		return nil, err
	}
	c, channels, requests, err := ssh.NewClientConn(conn, addr, config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return ssh.NewClient(c, channels, requests), conn.SetDeadline(time.Time{})
}

// Enter logs in and opens a terminal of a size.
func Enter(tb testing.TB, addr, user, password string, width, height int) (*Person, error) {
	return EnterFrom(tb, "", addr, user, password, width, height)
}

// EnterFrom is Enter from a local address.
func EnterFrom(tb testing.TB, from, addr, user, password string, width, height int) (*Person, error) {
	client, err := Dial(addr, user, password, from)
	if err != nil {
		return nil, err
	}
	tb.Cleanup(func() { _ = client.Close() })
	session, err := client.NewSession()
	if err != nil {
		return nil, fmt.Errorf("open a session: %w", err)
	}
	if err := session.RequestPty("xterm-256color", height, width, ssh.TerminalModes{}); err != nil {
		return nil, fmt.Errorf("request a terminal: %w", err)
	}
	keys, err := session.StdinPipe()
	if err != nil {
		return nil, err
	}
	p := &Person{Screen: NewScreen(tb, width, height, keys), client: client, session: session}
	session.Stdout, session.Stderr = p.Screen, p.Screen
	if err := session.Shell(); err != nil {
		return nil, fmt.Errorf("start the shell: %w", err)
	}
	go func() { p.End(session.Wait()) }()
	return p, nil
}

// Close hangs up.
func (p *Person) Close() { _ = p.client.Close() }
