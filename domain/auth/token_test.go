package auth_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/domain"
	"parley/domain/auth"
	"parley/store/storetest"
)

// otherKey is a signing key that no core has from the start.
var otherKey = strings.Repeat("f0e1d2c3b4a5968778695a4b3c2d1e0f", 2)

func issue(t *testing.T, service *auth.Service, actor auth.Actor) string {
	t.Helper()
	token, err := service.IssueToken(actor)
	if err != nil {
		t.Fatal(err)
	}
	return token.Text
}

// parts gives what a token says, without checking it.
func parts(t *testing.T, text string) (header map[string]any, claims jwt.MapClaims) {
	t.Helper()
	token, _, err := jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	return token.Header, token.Claims.(jwt.MapClaims)
}

// forge signs changed claims with a key.
func forge(t *testing.T, method jwt.SigningMethod, key any, header map[string]any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	for name, value := range header {
		if name != "alg" {
			token.Header[name] = value
		}
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func bytesOf(t *testing.T, key string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestATokenBringsItsActorBack(t *testing.T) {
	core, clock := newCore(t, nil)
	actor := core.User(t, "Alice")
	token, err := core.Auth.IssueToken(actor)
	if err != nil || token.ExpiresIn != 30*time.Minute {
		t.Fatalf("got %+v, %v", token, err)
	}
	origin := somewhere()
	again, err := core.Auth.Authenticate(t.Context(), origin, token.Text)
	if err != nil || again.User() != actor.User() || again.Origin() != origin {
		t.Errorf("got %+v, %v", again, err)
	}
	if _, err := core.Beside(t).Auth.Authenticate(t.Context(), origin, token.Text); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	clock.pass(30*time.Minute - time.Second)
	if _, err := core.Auth.Authenticate(t.Context(), origin, token.Text); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	clock.pass(time.Second)
	_, err = core.Auth.Authenticate(t.Context(), origin, token.Text)
	storetest.WantError(t, err, domain.Unauthenticated, "auth.expired_token")
}

func TestForgedTokensAreRefused(t *testing.T) {
	core, clock := newCore(t, nil)
	good := issue(t, core.Auth, core.User(t, "alice"))
	key := bytesOf(t, storetest.SigningKey)
	with := func(name string, value any) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) { c[name] = value }
	}
	without := func(name string) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) { delete(c, name) }
	}
	for name, change := range map[string]func(jwt.MapClaims){
		"no expiry":          without("exp"),
		"no issue time":      without("iat"),
		"issued in future":   with("iat", clock.now().Add(time.Hour).Unix()),
		"no issuer":          without("iss"),
		"another issuer":     with("iss", "somebody"),
		"no audience":        without("aud"),
		"another audience":   with("aud", "somebody"),
		"no type":            without("typ"),
		"another type":       with("typ", "refresh"),
		"no session":         without("sid"),
		"no subject":         without("sub"),
		"a name for subject": with("sub", "alice"),
		"unknown subject":    with("sub", "4711"),
		"expiry as a text":   with("exp", "tomorrow"),
	} {
		header, claims := parts(t, good)
		change(claims)
		_, err := core.Auth.Authenticate(t.Context(), somewhere(), forge(t, jwt.SigningMethodHS256, key, header, claims))
		if err == nil {
			t.Errorf("%s was taken", name)
		}
		storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_token")
	}
	header, claims := parts(t, good)
	noKeyID := map[string]any{"typ": "JWT"}
	pieces := strings.Split(good, ".")
	for name, text := range map[string]string{
		"none":             forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header, claims),
		"HS512":            forge(t, jwt.SigningMethodHS512, key, header, claims),
		"HS384":            forge(t, jwt.SigningMethodHS384, key, header, claims),
		"a foreign key":    forge(t, jwt.SigningMethodHS256, bytesOf(t, otherKey), header, claims),
		"an empty key":     forge(t, jwt.SigningMethodHS256, []byte{}, header, claims),
		"no key id":        forge(t, jwt.SigningMethodHS256, key, noKeyID, claims),
		"an unknown kid":   forge(t, jwt.SigningMethodHS256, key, map[string]any{"kid": "../../etc/passwd"}, claims),
		"a kid of numbers": forge(t, jwt.SigningMethodHS256, key, map[string]any{"kid": 17}, claims),
		"no signature":     pieces[0] + "." + pieces[1] + ".",
		"a cut signature":  good[:len(good)-2],
		"padding":          good + "=",
		"nothing":          "",
		"not a token":      "a.b.c",
		"a long one":       strings.Repeat("A", 1<<16),
		"spaces":           " " + good,
	} {
		_, err := core.Auth.Authenticate(t.Context(), somewhere(), text)
		if err == nil {
			t.Errorf("%s was taken", name)
		}
		storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_token")
	}
	if _, err := core.Auth.Authenticate(t.Context(), somewhere(), good); err != nil {
		t.Errorf("the real one: %v", err)
	}
}

