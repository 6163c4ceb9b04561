// Command parley runs a chat with two doors, SSH and HTTP, onto the same rooms.
// This package reads the configuration, puts the parts together, and is the
// only one that sees them all.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // people's time zones, also where the machine has none

	"github.com/alecthomas/kong"
)

// The exit statuses of every command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// run carries out one command and gives its exit status. Results go to stdout,
// everything else to stderr. It ends when ctx does.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) (status int) {
	var cli commands
	parser, err := kong.New(&cli,
		kong.Name("parley"),
		kong.Description("A chat room with two doors: people come in by ssh or by browser, and it is one conversation."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "parley:", err)
		return exitFailed
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exit:
			status = int(r)
		default:
			panic(r)
		}
	}()
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "parley: %v\ntry: parley --help\n", err)
		return exitUsage
	}
	c := &console{
		ctx: ctx, environ: environ, envFile: cli.EnvFile,
		stdin: stdin, stdout: stdout, stderr: stderr,
	}
	if err := parsed.Run(c); err != nil {
		return c.fail(err)
	}
	return exitDone
}

// exit is how the parser's request to end the process, after --help, reaches
// run.
type exit int
