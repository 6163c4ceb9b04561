package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"parley/domain/auth"
	"parley/domain/encryption"
	"parley/domain/limiter"
	"parley/store/postgres"
)

// closed is the address of a door that is not to be opened.
const closed = "off"

// defaultEnvFile is read if it is there.
const defaultEnvFile = ".env"

// config is the configuration, checked as a whole.
type config struct {
	signingKeys   auth.SigningKeys
	keyring       *encryption.Keyring
	postgres      *postgres.Config // nil: the embedded database in dataDir
	dataDir       string
	httpAddr      string // or closed
	sshAddr       string // or closed
	publicURL     *url.URL
	tlsCert       string
	tlsKey        string
	corsOrigins   []string
	proxies       limiter.Proxies
	tokenLife     time.Duration
	registration  auth.Registration
	editWindow    time.Duration // 0: for ever
	logLevel      slog.Level
	logFormat     string
	loginCost     int
	beforeServing []string // what an operator should be warned of
}

// configFaults is everything that is wrong with a configuration, each fault
// naming its variable.
type configFaults []string

func (f configFaults) Error() string { return strings.Join(f, "; ") }

// settings reads variables and collects what is wrong with them.
type settings struct {
	values map[string]string
	faults configFaults
}

// loadConfig reads the environment, filled in from a file, and reports every
// fault at once as configFaults.
func loadConfig(environ []string, envFile string) (*config, error) {
	s := &settings{values: map[string]string{}}
	s.fillFrom(envFile)
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		s.values[name] = value
	}
	c := &config{loginCost: encryption.PasswordCost}
	s.keys(c)
	s.database(c)
	s.doors(c)
	s.people(c)
	s.logging(c)
	if len(s.faults) > 0 {
		return nil, s.faults
	}
	return c, nil
}

func (s *settings) fillFrom(file string) {
	name := file
	if name == "" {
		name = defaultEnvFile
	}
	values, err := godotenv.Read(name)
	switch {
	case err == nil:
		s.values = values
	case file == "" && errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		s.fault("--env-file", "cannot read %s: %v", name, err)
	default:
		// The parser's error quotes the line, which may hold a key.
		s.fault("--env-file", "%s is not a file of NAME=value lines", name)
	}
}

func (s *settings) fault(variable, format string, args ...any) {
	s.faults = append(s.faults, variable+": "+fmt.Sprintf(format, args...))
}

func (s *settings) get(variable, fallback string) string {
	if value := strings.TrimSpace(s.values[variable]); value != "" {
		return value
	}
	return fallback
}

