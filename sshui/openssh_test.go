package sshui_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/store/storetest"
)

// openssh is a call of OpenSSH's own client, which answers questions for a
// password with the help of a script.
func openssh(t *testing.T, d *door, password string, arguments ...string) *exec.Cmd {
	t.Helper()
	home := t.TempDir()
	ask := filepath.Join(home, "ask")
	check(t, os.WriteFile(ask, fmt.Appendf(nil, "#!/bin/sh\necho '%s'\n", password), 0o700))
	_, port, err := net.SplitHostPort(d.addr)
	check(t, err)
	command := exec.CommandContext(t.Context(), "ssh", append([]string{
		"-F", "none", "-p", port, "-l", "alice",
		"-o", "StrictHostKeyChecking=accept-new", "-o", "UserKnownHostsFile=" + filepath.Join(home, "known_hosts"),
		"-o", "NumberOfPasswordPrompts=1", "-o", "ConnectTimeout=20",
	}, arguments...)...)
	command.Env = []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"), "SSH_ASKPASS=" + ask, "SSH_ASKPASS_REQUIRE=force",
		"DISPLAY=:0", "TERM=xterm-256color", "LANG=C.UTF-8",
	}
	command.WaitDelay = patience
	return command
}

// outcome runs a client to its end.
func outcome(t *testing.T, command *exec.Cmd) (status int, out, told string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); command.ProcessState == nil {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

func TestOpenSSHLogsInAndQuits(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	for _, method := range []string{"password", "keyboard-interactive"} {
		command := openssh(t, d, storetest.Password, "-tt", "-o", "PreferredAuthentications="+method, "127.0.0.1")
		out, told := &journal{}, &journal{}
		command.Stdout, command.Stderr = out, told
		in, err := command.StdinPipe()
		check(t, err)
		check(t, command.Start())
		out.await(t, "alice")
		_, err = in.Write([]byte("/quit\r"))
		check(t, err)
		if err := command.Wait(); err != nil {
			t.Errorf("%s: %v, %s", method, err, told)
		}
		if !strings.Contains(out.String(), "\x1b[?1049l") {
			t.Errorf("%s: the terminal was not restored", method)
		}
	}
}

func TestOpenSSHIsToldTheMethods(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	status, _, told := outcome(t, openssh(t, d, "", "-o", "PreferredAuthentications=none", "127.0.0.1"))
	if status != 255 || !strings.Contains(told, "Permission denied (password,publickey,keyboard-interactive).") {
		t.Errorf("status %d, told %q", status, told)
	}
}

func TestOpenSSHIsToldOfTheLimit(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	told := ""
	for range 11 {
		var status int
		status, _, told = outcome(t, openssh(t, d, "Wrong-horse-1", "-o", "PreferredAuthentications=password", "127.0.0.1"))
		if status != 255 {
			t.Fatalf("status %d, told %q", status, told)
		}
	}
	if !strings.Contains(told, "too many log-in attempts from your address; try again in") {
		t.Errorf("told %q", told)
	}
}

func TestOpenSSHGetsNothingForwarded(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	status, _, told := outcome(t, openssh(t, d, storetest.Password,
		"-N", "-R", "0:127.0.0.1:1", "-o", "ExitOnForwardFailure=yes", "127.0.0.1"))
	if status != 255 || !strings.Contains(told, "remote port forwarding failed") {
		t.Errorf("-R: status %d, told %q", status, told)
	}
	status, _, told = outcome(t, openssh(t, d, storetest.Password, "-W", "127.0.0.1:1", "127.0.0.1"))
	if status != 255 || !strings.Contains(told, "unknown channel type") {
		t.Errorf("-W: status %d, told %q", status, told)
	}
	status, _, told = outcome(t, openssh(t, d, storetest.Password, "-s", "127.0.0.1", "sftp"))
	if status != 255 || !strings.Contains(told, "subsystem request failed") {
		t.Errorf("sftp: status %d, told %q", status, told)
	}
}

func TestOpenSSHIsToldWhyItsAccessEnds(t *testing.T) {
	notInShort(t)
	d := open(t, options{})
	command := openssh(t, d, storetest.Password, "-tt", "127.0.0.1")
	out := &journal{}
	command.Stdout, command.Stderr = out, out
	_, err := command.StdinPipe()
	check(t, err)
	check(t, command.Start())
	out.await(t, "alice")
	check(t, d.core.Auth.SetDisabled(t.Context(), "alice", true))
	began := time.Now()
	_ = command.Wait()
	if took := time.Since(began); took > 5*time.Second || command.ProcessState.ExitCode() != 1 {
		t.Errorf("it took %v, status %d", took, command.ProcessState.ExitCode())
	}
	_, after, left := strings.Cut(out.String(), "\x1b[?1049l")
	if !left || !strings.Contains(after, "Connection closed: this access has ended; log in again\r\n") {
		t.Errorf("the terminal was left as %q", after)
	}
}
