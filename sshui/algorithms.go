package sshui

import (
	gossh "golang.org/x/crypto/ssh"
)

// softwareVersion is what the door says of itself: no number, so that nobody
// can look up what is wrong with it.
const softwareVersion = "Parley"

// algorithms names everything that may be negotiated, so that an update of the
// library never brings in SHA-1 or a NIST curve. The host key is Ed25519.
func algorithms() gossh.Config {
	return gossh.Config{
		KeyExchanges: []string{
			gossh.KeyExchangeMLKEM768X25519,
			gossh.KeyExchangeCurve25519, // the library adds its old name, @libssh.org
		},
		Ciphers: []string{
			gossh.CipherChaCha20Poly1305,
			gossh.CipherAES256GCM,
			gossh.CipherAES128GCM,
			// With the MACs below, for clients that know no cipher above, such
			// as Debian's paramiko.
			gossh.CipherAES256CTR,
			gossh.CipherAES128CTR,
		},
		MACs: []string{
			gossh.HMACSHA256ETM,
			gossh.HMACSHA512ETM,
		},
	}
}

// publicKeyAlgorithms are the signatures of a person's own key. They are told
// to the client before it logs in, whether or not keys are accepted.
func publicKeyAlgorithms() []string {
	return []string{
		gossh.KeyAlgoED25519,
		gossh.KeyAlgoSKED25519,
		gossh.KeyAlgoRSASHA512,
		gossh.KeyAlgoRSASHA256,
	}
}