func (s *settings) list(variable string) []string {
	var items []string
	for _, item := range strings.Split(s.get(variable, ""), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func (s *settings) oneOf(variable, fallback string, allowed ...string) string {
	value := s.get(variable, fallback)
	if !slices.Contains(allowed, value) {
		s.fault(variable, "must be one of %s", strings.Join(allowed, ", "))
	}
	return value
}

// How to make a good key, as every refusal of a bad one says.
const (
	makeSecretKey     = "make one with: parley init, or: openssl rand -hex 32"
	makeEncryptionKey = "make one with: parley init, or: head -c 32 /dev/urandom | base64 | tr '+/' '-_'"
)

func (s *settings) keys(c *config) {
	var err error
	if secret := s.get("SECRET_KEY", ""); secret == "" {
		s.fault("SECRET_KEY", "is not set; %s", makeSecretKey)
	} else if c.signingKeys, err = auth.ParseSigningKeys(secret); err != nil {
		s.fault("SECRET_KEY", "%v; %s", err, makeSecretKey)
	}
	if key := s.get("ENCRYPTION_KEY", ""); key == "" {
		s.fault("ENCRYPTION_KEY", "is not set; %s", makeEncryptionKey)
	} else if c.keyring, err = encryption.ParseKeyring(key); err != nil {
		s.fault("ENCRYPTION_KEY", "%v; %s", err, makeEncryptionKey)
	}
}

func (s *settings) database(c *config) {
	c.dataDir = s.get("DATA_DIR", "./data")
	host := s.get("DATABASE_HOST", "")
	if host == "" {
		return
	}
	local := isLoopback(host) || strings.HasPrefix(host, "/")
	sslmode := "verify-full"
	if local {
		sslmode = "prefer"
	}
	pg := &postgres.Config{
		Host:     host,
		Port:     uint16(s.number("DATABASE_PORT", 5432, 1, 65535)),
		Name:     s.required("DATABASE_NAME"),
		User:     s.required("DATABASE_USER"),
		Password: s.values["DATABASE_PASSWORD"],
		SSLMode: s.oneOf("DATABASE_SSLMODE", sslmode,
			"disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
	}
	if guessable(pg.Password, pg.User, pg.Name) {
		switch {
		case strings.HasPrefix(host, "/"): // the kernel says who connects
		case local:
			c.beforeServing = append(c.beforeServing, "DATABASE_PASSWORD is guessable; fine for trying things out, not for people's words")
		default:
			s.fault("DATABASE_PASSWORD", "is missing or guessable; make one with: openssl rand -hex 24")
		}
	}
	c.postgres = pg
}

// guessable reports whether a database password is one that an attacker tries
// first.
func guessable(password, user, name string) bool {
	folded := strings.ToLower(password)
	common := []string{
		"password", "passw0rd", "postgres", "postgresql", "changeme", "change-me", "change_me", "secret",
		"admin", "root", "parley", "example", "database", "your-password", "your_password", "12345678", "123456789", "qwertyuiop",
	}
	return len(password) < 8 || folded == strings.ToLower(user) || folded == strings.ToLower(name) ||
		slices.Contains(common, strings.TrimRight(folded, "0123456789!")) || slices.Contains(common, folded) ||
		strings.Count(password, password[:1]) == len(password)
}

func (s *settings) doors(c *config) {
	c.httpAddr = s.address("HTTP_ADDR", "127.0.0.1:8080")
	c.sshAddr = s.address("SSH_ADDR", ":2222")
	if c.httpAddr == closed && c.sshAddr == closed {
		s.fault("HTTP_ADDR, SSH_ADDR", "both doors are off; open one")
	}
	c.publicURL = s.origin("PUBLIC_URL", s.get("PUBLIC_URL", ""))
	for _, item := range s.list("CORS_ORIGINS") {
		if strings.Contains(item, "*") {
			s.fault("CORS_ORIGINS", "a wildcard would let every page in; list the origins")
		} else if origin := s.origin("CORS_ORIGINS", item); origin != nil {
			c.corsOrigins = append(c.corsOrigins, origin.Scheme+"://"+origin.Host)
		}
	}
	var err error
	if c.proxies, err = limiter.ParseProxies(s.get("TRUSTED_PROXIES", "")); err != nil {
		s.fault("TRUSTED_PROXIES", "%v", err)
	}
	c.tlsCert, c.tlsKey = s.get("TLS_CERT_FILE", ""), s.get("TLS_KEY_FILE", "")
	if (c.tlsCert == "") != (c.tlsKey == "") {
		s.fault("TLS_CERT_FILE, TLS_KEY_FILE", "set both or neither")
	} else if c.tlsCert != "" {
		if _, err := tls.LoadX509KeyPair(c.tlsCert, c.tlsKey); err != nil {
			s.fault("TLS_CERT_FILE, TLS_KEY_FILE", "%v", err)
		}
	}
	https := c.tlsCert != "" || c.publicURL != nil && c.publicURL.Scheme == "https"
	if host, _, err := net.SplitHostPort(c.httpAddr); err == nil && !isLoopback(host) && !https {
		c.beforeServing = append(c.beforeServing,
			"HTTP_ADDR: passwords and messages cross the network as plain HTTP; set TLS_CERT_FILE and TLS_KEY_FILE, or put a proxy with HTTPS in front and set PUBLIC_URL")
	}
}

func (s *settings) people(c *config) {
	c.tokenLife = time.Duration(s.number("ACCESS_TOKEN_EXPIRE_MINUTES", 30, 1, 7*24*60)) * time.Minute
	c.registration = auth.Registration(s.oneOf("REGISTRATION", string(auth.RegistrationOpen),
		string(auth.RegistrationOpen), string(auth.RegistrationInvite), string(auth.RegistrationClosed)))
	if text := s.get("EDIT_WINDOW", "0"); text != "0" {
		window, err := time.ParseDuration(text)
		if err != nil || window <= 0 {
			s.fault("EDIT_WINDOW", "must be a time such as 15m or 24h, or 0 for no bound")
		}
		c.editWindow = window
	}
}

func (s *settings) logging(c *config) {
	level := s.oneOf("LOG_LEVEL", "info", "debug", "info", "warn", "error")
	_ = c.logLevel.UnmarshalText([]byte(level)) // a fault was reported already
	if c.logFormat = s.get("LOG_FORMAT", ""); c.logFormat != "" {
		s.oneOf("LOG_FORMAT", "", "text", "json")
	}
}

func (s *settings) required(variable string) string {
	value := s.get(variable, "")
	if value == "" {
		s.fault(variable, "is not set; DATABASE_HOST asks for it")
	}
	return value
}

func (s *settings) number(variable string, fallback, least, most int) int {
	value, err := strconv.Atoi(s.get(variable, strconv.Itoa(fallback)))
	if err != nil || value < least || value > most {
		s.fault(variable, "must be a number from %d to %d", least, most)
		return fallback
	}
	return value
}

func (s *settings) address(variable, fallback string) string {
	value := s.get(variable, fallback)
	if value == closed {
		return value
	}
	_, port, err := net.SplitHostPort(value)
	if number, numErr := strconv.Atoi(port); err != nil || numErr != nil || number < 0 || number > 65535 {
		s.fault(variable, "must be HOST:PORT, :PORT or off")
	}
	return value
}

// origin reads an address of the form https://host[:port]; nil for "".
func (s *settings) origin(variable, value string) *url.URL {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		s.fault(variable, "must be an address such as https://chat.example.org, without a path")
		return nil
	}
	u.Path, u.Host = "", strings.ToLower(u.Host)
	return u
}

// isLoopback reports whether a host name or address never leaves the machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}
