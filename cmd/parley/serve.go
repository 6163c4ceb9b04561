package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/domain/broadcast"
	"parley/httpapi"
	"parley/sshui"
)

// drainTime is how long a stop may take.
const drainTime = 10 * time.Second

type serveCommand struct {
	Init bool `help:"First do what init does, if there is no .env yet."`
}

// Help is shown by parley serve --help.
func (serveCommand) Help() string {
	return `Opens the SSH and the HTTP door and serves until interrupted. Pending database
migrations are applied first.

Example:
  parley serve --init`
}

// Run serves until the context ends or a door fails.
func (s serveCommand) Run(c *console) (err error) {
	if s.Init {
		if name, err := c.writeEnv(); err == nil {
			fmt.Fprintf(c.stderr, "Wrote %s with two fresh keys; keep a copy of it.\n", name)
		} else if !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	conf, err := loadConfig(c.environ, c.envFile)
	if err != nil {
		return err
	}
	log := newLogger(c.stderr, conf.logLevel, conf.logFormat)
	for _, warning := range conf.beforeServing {
		log.Warn(warning)
	}
	open, err := listen(c.ctx, conf)
	if err != nil {
		return err
	}
	defer open.close()
	engine, applied, err := openStore(c.ctx, conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	for _, name := range applied {
		log.Info("migration applied", "name", name)
	}
	parts, err := newCore(c.ctx, conf, engine, log)
	if err != nil {
		return err
	}
	return c.serve(conf, parts, open, log)
}

// listeners are the doors' listeners; one that is off is nil.
type listeners struct{ http, ssh net.Listener }

// listen opens both doors' addresses, or neither.
func listen(ctx context.Context, conf *config) (open listeners, err error) {
	var lc net.ListenConfig
	if conf.httpAddr != closed {
		if open.http, err = lc.Listen(ctx, "tcp", conf.httpAddr); err != nil {
			return listeners{}, fmt.Errorf("open the HTTP door (HTTP_ADDR): %w", err)
		}
	}
	if conf.sshAddr != closed {
		if open.ssh, err = lc.Listen(ctx, "tcp", conf.sshAddr); err != nil {
			open.close()
			return listeners{}, fmt.Errorf("open the SSH door (SSH_ADDR): %w", err)
		}
	}
	return open, nil
}

func (l listeners) close() {
	for _, ln := range []net.Listener{l.http, l.ssh} {
		if ln != nil {
			ln.Close() // closed already after an orderly stop
		}
	}
}

// door is a front end: it serves a listener until it is shut down.
type door interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// serve opens the doors and, when the context ends or one of them fails, stops
// in order: the doors, then everyone's subscriptions, then what is being
// committed.
func (c *console) serve(conf *config, parts *core, open listeners, log *slog.Logger) error {
	doors, ways, err := openDoors(conf, parts, open, log)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(c.ctx)
	for ln, d := range doors {
		group.Go(func() error { return d.Serve(ln) })
	}
	for _, way := range ways {
		fmt.Fprintln(c.stdout, way)
	}
	// What stores and publishes outlives the doors: it ends when they have.
	inside, stopInside := context.WithCancel(context.WithoutCancel(ctx))
	defer stopInside()
	core, insideCtx := errgroup.WithContext(inside)
	core.Go(func() error { return parts.auth.Run(insideCtx) })
	core.Go(func() error { return parts.hub.Run(insideCtx) })
	core.Go(func() error { return parts.chat.Run(insideCtx) })
	group.Go(func() error {
		select {
		case <-ctx.Done():
		case <-insideCtx.Done():
		}
		log.Info("stopping")
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		open.close()
		parts.hub.Close(broadcast.ErrShutdown)
		return shutDown(drain, doors)
	})
	err = group.Wait()
	stopInside()
	return errors.Join(err, core.Wait())
}

// openDoors makes the front ends and says how each is reached.
func openDoors(conf *config, parts *core, open listeners, log *slog.Logger) (map[net.Listener]door, []string, error) {
	doors := map[net.Listener]door{}
	var ways []string
	var ssh *httpapi.SSHDoor
	if open.ssh != nil {
		terminal, err := sshui.New(sshui.Config{
			Auth: parts.auth, Chat: parts.chat, Proxies: conf.proxies, Version: version, Log: log,
			HostKeyPath: filepath.Join(conf.dataDir, hostKeyFile), Host: publicHost(conf),
		})
		if err != nil {
			return nil, nil, err
		}
		doors[open.ssh] = terminal
		ways = append(ways, "SSH:  "+sshCommand(conf, open.ssh)+"  (host key "+terminal.Fingerprint()+")")
		ssh = &httpapi.SSHDoor{Host: publicHost(conf), Port: portOf(open.ssh), Fingerprint: terminal.Fingerprint()}
	}
	if open.http != nil {
		web, err := newWeb(conf, parts, ssh, log)
		if err != nil {
			return nil, nil, err
		}
		doors[open.http] = web
		ways = slices.Insert(ways, 0, "HTTP: "+webAddress(conf, open.http))
	}
	return doors, ways, nil
}

// shutDown stops all doors at the same time.
func shutDown(ctx context.Context, doors map[net.Listener]door) error {
	var group errgroup.Group
	for _, d := range doors {
		group.Go(func() error { return d.Shutdown(ctx) })
	}
	return group.Wait()
}

func newWeb(conf *config, parts *core, ssh *httpapi.SSHDoor, log *slog.Logger) (*httpapi.Server, error) {
	var tlsConfig *tls.Config
	if conf.tlsCert != "" {
		certificate, err := httpapi.LoadCertificate(conf.tlsCert, conf.tlsKey, log)
		if err != nil {
			return nil, err
		}
		tlsConfig = certificate.TLS()
	}
	return httpapi.New(httpapi.Config{
		Auth: parts.auth, Chat: parts.chat, Proxies: conf.proxies,
		PublicURL: conf.publicURL, CORSOrigins: conf.corsOrigins, TLS: tlsConfig,
		Ready: parts.engine.Ready, SSH: ssh, Version: version, Log: log,
	})
}

// webAddress is what to type into a browser.
func webAddress(conf *config, ln net.Listener) string {
	if conf.publicURL != nil {
		return conf.publicURL.String()
	}
	scheme := "http"
	if conf.tlsCert != "" {
		scheme = "https"
	}
	host, port := reachable(ln)
	return scheme + "://" + net.JoinHostPort(host, port)
}

// sshCommand is what to type into a terminal.
func sshCommand(conf *config, ln net.Listener) string {
	host, port := reachable(ln)
	host = cmp.Or(publicHost(conf), host)
	return fmt.Sprintf("ssh -p %s NAME@%s", port, host)
}

// publicHost is the host of PUBLIC_URL; "" if that is not set.
func publicHost(conf *config) string {
	if conf.publicURL == nil {
		return ""
	}
	return conf.publicURL.Hostname()
}

// portOf is the port of a listener; 0 if it has none.
func portOf(ln net.Listener) int {
	if addr, ok := ln.Addr().(*net.TCPAddr); ok {
		return addr.Port
	}
	return 0
}

// reachable gives a listener's host and port as a person on this machine would
// type them.
func reachable(ln net.Listener) (host, port string) {
	host, port, _ = net.SplitHostPort(ln.Addr().String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || ip.IsLoopback() {
		host = "localhost"
	}
	return host, port
}
