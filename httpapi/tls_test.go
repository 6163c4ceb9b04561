package httpapi_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/httpapi"
)

// pairFiles makes a key pair in two files.
func pairFiles(t *testing.T) (certFile, keyFile string, certificate *x509.Certificate) {
	t.Helper()
	folder := t.TempDir()
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	return certFile, keyFile, writeCertificate(t, certFile, keyFile, 1)
}

// secureDoor opens a door with HTTPS and gives the roots that its certificate
// is checked against.
func secureDoor(t *testing.T) (*door, *x509.CertPool) {
	t.Helper()
	certFile, keyFile, leaf := pairFiles(t)
	certificate, err := httpapi.LoadCertificate(certFile, keyFile, discard)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	d := openDoor(t, func(c *httpapi.Config) { c.TLS = certificate.TLS() })
	d.URL = strings.Replace(d.URL, "http:", "https:", 1)
	return d, roots
}

func TestTLSBelowVersion12IsRefused(t *testing.T) {
	d, roots := secureDoor(t)
	for _, test := range []struct {
		name     string
		version  uint16
		accepted bool
	}{
		{"1.0", tls.VersionTLS10, false},
		{"1.1", tls.VersionTLS11, false},
		{"1.2", tls.VersionTLS12, true},
		{"1.3", tls.VersionTLS13, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := tls.Dial("tcp", strings.TrimPrefix(d.URL, "https://"), &tls.Config{
				RootCAs: roots, MinVersion: test.version, MaxVersion: test.version,
			})
			if err == nil {
				conn.Close()
			}
			if (err == nil) != test.accepted {
				t.Fatalf("the handshake ended with %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "remote error") {
				t.Errorf("the client gave up by itself: %v", err)
			}
		})
	}
}

func TestPlainHTTPOnTheHTTPSDoorGetsNothingOfTheService(t *testing.T) {
	d, _ := secureDoor(t)
	res, err := d.client.Get(strings.Replace(d.URL, "https:", "http:", 1) + "/health")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("got %s", res.Status)
	}
}

func TestHSTSIsSentOnlyWherePeopleUseHTTPS(t *testing.T) {
	for _, test := range []struct {
		name, public string
		want         bool
	}{
		{"plain", "", false},
		{"plain in public", "http://chat.example.org", false},
		{"behind a proxy with HTTPS", "https://chat.example.org", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := openDoor(t, func(c *httpapi.Config) {
				if test.public != "" {
					c.PublicURL, _ = url.Parse(test.public)
				}
			})
			a := d.do(t, request{method: http.MethodGet, path: "/health"})
			if got := a.header.Get("Strict-Transport-Security") != ""; got != test.want {
				t.Errorf("sent: %v", got)
			}
		})
	}
}

// serialServed makes a handshake in memory and gives the serial number of the
// certificate that was shown.
func serialServed(t *testing.T, config *tls.Config) int64 {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = tls.Server(far, config).HandshakeContext(context.Background())
	}()
	client := tls.Client(near, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the test reads what is shown
	if err := client.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	serial := client.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	<-done
	return serial
}

func TestARenewedCertificateIsServedWithinFiveSecondsAndABrokenOneNever(t *testing.T) {
	certFile, keyFile := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	synctest.Test(t, func(t *testing.T) {
		log := &logBuffer{}
		writeCertificate(t, certFile, keyFile, 1)
		certificate, err := httpapi.LoadCertificate(certFile, keyFile, slog.New(slog.NewTextHandler(log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		config := certificate.TLS()
		wantSerial := func(when string, want int64) {
			t.Helper()
			if got := serialServed(t, config); got != want {
				t.Errorf("%s: certificate %d is served, not %d\n%s", when, got, want, log)
			}
		}
		wantSerial("at first", 1)

		writeCertificate(t, certFile, keyFile, 2)
		time.Sleep(5 * time.Second)
		wantSerial("5 s after the renewal", 2)

		// Half of a renewal: the new certificate with the old key.
		oldKey, err := os.ReadFile(keyFile)
		if err != nil {
			t.Fatal(err)
		}
		writeCertificate(t, certFile, keyFile, 3)
		newKey, err := os.ReadFile(keyFile)
		if err != nil {
			t.Fatal(err)
		}
		replace := func(name string, data []byte) {
			t.Helper()
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		replace(keyFile, oldKey)
		time.Sleep(5 * time.Second)
		wantSerial("with a key that does not fit", 2)
		if !strings.Contains(log.String(), "cannot be used; keeping the old one") {
			t.Errorf("the log does not warn:\n%s", log)
		}
		replace(keyFile, newKey)
		time.Sleep(5 * time.Second)
		wantSerial("5 s after the key followed", 3)

		replace(certFile, []byte("nonsense"))
		time.Sleep(5 * time.Second)
		wantSerial("with nonsense in the file", 3)
		if err := os.Remove(certFile); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		wantSerial("with the file away", 3)
		writeCertificate(t, certFile, keyFile, 4)
		time.Sleep(5 * time.Second)
		wantSerial("5 s after both are back", 4)
	})
}
