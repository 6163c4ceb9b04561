package httpapi

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// recheckCertificate is how long a certificate is used before its files are
// looked at again.
const recheckCertificate = 5 * time.Second

// Certificate is a key pair in two files that is read again when they change,
// so that a renewal needs no restart.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex // guards what follows
	current *tls.Certificate
	stamp   fileStamp
	checked time.Time
}

// fileStamp changes when one of the two files does.
type fileStamp struct {
	certTime, keyTime time.Time
	certSize, keySize int64
}

// LoadCertificate reads a key pair in PEM form.
func LoadCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	stamp, err := c.look()
	if err != nil {
		return nil, fmt.Errorf("load the TLS certificate: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("load the TLS certificate: %w", err)
	}
	c.current, c.stamp, c.checked = &pair, stamp, time.Now()
	return c, nil
}

// TLS is a server configuration that always uses the newest certificate.
func (c *Certificate) TLS() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.newest(), nil },
	}
}

// newest gives the certificate, read again if its files changed. While they do
// not fit each other, as in the middle of a renewal, the old one stays.
func (c *Certificate) newest() *tls.Certificate {
	if !c.due() {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.current
	}
	stamp, err := c.look()
	c.mu.Lock()
	same := stamp == c.stamp
	current := c.current
	c.mu.Unlock()
	if err != nil || same {
		return current
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		c.log.Warn("the changed TLS certificate cannot be used; keeping the old one", "err", err)
		return current
	}
	c.log.Info("TLS certificate reloaded")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current, c.stamp = &pair, stamp
	return c.current
}

// due reports, to one caller in each interval, that the files are to be looked
// at.
func (c *Certificate) due() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) < recheckCertificate {
		return false
	}
	c.checked = time.Now()
	return true
}

func (c *Certificate) look() (fileStamp, error) {
	cert, err := os.Stat(c.certFile)
	if err != nil {
		return fileStamp{}, err
	}
	key, err := os.Stat(c.keyFile)
	if err != nil {
		return fileStamp{}, err
	}
	return fileStamp{cert.ModTime(), key.ModTime(), cert.Size(), key.Size()}, nil
}
