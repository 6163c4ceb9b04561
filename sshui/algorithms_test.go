package sshui_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	gossh "golang.org/x/crypto/ssh"
)

// keyExchangeInit is SSH_MSG_KEXINIT (RFC 4253, 7.1).
type keyExchangeInit struct {
	Cookie                                 [16]byte `sshtype:"20"`
	KeyExchanges, HostKeys                 []string
	CiphersIn, CiphersOut, MACsIn, MACsOut []string
	CompressionIn, CompressionOut          []string
	LanguagesIn, LanguagesOut              []string
	FirstFollows                           bool
	Reserved                               uint32
}

func TestOnlyNamedAlgorithmsAreOffered(t *testing.T) {
	d := open(t, options{})
	conn := d.dial(t, "127.0.0.1")
	r := bufio.NewReader(conn)
	version, err := r.ReadString('\n')
	check(t, err)
	if version != "SSH-2.0-Parley\r\n" {
		t.Errorf("the version line is %q", version)
	}
	fmt.Fprint(conn, "SSH-2.0-audit\r\n")
	var header struct {
		Length  uint32
		Padding uint8
	}
	check(t, binary.Read(r, binary.BigEndian, &header))
	packet := make([]byte, header.Length-1)
	_, err = io.ReadFull(r, packet)
	check(t, err)
	var offered keyExchangeInit
	check(t, gossh.Unmarshal(packet[:len(packet)-int(header.Padding)], &offered))

	ciphers := []string{
		"chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes128-ctr",
	}
	macs := []string{"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"}
	want := keyExchangeInit{
		KeyExchanges: []string{"mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org"},
		HostKeys:     []string{"ssh-ed25519"},
		CiphersIn:    ciphers, CiphersOut: ciphers, MACsIn: macs, MACsOut: macs,
		CompressionIn: []string{"none"}, CompressionOut: []string{"none"},
		Cookie: offered.Cookie,
	}
	var algorithms []string
	for _, name := range offered.KeyExchanges {
		if !strings.HasPrefix(name, "kex-strict-") { // a flag, not an algorithm
			algorithms = append(algorithms, name)
		}
	}
	offered.KeyExchanges = algorithms
	if diff := cmp.Diff(want, offered, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}
