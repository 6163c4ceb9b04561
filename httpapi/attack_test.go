package httpapi_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/domain/limiter"
	"parley/httpapi"
	"parley/store/storetest"
)

// What an attacker tries at this door, and what happens.

// forge makes a token like a good one, with its parts changed.
func forge(t *testing.T, good string, newHash func() hash.Hash, header, claims map[string]any) string {
	t.Helper()
	parts := strings.Split(good, ".")
	for i, change := range []map[string]any{header, claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		var part map[string]any
		if err := json.Unmarshal(text, &part); err != nil {
			t.Fatal(err)
		}
		for name, value := range change {
			if part[name] = value; value == nil {
				delete(part, name)
			}
		}
		if text, err = json.Marshal(part); err != nil {
			t.Fatal(err)
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(text)
	}
	if newHash == nil {
		return parts[0] + "." + parts[1] + "."
	}
	key, err := hex.DecodeString(storetest.SigningKey)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(newHash, key)
	mac.Write([]byte(parts[0] + "." + parts[1]))
	return parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestForgedTokensAreRefusedByEveryWayIn(t *testing.T) {
	d := openDoor(t, nil)
	good := d.token(t, "alice")
	past, future := float64(time.Now().Add(-time.Hour).Unix()), float64(time.Now().Add(time.Hour).Unix())
	same := map[string]any{}
	if got := d.do(t, request{method: "GET", path: "/api/v1/me", token: forge(t, good, sha256.New, same, same)}); got.status != http.StatusOK {
		t.Fatalf("a token forged without a change is refused: %s", got.text)
	}
	for name, token := range map[string]string{
		"none":             forge(t, good, nil, map[string]any{"alg": "none"}, same),
		"None":             forge(t, good, nil, map[string]any{"alg": "None"}, same),
		"HS512":            forge(t, good, sha512.New, map[string]any{"alg": "HS512"}, same),
		"no signature":     forge(t, good, nil, same, same),
		"another key id":   forge(t, good, sha256.New, map[string]any{"kid": "0011223344556677"}, same),
		"no exp":           forge(t, good, sha256.New, same, map[string]any{"exp": nil}),
		"expired":          forge(t, good, sha256.New, same, map[string]any{"exp": past}),
		"no iat":           forge(t, good, sha256.New, same, map[string]any{"iat": nil}),
		"from the future":  forge(t, good, sha256.New, same, map[string]any{"iat": future}),
		"another issuer":   forge(t, good, sha256.New, same, map[string]any{"iss": "other"}),
		"another audience": forge(t, good, sha256.New, same, map[string]any{"aud": []string{"other"}}),
		"another type":     forge(t, good, sha256.New, same, map[string]any{"typ": "refresh"}),
		"no type":          forge(t, good, sha256.New, same, map[string]any{"typ": nil}),
		"another user":     forge(t, good, sha256.New, same, map[string]any{"sub": "2"}),
		"an old access":    forge(t, good, sha256.New, same, map[string]any{"sid": 99}),
		"changed":          good[:len(good)-2] + "xx",
		"huge":             strings.Repeat("a", 8000),
	} {
		for _, path := range []string{"/api/v1/me", "/api/chat/messages"} {
			got := d.do(t, request{method: "GET", path: path, token: token})
			if got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s: %s answered %d %s", name, path, got.status, got.text)
			}
		}
		s, res := d.dial(t, "/api/v1/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
		if s != nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: let in", name)
		}
		if name == "huge" {
			continue // as an address it would be too long for a header line
		}
		if s, _ := d.dial(t, "/ws/chat?token="+token, nil); s != nil {
			s.wantClosed(websocket.StatusPolicyViolation)
		}
	}
}

func TestARotatingForwardedAddressDoesNotEscapeTheLimit(t *testing.T) {
	d := openDoor(t, nil)
	d.User(t, "alice")
	status := map[int]int{}
	for i := range 14 {
		path := []string{"/api/v1/auth/login", "/api/auth/login"}[i%2]
		got := d.do(t, request{
			method: "POST", path: path, body: person("alice", "Wrong-horse-1"),
			header: map[string]string{"X-Forwarded-For": fmt.Sprintf("198.51.100.%d", i)},
		})
		status[got.status]++
		if got.status == http.StatusTooManyRequests {
			got.wantProblem(t, http.StatusTooManyRequests, "limit.log-in")
			if wait := got.header.Get("Retry-After"); wait == "" || wait == "0" || len(wait) > 2 {
				t.Errorf("Retry-After is %q", wait)
			}
		}
	}
	if status[http.StatusUnauthorized] != 10 || status[http.StatusTooManyRequests] != 4 {
		t.Errorf("got %v", status)
	}
}

func TestATrustedProxyIsBelieved(t *testing.T) {
	proxies, err := limiter.ParseProxies("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	d := openDoor(t, func(c *httpapi.Config) { c.Proxies = proxies })
	register := func(i int, client string) answer {
		return d.do(t, request{
			method: "POST", path: "/api/v1/auth/register", body: person(fmt.Sprintf("user%d", i), storetest.Password),
			// What the client itself claims stands left of what the proxy saw.
			header: map[string]string{"X-Forwarded-For": fmt.Sprintf("192.0.2.%d, %s", i, client)},
		})
	}
	for i := range 5 {
		register(i, "203.0.113.1").wantStatus(t, http.StatusCreated)
	}
	register(5, "203.0.113.1").wantProblem(t, http.StatusTooManyRequests, "limit.registration")
	register(6, "203.0.113.2").wantStatus(t, http.StatusCreated)
	if log := d.Log.String(); !strings.Contains(log, `"ip":"203.0.113.1"`) || strings.Contains(log, `"ip":"127.0.0.1"`) {
		t.Error("the log does not name the client's address")
	}
}

// rawSocket upgrades a connection by hand, to send what no client sends.
func rawSocket(t *testing.T, d *door, token string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET /api/v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer %s\r\n\r\n", token)
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

// hurried opens a door whose server waits for peers much less than usual.
func hurried(t *testing.T, hurry func(*httpapi.Server)) *door {
	t.Helper()
	return openDoorOn(t, storetest.NewCore(t), nil, hurry)
}

func TestAFrameThatClaimsATerabyteIsRefusedInTime(t *testing.T) {
	d := hurried(t, func(s *httpapi.Server) { s.Hurry(0, 0, 0, 50*time.Millisecond, 0) })
	conn := rawSocket(t, d, d.token(t, "alice"))
	header := []byte{0x81, 0x80 | 127, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4} // text, masked, 2^40 bytes
	if _, err := conn.Write(append(header, "a little"...)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("still open: %v", err)
	}
	if !strings.Contains(string(answer), "frame.slow") {
		t.Errorf("got %q", answer)
	}
}

func TestAFrameThatClaimsATerabyteAndSendsItIsRefusedAt64KiB(t *testing.T) {
	d := openDoor(t, nil)
	conn := rawSocket(t, d, d.token(t, "alice"))
	header := []byte{0x81, 0x80 | 127, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4}
	if _, err := conn.Write(append(header, make([]byte, 70<<10)...)); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn)
	if !strings.Contains(string(answer), "\x03\xf1") { // status 1009
		t.Errorf("got %q", answer)
	}
}

func TestASilentPeerIsCut(t *testing.T) {
	d := hurried(t, func(s *httpapi.Server) { s.Hurry(20*time.Millisecond, 100*time.Millisecond, 0, 0, 0) })
	token := d.token(t, "alice")
	alive := d.live(t, token) // it answers pings while it reads
	conn := rawSocket(t, d, token)
	heard := make(chan error, 1)
	go func() {
		_, err := alive.next()
		heard <- err
	}()
	if _, err := io.ReadAll(conn); err != nil {
		t.Fatalf("still open: %v", err)
	}
	alive.say(send("hi"))
	if err := <-heard; err != nil {
		t.Errorf("a peer that answers pings was cut: %v", err)
	}
}

func TestAReaderThatStopsIsCutAndSlowsNobody(t *testing.T) {
	d := hurried(t, func(s *httpapi.Server) { s.Hurry(0, 0, 200*time.Millisecond, 0, 0) })
	conn := rawSocket(t, d, d.token(t, "mallory"))
	if err := conn.(*net.TCPConn).SetReadBuffer(2 << 10); err != nil {
		t.Fatal(err)
	}
	// A subscribe frame, masked with zeros.
	frame := `{"type":"subscribe","room":"lobby"}`
	if _, err := conn.Write(append([]byte{0x81, 0x80 | byte(len(frame)), 0, 0, 0, 0}, frame...)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "mallory in the lobby", func() bool {
		online, err := d.Chat.Here(t.Context(), d.known(t, "alice"), lobby)
		return err == nil && len(online) == 1
	})
	reader := d.live(t, d.tokenOf(t, d.known(t, "alice")))
	reader.subscribe(0)
	writers := make([]*socket, 8)
	for i := range writers {
		writers[i] = d.live(t, d.token(t, fmt.Sprintf("writer%d", i)))
	}
	for i := range 25 * len(writers) {
		writers[i%len(writers)].say(send(strings.Repeat("x", 4000)))
	}
	for i := range 25 * len(writers) {
		if message := reader.want("message"); message["seq"] != float64(i+1) {
			t.Fatalf("got %v at place %d", message["seq"], i+1)
		}
	}
	eventually(t, "mallory gone", func() bool {
		online, err := d.Chat.Here(t.Context(), d.known(t, "alice"), lobby)
		return err == nil && len(online) == 1
	})
}

func TestAClientThatAsksAndDoesNotReadIsCut(t *testing.T) {
	d := hurried(t, func(s *httpapi.Server) { s.Hurry(0, 0, 200*time.Millisecond, 0, 0) })
	conn := rawSocket(t, d, d.token(t, "alice"))
	nonsense := bytes.Repeat([]byte{0x81, 0x80 | 1, 0, 0, 0, 0, 'x'}, 1000) // frames of one letter
	for {                                                                   // each is answered by an error, which nobody reads
		if _, err := conn.Write(nonsense); err != nil {
			return
		}
	}
}

func TestTheLogHoldsNoSecretAndNoMessage(t *testing.T) {
	d := openDoor(t, nil)
	d.do(t, request{method: "POST", path: "/api/v1/auth/register", body: person("alice", storetest.Password)})
	in := d.do(t, request{method: "POST", path: "/api/v1/auth/login", body: person("alice", storetest.Password)})
	token := in.object(t)["access_token"].(string)
	old, live := d.first(t, token), d.live(t, token)
	old.say(map[string]any{"type": "message", "content": "very private"})
	old.want("message")
	live.say(send("very private"))
	live.want("ack")
	d.do(t, request{method: "GET", path: "/api/v1/me?token=" + token, token: token})
	d.do(t, request{method: "GET", path: "/not%0Ahere%1b[2J", token: token}).wantStatus(t, http.StatusNotFound)
	d.stop(t)
	log := d.Log.String()
	for _, secret := range []string{storetest.Password, token, token[len(token)-20:], "very private", "\x1b", `\u001b`, "here\n"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	for _, part := range []string{`"path":"/ws/chat"`, `"path":"/api/v1/ws"`, `"username":"alice"`, `"status":101`, `"request_id":"`} {
		if !strings.Contains(log, part) {
			t.Errorf("the log lacks %s", part)
		}
	}
}
