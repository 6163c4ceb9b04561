package main

import (
	"fmt"
	"runtime/debug"
)

// version and commit are set when a release is built:
// go build -ldflags "-X main.version=1.2.3 -X main.commit=abcdef".
var (
	version = "dev"
	commit  = ""
)

type versionCommand struct{}

// Help is shown by parley version --help.
func (versionCommand) Help() string {
	return `Example:
  parley version`
}

// Run prints the version.
func (versionCommand) Run(c *console) error {
	revision, goVersion := commit, "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" && revision == "" {
				revision = setting.Value
			}
		}
	}
	if revision == "" {
		revision = "unknown"
	}
	_, err := fmt.Fprintf(c.stdout, "parley %s, commit %s, %s\n", version, revision, goVersion)
	return err
}
