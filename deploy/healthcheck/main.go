// Command healthcheck asks the Parley in the same container whether it lives, and
// exits with 0 or 1. It is for images without a shell or a program to fetch with;
// it reads the variables that Parley reads and has no settings of its own.
//
// It does not ask for the database: Parley waits for one that is away by itself,
// and ending the container would not help.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// patience is less than the time-out of the image's HEALTHCHECK.
const patience = 2 * time.Second

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := check(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "healthcheck:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to cancel
	}
}

// check asks the HTTP door or, where that is closed, the SSH door.
func check(ctx context.Context, getenv func(string) string) error {
	variable, address := "HTTP_ADDR", getenv("HTTP_ADDR")
	ask := func(ctx context.Context, address string) error {
		return askHTTP(ctx, address, getenv("TLS_CERT_FILE") != "")
	}
	switch address {
	case "":
		address = "127.0.0.1:8080"
	case "off":
		variable, address, ask = "SSH_ADDR", getenv("SSH_ADDR"), askSSH
		if address == "" {
			address = ":2222"
		}
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return ask(ctx, net.JoinHostPort(host, port))
}

func askHTTP(ctx context.Context, address string, secure bool) error {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+"/health", http.NoBody)
	if err != nil {
		return err
	}
	// The question stays inside the container and says nothing secret; the
	// certificate is for the name that people use.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // see above
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return nil
}

// askSSH waits for the line that every SSH server begins with (RFC 4253,
// section 4.2).
func askSSH(ctx context.Context, address string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	greeting := make([]byte, len("SSH-2.0-"))
	if _, err := io.ReadFull(conn, greeting); err != nil {
		return err
	}
	if string(greeting) != "SSH-2.0-" {
		return errors.New("this is no SSH server")
	}
	return nil
}
