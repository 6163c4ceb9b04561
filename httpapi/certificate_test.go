package httpapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/httpapi"
)

// writeCertificate makes a key pair for 127.0.0.1 in two files and gives the
// certificate.
func writeCertificate(t *testing.T, certFile, keyFile string, serial int64) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func TestHTTPSSpeaksHTTP2AndWebSocket(t *testing.T) {
	certFile, keyFile := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	roots := x509.NewCertPool()
	roots.AddCert(writeCertificate(t, certFile, keyFile, 1))
	certificate, err := httpapi.LoadCertificate(certFile, keyFile, discard)
	if err != nil {
		t.Fatal(err)
	}
	d := openDoor(t, func(c *httpapi.Config) { c.TLS = certificate.TLS() })
	d.URL = strings.Replace(d.URL, "http:", "https:", 1)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patience}
	res, err := client.Get(d.URL + "/health")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.ProtoMajor != 2 || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("got %s %v", res.Proto, res.Header)
	}

	plain := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer plain.CloseIdleConnections()
	conn, _, err := websocket.Dial(t.Context(), "wss"+strings.TrimPrefix(d.URL, "https")+"/api/v1/ws", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: plain}, Subprotocols: []string{"parley.v1", "bearer." + d.token(t, "alice")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	s := &socket{tb: t, conn: conn}
	s.want("hello")
	s.say(send("over TLS"))
	s.want("ack")
	go d.stop(t)
	s.wantClosed(websocket.StatusServiceRestart)
}

func TestACertificateThatCannotBeReadIsRefused(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.pem")
	if _, err := httpapi.LoadCertificate(missing, missing, discard); err == nil {
		t.Error("a missing certificate was loaded")
	}
	if err := os.WriteFile(missing, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := httpapi.LoadCertificate(missing, missing, discard); err == nil {
		t.Error("nonsense was loaded")
	}
}
