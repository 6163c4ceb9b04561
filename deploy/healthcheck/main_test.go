package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// environment gives variables that are set for one test.
func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestItSaysWhetherTheHTTPDoorLives(t *testing.T) {
	status := http.StatusOK
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer secure.Close()
	at := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	_, port, _ := net.SplitHostPort(at(plain))
	for _, status = range []int{http.StatusOK, http.StatusInternalServerError} {
		for name, getenv := range map[string]func(string) string{
			"plain":      environment("HTTP_ADDR", at(plain)),
			"everywhere": environment("HTTP_ADDR", ":"+port),
			"any IPv4":   environment("HTTP_ADDR", "0.0.0.0:"+port),
			"TLS":        environment("HTTP_ADDR", at(secure), "TLS_CERT_FILE", "cert.pem"),
		} {
			if err := check(t.Context(), getenv); (err == nil) != (status == http.StatusOK) {
				t.Errorf("%s, status %d: %v", name, status, err)
			}
		}
	}
	plain.Close()
	if check(t.Context(), environment("HTTP_ADDR", at(plain))) == nil {
		t.Error("a closed door is said to live")
	}
}

func TestItAsksTheSSHDoorWhereHTTPIsOff(t *testing.T) {
	for greeting, lives := range map[string]bool{"SSH-2.0-Parley\r\n": true, "HTTP/1.1 400 Bad Request\r\n": false, "SSH": false} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := ln.Accept()
			if err == nil {
				_, _ = conn.Write([]byte(greeting))
				conn.Close()
			}
		}()
		err = check(t.Context(), environment("HTTP_ADDR", "off", "SSH_ADDR", ln.Addr().String()))
		if (err == nil) != lives {
			t.Errorf("%q: %v", strings.TrimSpace(greeting), err)
		}
		ln.Close()
	}
}

func TestItGivesUpOnADoorThatDoesNotAnswer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if check(ctx, environment("HTTP_ADDR", ln.Addr().String())) == nil {
		t.Error("silence counts as health")
	}
}
