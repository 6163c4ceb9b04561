package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain/auth"
)

// SSHDoor is how people reach the other door.
type SSHDoor struct {
	Host        string // "" if it is not known: then it is that of this door
	Port        int
	Fingerprint string // of the host key, SHA256:...
}

type sshDoor struct {
	Host        string `json:"host,omitempty" doc:"Left out where it is the host of this door"`
	Port        int    `json:"port" example:"2222"`
	Fingerprint string `json:"fingerprint" doc:"Of the host key, to compare with what ssh shows" example:"SHA256:..."`
}

// about is what anybody may know of the service.
type about struct {
	Version string   `json:"version"`
	SSH     *sshDoor `json:"ssh,omitempty" doc:"Left out while the SSH door is closed"`
}

type aboutOutput struct{ Body about }

func (s *Server) aboutCalls(api huma.API, c Config) {
	known := about{Version: c.Version}
	if c.SSH != nil {
		door := sshDoor(*c.SSH)
		known.SSH = &door
	}
	register(s, api, huma.Operation{
		OperationID: "about", Method: http.MethodGet, Path: "/api/v1/about", Tags: []string{tagService},
		Summary: "What serves here, and how to come in by SSH",
	}, func(context.Context, auth.Actor, *noInput) (*aboutOutput, error) { return &aboutOutput{known}, nil })
}