func TestATokenOfASessionThatIsNotTheUsersIsRefused(t *testing.T) {
	core, _ := newCore(t, nil)
	alice, bob := core.User(t, "alice"), core.User(t, "bob")
	good := issue(t, core.Auth, alice)
	for session, code := range map[auth.SessionID]string{
		0: "auth.invalid_token", -1: "auth.invalid_token", 99: "auth.access_ended", bob.Session().ID: "auth.invalid_token",
	} {
		header, claims := parts(t, good)
		claims["sid"] = session
		_, err := core.Auth.Authenticate(t.Context(), somewhere(),
			forge(t, jwt.SigningMethodHS256, bytesOf(t, storetest.SigningKey), header, claims))
		storetest.WantError(t, err, domain.Unauthenticated, code)
	}
}

func TestAfterRotationTheOldKeyStillCountsAndTheNewOneSigns(t *testing.T) {
	config := storetest.SQLite(t)
	old := storetest.NewCoreOn(t, config)
	actor := old.User(t, "alice")
	before := issue(t, old.Auth, actor)
	old.Stop()
	rotate := func(keys string) *storetest.Core {
		return storetest.NewCoreWith(t, config, func(s *storetest.Settings) { s.Keyring, s.SigningKeys = old.Keyring, keys })
	}
	rotated := rotate(otherKey + " , " + storetest.SigningKey)
	if _, err := rotated.Auth.Authenticate(t.Context(), somewhere(), before); err != nil {
		t.Errorf("the old key's token: %v", err)
	}
	after := issue(t, rotated.Auth, actor)
	oldHeader, _ := parts(t, before)
	newHeader, _ := parts(t, after)
	if oldHeader["kid"] == newHeader["kid"] || newHeader["kid"] == "" || newHeader["alg"] != "HS256" {
		t.Errorf("headers %v and %v", oldHeader, newHeader)
	}
	rotated.Stop()
	without := rotate(otherKey)
	if _, err := without.Auth.Authenticate(t.Context(), somewhere(), after); err != nil {
		t.Errorf("the new key's token: %v", err)
	}
	_, err := without.Auth.Authenticate(t.Context(), somewhere(), before)
	storetest.WantError(t, err, domain.Unauthenticated, "auth.invalid_token")
}

func TestBadSigningKeysAreRefusedWithoutShowingThem(t *testing.T) {
	good := storetest.SigningKey
	for _, keys := range []string{
		"", "changeme", "your-secret-key-here", good[:62], strings.Repeat("ab", 32), strings.Repeat("0", 64),
		good + ",", good + "," + good[:62], strings.Repeat("xy", 32),
	} {
		_, err := auth.ParseSigningKeys(keys)
		if err == nil {
			t.Errorf("%q was taken", keys)
		} else if len(keys) > 8 && strings.Contains(err.Error(), keys) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}

func TestASigningKeyOfAnOddNumberOfDigitsIsLongEnough(t *testing.T) {
	for keys, taken := range map[string]bool{storetest.SigningKey + "a": true, storetest.SigningKey[:63]: false} {
		if _, err := auth.ParseSigningKeys(keys); (err == nil) != taken {
			t.Errorf("%d digits: %v", len(keys), err)
		}
	}
}

func TestATokenOutlivesAClockThatIsSetBackALittle(t *testing.T) {
	core, clock := newCore(t, nil)
	token := issue(t, core.Auth, core.User(t, "alice"))
	clock.pass(-30 * time.Second)
	if _, err := core.Auth.Authenticate(t.Context(), somewhere(), token); err != nil {
		t.Error(err)
	}
}

func TestATokenAsksTheStoreOnlyOnce(t *testing.T) {
	proxy := storetest.NewProxy(t, storetest.Postgres(t))
	core := storetest.NewCoreOn(t, proxy.Config())
	actor := core.User(t, "alice")
	token := issue(t, core.Auth, actor)
	if _, err := core.Auth.Authenticate(t.Context(), somewhere(), token); err != nil {
		t.Fatal(err)
	}
	proxy.TakeAway()
	if _, err := core.Auth.Authenticate(t.Context(), somewhere(), token); err != nil {
		t.Errorf("with the store away: %v", err)
	}
	header, claims := parts(t, token)
	claims["sid"] = 99
	unknown := forge(t, jwt.SigningMethodHS256, bytesOf(t, storetest.SigningKey), header, claims)
	_, err := core.Auth.Authenticate(t.Context(), somewhere(), unknown)
	storetest.WantError(t, err, domain.Unavailable, "store.unavailable")
}
